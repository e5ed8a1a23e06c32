// Judges a run as its facts stream by: facts go to the rules that asked for them, findings become a verdict.

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { clonePlain } from "../base/plain-data.ts";
import type { Fact } from "../machine/effect.ts";
import type { FactObserver, WorldFact } from "../trace/trace-event.ts";
import { type Debt, Debts } from "./debts.ts";
import type {
  Findings,
  Instant,
  Model,
  Property,
  PropertyResult,
  Rule,
  RunEnding,
  Verdict,
  Violation,
} from "./property.ts";

export interface JudgeOptions {
  /** Violations of each property that are kept whole; further ones are only counted. Default 5. */
  readonly violationsMax?: number;
}

/** Everything a judge remembers, as plain data: it can be stored, and restored into a judge of the same properties. */
export interface JudgeCheckpoint<View> {
  readonly view: View;
  readonly atUs: number;
  readonly event: number;
  readonly node: NodeId;
  readonly properties: readonly {
    readonly exercised: number;
    readonly violations: number;
    readonly first: readonly Violation[];
  }[];
  readonly debts: readonly Debt[];
}

/** What a fact of one name sets off. */
interface Route<View, F extends Fact> {
  readonly fold: Model<View, F>["fold"] | undefined;
  readonly rules: readonly Rule<View, F>[];
  /** Of each rule: the place of its property. */
  readonly owners: readonly number[];
}

/** What all judges of one model and the same properties have in common. Nothing in it ever changes. */
export interface JudgePlan<View, F extends Fact> {
  readonly model: Model<View, F>;
  /** Those that were asked for, and NO-PANIC. */
  readonly properties: readonly Property<View, F>[];
  readonly routes: ReadonlyMap<string, Route<View, F>>;
  /** For facts that no rule named. Undefined: the model has no use for them either. */
  readonly unnamed: Route<View, F> | undefined;
}

const VIOLATIONS_MAX_DEFAULT = 5;

/** A process that breaks an assertion of its own is a finding, never "it crashed, fine". Part of every judge. */
const noPanic: Property<unknown, WorldFact> = {
  id: "NO-PANIC",
  kind: "always",
  claim: "no machine throws or breaks an assertion of its own",
  source: "properties.md §5 traps",
  rules: {
    nodeBooted: (_view, _fact, _at, findings) => findings.exercised(),
    machineBroke: (_view, fact, at, findings) => {
      findings.violated(at.node, `${at.node} broke on ${fact.event}: ${fact.error}`);
    },
  },
};

export function judgePlan<View, F extends Fact>(
  model: Model<View, F>,
  asked: readonly Property<View, F>[],
): JudgePlan<View, F> {
  // A rule of NO-PANIC looks at no view, and the world states its facts to every system's judge.
  const properties = [...asked, noPanic as unknown as Property<View, F>];
  assert(new Set(properties.map(({ id }) => id)).size === properties.length, "property ids are unique");
  const unnamed = model.folds === undefined ? { fold: model.fold, rules: [], owners: [] } : undefined;
  return { model, properties, routes: routesOf(model, properties), unnamed };
}

function routesOf<View, F extends Fact>(
  model: Model<View, F>,
  properties: readonly Property<View, F>[],
): ReadonlyMap<string, Route<View, F>> {
  const routes = new Map<string, { fold: Route<View, F>["fold"]; rules: Rule<View, F>[]; owners: number[] }>();
  const routeOf = (name: string) => {
    const known = routes.get(name);
    if (known !== undefined) return known;
    const fold = model.folds === undefined ? model.fold : model.folds.get(name);
    const route = { fold, rules: [], owners: [] };
    routes.set(name, route);
    return route;
  };
  for (const name of model.folds?.keys() ?? []) routeOf(name);
  for (const [owner, { rules }] of properties.entries()) {
    // A rule is found under the name of the one fact it takes, and is only ever given that one.
    for (const [name, rule] of Object.entries(rules) as [string, Rule<View, F>][]) {
      const route = routeOf(name);
      route.rules.push(rule);
      route.owners.push(owner);
    }
  }
  return routes;
}

