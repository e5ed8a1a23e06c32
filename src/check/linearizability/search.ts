// Whether the operations on one object can be put in an order that the model allows and that no client saw otherwise:
// Wing and Gong's question (1993), answered by Lowe's just-in-time linearization ("Testing for linearizability", 2017).
//
// Answers are met in order. A configuration is one way to have come this far: a state, and what has become of the open
// operations. Only an answer forces a placement: then a configuration places what it must before it, and nothing more.
// These rules keep configurations few, and lose no order that matters:
// - of open actions that say the same, the one that is answered soonest goes first;
// - an action that only observes is placed as soon as it can be;
// - what is overwritten at once is seen by nobody: when an action that overwrites is placed, every other such action that
//   is open is settled, for it might just have been placed before it, and can still be placed where it is seen;
// - a configuration is dropped when another in the same state has used no more operations and has settled no fewer;
// - an action without an answer is settled from the beginning, and closed once nothing can need what it leaves.
//
// A search goes in depth, one configuration at a time (most histories are linearizable, and most ways through them lead to
// the end), or in breadth, with all configurations of an answer side by side (only then does the rule about dropping see
// all that it can drop). And it may look ahead, giving up what something open can no longer be helped by: that is quicker,
// but it tells that there is no order before the answer has come that shows it.

import { assert } from "../../base/assert.ts";
import { type Configuration, Front, type Path } from "./front.ts";
import { OpenOperations, type Step } from "./open-operations.ts";
import type { ObjectHistory, Operation } from "./operations.ts";
import { SlotSets } from "./slot-sets.ts";
import { impossible, States } from "./states.ts";
import { lastHelp } from "./usefulness.ts";

export type ObjectVerdict = { readonly configurations: number } & (
  | { readonly type: "linearizable"; readonly order: readonly Operation[] }
  | ({ readonly type: "impossible" } & Impossible)
  /** Everything that was answered up to this line can be put in an order; of the rest nothing is known. */
  | { readonly type: "inconclusive"; readonly fitsUpToLine: number }
);

export interface Impossible {
  /** Whether it is known that there is an order up to this answer; otherwise only that there is none up to the end. */
  readonly isFirst: boolean;
  /** The one whose answer no order explains. */
  readonly operation: Operation;
  /** An order of everything that was answered before, and of whatever else it takes. */
  readonly placed: readonly Operation[];
  /** Other operations that are open at that answer and not placed in that order. */
  readonly open: readonly Operation[];
  /** Each state the object can be in just before it, in the model's words. */
  readonly states: readonly string[];
}

/** Of one search; an object takes up to three. Time and memory are proportional to it. */
export const configurationsMaxDefault = 1_000_000;

/** The quick search first, then the sure one; and when there is no order, the one that finds the first such answer. */
export function searchOrder(history: ObjectHistory, configurationsMax: number): ObjectVerdict {
  const quickMax = Math.min(configurationsMax, 20_000 + 20 * history.operations.length);
  const quick = searchBy(history, { inBreadth: false, looksAhead: true, configurationsMax: quickMax });
  if (quick.type === "linearizable") return quick;
  const isKnown = quick.type === "impossible";
  const sure = isKnown ? quick : searchBy(history, { inBreadth: true, looksAhead: true, configurationsMax });
  const configurations = quick.configurations + (isKnown ? 0 : sure.configurations);
  if (sure.type !== "impossible") return { ...sure, configurations };
  const first = searchBy(history, { inBreadth: true, looksAhead: false, configurationsMax });
  const told = first.type === "impossible" ? first : { ...sure, isFirst: false };
  return { ...told, configurations: configurations + first.configurations };
}

export interface SearchLimits {
  readonly inBreadth: boolean;
  readonly looksAhead: boolean;
  readonly configurationsMax: number;
}

/** One search, in one of the four ways. */
export const searchBy = (history: ObjectHistory, limits: SearchLimits): ObjectVerdict =>
  new Search(history, limits).run();

/** Unanswered operations are spent when nothing else helps: they may be needed later, and need not be placed. */
const SPENT_WEIGHT = 3;

/** What one answer has met so far. */
interface Meeting {
  readonly step: Step;
  /** The operation is settled, and no longer open. */
  readonly arrived: Front;
  readonly further: Configuration[];
  /** The operation is not placed. */
  readonly reached: Front;
  /** The same by what they have used: one that dominates another is met first, and one that spares the unanswered. */
  readonly levels: Configuration[][];
}

/** The furthest answer that was met. */
interface Furthest {
  readonly step: number;
  readonly path: Path | null;
  /** Every state in which it was met, by number. */
  readonly states: Set<number>;
}

