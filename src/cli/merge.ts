// `faultline merge`: the results of shards, as one verdict, one report and one exit code.

import { join, type Joined, type Remark, type ShardResult } from "../campaign/join.ts";
import { judge } from "../campaign/judgement.ts";
import { testReportOf } from "../report/campaign-cases.ts";
import { type CampaignReport, type ReportedScenario, replayOf } from "../report/campaign-report.ts";
import { markdown } from "../report/markdown.ts";
import type { Case, Suite, TestReport } from "../report/test-report.ts";
import { plural } from "../report/words.ts";
import { printable } from "../scenario/problem.ts";
import { campaignLines } from "./campaign-lines.ts";
import { scenarioDocument } from "./documents.ts";
import { argumentMistake, exitCodes, ReaderMistake } from "./exit-codes.ts";
import { type ReportedPart, readShard, resultFilesIn } from "./merge-reading.ts";
import type { Answer, Output } from "./output.ts";
import { startClock } from "./report-meta.ts";

/** What is there, and what is to be said about the rest. */
interface Merged {
  readonly shards: readonly ShardResult<ReportedPart>[];
  readonly scenarios: readonly ReportedScenario[];
  readonly remarks: readonly Remark[];
  readonly isComplete: boolean;
}

export function merge(paths: readonly string[], output: Output): Answer {
  const clock = startClock(0);
  const merged = mergeFiles(paths);
  const { shards, scenarios, remarks, isComplete } = merged;
  const report: CampaignReport = { meta: clock(), scenarios };
  const isRight = isComplete && scenarios.every(({ judgement }) => judgement.outcome === "held");
  return {
    exitCode: isRight ? exitCodes.held : exitCodes.failed,
    lines: linesOf(merged, output),
    document: {
      complete: isComplete,
      inputs: shards.map(({ file, campaign, index, count }) => ({ file, command: "run", campaign, index, count })),
      remarks: remarks.map(({ file, code, what }) => ({ file, code, what })),
      scenarios: scenarios.map((scenario) => scenarioDocument(scenario)),
    },
    report: withRemarks(testReportOf(report), merged),
  };
}

/** @throws ReaderMistake when nothing is usable, or two results cannot both be true. */
function mergeFiles(paths: readonly string[]): Merged {
  const read = paths.flatMap((path) => resultFilesIn(path)).map((file) => readShard(file));
  const shards = read.flatMap((one) => (one.type === "shard" ? [one.shard] : []));
  const unread = read.flatMap((one) => (one.type === "remark" ? [one.remark] : []));
  if (shards.length === 0) throw nothingToMerge(paths, unread);
  const joined = join(shards);
  if (joined.type === "contradictory") throw contradiction(joined);
  const remarks = [...unread, ...joined.remarks];
  const hasLoss = remarks.some(({ isLoss }) => isLoss);
  const scenarios = joined.scenarios.map((scenario) => reported(scenario));
  return {
    shards,
    scenarios,
    remarks,
    isComplete: !hasLoss && scenarios.every(({ result }) => result.missingFrom === undefined),
  };
}

function reported({ parts, result }: Joined<ReportedPart>): ReportedScenario {
  const bySeed = parts.toSorted((a, b) => a.result.seeds.from - b.result.seeds.from);
  const [first] = bySeed;
  const failing = bySeed.find(({ line }) => line > 1) ?? first;
  const specs = first?.specs ?? [];
  const signatures = new Map(bySeed.toReversed().flatMap((part) => [...part.signatures]));
  return {
    file: first?.file ?? "",
    line: failing?.line ?? 1,
    result,
    // What is expected of all runs cannot be asked of some of them.
    judgement: judge(result, specs, result.missingFrom !== undefined),
    specs,
    replay: first?.replay ?? "",
    signatures,
  };
}

function linesOf({ shards, scenarios, remarks, isComplete }: Merged, output: Output): readonly string[] {
  const { paint } = output;
  const campaigns = new Set(shards.map(({ campaign }) => campaign)).size;
  const whole = `${plural(shards.length, "shard")} of ${plural(campaigns, "campaign")}`;
  return [
    `${paint.bold(whole)}  ${isComplete ? paint.good("COMPLETE") : paint.bad("INCOMPLETE")}`,
    ...remarks.map(({ file, code, what, isLoss }) => {
      const text = `  ${printable(file)}  ${code}  ${what}`;
      return isLoss ? paint.bad(text) : paint.dim(text);
    }),
    "",
    ...campaignLines(
      scenarios.map(({ result, judgement, specs, replay }) => ({
        result,
        judgement,
        specs,
        next: nextOf({ judgement, replay }),
      })),
      output,
    ),
  ];
}

function nextOf(scenario: Pick<ReportedScenario, "judgement" | "replay">) {
  const command = replayOf(scenario);
  return command === undefined ? [] : [{ command, about: "the first failing seed, message by message" }];
}

/** A report that is green because a part of it is missing would be the worst of all. */
function withRemarks(report: TestReport, { remarks }: Merged): TestReport {
  const losses = remarks.filter(({ isLoss }) => isLoss);
  const rule = { id: "COMPLETE", claim: "every shard is there, whole", source: "faultline merge" };
  const because = losses.map(({ file, what }) => `${file}: ${what}`).join(" ");
  const finding = { because, details: [], replay: undefined, seed: undefined, signature: undefined };
  const result: Case["result"] = losses.length === 0 ? { type: "passed" } : { type: "failed", finding };
  const suite: Suite = {
    name: "faultline merge",
    file: losses[0]?.file ?? "",
    line: 1,
    cases: [{ name: rule.claim, rule, result }],
  };
  const told = remarks.map(({ file, code, what }) => `- ${markdown(file)}: ${code}. ${markdown(what)}`);
  return {
    ...report,
    suites: [suite, ...report.suites],
    markdown: [...told, ...(told.length === 0 ? [] : [""]), report.markdown].join("\n"),
  };
}

function nothingToMerge(paths: readonly string[], unread: readonly Remark[]): ReaderMistake {
  if (unread.length === 0) {
    return argumentMistake(`merge ${paths.join(" ")}`, {
      code: "NOTHING_TO_MERGE",
      what: "There is no .json file in it.",
      expected: "Expected what shards wrote with --shard, --reporter json and --reporter-output json=FILE.",
      fix: "name the files, or the folder they were gathered in.",
    });
  }
  return new ReaderMistake(
    unread.map(({ file, code, what }) => ({
      place: { type: "wholeFile", file },
      code,
      what,
      expected: "Expected at least one result of a shard among the files.",
      fix: "write it with --shard i/n --reporter json --reporter-output json=FILE.",
    })),
  );
}

const contradiction = ({
  file,
  other,
  what,
}: {
  readonly file: string;
  readonly other: string;
  readonly what: string;
}) =>
  new ReaderMistake([
    {
      place: { type: "wholeFile", file },
      code: "CONTRADICTION",
      what: `It and ${printable(other)} cannot both count. ${what}`,
      expected: "Expected each run once, and the same runs from the same code.",
      fix: "leave one of them out; results of different commits do not belong together.",
    },
  ]);
