// Which worlds a ledger needs runs of: points of different claims that are one story share its runs.

import type { ClaimPoint, ClaimSpec, ClaimTest, MeasuredClaim } from "../../systems/claims.ts";
import type { Observation } from "../observation.ts";
import type { ObservedRun } from "./sample.ts";

/** A story with values put in, and what its points ask of each run. */
export interface Cell {
  readonly key: string;
  readonly story: string;
  readonly set: readonly string[];
  /** Runs for each seed asked for: the most that a point wants. */
  readonly times: number;
  readonly figures: ReadonlySet<string>;
  readonly properties: ReadonlySet<string>;
}

/** Equal for points that are run alike. */
export const cellKey = ({ story, set }: ClaimPoint): string => [story, ...(set ?? [])].join("\n");

/** What a point is judged by: its own tests, or its claim's. */
export const testsOf = (claim: MeasuredClaim, point: ClaimPoint): readonly ClaimTest[] => point.tests ?? claim.tests;

/** In the order in which claims name them. */
export function cellsOf(claims: readonly ClaimSpec[]): readonly Cell[] {
  const cells = new Map<string, Cell>();
  for (const claim of claims) {
    if (claim.type === "untestable") continue;
    for (const point of [...claim.points, ...(claim.remedies ?? [])]) {
      const key = cellKey(point);
      const known = cells.get(key);
      const tests = testsOf(claim, point);
      cells.set(key, {
        key,
        story: point.story,
        set: point.set ?? [],
        times: Math.max(known?.times ?? 1, point.times ?? 1),
        figures: new Set([...(known?.figures ?? []), ...tests.flatMap((test) => figuresOf(test))]),
        properties: new Set([...(known?.properties ?? []), ...tests.flatMap((test) => propertiesOf(test))]),
      });
    }
  }
  return [...cells.values()];
}

/** Ids of the figures that a test looks at. */
function figuresOf(test: ClaimTest): readonly string[] {
  switch (test.type) {
    case "never":
      return [];
    case "share":
      return [...test.figures, ...(test.among ?? [])];
    case "each":
      return test.among === undefined ? [test.figure] : [test.figure, test.among];
    default:
      return [test.figure];
  }
}

/** Ids of the properties that a test looks at. */
const propertiesOf = (test: ClaimTest): readonly string[] => (test.type === "never" ? test.properties : []);

/** As much of a run as the points of a cell ask about. */
export function observedIn(cell: Cell, { seed, figures, exercised, violated }: Observation): ObservedRun {
  const kept = figures.filter(({ id }) => cell.figures.has(id)).map(({ id, samples }) => [id, samples] as const);
  return {
    seed,
    figures: new Map(kept),
    exercised: new Set(exercised.filter((id) => cell.properties.has(id))),
    violated: new Set(violated.filter((id) => cell.properties.has(id))),
  };
}