class Search {
  readonly #operations: readonly Operation[];
  readonly #limits: SearchLimits;
  readonly #open: OpenOperations;
  readonly #states: States;
  readonly #lastHelp: readonly number[];
  readonly #sets = new SlotSets();
  #configurations = 0;
  #furthest: Furthest = { step: -1, path: null, states: new Set() };

  constructor({ model, operations }: ObjectHistory, limits: SearchLimits) {
    this.#operations = operations;
    this.#limits = limits;
    this.#open = new OpenOperations(operations);
    this.#states = new States(model);
    this.#lastHelp = lastHelp(operations);
  }

  run(): ObjectVerdict {
    const initial: Configuration = {
      state: this.#states.initial,
      used: 0,
      settled: 0,
      spent: 0,
      path: null,
      dominated: false,
    };
    const last = this.#limits.inBreadth ? this.#inBreadth(initial) : this.#inDepth(initial);
    if (this.#isOver()) return this.#inconclusive();
    if (last === undefined) return this.#verdict({ type: "impossible", ...this.#impossible() });
    return this.#verdict({ type: "linearizable", order: this.#order(last.path, Infinity) });
  }

  #inBreadth(initial: Configuration): Configuration | undefined {
    let front: readonly Configuration[] = [initial];
    for (let at = 0; at < this.#open.steps.length && front.length > 0; at++) {
      this.#open.moveTo(at);
      front = [...this.#answer(front, at, new Front(this.#sets))].filter(({ dominated }) => !dominated);
    }
    return front[0];
  }

  /** Looks for further ways only when one has come to nothing. */
  #inDepth(initial: Configuration): Configuration | undefined {
    const { steps } = this.#open;
    const fronts = steps.map(() => new Front(this.#sets));
    const ways: Iterator<Configuration>[] = [[initial].values()];
    while (ways.length > 0) {
      // The way at 0 leads to the first step.
      const at = ways.length - 1;
      if (at > 0) this.#open.moveTo(at - 1);
      const next = ways[at].next();
      if (this.#isOver()) return undefined;
      if (next.done === true) ways.pop();
      else if (at === steps.length) return next.value;
      else if (!next.value.dominated) ways.push(this.#answer([next.value], at, fronts[at]));
    }
    return undefined;
  }

  #isOver(): boolean {
    return this.#configurations > this.#limits.configurationsMax;
  }

  /** Every configuration after that answer, reached from these by placing what is open, that `arrived` has no use for yet. */
  *#answer(batch: readonly Configuration[], at: number, arrived: Front): Generator<Configuration, void, undefined> {
    const step = this.#open.steps[at];
    const meeting: Meeting = { step, arrived, further: [], reached: new Front(this.#sets), levels: [] };
    if (at > this.#furthest.step) this.#furthest = { step: at, path: batch[0].path, states: new Set() };
    for (const configuration of batch) {
      if (this.#limits.looksAhead && this.#isHopeless(configuration, step)) continue;
      this.#meet(meeting, configuration);
    }
    yield* meeting.further.splice(0);
    // Each placement leads to a higher level.
    for (let level = 0; level < meeting.levels.length; level++) {
      for (const configuration of meeting.levels[level] ?? []) {
        if (this.#isOver()) return;
        if (configuration.dominated) continue;
        this.#placeEach(meeting, configuration);
        yield* meeting.further.splice(0);
      }
    }
    if (at === this.#furthest.step) {
      for (const { state } of meeting.reached.configurations) this.#furthest.states.add(state);
    }
  }

  /** Whether something that is open will be answered, is impossible now, and nothing can help it any more. */
  #isHopeless(configuration: Configuration, { line }: Step): boolean {
    return [this.#open.observing, this.#open.changing].some((kinds) =>
      kinds.some((kind) => {
        if (this.#states.after(configuration.state, kind) !== impossible) return false;
        // The one that is answered soonest: the others can be helped for longer.
        const operation = kind.open.find((index) => !this.#isUsed(configuration, index));
        if (operation === undefined || this.#operations[operation].answered === null) return false;
        return this.#lastHelp[operation] < line && !this.#isHelped(configuration, kind.action.needs);
      }),
    );
  }

  #isHelped(configuration: Configuration, needs: string | undefined): boolean {
    if (needs === undefined) return false;
    return this.#open.changing.some(
      ({ action, open }) => action.leaves === needs && open.some((index) => !this.#isUsed(configuration, index)),
    );
  }

  #placeEach(meeting: Meeting, configuration: Configuration): void {
    for (const kind of this.#open.changing) {
      const state = this.#states.after(configuration.state, kind);
      if (state === impossible) continue;
      const operation = kind.open.find((index) => !this.#isUsed(configuration, index));
      if (operation !== undefined) this.#meet(meeting, this.#with(configuration, operation, state, meeting.step.line));
    }
  }

  #meet({ step, arrived, further, reached, levels }: Meeting, met: Configuration): void {
    this.#configurations += 1;
    const configuration = this.#observed(met, step.line);
    const slot = this.#open.slotOf(step.operation);
    if (this.#sets.has(configuration.settled, slot)) {
      const after = this.#released(configuration, step.closed);
      if (arrived.add(after)) further.push(after);
    }
    // What is settled and not used can still be placed where it is seen.
    if (this.#sets.has(configuration.used, slot) || !reached.add(configuration)) return;
    const level = this.#sets.size(configuration.used) + SPENT_WEIGHT * configuration.spent;
    while (levels.length <= level) levels.push([]);
    levels[level].push(configuration);
  }

  /** With what only observes and is possible placed: it takes nothing from what comes after. */
  #observed(configuration: Configuration, line: number): Configuration {
    let observed = configuration;
    for (const kind of this.#open.observing) {
      if (this.#states.after(configuration.state, kind) === impossible) continue;
      for (const operation of kind.open) {
        if (!this.#isUsed(observed, operation)) observed = this.#with(observed, operation, observed.state, line);
      }
    }
    return observed;
  }

  #isUsed({ used }: Configuration, operation: number): boolean {
    return this.#sets.has(used, this.#open.slotOf(operation));
  }

  #with({ used, settled, spent, path }: Configuration, operation: number, state: number, line: number): Configuration {
    const { action, answered } = this.#operations[operation];
    const slot = this.#open.slotOf(operation);
    let settledThen = answered === null ? settled : this.#sets.including(settled, slot);
    if (action.overwrites) {
      for (const hidden of this.#open.overwriting) {
        settledThen = this.#sets.including(settledThen, this.#open.slotOf(hidden));
      }
    }
    return {
      state,
      used: this.#sets.including(used, slot),
      settled: settledThen,
      spent: answered === null ? spent + 1 : spent,
      path: { operation, line, before: path },
      dominated: false,
    };
  }

  /** Without operations that are no longer open: what became of them makes no difference any more. */
  #released({ state, used, settled, spent, path }: Configuration, closed: readonly number[]): Configuration {
    let usedStill = used;
    let settledStill = settled;
    let spentStill = spent;
    for (const operation of closed) {
      const isSpent =
        this.#operations[operation].answered === null && this.#sets.has(used, this.#open.slotOf(operation));
      if (isSpent) spentStill -= 1;
      usedStill = this.#sets.excluding(usedStill, this.#open.slotOf(operation));
      settledStill = this.#sets.excluding(settledStill, this.#open.slotOf(operation));
    }
    return { state, used: usedStill, settled: settledStill, spent: spentStill, path, dominated: false };
  }

  #inconclusive(): ObjectVerdict {
    const { step } = this.#furthest;
    return this.#verdict({ type: "inconclusive", fitsUpToLine: step <= 0 ? 0 : this.#open.steps[step - 1].line });
  }

  #impossible(): Impossible {
    const { step, path, states } = this.#furthest;
    const { operation, line } = this.#open.steps[step];
    const placed = this.#order(path, line - 1);
    const isPlaced = new Set(placed);
    const open = this.#operations.filter((other, index) => {
      const isOpen = other.invoked.line < line && (other.answered === null || other.answered.line > line);
      return isOpen && index !== operation && !isPlaced.has(other);
    });
    return {
      isFirst: true,
      operation: this.#operations[operation],
      placed,
      open,
      states: [...new Set([...states].map((state) => this.#states.tell(state)))],
    };
  }

  /**
   * The operations of a path and, right before the one that overwrote it, each that was answered up to a line and is not
   * in the path, for nobody saw it.
   */
  #order(last: Path | null, answeredUpTo: number): readonly Operation[] {
    const path: Path[] = [];
    for (let at = last; at !== null; at = at.before) path.push(at);
    path.reverse();
    const isPlaced = new Set(path.map(({ operation }) => operation));
    const hidden = path.map((): Operation[] => []);
    for (const [index, operation] of this.#operations.entries()) {
      const { invoked, answered, action } = operation;
      if (answered === null || isPlaced.has(index) || answered.line > answeredUpTo) continue;
      const over = path.findIndex((by) => by.line > invoked.line && this.#operations[by.operation].action.overwrites);
      assert(action.overwrites && over >= 0, "an answered operation that is not placed was overwritten");
      hidden[over].push(operation);
    }
    return path.flatMap(({ operation }, at) => [...hidden[at], this.#operations[operation]]);
  }

  #verdict<Verdict extends object>(verdict: Verdict): Verdict & { readonly configurations: number } {
    return { ...verdict, configurations: this.#configurations };
  }
}