/**
 * One judge for one run. Facts come in order of true time; each is folded into the view and then shown to the rules of
 * the properties that named it, in the order of `properties`. Facts nobody named cost one look-up.
 */
export class Judge<View, F extends Fact> implements FactObserver {
  readonly #plan: JudgePlan<View, F>;
  readonly #ledgers: readonly Ledger[];
  readonly #debts: Debts;
  readonly #at: { atUs: number; event: number; node: NodeId } = { atUs: -Infinity, event: -1, node: "" as NodeId };
  #view: View;
  #finished = false;

  constructor(plan: JudgePlan<View, F>, options: JudgeOptions = {}) {
    this.#plan = plan;
    this.#debts = new Debts(plan.properties.length);
    const violationsMax = options.violationsMax ?? VIOLATIONS_MAX_DEFAULT;
    this.#ledgers = plan.properties.map(
      (property, index) =>
        new Ledger(property as unknown as Property<unknown, Fact>, index, this.#at, this.#debts, violationsMax),
    );
    this.#view = plan.model.fresh();
  }

  /** Whether a property that can fail the run has been found broken so far. */
  get violated(): boolean {
    return this.#ledgers.some(({ property, violations }) => violations > 0 && property.advisory !== true);
  }

  /** Whether this one property has been found broken so far. */
  breaks(id: string): boolean {
    return this.#ledgers.some(({ property, violations }) => violations > 0 && property.id === id);
  }

  /** The state of the system as facts told it. Not to be changed. */
  get view(): View {
    return this.#view;
  }

