// A stage for conversations: real machines, every message a millisecond on its way, and nothing left to chance. The
// script says what is lost, late, doubled or damaged, who crashes, and which timers do not fire.
import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { clonePlain } from "../../../src/base/plain-data.ts";
import type { DiskRecord, MachineEvent } from "../../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../../src/machine/machine.ts";
import type { MeshFact } from "../../../src/systems/mesh/facts.ts";
import { meshNodes } from "../../../src/systems/mesh/mesh-nodes.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import type { MeshEffect } from "../../../src/systems/mesh/outbox.ts";
import { describeMesh, tellMesh } from "../../../src/systems/mesh/story.ts";
import { meshWorkload } from "../../../src/systems/mesh/workload.ts";
import { settingsWith } from "./bench.ts";

const LATENCY_US = 1_000;
const SYNC_US = 100;
/** By then a coordinator that is alone leads. */
const ELECTION_US = 10_000;

type Body =
  MachineEvent<MeshMessage> extends infer Event
    ? Event extends MachineEvent<MeshMessage>
      ? Omit<Event, "monotonicUs" | "wallUs">
      : never
    : never;
type Meddling = {
  readonly what: "drop" | "delay" | "hold" | "twice" | "corrupt";
  readonly types: readonly string[];
  readonly to: string | undefined;
  left: number;
  readonly byUs: number;
  readonly field: string;
  readonly value: unknown;
};

interface Actor {
  readonly spec: NodeSpec<MeshMessage, MeshFact>;
  machine: Machine<MeshMessage, MeshFact>;
  incarnation: number;
  up: boolean;
  readonly timers: Map<string, number>;
  durable: Map<string, DiskRecord[]>;
  written: Map<string, DiskRecord[]>;
}

