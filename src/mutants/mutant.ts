// A planted bug as a value: what it does to a system, where it lies, and where it is hunted.

import type { HostedSystem } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";

/** Changes a system into one that has the bug. The system that was given stays as it is. */
export type Plant = (system: AnySystem) => HostedSystem;

export interface Mutant {
  /** Such as "mesh/fence-forgotten". Unique; what `--plant` names. */
  readonly id: string;
  /** The system that it is planted in. */
  readonly system: string;
  /** In what runs, in what it runs on, or in who judges it. */
  readonly where: "logic" | "world" | "judge";
  /** What is wrong, in one sentence. */
  readonly about: string;
  /** Where it is known from: requirement ids, a section of a paper, a published bug. */
  readonly source: string;
  /** How many events have to come in one order before it shows; absent: one or two. */
  readonly depth?: number;
  readonly plant: Plant;
}
