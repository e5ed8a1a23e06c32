// What a sequential model says to the search: states, and what each operation of a history does to them.

import { canonicalJson } from "../../base/canonical-json.ts";

/** One operation as a history tells it. */
export interface Said {
  readonly op: string;
  /** Of the invocation. */
  readonly value: unknown;
  /** null: nobody knows what came of it. */
  readonly answer: { readonly value: unknown } | null;
}

/** What an operation means. */
export interface Action<State> {
  /** In words. Two actions of one model that say the same mean the same. */
  readonly says: string;
  /** The state after it; undefined: it cannot happen in this state. */
  next(state: State): State | undefined;
  /** It leaves each state in which it can happen as it is. */
  readonly observes: boolean;
  /** It can happen in every state, and what it leaves is the same whatever was there before. */
  readonly overwrites: boolean;
  /** What another action must have left for this one to be possible; undefined: no other action helps it. */
  readonly needs: string | undefined;
  /**
   * What it makes possible. An action without an answer is left out of every order once nothing that is open or yet to
   * come needs what it leaves; a model in which that is wrong names its needs wrongly.
   */
  readonly leaves: string | undefined;
}

export type Meaning<State> =
  | { readonly type: "action"; readonly action: Action<State> }
  /** `expected` continues "Expected ...": the reader's mistake, in the value of the line or of its answer. */
  | { readonly type: "meaningless"; readonly expected: string };

/** A sequential specification of one object. Many objects of one model are independent of each other. */
export interface Model<State> {
  readonly name: string;
  readonly about: string;
  readonly operations: readonly string[];
  readonly initial: State;
  meaning(said: Said): Meaning<State>;
  /** Equal for equal states only. */
  identity(state: State): string;
  /** As in "it is ...". */
  tell(state: State): string;
}

export type AnyModel = Model<unknown>;

export const meaningless = (expected: string): { readonly type: "meaningless"; readonly expected: string } => ({
  type: "meaningless",
  expected,
});

/** A field of a value that may be anything. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A name as `says` has it: quoted when it is more than one word, so that no two texts can be mixed up. */
export const named = (name: string): string => (/^[\w.:/-]+$/.test(name) ? name : canonicalJson(name));
