// The judge of a run, asked about one step after another from any view: views are numbered, and each answer is kept.
// All of an exploration happens in one instant, so that nothing is ever overdue: what must never happen is judged, and
// what must happen in time is not.

import type { NodeId } from "../../base/ids.ts";
import { Judge, type JudgeCheckpoint, judgePlan } from "../../check/judge.ts";
import type { Model, Property, Violation } from "../../check/property.ts";
import type { Fact } from "../../machine/effect.ts";
import { Interner } from "./interner.ts";

/** What one node stated in one step. */
export interface Statements {
  readonly node: NodeId;
  readonly facts: readonly Fact[];
}

export interface Judgement {
  /** Number of the view after it. */
  readonly view: number;
  /** Ids of properties that were broken by it. */
  readonly broken: readonly string[];
}

/** Statements nobody listens to: all of them are this one. */
const silence = 0;

export class SmallJudge {
  readonly views = new Interner<JudgeCheckpoint<unknown>>();
  readonly statements = new Interner<Statements>();
  readonly #judge: Judge<unknown, Fact>;
  readonly #advisory: readonly boolean[];
  readonly #ids: readonly string[];
  readonly #known = new Map<number, Map<number, Judgement>>();
  readonly #commutes = new Map<string, boolean>();
  readonly #startUs: number;
  readonly first: number;

  constructor(model: Model<unknown, Fact>, properties: readonly Property<unknown, Fact>[], startUs: number) {
    this.#judge = new Judge(judgePlan(model, properties));
    // A judge adds one property of its own, behind these.
    this.#ids = [...properties.map(({ id }) => id), "NO-PANIC"];
    this.#advisory = [...properties.map(({ advisory }) => advisory === true), false];
    this.#startUs = startUs;
    this.statements.idOf({ node: "" as NodeId, facts: [] });
    this.first = this.#viewNow();
  }

  /** A number for what was stated. */
  stated(node: NodeId, facts: readonly Fact[]): number {
    return facts.length === 0 ? silence : this.statements.idOf({ node, facts });
  }

  judge(view: number, statements: number): Judgement {
    if (statements === silence) return { view, broken: [] };
    let known = this.#known.get(view);
    if (known === undefined) {
      known = new Map();
      this.#known.set(view, known);
    }
    const before = known.get(statements);
    if (before !== undefined) return before;
    const judgement = this.#ask(view, statements);
    known.set(statements, judgement);
    return judgement;
  }

  /** Whether nothing comes of it that is stated, in this view. */
  ignores(view: number, statements: number): boolean {
    const after = this.judge(view, statements);
    return after.view === view && after.broken.length === 0;
  }

  /** Whether it is all one, from this view, which of two is stated first. */
  commutes(view: number, one: number, other: number): boolean {
    if (one === silence || other === silence) return true;
    const key = `${view} ${Math.min(one, other)} ${Math.max(one, other)}`;
    const known = this.#commutes.get(key);
    if (known !== undefined) return known;
    const [left, right] = [
      [one, other],
      [other, one],
    ].map(([first, second]) => {
      const between = this.judge(view, first);
      const after = this.judge(between.view, second);
      return { view: after.view, isBroken: between.broken.length + after.broken.length > 0 };
    });
    const commutes = !left.isBroken && !right.isBroken && left.view === right.view;
    this.#commutes.set(key, commutes);
    return commutes;
  }

  /** What is found as one is stated after the other: for each of them, with its place from 1 as ordinal of the event. */
  findings(view: number, statements: readonly number[]): readonly (readonly Violation[])[] {
    this.#judge.restore(this.views.valueOf(view));
    let before = this.#judge.checkpoint().properties;
    return statements.map((id, at) => {
      const { node, facts } = this.statements.valueOf(id);
      for (const fact of facts) this.#judge.observe(this.#startUs, at + 1, node, fact);
      const after = this.#judge.checkpoint().properties;
      const found = after.flatMap(({ first }, index) =>
        this.#advisory[index] ? [] : first.slice(before[index].first.length),
      );
      before = after;
      return found;
    });
  }

  #ask(view: number, statements: number): Judgement {
    const checkpoint = this.views.valueOf(view);
    const { node, facts } = this.statements.valueOf(statements);
    this.#judge.restore(checkpoint);
    for (const fact of facts) this.#judge.observe(this.#startUs, 0, node, fact);
    const after = this.#judge.checkpoint();
    const broken = after.properties.flatMap(({ violations }, index) =>
      violations > checkpoint.properties[index].violations && !this.#advisory[index] ? [this.#ids[index]] : [],
    );
    return { view: this.#numbered(after), broken };
  }

  #viewNow(): number {
    return this.#numbered(this.#judge.checkpoint());
  }

  /** What a view has in common with another that judges everything to come alike: counts and evidence are left out. */
  #numbered(checkpoint: JudgeCheckpoint<unknown>): number {
    const owed = new Set(checkpoint.debts.map(({ property, key }) => `${property} ${key}`));
    return this.views.idOf(checkpoint, { view: checkpoint.view, owed });
  }
}
