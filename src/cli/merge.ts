// `faultline merge`: the results of shards, as one verdict, one report and one exit code.

import { type Contradiction, join, type Joined, type Remark, type Stamped } from "../campaign/join.ts";
import { joinHunts, type JoinedHunt } from "../campaign/join-hunts.ts";
import { judge } from "../campaign/judgement.ts";
import { testReportOf } from "../report/campaign-cases.ts";
import { type CampaignReport, type ReportedScenario, replayOf } from "../report/campaign-report.ts";
import { inertText } from "../report/hunt-cases.ts";
import { markdown } from "../report/markdown.ts";
import type { Case, Suite, TestReport } from "../report/test-report.ts";
import { plural, printCount, wrap } from "../report/words.ts";
import { printable } from "../scenario/problem.ts";
import { campaignLines } from "./campaign-lines.ts";
import { scenarioDocument } from "./documents.ts";
import { argumentMistake, exitCodes, ReaderMistake } from "./exit-codes.ts";
import { huntReport } from "./hunt-shard.ts";
import { type ReportedPart, readShard, resultFiles } from "./merge-reading.ts";
import type { Answer, Output } from "./output.ts";
import { startClock } from "./report-meta.ts";

/** What is there, and what is to be said about the rest. */
interface Merged {
  readonly shards: readonly (Stamped & { readonly command: "run" | "fuzz" })[];
  readonly scenarios: readonly ReportedScenario[];
  readonly hunts: readonly JoinedHunt[];
  readonly remarks: readonly Remark[];
  readonly isComplete: boolean;
}

export function merge(paths: readonly string[], output: Output): Answer {
  const clock = startClock(0);
  const merged = mergeFiles(paths);
  const { shards, scenarios, hunts, remarks, isComplete } = merged;
  const isRight =
    isComplete &&
    scenarios.every(({ judgement }) => judgement.outcome === "held") &&
    hunts.every((hunt) => isClean(hunt));
  return {
    exitCode: isRight ? exitCodes.held : exitCodes.failed,
    lines: linesOf(merged, output),
    document: {
      complete: isComplete,
      inputs: shards.map(({ file, command, campaign, index, count }) => ({ file, command, campaign, index, count })),
      remarks: remarks.map(({ file, code, what }) => ({ file, code, what })),
      scenarios: scenarios.map((scenario) => scenarioDocument(scenario)),
      hunts: hunts.map((hunt) => huntDocument(hunt)),
    },
    report: reportOn(merged, { meta: clock(), scenarios }),
  };
}

/** @throws ReaderMistake when nothing is usable, or two results cannot both be true. */
function mergeFiles(paths: readonly string[]): Merged {
  const read = resultFiles(paths).map((file) => readShard(file));
  const runs = read.flatMap((one) => (one.type === "runs" ? [one.shard] : []));
  const hunts = read.flatMap((one) => (one.type === "hunt" ? [one.shard] : []));
  const unread = read.flatMap((one) => (one.type === "remark" ? [one.remark] : []));
  if (runs.length + hunts.length === 0) throw nothingToMerge(paths, unread);
  const joined = join(runs);
  if (joined.type === "contradictory") throw contradiction(joined);
  const joinedHunts = joinHunts(hunts);
  if (joinedHunts.type === "contradictory") throw contradiction(joinedHunts);
  const remarks = [...unread, ...joined.remarks, ...joinedHunts.remarks];
  const scenarios = joined.scenarios.map((scenario) => reported(scenario));
  return {
    shards: [
      ...runs.map((shard) => ({ ...shard, command: "run" as const })),
      ...hunts.map((shard) => ({ ...shard, command: "fuzz" as const })),
    ],
    scenarios,
    hunts: joinedHunts.hunts,
    remarks,
    isComplete:
      !remarks.some(({ isLoss }) => isLoss) && scenarios.every(({ result }) => result.missingFrom === undefined),
  };
}

