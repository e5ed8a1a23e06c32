// What is asked of a hunt for one planted bug, and what comes of it: sent between threads, and told by reports.

import type { Size } from "../explore/shrink/shrink.ts";
import type { FoundBy } from "../mutants/difference.ts";
import type { Scenario } from "../scenario/scenario.ts";

export interface MutantGround {
  readonly reference: string;
  readonly scenario: Scenario;
  readonly knownBad: string | null;
}

export interface MutantTask {
  /** Of a mutant; or of a system, whose sound form is run in its stead. */
  readonly hunt:
    | { readonly type: "mutant"; readonly id: string }
    | { readonly type: "control"; readonly system: string };
  readonly grounds: readonly MutantGround[];
  readonly runsMax: number;
  /** Of processor time. */
  readonly cpuMsMax: number;
  /** Of processor time, for making what was found smaller; 0: it stays as it is. */
  readonly shrinkMsMax: number;
}

export interface MutantFinding {
  readonly by: FoundBy;
  readonly reference: string;
  readonly knownBad: string | null;
  readonly seed: number;
}

export interface MutantShrunk {
  readonly before: Size & { readonly decisions: number };
  readonly after: Size & { readonly decisions: number };
  readonly isMinimal: boolean;
}

export interface MutantOutcome {
  readonly name: string;
  readonly found: MutantFinding | null;
  /** Planted runs, and those without the bug that they were compared with. */
  readonly runs: number;
  readonly cpuMs: number;
  readonly shrunk: MutantShrunk | null;
  readonly shrinkMs: number;
  /** It was told to stop before its budget was spent. */
  readonly wasStopped: boolean;
}
