// A Raft group on a stage: nothing is random, links and disks do what the story says, and only the story makes a node
// stand for election. Every word and every fact is a line; the properties judge along.
import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { clonePlain, deepFreeze } from "../../../src/base/plain-data.ts";
import { Judge, judgePlan } from "../../../src/check/judge.ts";
import type { Verdict } from "../../../src/check/property.ts";
import type { DiskRecord, MachineEvent } from "../../../src/machine/event.ts";
import type { RaftFact, StoreFact, StoreOperation } from "../../../src/protocols/raft/facts.ts";
import type { RaftMessage } from "../../../src/protocols/raft/messages.ts";
import { raftModel } from "../../../src/protocols/raft/properties/raft-model.ts";
import { raftProperties } from "../../../src/protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, RaftView } from "../../../src/protocols/raft/properties/raft-view.ts";
import { RaftMachine, type RaftMachineEffect } from "../../../src/protocols/raft/raft-machine.ts";
import { type RaftChanges, type RaftSettings, raftSettings } from "../../../src/protocols/raft/settings.ts";
import type { StoreMessage } from "../../../src/protocols/raft/store-messages.ts";
import { describeFact, describeMessage } from "../../../src/systems/raft/story.ts";

type Words = RaftMessage | StoreMessage;

const LATENCY_US = 1_000;
const SYNC_US = 200;

interface Actor {
  readonly id: NodeId;
  machine: RaftMachine;
  up: boolean;
  paused: boolean;
  readonly backlog: MachineEvent<Words>[];
  incarnation: number;
  readonly timers: Map<string, number>;
  /** Writes so far, and what the disk would show if power went now. */
  written: DiskRecord[];
  durable: DiskRecord[];
  diskStopped: boolean;
  readonly syncs: { readonly sync: string; readonly records: DiskRecord[] }[];
  /** Rate error of its clock. */
  ppm: number;
}

interface Due {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

type Distribute<M> = M extends unknown ? Omit<M, "monotonicUs" | "wallUs"> : never;

export class Stage {
  readonly lines: string[] = [];
  nowUs = 0;
  readonly #settings: RaftSettings;
  readonly #founders: readonly NodeId[];
  readonly #actors = new Map<string, Actor>();
  readonly #judge: Judge<RaftView, JudgedFact>;
  #queue: Due[] = [];
  #order = 0;
  #events = 0;
  #telling = true;
  readonly #hidden = new Set<string>();
  #cuts = new Set<string>();
  #holds: { readonly from: string; readonly to: string; readonly type: string }[] = [];
  #held: (() => void)[] = [];
  #damage: string | undefined = undefined;
  // The one client of the story: sessions by name.
  readonly #sessions = new Map<string, { session: number; sequence: number }>();
  readonly #waiting = new Map<string, { name: string; kind: StoreOperation; key: string }>();
  #asks = 0;

  constructor(plan: { readonly nodes: number; readonly spares: number; readonly settings: RaftChanges }) {
    this.#settings = raftSettings(plan.settings);
    const names = Array.from({ length: plan.nodes + plan.spares }, (_, index) => nodeId(`n${index + 1}`));
    this.#founders = names.slice(0, plan.nodes);
    const properties = raftProperties(this.#settings, { retryUs: 100_000, nodes: names.length });
    this.#judge = new Judge<RaftView, JudgedFact>(judgePlan(raftModel, properties));
    for (const id of names) {
      this.#actors.set(id, {
        id,
        machine: this.#fresh(id),
        up: true,
        paused: false,
        backlog: [],
        incarnation: 0,
        timers: new Map(),
        written: [],
        durable: [],
        diskStopped: false,
        syncs: [],
        ppm: 0,
      });
    }
    this.quietly(() => {
      for (const actor of this.#actors.values()) this.#step(actor, { type: "booted", incarnation: 0, disk: new Map() });
    });
  }

  quietly(run: () => void): void {
    this.#telling = false;
    run();
    this.#telling = true;
  }

