// The store: the resource that makes effects durable, and the one place that can refuse a server that does not know it
// has lost its authority. It answers only what its disk has, and states facts at that instant, in order.

import { unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { DiskContents, MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import {
  failJournal,
  freshJournal,
  isSettled,
  type Journal,
  recoverJournal,
  replaceJournal,
  settleJournal,
  syncJournal,
  waitForJournal,
  writeJournal,
} from "../../protocols/journal.ts";
import type { MeshFact } from "./facts.ts";
import type { Shift } from "./items.ts";
import {
  applyRecord,
  changesRow,
  copyOfLedger,
  decide,
  type Decision,
  freshLedger,
  groundOfWrite,
  type Ledger,
  type LedgerRecord,
  outcomesKept,
  repairOf,
  storedPlayer,
  type Write,
} from "./ledger.ts";
import type { WriteResult } from "./item-messages.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox, type Stated } from "./outbox.ts";
import { actionName } from "./player-state.ts";
import type { MeshSettings } from "./settings.ts";
import { arrange, audit, lookForCopies, onCopyDue, onSuspect, watchFrozen } from "./store-copies.ts";
import { factsOf } from "./store-facts.ts";
import { groundAt, onLay, onOpenRegion, onSealRegion, onSurvey, onWhere, parcelsOf } from "./store-ground.ts";
import type { Answer, Vault } from "./store-vault.ts";
import type { Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";
import type { PlannedCopy } from "./workload.ts";

/** Pause before the disk is tried again after a failed sync. */
const DISK_RETRY_US = 20_000;

interface StoreSnapshot {
  readonly ledger: Ledger;
  /** Records within the snapshot whose facts had not been stated when it was written. */
  readonly unstated: readonly Numbered[];
}

/** A record and its number in the journal. */
interface Numbered {
  readonly number: number;
  readonly record: LedgerRecord;
}

/** An answer that waits for the disk, and what it waits for; null: for what was written before it. */
interface Waiter {
  readonly answer: Answer;
  readonly written: Numbered | null;
}

export interface StoreState {
  readonly journal: Journal<Waiter>;
  ledger: Ledger;
  serving: boolean;
  /** When the disk is tried again after a failed sync; -1: it is well. */
  diskDueUs: number;
  /** Frozen items, and when the audit decides about them. */
  readonly audits: Map<string, number>;
  halted: boolean;
}

/** What lies where at the start, and what the workload does to the store itself. */
export interface Stock {
  readonly items: readonly Shift[];
  readonly copies: readonly PlannedCopy[];
}

export class Store implements Machine<MeshMessage, MeshFact>, Vault {
  state: StoreState;
  nowUs = 0;
  // Of the step under way only.
  readonly out = new Outbox();
  readonly topology: Topology;
  readonly settings: MeshSettings;
  readonly #stock: Stock;
  #wallUs = 0;

  constructor(topology: Topology, settings: MeshSettings, stock: Stock) {
    this.topology = topology;
    this.settings = settings;
    this.#stock = stock;
    this.state = {
      journal: freshJournal("journal"),
      ledger: freshLedger(),
      serving: false,
      diskDueUs: -1,
      audits: new Map(),
      halted: false,
    };
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    if (this.state.halted) return [];
    this.nowUs = event.monotonicUs;
    this.#wallUs = event.wallUs;
    switch (event.type) {
      case "booted":
        this.#onBooted(event.disk);
        break;
      case "received":
        // Whatever comes in is an occasion to notice that a timer was lost.
        if (this.state.diskDueUs >= 0 && event.monotonicUs > this.state.diskDueUs + DISK_RETRY_US)
          this.#replaceJournal();
        if (this.#canTakeMore() && isWellFormed(event.message, this.topology.members))
          this.#onMessage(event.from, event.message);
        break;
      case "synced":
        this.#onSynced(event.sync);
        break;
      case "syncFailed":
        if (!failJournal(this.state.journal, event.sync)) break;
        this.state.diskDueUs = event.monotonicUs + DISK_RETRY_US;
        this.out.setTimer("disk", DISK_RETRY_US);
        break;
      case "timerFired":
        this.#onTimer(event.timer);
        break;
      case "stopRequested":
        this.out.halt();
        break;
      case "drawn":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return this.out.take();
  }

  #canTakeMore(): boolean {
    return this.state.serving && this.state.journal.waiting.length < this.settings.store.batchMax;
  }

  #onBooted(disk: DiskContents): void {
    const { journal } = this.state;
    const recovered = recoverJournal(journal, disk);
    if (recovered.type === "unreadable") {
      this.state.halted = true;
      this.out.record({ type: "record", fact: "diskUnreadable", file: journal.file, record: recovered.record });
      this.out.halt();
      return;
    }
    this.out.add(recovered.effects);
    if (journal.written === 0) {
      this.state.serving = true;
      arrange(this, this.#stock.copies);
      return this.write({ type: "spawned", shifts: this.#stock.items }, []);
    }
    if (recovered.snapshot !== undefined) {
      const snapshot = recovered.snapshot as StoreSnapshot;
      // What is on the disk stays as it was written.
      this.state.ledger = copyOfLedger(snapshot.ledger);
      for (const written of snapshot.unstated) this.#stateLater(written);
    }
    for (const { number, content } of recovered.entries) {
      const record = content as LedgerRecord;
      applyRecord(this.state.ledger, record, outcomesKept(this.settings));
      this.#stateLater({ number, record });
    }
    watchFrozen(this);
    this.out.add(syncJournal(journal));
  }

  #onTimer(timer: string): void {
    if (timer === "disk" && this.state.diskDueUs >= 0) this.#replaceJournal();
    if (timer === "audit") audit(this);
    else onCopyDue(this, timer, this.#stock.copies);
  }

  /** What may not have been stated is, once: the file need not be durable yet, so nothing is said before the first sync. */
  #stateLater(written: Numbered): void {
    const { journal } = this.state;
    if (written.number > journal.settled) journal.waiting.push({ answer: factsOf(written.record, true), written });
  }

  #onSynced(sync: string): void {
    const { journal } = this.state;
    const { released, effects } = settleJournal(journal, sync);
    for (const { answer } of released) this.out.add(answer);
    this.state.serving = true;
    this.out.add(effects);
    if (journal.records > this.settings.store.snapshotEvery) this.#replaceJournal();
  }

  #replaceJournal(): void {
    this.state.diskDueUs = -1;
    const { journal, ledger } = this.state;
    const unstated = [...journal.covered, ...journal.waiting].flatMap(({ written }) => written ?? []);
    // The snapshot is a value of its own: the ledger goes on changing.
    const snapshot: StoreSnapshot = { ledger: copyOfLedger(ledger), unstated };
    this.out.add(replaceJournal(journal, snapshot, []));
  }

  #onMessage(from: NodeId, message: MeshMessage): void {
    switch (message.type) {
      case "fence":
        return this.#onFence(from, message);
      case "collect":
        return this.#onCollect(from, message);
      case "repair":
        return this.#onRepair(from, message);
      case "load":
        return this.#onLoad(from, message);
      case "write":
        return this.#onWrite(from, message);
      case "openRegion":
        return onOpenRegion(this, from, message);
      case "survey":
        return onSurvey(this, from, message);
      case "lay":
        return onLay(this, from, message);
      case "where":
        return onWhere(this, from, message);
      case "suspect":
        return onSuspect(this, from, message);
      case "sealRegion":
        return onSealRegion(this, from, message);
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  #onFence(from: NodeId, { player, token, server }: Extract<MeshMessage, { type: "fence" }>): void {
    const { fence, state } = storedPlayer(this.state.ledger, player);
    if (token < fence && this.settings.defence.fencing) return;
    const { version } = state;
    const reply: MeshEffect = { type: "send", to: from, message: { type: "fenced", player, token, version } };
    if (token <= fence) return this.answer([reply]);
    this.write({ type: "fenced", player, token, server }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      reply,
    ]);
  }

  /** Answered also when the fence is higher already: whoever asks has to know. */
  #onCollect(from: NodeId, { player, token }: Extract<MeshMessage, { type: "collect" }>): void {
    const { fence, state } = storedPlayer(this.state.ledger, player);
    const message: MeshMessage = { type: "collected", player, token, fence: Math.max(fence, token), state };
    const reply: MeshEffect = { type: "send", to: from, message };
    if (token <= fence) return this.answer([reply]);
    const { version } = state;
    // Nobody has it until it is decided.
    this.write({ type: "fenced", player, token, server: "" }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      reply,
    ]);
  }

  #onRepair(from: NodeId, repair: Extract<MeshMessage, { type: "repair" }>): void {
    const { player, token } = repair;
    const { fence, state: known } = storedPlayer(this.state.ledger, player);
    if (token < fence) return this.#onCollect(from, { type: "collect", player, token });
    const put = groundAt(this, repair.state.x);
    const record = token > fence ? repairOf(this.state.ledger, repair, this.settings, put) : null;
    const { version } = record?.state ?? known;
    const reply: MeshEffect = { type: "send", to: from, message: { type: "fenced", player, token, version } };
    if (record === null) return this.answer([reply]);
    this.write(record, [reply]);
  }

  #onLoad(server: NodeId, { player, token, ask }: Extract<MeshMessage, { type: "load" }>): void {
    const { fence, state, server: known } = storedPlayer(this.state.ledger, player);
    if (token < fence && this.settings.defence.fencing) {
      return this.answer([{ type: "send", to: server, message: { type: "loadRefused", player, token, ask, fence } }]);
    }
    const { version } = state;
    const answer: Answer = [
      { type: "record", fact: "stateLoaded", player, server, token, version },
      { type: "send", to: server, message: { type: "loaded", player, token, ask, state } },
    ];
    if (token < fence || (token === fence && known === server)) return this.answer(answer);
    if (token === fence) {
      // Who has it is good to know, and nobody waits until it is durable.
      this.answer(answer);
      return this.write({ type: "fenced", player, token, server }, []);
    }
    this.write({ type: "fenced", player, token, server }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      ...answer,
    ]);
  }

  #onWrite(server: NodeId, write: Write): void {
    const decision = decide(this.state.ledger, write, this.settings, this.#wallUs);
    const { player, token, session, sequence } = write;
    const action = actionName(player, session, sequence);
    switch (decision.type) {
      case "refuse": {
        const { because } = decision;
        const refused: Stated = { type: "record", fact: "effectRefused", player, server, token, action, because };
        return this.answer([refused, this.#wrote(server, write, because, false)]);
      }
      case "repeat": {
        const repeated: Stated = { type: "record", fact: "effectRepeated", player, server, token, action };
        return this.answer([repeated, this.#wrote(server, write, decision.outcome, true)]);
      }
      case "decide":
        return this.#onDecided(server, write, decision);
      default:
        return unreachable(decision);
    }
  }

  #onDecided(server: NodeId, write: Write, { outcome, shifts }: Extract<Decision, { type: "decide" }>): void {
    const { player, token, session, sequence, kind, item, state, terms } = write;
    const ground = groundOfWrite(write);
    const escrow = terms === null ? "" : terms.escrow === "" ? actionName(player, session, sequence) : terms.escrow;
    const record: LedgerRecord = {
      type: "decided",
      player,
      server,
      token,
      session,
      sequence,
      kind,
      item,
      outcome,
      state,
      shifts,
      ground,
      escrow,
    };
    const { version } = changesRow(record) ? state : storedPlayer(this.state.ledger, player).state;
    const reply = wrote(server, write, { result: outcome, repeated: false, version });
    this.write(record, shifts.length === 0 ? [reply] : [reply, ...parcelsOf(this, shifts)]);
    if (shifts.length > 0) lookForCopies(this, shifts, server);
  }

  #wrote(server: NodeId, write: Write, result: WriteResult, repeated: boolean): MeshEffect {
    const { version } = storedPlayer(this.state.ledger, write.player).state;
    return wrote(server, write, { result, repeated, version });
  }

  /** Applies the record and writes it; what it states, and the answer, leave once it is durable. */
  write(record: LedgerRecord, answer: Answer): void {
    const { ledger, journal } = this.state;
    applyRecord(ledger, record, outcomesKept(this.settings));
    const facts = factsOf(record, false);
    const written = { number: journal.written + 1, record };
    const waiter = { answer: facts.length === 0 ? answer : [...facts, ...answer], written };
    this.out.add(writeJournal(journal, record, waiter));
  }

  /** Says something that needs no record: behind all that waits, for it may speak of what is not durable yet. */
  answer(answer: Answer): void {
    const { journal } = this.state;
    if (isSettled(journal)) this.out.add(answer);
    else this.out.add(waitForJournal(journal, { answer, written: null }));
  }
}

const wrote = (
  to: NodeId,
  { player, token, session, sequence, kind, terms }: Write,
  answer: { readonly result: WriteResult; readonly repeated: boolean; readonly version: number },
): MeshEffect => {
  const epoch = terms?.epoch ?? 0;
  return { type: "send", to, message: { type: "wrote", player, token, session, sequence, kind, epoch, ...answer } };
};