  observe(atUs: number, event: number, node: NodeId, fact: Fact): void {
    const at = this.#at;
    assert(atUs >= at.atUs, "facts come in order of true time");
    if (this.#debts.soonestUs < atUs) this.#collectOverdue(atUs);
    at.atUs = atUs;
    at.event = event;
    at.node = node;
    const route = this.#plan.routes.get(fact.fact) ?? this.#plan.unnamed;
    if (route === undefined) return;
    // The route was found under this name, which only facts of F bear.
    const known = fact as F;
    const { fold, rules, owners } = route;
    const view = this.#view;
    if (fold !== undefined) fold(view, known, at);
    for (let index = 0; index < rules.length; index++) rules[index](view, known, at, this.#ledgers[owners[index]]);
  }

  /** After the last fact, once. */
  finish(ending: RunEnding): Verdict {
    assert(!this.#finished, "a run is judged once");
    assert(ending.atUs >= this.#at.atUs, "a run ends no earlier than its last fact");
    this.#finished = true;
    // A run that reached its end has seen all of its last instant; one that was cut short may not have.
    this.#collectOverdue(ending.cutBy === undefined ? ending.atUs + 1 : ending.atUs);
    this.#at.atUs = ending.atUs;
    this.#at.event = ending.event;
    for (const [index, property] of this.#plan.properties.entries()) {
      property.atEnd?.(this.#view, this.#at, this.#ledgers[index], ending.cutBy === undefined);
    }
    return verdictOf(
      this.#ledgers.map((ledger) => ledger.result()),
      ending,
    );
  }

  checkpoint(): JudgeCheckpoint<View> {
    return clonePlain({
      view: this.#view,
      ...this.#at,
      properties: this.#ledgers.map(({ exercises, violations, first }) => ({
        exercised: exercises,
        violations,
        first,
      })),
      debts: this.#debts.all(),
    });
  }

  restore(checkpoint: JudgeCheckpoint<View>): void {
    const { view, properties, debts, ...at } = clonePlain(checkpoint);
    assert(properties.length === this.#ledgers.length, "a checkpoint is restored into a judge of the same properties");
    this.#view = view;
    this.#at.atUs = at.atUs;
    this.#at.event = at.event;
    this.#at.node = at.node;
    for (const [index, ledger] of this.#ledgers.entries()) ledger.restore(properties[index]);
    this.#debts.restore(debts);
    this.#finished = false;
  }

  #collectOverdue(atUs: number): void {
    for (let debt = this.#debts.takeOverdue(atUs); debt !== undefined; debt = this.#debts.takeOverdue(atUs)) {
      this.#ledgers[debt.property].overdue(debt);
    }
  }
}

/** What was found about one property. Rules hold it as `Findings` and see only that side. */
class Ledger implements Findings {
  exercises = 0;
  violations = 0;
  first: Violation[] = [];
  readonly property: Property<unknown, Fact>;
  readonly #index: number;
  readonly #at: Instant;
  readonly #debts: Debts;
  readonly #violationsMax: number;

  constructor(property: Property<unknown, Fact>, index: number, at: Instant, debts: Debts, violationsMax: number) {
    this.property = property;
    this.#index = index;
    this.#at = at;
    this.#debts = debts;
    this.#violationsMax = violationsMax;
  }

  exercised(): void {
    this.exercises++;
  }

  happened(): void {
    assert(this.property.kind === "sometimes", "only what a property waits for can happen");
    this.exercises++;
  }

  violated(about: string, because: string, evidence: readonly number[] = []): void {
    assert(this.property.kind !== "sometimes", "what never happened is not exercised, and breaks nothing");
    const { atUs, event, node } = this.#at;
    this.#add(about, because, evidence, { atUs, event, node });
  }

  owe(key: string, dueUs: number, because: string, evidence: readonly number[] = []): void {
    assert(this.property.kind === "eventually", "only what must happen eventually is owed");
    assert(dueUs >= this.#at.atUs, "nothing is owed by an instant that has passed");
    const { event, node } = this.#at;
    const trail = evidence.length === 0 ? [event] : [...evidence, event];
    this.#debts.owe(this.#index, key, dueUs, { because, node, evidence: trail });
  }

  paid(key: string): void {
    if (this.#debts.settle(this.#index, key)) this.exercises++;
  }

  forgiven(key: string): void {
    this.#debts.settle(this.#index, key);
  }

  /** The instant of the judge is still that of the last fact before the deadline, and so is its event. */
  overdue({ key, dueUs, because, node, evidence }: Debt): void {
    this.#add(key, because, evidence, { atUs: dueUs, event: this.#at.event, node });
  }

  result(): PropertyResult {
    const { id, kind, claim, source, advisory = false } = this.property;
    const status = this.violations > 0 ? "violated" : this.exercises > 0 ? "held" : "not exercised";
    const { exercises: exercised, violations, first } = this;
    return { id, kind, claim, source, advisory, status, exercised, violations, first };
  }

  restore(saved: JudgeCheckpoint<unknown>["properties"][number]): void {
    this.exercises = saved.exercised;
    this.violations = saved.violations;
    this.first = [...saved.first];
  }

  #add(
    about: string,
    because: string,
    evidence: readonly number[],
    at: Omit<Violation, "property" | "claim" | "about" | "because" | "evidence">,
  ): void {
    this.exercises++;
    this.violations++;
    if (this.first.length >= this.#violationsMax) return;
    const { id, claim } = this.property;
    const events = [...new Set([...evidence, at.event])].sort((a, b) => a - b);
    this.first.push({ property: id, claim, ...at, about, because, evidence: events });
  }
}

function verdictOf(properties: readonly PropertyResult[], { cutBy }: RunEnding): Verdict {
  const broken = properties.filter(({ status, advisory }) => status === "violated" && !advisory);
  if (broken.length > 0) {
    const list = broken.map(({ id, violations }) => (violations === 1 ? id : `${id} (${violations})`)).join(", ");
    const cut = cutBy === undefined ? "" : `, and cut short by ${cutBy}`;
    return { outcome: "violated", summary: `violated: ${list}${cut}`, properties };
  }
  if (cutBy !== undefined) return { outcome: "inconclusive", summary: `inconclusive: ${cutBy}`, properties };
  const held = properties.filter(({ status }) => status === "held").length;
  const idle = properties.filter(({ status }) => status === "not exercised").length;
  const rest = idle === 0 ? "" : `, ${idle} not exercised`;
  return { outcome: "held", summary: `held: ${held} ${held === 1 ? "property" : "properties"}${rest}`, properties };
}
