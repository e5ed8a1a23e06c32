// A small world: machines of a system, messages in flight, and all that can happen next. States are tuples of numbers
// for values that were met before; what a step does is worked out once for each image it is taken from.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { NodeSpec } from "../../machine/machine.ts";
import type { Bounds } from "./bounds.ts";
import { Interner } from "./interner.ts";
import { neverBooted, type NodeImage } from "./node-image.ts";
import type { SmallJudge } from "./small-judge.ts";
import { type NodeEvent, type Sending, SmallNode } from "./small-node.ts";

/** All numbers but `flights` count; equal states have equal fields. */
export interface SmallState {
  /** Image of each node, in order. */
  readonly nodes: readonly number[];
  /** Messages on their way, ascending; one that is there twice is twice on its way. */
  readonly flights: readonly number[];
  readonly view: number;
  readonly crashesLeft: number;
  readonly duplicatesLeft: number;
  readonly dropsLeft: number;
}

export const moveTypes = ["deliver", "deliverAndKeep", "drop", "timer", "sync", "crash", "boot"] as const;
export type MoveType = (typeof moveTypes)[number];

/** Something that can happen in a state. */
export interface Move {
  readonly type: MoveType;
  /** Number of a message, or of a node. */
  readonly subject: number;
  /** Which of the outcomes, when the machine draws. */
  readonly choice: number;
}

/** What a move comes to at the node it happens at. */
interface Outcome {
  readonly image: number;
  readonly sends: readonly number[];
  readonly statements: number;
}

/** A move that is possible, with what comes of it. */
export interface Possible extends Move {
  /** One integer for the move. */
  readonly key: number;
  /** -1: none. */
  readonly node: number;
  readonly outcome: Outcome | undefined;
  /** It takes a message out of the world, and changes nothing else. */
  readonly isIdle: boolean;
}

const choicesMax = 64;

export class SmallWorld {
  readonly images = new Interner<NodeImage>();
  readonly messages = new Interner<Sending>();
  readonly nodes: readonly SmallNode[];
  readonly judge: SmallJudge;
  readonly #bounds: Bounds;
  readonly #startUs: number;
  readonly #indexOf: ReadonlyMap<NodeId, number>;
  readonly #mayCrash: readonly boolean[];
  readonly #known = new Map<number, Map<number, readonly Outcome[]>>();

  constructor(specs: readonly NodeSpec[], judge: SmallJudge, bounds: Bounds, startUs: number) {
    this.nodes = specs.map((spec) => new SmallNode(spec, bounds));
    this.judge = judge;
    this.#bounds = bounds;
    this.#startUs = startUs;
    this.#indexOf = new Map(specs.map(({ id }, index) => [id, index]));
    const { crashRoles } = bounds;
    this.#mayCrash = specs.map(({ role }) => crashRoles.length === 0 || crashRoles.includes(role));
  }

