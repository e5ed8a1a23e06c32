// A way to come by candidates, as a value. Every finding says which one found it.

import type { HuntSpec } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Base, Proposal } from "./candidate.ts";
import type { Die } from "./die.ts";

/** What strategies draw from. */
export interface Hunting {
  readonly system: AnySystem;
  readonly spec: HuntSpec;
  readonly bases: readonly Base[];
}

export interface Strategy {
  readonly name: string;
  readonly about: string;
  /** A function of the die and what is known; undefined: there is nothing to go on yet. */
  readonly propose: (die: Die, hunting: Hunting) => Proposal | undefined;
}
