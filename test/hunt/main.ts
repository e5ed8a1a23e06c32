// `npm run hunt`: measures what the hunt promises, section by section, and writes reports/hunt.md and reports/hunt.json.
// Progress goes to stderr. Ends with 1 when a bar is not met.

import { type MeasuredSection, writeSection } from "./report.ts";
import { alarmsSection } from "./sections/alarms.ts";
import { explainSection } from "./sections/explain.ts";
import { exploreSection } from "./sections/explore.ts";
import { guidedSection } from "./sections/guided.ts";
import { historiesSection } from "./sections/histories.ts";
import { shrinkSection } from "./sections/shrink.ts";

const sections: ReadonlyMap<string, (tell: (line: string) => void) => MeasuredSection> = new Map([
  ["shrink", shrinkSection],
  ["explain", explainSection],
  ["explore", exploreSection],
  ["alarms", alarmsSection],
  ["histories", historiesSection],
  ["guided", guidedSection],
]);

function main(typed: readonly string[]): number {
  const unknown = typed.find((name) => !sections.has(name));
  if (unknown !== undefined) {
    process.stderr.write(
      `usage: npm run hunt -- [${[...sections.keys()].join(" | ")}]…\n\n  "${unknown}" is none of them.\n`,
    );
    return 2;
  }
  const chosen = typed.length === 0 ? [...sections.keys()] : typed;
  const missed = chosen.flatMap((name) => {
    const section = sections.get(name)?.((line) => process.stderr.write(`${line}\n`));
    if (section === undefined) return [];
    writeSection(name, section);
    for (const { what, bar, measured, met } of section.figures) {
      process.stdout.write(`${met ? "met    " : "NOT MET"}  ${what}: ${measured} (${bar})\n`);
    }
    return section.figures.filter(({ met }) => !met);
  });
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
