// One machine on a bench: events in, effects out, and a disk that syncs when the test says so.
import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { clonePlain } from "../../../src/base/plain-data.ts";
import type { DiskContents, DiskRecord } from "../../../src/machine/event.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import type { MeshFact } from "../../../src/systems/mesh/facts.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import type { MeshEffect } from "../../../src/systems/mesh/outbox.ts";
import { type MeshSettings, meshSettings } from "../../../src/systems/mesh/settings.ts";
import type { Topology } from "../../../src/systems/mesh/topology.ts";

export const [coordinator, store, s1, s2, s3, p1, p2, operator] = [
  "coordinator",
  "store",
  "s1",
  "s2",
  "s3",
  "p1",
  "p2",
  "operator",
].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId, NodeId, NodeId, NodeId];

export const topology: Topology = {
  coordinators: [coordinator],
  store,
  servers: [s1, s2, s3],
  operator,
  members: new Set([coordinator, store, s1, s2, s3, p1, p2, operator]),
  width: 10_000,
};

/** Servers and coordinators do not watch each other, have no backups, and state no gauges: what most is tested without. */
export const unwatched = {
  lease: { mode: "none" },
  failover: { decidedBy: "nobody" },
  replication: { mode: "none" },
  load: { window: "0s" },
};

export const settingsWith = (changes: object = {}): MeshSettings => meshSettings.parse({ ...unwatched, ...changes });

/** What the coordinator tells a server that a player is its own. */
export const granted = (token: number, more: Partial<Extract<MeshMessage, { type: "granted" }>> = {}): MeshMessage => ({
  type: "granted",
  player: p1,
  token,
  cause: "join",
  transfer: "",
  version: 3,
  incarnation: 0,
  region: 0,
  ...more,
});

export class Bench {
  nowUs = 0;
  wallUs: number | undefined;
  sent: { readonly to: NodeId; readonly message: MeshMessage }[] = [];
  facts: MeshFact[] = [];
  readonly timers = new Map<string, number>();
  syncs: string[] = [];
  halted = false;
  readonly #make: () => Machine<MeshMessage, MeshFact>;
  readonly #unheard: readonly string[];
  machine: Machine<MeshMessage, MeshFact>;
  #incarnation = 0;
  #durable = new Map<string, DiskRecord[]>();
  #written = new Map<string, DiskRecord[]>();

  /** `unheard`: messages and timers that are nobody's concern here. */
  constructor(make: () => Machine<MeshMessage, MeshFact>, unheard: readonly string[] = []) {
    this.#unheard = unheard;
    this.#make = make;
    this.machine = make();
  }

  boot(disk: DiskContents = clonePlain(this.#durable)): this {
    this.#perform(this.machine.step({ type: "booted", incarnation: this.#incarnation, disk, ...this.#clocks() }));
    return this;
  }

  receive(from: NodeId, message: MeshMessage): this {
    this.#perform(this.machine.step({ type: "received", from, message, ...this.#clocks() }));
    return this;
  }

  fire(timer: string): this {
    this.timers.delete(timer);
    this.#perform(this.machine.step({ type: "timerFired", timer, ...this.#clocks() }));
    return this;
  }

  drawn(value: number): this {
    this.#perform(this.machine.step({ type: "drawn", purpose: "action", value, ...this.#clocks() }));
    return this;
  }

  lose(peer: NodeId): this {
    this.#perform(this.machine.step({ type: "connectionLost", peer, reason: "refused", ...this.#clocks() }));
    return this;
  }

  /** Completes every sync asked for, and those they lead to. */
  sync(): this {
    for (let sync = this.syncs.shift(); sync !== undefined; sync = this.syncs.shift()) {
      this.#durable = clonePlain(this.#written);
      this.#perform(this.machine.step({ type: "synced", sync, ...this.#clocks() }));
    }
    return this;
  }

  failSync(): this {
    const sync = this.syncs.shift() ?? "none";
    this.#perform(this.machine.step({ type: "syncFailed", sync, error: "io", ...this.#clocks() }));
    return this;
  }

  after(us: number): this {
    this.nowUs += us;
    return this;
  }

  /** Power off and on: what was not synced is gone. */
  /** What a crash would leave. */
  get disk(): DiskContents {
    return clonePlain(this.#durable);
  }

  restart(damage: "none" | "torn" | "hole" = "none"): this {
    this.#incarnation += 1;
    this.timers.clear();
    this.syncs = [];
    this.#written = clonePlain(this.#durable);
    for (const records of this.#written.values()) {
      if (damage === "torn") records.push({ type: "torn" });
      if (damage === "hole") records[0] = { type: "corrupt" };
    }
    this.machine = this.#make();
    return this.boot(clonePlain(this.#written));
  }

  /** What was sent since it was last asked for. */
  take(): readonly MeshMessage[] {
    const taken = this.sent.map(({ message }) => message);
    this.sent = [];
    return taken;
  }

  takeTypes(): readonly string[] {
    return this.take().map(({ type }) => type);
  }

  /** But for those of Raft, which has tests of its own. */
  takeFacts(): readonly string[] {
    const taken = this.facts.map(({ fact }) => fact).filter((fact) => !fact.startsWith("raft."));
    this.facts = [];
    return taken;
  }

  #clocks(): { monotonicUs: number; wallUs: number } {
    return { monotonicUs: this.nowUs, wallUs: this.wallUs ?? this.nowUs };
  }

  #perform(effects: readonly MeshEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send" && this.#unheard.includes(effect.message.type)) continue;
      if (effect.type === "setTimer" && this.#unheard.includes(effect.timer)) continue;
      if (effect.type === "send") this.sent.push({ to: effect.to, message: effect.message });
      else if (effect.type === "record") this.facts.push(effect);
      else if (effect.type === "setTimer") this.timers.set(effect.timer, this.nowUs + effect.afterUs);
      else if (effect.type === "cancelTimer") this.timers.delete(effect.timer);
      else if (effect.type === "append") this.#file(effect.file).push({ type: "intact", value: effect.record });
      else if (effect.type === "rewrite")
        this.#written.set(
          effect.file,
          effect.records.map((value) => ({ type: "intact", value })),
        );
      else if (effect.type === "sync") this.syncs.push(effect.sync);
      else if (effect.type === "halt") this.halted = true;
    }
  }

  #file(name: string): DiskRecord[] {
    const known = this.#written.get(name) ?? [];
    this.#written.set(name, known);
    return known;
  }
}