const isClean = ({ result, inert }: JoinedHunt): boolean =>
  result.findings.length === 0 && (result.allowsInert || inertText(inert) === "");

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

function linesOf({ shards, scenarios, hunts, remarks, isComplete }: Merged, output: Output): readonly string[] {
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
    ...hunts.flatMap((hunt) => huntLines(hunt, output)),
  ];
}

function huntLines(hunt: JoinedHunt, { paint, width }: Output): readonly string[] {
  const { system, seed, findings, effects } = hunt.result;
  const word =
    findings.length === 0 ? paint.good("NOTHING FOUND") : paint.bad(plural(findings.length, "FINDING", "FINDINGS"));
  const idle = inertText(hunt.inert);
  return [
    `${paint.bold(`${printable(system)} hunted`)}  ${paint.dim(`seed ${seed}`)}  ${word}`,
    ...wrap(
      `${plural(effects.runs, "run")}: ${printCount(effects.violated)} violated, ${printCount(effects.inconclusive)} inconclusive.`,
      width,
    ),
    ...findings.flatMap(({ property, because, count, replay }) => [
      ...wrap(`${printable(property)}: ${printable(because)} (${plural(count, "time")})`, width - 2).map(
        (line) => `  ${paint.bad(line)}`,
      ),
      ...(replay === undefined ? [] : [`    ${replay}`]),
    ]),
    ...(idle === "" ? [] : wrap(printable(idle), width - 2).map((line) => `  ${paint.doubt(line)}`)),
    "",
  ];
}

const huntDocument = ({ result, inert }: JoinedHunt) => ({
  system: result.system,
  seed: result.seed,
  runs: result.effects.runs,
  violated: result.effects.violated,
  inconclusive: result.effects.inconclusive,
  findings: result.findings.map(({ signature, kind, property, because, count, seed, file, replay }) => ({
    signature,
    kind,
    property,
    because,
    count,
    seed,
    file: file ?? null,
    replay: replay ?? null,
  })),
  inert,
});

function nextOf(scenario: Pick<ReportedScenario, "judgement" | "replay">) {
  const command = replayOf(scenario);
  return command === undefined ? [] : [{ command, about: "the first failing seed, message by message" }];
}

function reportOn({ remarks, hunts, scenarios }: Merged, campaign: CampaignReport): TestReport {
  const ofRuns = testReportOf(campaign);
  const ofHunts = huntReport(hunts, campaign.meta);
  const told = remarks.map(({ file, code, what }) => `- ${markdown(file)}: ${code}. ${markdown(what)}`);
  return {
    meta: campaign.meta,
    suites: [completeness(remarks), ...ofRuns.suites, ...ofHunts.suites],
    markdown: [
      ...told,
      ...(told.length === 0 ? [] : [""]),
      ...(scenarios.length === 0 ? [] : [ofRuns.markdown]),
      ofHunts.markdown,
    ].join("\n"),
  };
}

/** A report that is green because a part of it is missing would be the worst of all. */
function completeness(remarks: readonly Remark[]): Suite {
  const losses = remarks.filter(({ isLoss }) => isLoss);
  const rule = { id: "COMPLETE", claim: "every shard is there, whole", source: "faultline merge" };
  const because = losses.map(({ file, what }) => `${file}: ${what}`).join(" ");
  const finding = { because, details: [], replay: undefined, seed: undefined, signature: undefined };
  const result: Case["result"] = losses.length === 0 ? { type: "passed" } : { type: "failed", finding };
  return { name: "faultline merge", file: losses[0]?.file ?? "", line: 1, cases: [{ name: rule.claim, rule, result }] };
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

const contradiction = ({ file, other, what }: Contradiction): ReaderMistake =>
  new ReaderMistake([
    {
      place: { type: "wholeFile", file },
      code: "CONTRADICTION",
      what: `It and ${printable(other)} cannot both count. ${what}`,
      expected: "Expected each run once, and the same runs from the same code.",
      fix: "leave one of them out; results of different commits do not belong together.",
    },
  ]);
