// `npm run bench`: how fast the simulator is, beside the other simulators that are installed here. Progress goes to
// stderr, the table to stdout, and a full run also writes reports/bench.md and reports/bench.json.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus, hostname, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killRunning, type Job } from "./harness/job.ts";
import { peerVersions } from "./harness/peers.ts";
import { asJson, asMarkdown, asTable, countGoals, type Meta } from "./harness/report.ts";
import { measure, type Measurements } from "./harness/rounds.ts";
import { median } from "./harness/statistics.ts";
import { isJob, judge, type JudgedSection } from "./harness/verdict.ts";
import { groups, plan, reference } from "./plan.ts";
import type { Group, Section, SpeedRow } from "./sections/section.ts";

const USAGE = `usage: npm run bench -- [--quick] [--only ${groups.join(",")}] [--rounds N]

  --quick       one short round in about a minute; writes no report
  --only LIST   these groups only; writes no report
  --rounds N    3 unless said otherwise; medians over the rounds are what is reported`;

interface Options {
  readonly isQuick: boolean;
  readonly only: readonly Group[];
  readonly rounds: number;
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const begunAt = performance.now();
  say("compiling peers, or finding them in the cache");
  const sections = plan(options).filter(({ group }) => options.only.includes(group));
  const measurements = await measure(jobsOf(sections), reference, options.rounds, (done, jobs, round, id) => {
    say(`${done + 1}/${jobs} round ${round} ${id}`);
  });
  const judged = sections.map((section) => judge(section, measurements));
  const meta = metaOf(options, measurements, (performance.now() - begunAt) / 60_000);
  process.stdout.write(`${asTable(judged)}\n${footOf(judged, meta)}\n`);
  if (!options.isQuick && options.only.length === groups.length) write(judged, meta);
  else say("no report written: that takes a full run");
  return oursFailed(judged) ? 1 : 0;
}

function optionsOf(words: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...words],
      strict: true,
      options: { quick: { type: "boolean" }, only: { type: "string" }, rounds: { type: "string" } },
    });
    const isQuick = values.quick ?? false;
    const only = values.only === undefined ? groups : groups.filter((group) => values.only?.split(",").includes(group));
    const rounds = Number(values.rounds ?? (isQuick ? 1 : 3));
    if (!Number.isInteger(rounds) || rounds < 1 || only.length === 0) return undefined;
    return { isQuick, only, rounds };
  } catch {
    return undefined;
  }
}

function jobsOf(sections: readonly Section[]): readonly Job[] {
  const rows = sections.flatMap((section) => section.rows);
  const jobs = rows.flatMap((row): readonly SpeedRow["job"][] => (row.type === "speed" ? [row.job] : row.jobs));
  return [...new Map(jobs.filter(isJob).map((job) => [job.id, job])).values()];
}

function metaOf({ rounds }: Options, { referenceRates }: Measurements, minutes: number): Meta {
  const usual = median(referenceRates);
  return {
    date: new Date().toISOString(),
    host: hostname(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    versions: { Node: process.version, V8: process.versions.v8, ...peerVersions() },
    rounds,
    machineSpeed: { slowest: Math.min(...referenceRates) / usual, fastest: Math.max(...referenceRates) / usual },
    minutes,
  };
}

function footOf(sections: readonly JudgedSection[], { machineSpeed, rounds }: Meta): string {
  const { met, missed } = countGoals(sections);
  const drift = `${machineSpeed.slowest.toFixed(2)} to ${machineSpeed.fastest.toFixed(2)}`;
  const installs = sections.flatMap(({ lines }) => lines.flatMap((line) => ("install" in line ? [line.install] : [])));
  const advice = [...new Set(installs)].map((install) => `Skipped peers: ${install}\n`);
  return (
    `${advice.join("")}${met} goals met, ${missed} missed. Medians of ${rounds} round${rounds === 1 ? "" : "s"}; ` +
    `the machine ran at ${drift} of its\nusual speed, which the ratios are corrected for.`
  );
}

function oursFailed(sections: readonly JudgedSection[]): boolean {
  return sections.some(({ lines }) => lines[0].type === "absent");
}

function write(sections: readonly JudgedSection[], meta: Meta): void {
  const folder = fileURLToPath(new URL("../../reports/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of [
    ["bench.md", asMarkdown(sections, meta)],
    ["bench.json", asJson(sections, meta)],
  ]) {
    writeFileSync(`${folder}${name}.partial`, text);
    renameSync(`${folder}${name}.partial`, `${folder}${name}`);
    say(`wrote reports/${name}`);
  }
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

process.on("SIGINT", () => {
  killRunning();
  process.exit(130);
});
process.exitCode = await main();
