// `npm run tune`: measures what studies promise, section by section, and writes reports/tune.md and reports/tune.json.
// Progress goes to stderr. Ends with 1 when a bar is not met.

import { type MeasuredSection, writeSection } from "../hunt/report.ts";
import { optimumSection } from "./sections/optimum.ts";
import { pairingSection } from "./sections/pairing.ts";

const sections: ReadonlyMap<string, (tell: (line: string) => void) => Promise<MeasuredSection>> = new Map([
  ["optimum", optimumSection],
  ["pairing", pairingSection],
]);

async function main(typed: readonly string[]): Promise<number> {
  const unknown = typed.find((name) => !sections.has(name));
  if (unknown !== undefined) {
    process.stderr.write(
      `usage: npm run tune -- [${[...sections.keys()].join(" | ")}]…\n\n  "${unknown}" is none of them.\n`,
    );
    return 2;
  }
  let missed = 0;
  for (const name of typed.length === 0 ? [...sections.keys()] : typed) {
    const section = await sections.get(name)?.((line) => process.stderr.write(`${line}\n`));
    if (section === undefined) continue;
    writeSection(name, section, { name: "tune", heading: "Studies, measured" });
    for (const { what, bar, measured, met } of section.figures) {
      process.stdout.write(`${met ? "met    " : "NOT MET"}  ${what}: ${measured} (${bar})\n`);
      if (!met) missed += 1;
    }
  }
  return missed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
