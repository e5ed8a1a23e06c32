// A way to come by candidates, as a value. Every finding says which one found it.

import type { HuntSpec } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Base, Plan } from "./candidate.ts";
import type { Corpus } from "./corpus.ts";
import type { Die } from "./die.ts";

/** What strategies draw from. */
export interface Hunting {
  readonly system: AnySystem;
  readonly spec: HuntSpec;
  readonly bases: readonly Base[];
  readonly corpus: Corpus;
}

export interface Strategy {
  readonly name: string;
  readonly about: string;
  /** A function of the die and what is known; undefined: there is nothing to go on yet. */
  readonly propose: (die: Die, hunting: Hunting) => Plan | undefined;
}
