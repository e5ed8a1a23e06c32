// Points of a study as scenarios: values put in by the mechanism of `--set`, and passed by the same schemas.

import { parseScenario, type SystemSchemas, wanted } from "../scenario/parse.ts";
import type { Override } from "../scenario/overrides.ts";
import type { Problem } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { printDuration } from "../base/units.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Point } from "./factor.ts";

/** The file that a study varies, as it was read. */
export interface StudiedFile {
  readonly file: string;
  readonly text: string;
  /** "base" or the name of a variant. */
  readonly variant: string;
  readonly systems: ReadonlyMap<string, AnySystem>;
}

export type PointScenario =
  | { readonly type: "scenario"; readonly scenario: Scenario }
  /** Nothing can be run so: a value is wrong, or the combination is. */
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

export class PointScenarios {
  readonly #file: StudiedFile;
  readonly #set: readonly Override[];
  readonly #schemas: SystemSchemas = new Map();
  #base: PointScenario | undefined = undefined;

  /** @param set of the study and of the command line, in this order: later ones win. */
  constructor(file: StudiedFile, set: readonly Override[]) {
    this.#file = file;
    this.#set = set;
  }

  /** The scenario before anything is varied. */
  base(): PointScenario {
    this.#base ??= this.#read([]);
    return this.#base;
  }

  /**
   * Faults end when they end before anything is varied, whatever the system would need to settle: otherwise settings would
   * be compared under different faults. A study may vary `heal`, too.
   */
  at(point: Point): PointScenario {
    return this.under(point.flatMap(({ puts }) => puts));
  }

  /** As `at`, with any values. */
  under(puts: readonly Override[]): PointScenario {
    const base = this.base();
    if (base.type !== "scenario") return base;
    const place = { type: "argument", argument: "heal" } as const;
    const value = { kind: "scalar", value: printDuration(base.scenario.world.healUs), place } as const;
    return this.#read([{ path: "heal", pathPlace: place, value }, ...puts]);
  }

  #read(puts: readonly Override[]): PointScenario {
    const { text, file, variant, systems } = this.#file;
    const parsed = parseScenario(text, file, {
      systems,
      put: [...this.#set, ...puts],
      variant,
      schemas: this.#schemas,
    });
    if (parsed.type === "refused") return parsed;
    const [scenario] = wanted(parsed.story, variant);
    return { type: "scenario", scenario };
  }
}