  /** Nobody runs, and everybody may begin. */
  unborn(): SmallState {
    const image = this.images.idOf(neverBooted(this.#startUs));
    return {
      nodes: this.nodes.map(() => image),
      flights: [],
      view: this.judge.first,
      crashesLeft: this.#bounds.crashes,
      duplicatesLeft: this.#bounds.duplicates,
      dropsLeft: this.#bounds.drops,
    };
  }

  /** As it is when every node has so many firings of timers left as the bounds say, from now on. */
  bounded(state: SmallState): SmallState {
    const { timers } = this.#bounds;
    const nodes = state.nodes.map((image, index) => {
      const { role } = this.nodes[index].spec;
      const timersLeft = timers.get(role) ?? timers.get("") ?? 0;
      return this.images.idOf({ ...this.images.valueOf(image), timersLeft });
    });
    return { ...state, nodes };
  }

  /** Brings the clocks of all nodes to at least this time. */
  at(state: SmallState, nowUs: number): SmallState {
    const nodes = state.nodes.map((id) => {
      const image = this.images.valueOf(id);
      return image.nowUs >= nowUs ? id : this.images.idOf({ ...image, nowUs });
    });
    return { ...state, nodes };
  }

  /** Everything that can happen next, in order of keys within each type. */
  possible(state: SmallState): readonly Possible[] {
    const found: Possible[] = [];
    for (const [at, message] of state.flights.entries()) {
      if (at > 0 && state.flights[at - 1] === message) continue;
      this.#addArrivals(state, message, found);
    }
    for (const [node, image] of state.nodes.entries()) {
      const { state: memory, timers, syncs, timersLeft } = this.images.valueOf(image);
      if (memory === null) {
        this.#add(state, "boot", node, node, found);
        continue;
      }
      if (timers.length > 0 && timersLeft > 0) this.#add(state, "timer", node, node, found);
      if (syncs.length > 0) this.#add(state, "sync", node, node, found);
      if (state.crashesLeft > 0 && this.#mayCrash[node]) this.#add(state, "crash", node, node, found);
    }
    return found;
  }

  /** The state after a move, and the properties that were broken by it. */
  after(
    state: SmallState,
    { type, subject, node, outcome }: Possible,
  ): { state: SmallState; broken: readonly string[] } {
    let { flights } = state;
    if (type === "deliver" || type === "drop") flights = without(flights, subject);
    if (outcome === undefined) return { state: { ...state, flights, ...spent(state, type) }, broken: [] };
    if (outcome.sends.length > 0) flights = [...flights, ...outcome.sends].sort((a, b) => a - b);
    const { view, broken } = this.judge.judge(state.view, outcome.statements);
    const nodes = state.nodes.with(node, outcome.image);
    return { state: { ...state, nodes, flights, view, ...spent(state, type) }, broken };
  }

  /** Whether two moves that are possible in a state may be made in either order, and it is all one. */
  independent(state: SmallState, one: Possible, other: Possible): boolean {
    if (one.node === other.node) return false;
    if (isArrival(one.type) && isArrival(other.type) && one.subject === other.subject) return false;
    if (spends(one.type) !== undefined && spends(one.type) === spends(other.type)) return false;
    if (one.outcome === undefined || other.outcome === undefined) return true;
    return this.judge.commutes(state.view, one.outcome.statements, other.outcome.statements);
  }

  /** A name for a move that another walk gives it too. */
  nameOf({ type, subject, choice }: Move): string {
    const about = isArrival(type) ? this.messages.digestOf(subject) : String(subject).padStart(4, "0");
    return `${String(moveTypes.indexOf(type))} ${about} ${String(choice).padStart(2, "0")}`;
  }

  #addArrivals(state: SmallState, message: number, found: Possible[]): void {
    const node = this.#indexOf.get(this.messages.valueOf(message).to);
    assert(node !== undefined, "messages are sent to nodes that exist");
    this.#add(state, "deliver", message, node, found);
    if (state.duplicatesLeft > 0) this.#add(state, "deliverAndKeep", message, node, found);
    if (state.dropsLeft > 0) {
      found.push({
        type: "drop",
        subject: message,
        choice: 0,
        key: keyOf("drop", message, 0),
        node: -1,
        outcome: undefined,
        isIdle: true,
      });
    }
  }

  #add(state: SmallState, type: MoveType, subject: number, node: number, found: Possible[]): void {
    const before = state.nodes[node];
    for (const [choice, outcome] of this.#outcomes(before, type, subject, node).entries()) {
      const { image, sends, statements } = outcome;
      const isIdle =
        isArrival(type) && image === before && sends.length === 0 && this.judge.ignores(state.view, statements);
      found.push({ type, subject, choice, key: keyOf(type, subject, choice), node, outcome, isIdle });
    }
  }

  #outcomes(image: number, type: MoveType, subject: number, node: number): readonly Outcome[] {
    let known = this.#known.get(image);
    if (known === undefined) {
      known = new Map();
      this.#known.set(image, known);
    }
    // A message that arrives does the same whether another copy follows or not; nodes differ in their machines.
    const eventType: MoveType = type === "deliverAndKeep" ? "deliver" : type;
    const key = keyOf(eventType, subject, 0);
    const before = known.get(key);
    if (before !== undefined) return before;
    const outcomes = this.#work(image, eventType, subject, node);
    known.set(key, outcomes);
    return outcomes;
  }

  #work(id: number, type: MoveType, subject: number, node: number): readonly Outcome[] {
    const image = this.images.valueOf(id);
    const host = this.nodes[node];
    // What reaches a node that is down is lost.
    if (type === "deliver" && image.state === null) return [{ image: id, sends: [], statements: 0 }];
    return host.outcomes(image, this.#eventOf(type, subject)).map((outcome) => ({
      image: this.images.idOf(outcome.image),
      sends: outcome.sends.map((sending) => this.messages.idOf(sending)),
      statements: this.judge.stated(host.spec.id, outcome.facts),
    }));
  }

  #eventOf(type: MoveType, subject: number): NodeEvent {
    if (type === "timer" || type === "sync" || type === "crash" || type === "boot") return { type };
    const { from, message } = this.messages.valueOf(subject);
    return { type: "deliver", from, message };
  }
}

export const isArrival = (type: MoveType): boolean =>
  type === "deliver" || type === "deliverAndKeep" || type === "drop";

const keyOf = (type: MoveType, subject: number, choice: number): number =>
  (subject * moveTypes.length + moveTypes.indexOf(type)) * choicesMax + choice;

type Purse = "crashesLeft" | "duplicatesLeft" | "dropsLeft";

function spends(type: MoveType): Purse | undefined {
  if (type === "crash") return "crashesLeft";
  if (type === "deliverAndKeep") return "duplicatesLeft";
  return type === "drop" ? "dropsLeft" : undefined;
}

function spent(state: SmallState, type: MoveType): Partial<SmallState> {
  const purse = spends(type);
  return purse === undefined ? {} : { [purse]: state[purse] - 1 };
}

function without(flights: readonly number[], message: number): readonly number[] {
  const at = flights.indexOf(message);
  return [...flights.slice(0, at), ...flights.slice(at + 1)];
}
