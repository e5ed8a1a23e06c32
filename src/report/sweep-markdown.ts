// A sweep as `report.md`: the answer, and its tables as a terminal shows them.

import type { Sweep } from "../tune/sweep.ts";
import type { SweepAnswer } from "../tune/sweep-answer.ts";
import { sweepLines } from "./sweep-lines.ts";
import { noPaint } from "./words.ts";

const width = 100;

export function sweepMarkdown(sweep: Sweep, answer: SweepAnswer): string {
  const lines = sweepLines(sweep, answer, { paint: noPaint, width });
  // A fence longer than any run of backticks in it: nothing in the text can end it.
  const longest = Math.max(2, ...[...lines.join("\n").matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return ["# A sweep", "", `${fence}text`, ...lines, fence, ""].join("\n");
}
