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
import {
  applyRecord,
  decide,
  freshLedger,
  type Ledger,
  type LedgerRecord,
  outcomesKept,
  repairOf,
  storedPlayer,
  type Write,
} from "./ledger.ts";
import type { MeshMessage, WriteResult } from "./messages.ts";
import { type MeshEffect, Outbox, type Stated } from "./outbox.ts";
import type { MeshSettings } from "./settings.ts";
import type { Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";

/** Pause before the disk is tried again after a failed sync. */
const DISK_RETRY_US = 20_000;

type Decided = Extract<LedgerRecord, { type: "decided" }>;
/** What changes a player's state, and has to be stated. */
type Change = Decided | Repaired;
type Repaired = Extract<LedgerRecord, { type: "repaired" }>;

/** Effects that leave once everything written before them is durable. */
type Answer = readonly MeshEffect[];

interface StoreSnapshot {
  readonly ledger: Ledger;
  /** Effects within the snapshot whose facts had not been stated when it was written. */
  readonly unstated: readonly Change[];
}

export interface StoreState {
  readonly journal: Journal<{ readonly answer: Answer; readonly decided: Change | null }>;
  ledger: Ledger;
  serving: boolean;
  /** When the disk is tried again after a failed sync; -1: it is well. */
  diskDueUs: number;
  halted: boolean;
}

export class Store implements Machine<MeshMessage, MeshFact> {
  state: StoreState;
  readonly #members: ReadonlySet<string>;
  readonly #settings: MeshSettings;
  readonly #items: readonly string[];
  // Of the step under way only.
  readonly #out = new Outbox();
  #wallUs = 0;

  constructor({ members }: Topology, settings: MeshSettings, items: readonly string[]) {
    this.#members = members;
    this.#settings = settings;
    this.#items = items;
    this.state = {
      journal: freshJournal("journal"),
      ledger: freshLedger(),
      serving: false,
      diskDueUs: -1,
      halted: false,
    };
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    if (this.state.halted) return [];
    this.#wallUs = event.wallUs;
    switch (event.type) {
      case "booted":
        this.#onBooted(event.disk);
        break;
      case "received":
        // Whatever comes in is an occasion to notice that a timer was lost.
        if (this.state.diskDueUs >= 0 && event.monotonicUs > this.state.diskDueUs + DISK_RETRY_US)
          this.#replaceJournal();
        if (this.#canTakeMore() && isWellFormed(event.message, this.#members))
          this.#onMessage(event.from, event.message);
        break;
      case "synced":
        this.#onSynced(event.sync);
        break;
      case "syncFailed":
        if (!failJournal(this.state.journal, event.sync)) break;
        this.state.diskDueUs = event.monotonicUs + DISK_RETRY_US;
        this.#out.setTimer("disk", DISK_RETRY_US);
        break;
      case "timerFired":
        if (event.timer === "disk" && this.state.diskDueUs >= 0) this.#replaceJournal();
        break;
      case "stopRequested":
        this.#out.halt();
        break;
      case "drawn":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return this.#out.take();
  }

  #canTakeMore(): boolean {
    return this.state.serving && this.state.journal.waiting.length < this.#settings.store.batchMax;
  }

  #onBooted(disk: DiskContents): void {
    const { journal } = this.state;
    const recovered = recoverJournal(journal, disk);
    if (recovered.type === "unreadable") {
      this.state.halted = true;
      this.#out.record({ type: "record", fact: "diskUnreadable", file: journal.file, record: recovered.record });
      this.#out.halt();
      return;
    }
    this.#out.add(recovered.effects);
    if (journal.written === 0) {
      this.state.serving = true;
      this.#write({ type: "spawned", items: this.#items }, [
        { type: "record", fact: "itemsSpawned", items: this.#items },
      ]);
      return;
    }
    if (recovered.snapshot !== undefined) {
      const snapshot = recovered.snapshot as StoreSnapshot;
      this.state.ledger = snapshot.ledger;
      for (const decided of snapshot.unstated) this.#stateLater(decided);
    }
    for (const { content, surely } of recovered.entries) {
      const record = content as LedgerRecord;
      applyRecord(this.state.ledger, record, outcomesKept(this.#settings));
      if (!surely) this.#stateLater(record);
    }
    this.#out.add(syncJournal(journal));
  }

  /** What the file shows need not be durable yet: nothing is said of it before the first sync. */
  #stateLater(record: LedgerRecord): void {
    const changes = record.type === "repaired" || (record.type === "decided" && record.outcome === "done");
    const decided = changes ? record : null;
    this.state.journal.waiting.push({ answer: factsRecovered(record), decided });
  }

  #onSynced(sync: string): void {
    const { journal } = this.state;
    const { released, effects } = settleJournal(journal, sync);
    for (const { answer } of released) this.#out.add(answer);
    this.state.serving = true;
    this.#out.add(effects);
    if (journal.records > this.#settings.store.snapshotEvery) this.#replaceJournal();
  }

  #replaceJournal(): void {
    this.state.diskDueUs = -1;
    const { journal, ledger } = this.state;
    const unstated = [...journal.covered, ...journal.waiting].flatMap(({ decided }) =>
      decided === null ? [] : [decided],
    );
    // The snapshot is a value of its own: the ledger goes on changing.
    const snapshot: StoreSnapshot = {
      ledger: { players: new Map(ledger.players), ground: new Set(ledger.ground) },
      unstated,
    };
    this.#out.add(replaceJournal(journal, snapshot, []));
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
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  #onFence(from: NodeId, { player, token }: Extract<MeshMessage, { type: "fence" }>): void {
    const { fence, state } = storedPlayer(this.state.ledger, player);
    if (token < fence && this.#settings.defence.fencing) return;
    const { version } = state;
    const reply: MeshEffect = { type: "send", to: from, message: { type: "fenced", player, token, version } };
    if (token <= fence) return this.#answer([reply]);
    this.#write({ type: "fenced", player, token }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      reply,
    ]);
  }

  /** Answered also when the fence is higher already: whoever asks has to know. */
  #onCollect(from: NodeId, { player, token }: Extract<MeshMessage, { type: "collect" }>): void {
    const { fence, state } = storedPlayer(this.state.ledger, player);
    const message: MeshMessage = { type: "collected", player, token, fence: Math.max(fence, token), state };
    const reply: MeshEffect = { type: "send", to: from, message };
    if (token <= fence) return this.#answer([reply]);
    const { version } = state;
    this.#write({ type: "fenced", player, token }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      reply,
    ]);
  }

  #onRepair(from: NodeId, repair: Extract<MeshMessage, { type: "repair" }>): void {
    const { player, token } = repair;
    const { fence, state: known } = storedPlayer(this.state.ledger, player);
    if (token < fence) return this.#onCollect(from, { type: "collect", player, token });
    const record = token > fence ? repairOf(this.state.ledger, repair, this.#settings) : null;
    const { version } = record?.state ?? known;
    const reply: MeshEffect = { type: "send", to: from, message: { type: "fenced", player, token, version } };
    if (record === null) return this.#answer([reply]);
    applyRecord(this.state.ledger, record, outcomesKept(this.#settings));
    const raised: Stated = { type: "record", fact: "fenceRaised", player, token, version };
    const answer = [raised, repairedBy(record), reply];
    this.#out.add(writeJournal(this.state.journal, record, { answer, decided: record }));
  }

  #onLoad(server: NodeId, { player, token, ask }: Extract<MeshMessage, { type: "load" }>): void {
    const { fence, state } = storedPlayer(this.state.ledger, player);
    if (token < fence && this.#settings.defence.fencing) {
      return this.#answer([{ type: "send", to: server, message: { type: "loadRefused", player, token, ask, fence } }]);
    }
    const { version } = state;
    const answer: Answer = [
      { type: "record", fact: "stateLoaded", player, server, token, version },
      { type: "send", to: server, message: { type: "loaded", player, token, ask, state } },
    ];
    if (token <= fence) return this.#answer(answer);
    this.#write({ type: "fenced", player, token }, [
      { type: "record", fact: "fenceRaised", player, token, version },
      ...answer,
    ]);
  }

  #onWrite(server: NodeId, write: Write): void {
    const decision = decide(this.state.ledger, write, this.#settings, this.#wallUs);
    const { player, token, session, sequence, kind, item, state } = write;
    const action = actionName(player, session, sequence);
    switch (decision.type) {
      case "refuse": {
        const { because } = decision;
        const refused: Stated = { type: "record", fact: "effectRefused", player, server, token, action, because };
        return this.#answer([refused, this.#wrote(server, write, because, false)]);
      }
      case "repeat": {
        const repeated: Stated = { type: "record", fact: "effectRepeated", player, server, token, action };
        return this.#answer([repeated, this.#wrote(server, write, decision.outcome, true)]);
      }
      case "decide": {
        const { outcome } = decision;
        const decided: Decided = {
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
        };
        const stated: Stated =
          outcome === "done"
            ? effectOf("effectAccepted", decided, action)
            : {
                type: "record",
                fact: "effectRefused",
                player,
                server,
                token,
                action,
                because: write.withdrawn === true ? "withdrawn" : "itemGone",
              };
        applyRecord(this.state.ledger, decided, outcomesKept(this.#settings));
        const reply = this.#wrote(server, write, outcome, false);
        const waiter = { answer: [stated, reply], decided: outcome === "done" ? decided : null };
        this.#out.add(writeJournal(this.state.journal, decided, waiter));
        return undefined;
      }
      default:
        return unreachable(decision);
    }
  }

  #wrote(
    server: NodeId,
    { player, token, session, sequence }: Write,
    result: WriteResult,
    repeated: boolean,
  ): MeshEffect {
    const { version } = storedPlayer(this.state.ledger, player).state;
    return {
      type: "send",
      to: server,
      message: { type: "wrote", player, token, session, sequence, result, repeated, version },
    };
  }

  #write(record: LedgerRecord, answer: Answer): void {
    applyRecord(this.state.ledger, record, outcomesKept(this.#settings));
    this.#out.add(writeJournal(this.state.journal, record, { answer, decided: null }));
  }

  /** Says something that needs no record: behind all that waits, for it may speak of what is not durable yet. */
  #answer(answer: Answer): void {
    const { journal } = this.state;
    if (isSettled(journal)) this.#out.add(answer);
    else this.#out.add(waitForJournal(journal, { answer, decided: null }));
  }
}

export const actionName = (player: NodeId, session: number, sequence: number): string =>
  `${player}/${session}/${sequence}`;

const noGround: readonly never[] = [];

function effectOf(fact: "effectAccepted" | "effectRecovered", decided: Decided, action: string): Stated {
  const { player, server, token, session, sequence, kind, item, state } = decided;
  const ground = kind === "score" ? noGround : [{ item, lies: kind === "drop" }];
  return { type: "record", fact, player, server, token, action, session, sequence, kind, item, state, ground };
}

function repairedBy({ player, token, state, flagged, grounded }: Repaired): Stated {
  const ground = grounded.map((item) => ({ item, lies: true }));
  return { type: "record", fact: "stateRepaired", player, token, state, flagged, ground };
}

function factsRecovered(record: LedgerRecord): readonly Stated[] {
  if (record.type === "spawned") return [{ type: "record", fact: "itemsSpawned", items: record.items }];
  if (record.type === "repaired") return [repairedBy(record)];
  if (record.type === "fenced" || record.outcome === "failed") return [];
  return [effectOf("effectRecovered", record, actionName(record.player, record.session, record.sequence))];
}