  run(forUs: number): void {
    const untilUs = this.nowUs + forUs;
    for (;;) {
      this.#queue.sort((left, right) => left.atUs - right.atUs || left.order - right.order);
      const due = this.#queue[0];
      if (due === undefined || due.atUs > untilUs) break;
      this.#queue.shift();
      this.nowUs = due.atUs;
      due.run();
    }
    this.nowUs = untilUs;
  }

  /** The election timer of a node fires. */
  stand(node: string): void {
    this.#step(this.#actor(node), { type: "timerFired", timer: "raft.election" });
  }

  cut(groups: readonly (readonly string[])[]): void {
    for (const [at, left] of groups.entries()) {
      for (const right of groups.slice(at + 1)) {
        for (const a of left) for (const b of right) this.#cuts.add(`${a}>${b}`).add(`${b}>${a}`);
      }
    }
  }

  cutOneWay(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`);
  }

  mend(): void {
    this.#cuts = new Set();
  }

  hold(from: string, to: string, type: string): void {
    this.#holds.push({ from, to, type });
  }

  /** What was held arrives; from now on nothing is held. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    this.#holds = [];
    for (const deliver of held) this.#at(LATENCY_US, deliver);
  }

  /** Nothing more is held; what is, waits for its release. */
  pass(): void {
    this.#holds = [];
  }

  /** The next append that brings a command is damaged on its way: the value reads otherwise. */
  damageNext(value: string): void {
    this.#damage = value;
  }

  stopDisk(node: string): void {
    this.#actor(node).diskStopped = true;
  }

  startDisk(node: string): void {
    const actor = this.#actor(node);
    actor.diskStopped = false;
    this.#completeSyncs(actor);
  }

  failDisk(node: string): void {
    const actor = this.#actor(node);
    const failed = actor.syncs.splice(0);
    for (const { sync } of failed) this.#step(actor, { type: "syncFailed", sync, error: "io" });
  }

  crash(node: string, torn = false): void {
    const actor = this.#actor(node);
    this.#line(`${node} crashes`);
    actor.up = false;
    actor.timers.clear();
    actor.syncs.length = 0;
    actor.backlog.length = 0;
    actor.paused = false;
    actor.written = [...actor.durable];
    if (torn) actor.written.push({ type: "torn" });
    this.#observe(actor.id, { fact: "nodeCrashed" });
  }

  restart(node: string): void {
    const actor = this.#actor(node);
    this.#line(`${node} restarts`);
    actor.up = true;
    actor.incarnation += 1;
    actor.machine = this.#fresh(actor.id);
    const disk = new Map([["raft.log", clonePlain(actor.written)]]);
    this.#step(actor, { type: "booted", incarnation: actor.incarnation, disk });
  }

  /** Bit rot: a durable record can no longer be read. */
  rot(node: string, at: number): void {
    const actor = this.#actor(node);
    actor.written[at] = { type: "corrupt" };
  }

  pause(node: string): void {
    this.#actor(node).paused = true;
  }

  resume(node: string): void {
    const actor = this.#actor(node);
    actor.paused = false;
    for (const event of actor.backlog.splice(0)) this.#step(actor, event);
  }

  drift(node: string, ppm: number): void {
    this.#actor(node).ppm = ppm;
  }

  /** From now on the properties of progress are judged. */
  fair(): void {
    this.#observe(nodeId("world"), { fact: "healed" });
  }

  open(client: string, node: string): void {
    this.#asks++;
    this.#sessions.set(client, { session: -1, sequence: 0 });
    this.#say(client, node, { type: "store.open", ask: this.#asks });
  }

  put(client: string, node: string, words: { key: string; value: string; expected: number }): void {
    const session = this.#session(client);
    session.sequence++;
    const { key, value, expected } = words;
    const name = `${client}/${session.session}.${session.sequence}`;
    const kind = expected < 0 ? "put" : "cas";
    this.#observe(nodeId(client), { fact: "store.invoked", operation: name, kind, key, expected });
    this.#waiting.set(`${session.session}.${session.sequence}`, { name, kind, key });
    this.#write(client, node, key, value, expected);
  }

  /** The same request once more. */
  repeat(client: string, node: string, words: { key: string; value: string; expected: number }): void {
    this.#write(client, node, words.key, words.value, words.expected);
  }

  get(client: string, node: string, key: string): void {
    this.#asks++;
    const name = `${client}/r${this.#asks}`;
    this.#observe(nodeId(client), { fact: "store.invoked", operation: name, kind: "get", key, expected: -1 });
    this.#waiting.set(`r${this.#asks}`, { name, kind: "get", key });
    this.#say(client, node, { type: "store.read", ask: this.#asks, key });
  }

  administer(node: string, message: StoreMessage): void {
    this.#say("operator", node, message);
  }

  hide(names: readonly string[]): void {
    for (const name of names) this.#hidden.add(name);
  }

  show(names: readonly string[]): void {
    for (const name of names) this.#hidden.delete(name);
  }

  /** What a node has. */
  look(node: string): void {
    const { raft, store } = this.#actor(node).machine.state;
    const entries = raft.log.entries.map(({ index, term }) => `${index}/${term}`).join(" ");
    const values = [...store.values].sort().map(([key, { value }]) => `${key}=${value}`);
    const { commitIndex, persistedIndex, term, role } = raft;
    const base = raft.log.base > 0 ? `from ${raft.log.base}: ` : "";
    this.#line(
      `${node}: ${role} of term ${term}, log ${base}${entries}, durable to ${persistedIndex}, committed to ${commitIndex}; ${values.join(" ")}`.trimEnd(),
    );
  }

