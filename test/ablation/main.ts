// `npm run ablation`: takes the layers of authority away in every combination, and tells which properties break, and by
// which seed. Progress goes to stderr; a full run writes reports/ablation.md and reports/ablation.json.

import { renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { ablate, nameOf } from "./campaign.ts";
import { combinations } from "./layers.ts";
import { asJson, asMarkdown } from "./report.ts";

const USAGE = `usage: npm run ablation -- [--seeds N] [--workers N] [--only TEXT]

  --seeds N     seeds tried for each combination, 100 unless said otherwise
  --workers N   threads, one for each processor unless said otherwise
  --only TEXT   only combinations whose name contains it, such as "margin, max-seen"; writes no report`;

interface Options {
  readonly seeds: number;
  readonly workers: number;
  readonly only: string;
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  const chosen = combinations.filter((combination) => nameOf(combination).includes(options?.only ?? ""));
  if (options === undefined || chosen.length === 0) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seeds, workers, only } = options;
  let told = 0;
  const findings = await ablate(chosen, seeds, {
    workers,
    onProgress: (done, total) => {
      const percent = Math.floor((100 * done) / total);
      if (percent > told) process.stderr.write(`${done} of ${total} runs, ${percent} %\n`);
      told = percent;
    },
  });
  const table = asMarkdown(findings, seeds);
  process.stdout.write(table);
  if (only !== "") return 0;
  write("reports/ablation.md", table);
  write("reports/ablation.json", asJson(findings, seeds));
  return 0;
}

function optionsOf(words: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      strict: true,
      options: { seeds: { type: "string" }, workers: { type: "string" }, only: { type: "string" } },
    });
    const seeds = Number(values.seeds ?? 100);
    const workers = Number(values.workers ?? availableParallelism());
    if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(workers) || workers < 0) return undefined;
    return { seeds, workers, only: values.only ?? "" };
  } catch {
    return undefined;
  }
}

/** Whole or not at all. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

process.exitCode = await main();