interface Due {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Stage {
  nowUs = 0;
  readonly lines: string[] = [];
  readonly #actors = new Map<string, Actor>();
  readonly #hidden = new Set([
    "view",
    "move",
    "located",
    "hello",
    "welcome",
    "join",
    // What servers tell the store and each other of their ground.
    "openRegion",
    "regionOpened",
    "survey",
    "replicas",
    "resync",
  ]);
  readonly #suppressed = new Map<string, string[]>();
  readonly #skewUs = new Map<string, number>();
  #meddlings: Meddling[] = [];
  #held: (() => void)[] = [];
  #queue: Due[] = [];
  #order = 0;
  #telling = true;
  /** When the story begins: a leader has been elected by then. */
  #originUs = 0;

  constructor(options: { servers: number; players: number; settings: unknown }) {
    const names = (prefix: string, count: number): NodeId[] =>
      Array.from({ length: count }, (_, at) => nodeId(`${prefix}${at + 1}`));
    const nodes = new Map([
      ["coordinator", [nodeId("coordinator")]],
      ["store", [nodeId("store")]],
      ["server", names("s", options.servers)],
      ["player", names("p", options.players)],
      ["operator", [nodeId("operator")]],
    ]);
    // Players stand where the script puts them, and do only what it says.
    const motion = { type: "patrol", from: -100_000_000, to: 100_000_000 };
    const still = { players: { motion, speed: 0, acts: false, startSpread: "0s" }, items: 2 };
    const settings = settingsWith({ region: { width: 10_000 }, ...(options.settings as object) });
    const specs = meshNodes({ nodes, settings, workload: meshWorkload.parse(still), untilUs: 1e12, healUs: 1e12 });
    for (const spec of specs) {
      const actor: Actor = {
        spec,
        machine: spec.start(),
        incarnation: 0,
        up: true,
        timers: new Map(),
        durable: new Map(),
        written: new Map(),
      };
      this.#actors.set(spec.id, actor);
    }
  }

  /** Boots everybody; players join from the places given. */
  open(places: ReadonlyMap<string, number>): void {
    for (const [name, x] of places) this.place(name, x);
    const boot = (actor: Actor): void => this.#step(actor, { type: "booted", incarnation: 0, disk: new Map() });
    const { leads = [], follows = [] } = Object.groupBy(this.#actors.values(), ({ spec }) =>
      spec.role === "coordinator" ? "leads" : "follows",
    );
    this.quietly(() => {
      leads.forEach(boot);
      this.run(ELECTION_US);
    });
    this.#originUs = this.nowUs;
    follows.forEach(boot);
  }

  quietly(run: () => void): void {
    this.#telling = false;
    run();
    this.#telling = true;
  }

  place(player: string, x: number): void {
    const state = this.#actor(player).machine.state as { walk: { x: number; direction: 1 | -1 } };
    state.walk = { x, direction: 1 };
  }

  /** Hands the player's machine what a host would have drawn. */
  act(player: string, drawn: number): void {
    this.#step(this.#actor(player), { type: "drawn", purpose: "action", value: drawn });
  }

  note(text: string): void {
    this.#line(text);
  }

  /** Fires a timer whether it is armed or not. */
  fire(node: string, timer: string): void {
    this.#step(this.#actor(node), { type: "timerFired", timer });
  }

  say(from: string, to: string, message: MeshMessage): void {
    this.#send(nodeId(from), nodeId(to), message);
  }

  meddle(meddling: Meddling): void {
    this.#meddlings.push(meddling);
  }

  hide(types: readonly string[]): void {
    for (const type of types) this.#hidden.add(type);
  }

  show(types: readonly string[]): void {
    for (const type of types) this.#hidden.delete(type);
  }

  releaseHeld(): void {
    const held = this.#held;
    this.#held = [];
    this.#meddlings = this.#meddlings.filter(({ what }) => what !== "hold");
    for (const deliver of held) this.#at(LATENCY_US, deliver);
  }

  suppress(node: string, prefixes: readonly string[]): void {
    this.#suppressed.set(node, [...prefixes]);
  }

  skew(node: string, byUs: number): void {
    this.#skewUs.set(node, byUs);
  }

  crash(node: string): void {
    const actor = this.#actor(node);
    this.#line(`${node} crashes`);
    actor.up = false;
    actor.timers.clear();
    actor.written = clonePlain(actor.durable);
  }

  restart(node: string): void {
    const actor = this.#actor(node);
    this.#line(`${node} restarts`);
    actor.up = true;
    actor.incarnation += 1;
    actor.machine = actor.spec.start();
    this.#step(actor, { type: "booted", incarnation: actor.incarnation, disk: clonePlain(actor.durable) });
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

  stateOf(node: string): object {
    return this.#actor(node).machine.state;
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
    if (this.#telling) this.lines.push(`${((this.nowUs - this.#originUs) / 1000).toFixed(1).padStart(8)} ${text}`);
  }

  #step(actor: Actor, body: Body): void {
    if (!actor.up) return;
    const clocks = { monotonicUs: this.nowUs, wallUs: this.nowUs + (this.#skewUs.get(actor.spec.id) ?? 0) };
    for (const effect of actor.machine.step({ ...body, ...clocks })) this.#perform(actor, effect);
  }

  #perform(actor: Actor, effect: MeshEffect): void {
    const self = actor.spec.id;
    const { incarnation } = actor;
    switch (effect.type) {
      case "send":
        return this.#send(self, effect.to, effect.message);
      case "record": {
        const told = tellMesh(effect, self);
        if (told !== undefined) this.#line(`${self}: ${told}`);
        return;
      }
      case "setTimer": {
        const order = this.#order;
        actor.timers.set(effect.timer, order);
        return this.#at(effect.afterUs, () => this.#fire(actor, effect.timer, order));
      }
      case "cancelTimer":
        actor.timers.delete(effect.timer);
        return;
      case "append": {
        const file = actor.written.get(effect.file) ?? [];
        actor.written.set(effect.file, [...file, { type: "intact", value: clonePlain(effect.record) }]);
        return;
      }
      case "rewrite":
        actor.written.set(
          effect.file,
          effect.records.map((value) => ({ type: "intact", value: clonePlain(value) })),
        );
        return;
      case "sync": {
        const upTo = clonePlain(actor.written);
        return this.#at(SYNC_US, () => {
          if (!actor.up || actor.incarnation !== incarnation) return;
          actor.durable = upTo;
          this.#step(actor, { type: "synced", sync: effect.sync });
        });
      }
      case "draw":
        return this.#step(actor, { type: "drawn", purpose: effect.purpose, value: 0 });
      case "halt":
        actor.up = false;
    }
  }

  #fire(actor: Actor, timer: string, order: number): void {
    if (actor.timers.get(timer) !== order) return;
    actor.timers.delete(timer);
    if (this.#suppressed.get(actor.spec.id)?.some((prefix) => timer.startsWith(prefix)) === true) return;
    this.#step(actor, { type: "timerFired", timer });
  }

  #send(from: NodeId, to: NodeId, message: MeshMessage): void {
    const meddling = this.#meddlings.find(
      ({ types, to: aim, left }) => left > 0 && types.includes(message.type) && (aim === undefined || aim === to),
    );
    const how =
      meddling === undefined
        ? ""
        : ` (${meddling.what === "twice" ? "twice" : meddling.what === "corrupt" ? "damaged" : meddling.what === "drop" ? "lost" : meddling.what === "hold" ? "held" : "late"})`;
    if (!this.#hidden.has(message.type) && !message.type.startsWith("raft."))
      this.#line(`${from} -> ${to} ${message.type} ${describeMesh(message)}${how}`.trimEnd());
    const arriving = meddling?.what === "corrupt" ? damaged(message, meddling.field, meddling.value) : message;
    const deliver = (): void => {
      const actor = this.#actors.get(to);
      if (actor !== undefined) this.#step(actor, { type: "received", from, message: clonePlain(arriving) });
    };
    if (meddling === undefined) return this.#at(LATENCY_US, deliver);
    meddling.left -= 1;
    if (meddling.what === "drop") return;
    if (meddling.what === "hold") {
      this.#held.push(deliver);
      return;
    }
    if (meddling.what === "twice") this.#at(LATENCY_US + meddling.byUs, deliver);
    this.#at(LATENCY_US + (meddling.what === "delay" ? meddling.byUs : 0), deliver);
  }
}

function damaged(message: MeshMessage, path: string, value: unknown): MeshMessage {
  const copy = clonePlain(message) as unknown as Record<string, unknown>;
  const steps = path.split(".");
  let at = copy;
  for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
  at[steps.at(-1) ?? ""] = value;
  return copy as unknown as MeshMessage;
}