  verdict(): Verdict {
    return this.#judge.finish({ atUs: this.nowUs, event: this.#events });
  }

  #write(client: string, node: string, key: string, value: string, expected: number): void {
    const { session, sequence } = this.#session(client);
    this.#say(client, node, { type: "store.write", session, sequence, key, value, expected });
  }

  #session(client: string): { session: number; sequence: number } {
    const session = this.#sessions.get(client);
    if (session === undefined) throw new Error(`${client} has no session`);
    return session;
  }

  #fresh(id: NodeId): RaftMachine {
    const voters = this.#founders.includes(id) ? this.#founders : [];
    return new RaftMachine(id, { voters, outgoing: [], learners: [] }, this.#settings);
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new Error(`nobody is called ${name}`);
    return actor;
  }

  #at(afterUs: number, run: () => void): void {
    this.#queue.push({ atUs: this.nowUs + afterUs, order: this.#order++, run });
  }

  #line(text: string): void {
    if (this.#telling) this.lines.push(`${(this.nowUs / 1_000).toFixed(1).padStart(8)} ${text}`);
  }

  #step(actor: Actor, event: Distribute<MachineEvent<Words>>): void {
    if (!actor.up) return;
    const monotonicUs = Math.floor(this.nowUs * (1 + actor.ppm / 1_000_000));
    const whole = { ...event, monotonicUs, wallUs: monotonicUs } as MachineEvent<Words>;
    if (actor.paused) {
      actor.backlog.push(whole);
      return;
    }
    this.#events++;
    for (const effect of actor.machine.step(whole)) this.#carryOut(actor, deepFreeze(effect));
    // A checkpoint goes on as the original would: any state that is not in `state` shows here.
    actor.machine.state = clonePlain(actor.machine.state);
  }

  #carryOut(actor: Actor, effect: RaftMachineEffect): void {
    switch (effect.type) {
      case "send":
        return this.#say(actor.id, effect.to, effect.message);
      case "record": {
        const { type: _, ...fact } = effect;
        const text = describeFact(fact);
        const isHidden = text === undefined || this.#hidden.has(text.split(" ")[0] ?? "");
        if (!isHidden) this.#line(`${actor.id}: ${text}`);
        return this.#observe(actor.id, fact);
      }
      case "setTimer":
        return this.#setTimer(actor, effect.timer, effect.afterUs);
      case "cancelTimer":
        actor.timers.delete(effect.timer);
        return;
      case "append":
        actor.written.push({ type: "intact", value: effect.record });
        return;
      case "rewrite":
        actor.written = effect.records.map((value) => ({ type: "intact", value }));
        return;
      case "sync":
        actor.syncs.push({ sync: effect.sync, records: [...actor.written] });
        this.#at(SYNC_US, () => {
          if (!actor.diskStopped) this.#completeSyncs(actor);
        });
        return;
      case "halt":
        this.#line(`${actor.id} halts`);
        actor.up = false;
        return;
      default:
        throw new Error(`no stage carries out ${effect.type}`);
    }
  }

  #completeSyncs(actor: Actor): void {
    for (const { sync, records } of actor.syncs.splice(0)) {
      actor.durable = records;
      this.#step(actor, { type: "synced", sync });
    }
  }

  #setTimer(actor: Actor, timer: string, afterUs: number): void {
    // Who stands for election is the story's to say.
    if (timer === "raft.election") return;
    const { incarnation } = actor;
    const dueUs = this.nowUs + afterUs;
    actor.timers.set(timer, dueUs);
    this.#at(afterUs, () => {
      if (actor.incarnation !== incarnation || actor.timers.get(timer) !== dueUs) return;
      actor.timers.delete(timer);
      this.#step(actor, { type: "timerFired", timer });
    });
  }

  #say(from: string, to: string, sent: Words): void {
    const isCut = this.#cuts.has(`${from}>${to}`);
    const short = sent.type.slice(sent.type.indexOf(".") + 1);
    const isHeld = this.#holds.some(
      (hold) => hold.from === from && hold.to === to && (hold.type === "" || hold.type === short),
    );
    const how = isCut ? " (lost)" : isHeld ? " (held)" : "";
    if (!this.#hidden.has(short)) this.#line(`${from} -> ${to} ${describeMessage(sent)}${how}`);
    if (isCut) return;
    const message = this.#damaged(clonePlain(sent));
    const deliver = (): void => {
      const actor = this.#actors.get(to);
      if (actor === undefined) this.#answer(to, message as StoreMessage);
      else this.#step(actor, { type: "received", from: nodeId(from), message: deepFreeze(message) });
    };
    if (isHeld) this.#held.push(deliver);
    else this.#at(LATENCY_US, deliver);
  }

  #damaged(message: Words): Words {
    const value = this.#damage;
    if (value === undefined) return message;
    if (message.type === "raft.snapshot") {
      this.#damage = undefined;
      return { ...message, data: message.data.replaceAll("1", value) };
    }
    if (message.type !== "raft.append") return message;
    const command = message.entries.find(({ kind }) => kind === "command");
    if (command === undefined) return message;
    this.#damage = undefined;
    ((command as { content: unknown }).content as { value: string }).value = value;
    return message;
  }

  #answer(client: string, message: StoreMessage): void {
    const session = this.#sessions.get(client);
    if (message.type === "store.opened" && session !== undefined && session.session < 0) {
      session.session = message.session;
    }
    const key =
      message.type === "store.wrote"
        ? `${message.session}.${message.sequence}`
        : message.type === "store.value"
          ? `r${message.ask}`
          : "";
    const asked = this.#waiting.get(key);
    if (asked === undefined || (message.type !== "store.wrote" && message.type !== "store.value")) return;
    this.#waiting.delete(key);
    const { name, kind, key: about } = asked;
    const { version, value } = message;
    const done = message.type === "store.value" || message.done;
    this.#observe(nodeId(client), {
      fact: "store.answered",
      operation: name,
      kind,
      key: about,
      done,
      version,
      value,
    });
  }

  #observe(node: NodeId, fact: RaftFact | StoreFact | { readonly fact: "healed" | "nodeCrashed" }): void {
    this.#judge.observe(this.nowUs, this.#events, node, fact);
  }
}
