// Results of shards, read from files: what they say, or in one sentence why they say nothing.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import type { z } from "zod";

import type { Totals } from "../campaign/brief.ts";
import { plainDigest } from "../base/plain-hash.ts";
import type { HuntShard } from "../campaign/join-hunts.ts";
import type { Part, Remark, ShardResult } from "../campaign/join.ts";
import type { FigureSpec } from "../check/figure.ts";
import { faultKinds } from "../scenario/fault-kinds.ts";
import { printable, shown } from "../scenario/problem.ts";
import { hunted, shardOfRun, shardStamp } from "./document-schemas.ts";
import { shardFormat } from "./documents.ts";
import { ReaderMistake } from "./exit-codes.ts";
import { readText } from "./files.ts";

/** What one shard ran of one scenario, with what a report says of it. */
export interface ReportedPart extends Part {
  readonly file: string;
  readonly line: number;
  readonly replay: string;
  readonly specs: readonly FigureSpec[];
  readonly signatures: ReadonlyMap<string, string>;
}

export type ReadShard =
  | { readonly type: "runs"; readonly shard: ShardResult<ReportedPart> }
  | { readonly type: "hunt"; readonly shard: HuntShard }
  | { readonly type: "remark"; readonly remark: Remark };

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

/** Each file once, by the first of its names. */
export function resultFiles(paths: readonly string[]): readonly string[] {
  const named = new Map<string, string>();
  for (const file of paths.flatMap((path) => resultFilesIn(path))) {
    if (!named.has(resolve(file))) named.set(resolve(file), file);
  }
  return [...named.values()];
}

/** A folder stands for the .json files in it, in order of their names. */
function resultFilesIn(path: string): readonly string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return names.toSorted(byText).map((name) => join(path, name));
}

export function readShard(file: string): ReadShard {
  const remark = (code: string, what: string, isLoss = true): ReadShard => ({
    type: "remark",
    remark: { file, code, what: printable(what), isLoss },
  });
  let document: unknown;
  try {
    document = JSON.parse(readText(file));
  } catch (error) {
    const [problem] = error instanceof ReaderMistake ? error.problems : [];
    if (problem !== undefined) return remark(problem.code, problem.what);
    return remark("DAMAGED", "It is no JSON document: cut short, or changed.");
  }
  if (!isObject(document) || typeof document["faultline"] !== "string") {
    return remark("FOREIGN", "It is no document of Faultline.", false);
  }
  const { command } = document;
  if ("error" in document)
    return remark("NO_RESULT", `faultline ${String(command)} ended with a mistake, not a result.`);
  if (command !== "run" && command !== "fuzz")
    return remark("FOREIGN", `It is what faultline ${String(command)} says, not a result.`, false);
  if (!("shard" in document)) {
    return remark("NOT_A_SHARD", "It was written without --shard; a campaign in one part is --shard 1/1.");
  }
  const stamp = shardStamp.safeParse(document["shard"]);
  if (stamp.success && stamp.data.format > shardFormat) {
    const { faultline } = document;
    return remark(
      "FUTURE",
      `Faultline ${faultline} wrote it in format ${stamp.data.format}; this build reads ${shardFormat}.`,
    );
  }
  const read = (command === "run" ? shardOfRun : hunted).safeParse(document);
  if (!read.success) {
    const [issue] = read.error.issues;
    return remark("DAMAGED", `It is not as --reporter json writes it, at ${shown(issue?.path.join("."))}.`);
  }
  return "scenarios" in read.data
    ? { type: "runs", shard: runsOf(file, read.data) }
    : { type: "hunt", shard: huntOf(file, read.data) };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function runsOf(file: string, document: z.infer<typeof shardOfRun>): ShardResult<ReportedPart> {
  const { shard, scenarios, interrupted } = document;
  const names = [...new Set(scenarios.map(({ scenario }) => scenario))];
  return {
    file,
    ...shard,
    about: names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", "),
    digest: scenarios.map(({ digest }) => digest).join(" "),
    wasInterrupted: interrupted || scenarios.some(({ missingFrom }) => missingFrom !== null),
    parts: scenarios.map((scenario) => partOf(scenario)),
  };
}

function huntOf(file: string, document: z.infer<typeof hunted>): HuntShard {
  const { shard, system, seed, interrupted, findings, ledger, part } = document;
  const { runs, held, violated, inconclusive, events, simulatedUs, turnovers, kinds, properties, strategies } = ledger;
  return {
    file,
    ...shard,
    about: `a hunt of ${system}`,
    digest: plainDigest([findings, runs, events, kinds, properties]),
    wasInterrupted: interrupted,
    result: {
      system,
      seed,
      findings: findings.map(({ strategies: by, file: kept, replay, ...finding }) => ({
        ...finding,
        strategies: new Map(Object.entries(by)),
        file: kept ?? undefined,
        replay: replay === null ? undefined : printable(replay),
        notes: finding.notes.map((note) => printable(note)),
      })),
      effects: {
        runs,
        held,
        violated,
        inconclusive,
        eventsDone: events,
        simulatedUs,
        kinds: new Map(faultKinds.flatMap((kind) => (kinds[kind] === undefined ? [] : [[kind, kinds[kind]]]))),
        properties: new Map(Object.entries(properties)),
        turnovers: turnovers.byRuns,
      },
      strategies: new Map(Object.entries(strategies)),
      ...part,
    },
  };
}

function partOf(scenario: z.infer<typeof shardOfRun>["scenarios"][number]): ReportedPart {
  const { part, seeds, digest, missingFrom, properties, faults, messages, events } = scenario;
  const totals: Totals = {
    runs: scenario.runs,
    properties: properties.map((property) => ({ ...property, first: property.first })),
    figures: part.samples,
    tallies: faults,
    messages,
    eventsDone: events,
    forcedMisfits: part.forcedMisfits,
  };
  return {
    plan: part.plan,
    of: part.of,
    result: {
      scenario: part.outline,
      seeds,
      runs: part.runs,
      totals,
      digest,
      missingFrom: missingFrom ?? undefined,
    },
    file: scenario.file,
    line: part.line,
    replay: printable(part.replay),
    specs: part.specs,
    signatures: new Map(Object.entries(part.signatures)),
  };
}
