// `faultline run`: runs stories and judges them.

import { basename } from "node:path";

import { briefOf, combinedDigest, totalsOf } from "../campaign/brief.ts";
import { judge } from "../campaign/judgement.ts";
import { type Job, seedsIn } from "../campaign/plan.ts";
import { campaignOf, partOf, planDigestOf, type Shard } from "../campaign/shard.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import { testReportOf } from "../report/campaign-cases.ts";
import type { CampaignReport, ReportedScenario } from "../report/campaign-report.ts";
import { junitReport } from "../report/junit.ts";
import type { TestReport } from "../report/test-report.ts";
import type { Run } from "../simulate.ts";
import { circumstancesOf } from "./circumstances.ts";
import {
  campaignDocument,
  reportDocument,
  runDocument,
  shardDocument,
  shardFormat,
  type ShardStamp,
} from "./documents.ts";
import { determinismAnswer } from "./determinism.ts";
import { argumentMistake, type ExitCode, exitCodes } from "./exit-codes.ts";
import { saveFailure } from "./failure-files.ts";
import { OutputFolder } from "./files.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { type NamedPage, ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import {
  goingOnLines,
  type JudgedStory,
  jobsOf,
  type ManyRuns,
  manyLines,
  type PlannedSeeds,
  replayCommandOf,
  runMany,
  workersFor,
} from "./run-many.ts";
import { pagesOf } from "./run-pages.ts";
import { readRunRequest, type RunFlags, type RunRequest } from "./run-request.ts";
import { runSingle, singleLines } from "./run-single.ts";
import { signaturesOf } from "./signatures.ts";
import { type LoadedStory, loadStories } from "./stories.ts";
import { lineOfStory } from "./story-line.ts";

/** Failure files of one scenario; further ones are likely the same failure. */
const savedMax = 5;

export async function run(references: readonly string[], flags: RunFlags, output: Output): Promise<Answer> {
  const request = readRunRequest(flags);
  const systems = loadSystems(request.plugIns);
  const stories = loadStories(references, { systems, set: request.set, variant: request.variant });
  const whole = jobsOf(stories, request);
  const jobs = request.shard === undefined ? whole : partOf(whole, request.shard);
  const runs = jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0);
  const [only] = stories;
  const isSingle = runs === 1 && only !== undefined && request.shard === undefined;
  if (!isSingle) refuseTrace(request, runs);
  // Before anything runs: a campaign of an hour must not end at a folder that cannot be made.
  const folders = {
    report: request.report === undefined ? undefined : new ReportFolder(request.report),
    save: request.save === undefined ? undefined : new OutputFolder(request.save),
    histories: isSingle || request.history === undefined ? undefined : new OutputFolder(request.history),
  };
  const clock = startClock(request.checksDeterminism || isSingle ? 0 : workersFor(request, jobs));
  if (request.checksDeterminism) return determinismAnswer(stories, jobs, clock, output);

  const single = isSingle ? runSingle(only, jobs[0]?.seeds.from ?? only.scenario.seed, request) : undefined;
  const many =
    single === undefined ? await runMany(stories, jobs, request, folders.histories) : asMany(single.story, single.run);
  const saved = folders.save === undefined ? [] : saveAll(many, folders.save);
  const report: CampaignReport = {
    meta: clock(),
    scenarios: many.stories.map((judged) => reported(judged, request, output)),
  };
  const tested = testReportOf(report);
  const pages = folders.report === undefined ? [] : pagesOf(report, many, single, request);
  const written = folders.report === undefined ? [] : writeReport(report, tested, many, pages, folders.report);
  const told = single === undefined ? manyLines(many, request, output) : singleLines(single, request, output);
  if (many.wasInterrupted) output.aside(goingOnLines(many, request));
  const document =
    single !== undefined
      ? runDocument(single)
      : request.shard === undefined
        ? campaignDocument(report, many.wasInterrupted)
        : shardDocument(report, many.wasInterrupted, stampOf(request.shard, whole, request), planned(whole, request));
  return {
    exitCode: exitCodeOf(many),
    lines: [...told, ...[...saved, ...written].map((path) => `wrote ${path}`)],
    document: { ...document, wrote: [...saved, ...written] },
    report: tested,
  };
}

const stampOf = (shard: Shard, whole: readonly Job[], request: RunRequest): ShardStamp => ({
  format: shardFormat,
  campaign: campaignOf(whole, shard, circumstancesOf(request)),
  ...shard,
});

const planned = (whole: readonly Job[], request: RunRequest): readonly PlannedSeeds[] =>
  whole.map(({ scenario, seeds }) => ({ plan: planDigestOf(scenario, circumstancesOf(request)), seeds }));

function refuseTrace({ trace }: RunRequest, runs: number): void {
  if (trace === undefined) return;
  throw argumentMistake(`--trace ${trace}`, {
    code: "ONE_RUN_ONLY",
    what: `--trace writes one run, and ${runs} were asked for.`,
    expected: "Expected one scenario under one seed.",
    fix: "name one story, as in file.yaml#base, with --seed instead of --seeds.",
  });
}

/** One run told as a campaign of one, so that reports and exit codes know only campaigns. */
function asMany(story: LoadedStory, done: Run): ManyRuns {
  const runs = [briefOf(done)];
  const result: ScenarioResult = {
    scenario: story.scenario,
    seeds: { from: done.seed, to: done.seed },
    runs,
    totals: totalsOf(done),
    digest: combinedDigest(runs),
    missingFrom: undefined,
  };
  return {
    stories: [{ story, result, judgement: judge(result, story.system.measures.figures) }],
    wasInterrupted: false,
  };
}

function reported({ story, result, judgement }: JudgedStory, request: RunRequest, output: Output): ReportedScenario {
  // They cost another run of each failure.
  const isNamed = request.shard !== undefined || output.tellsTo("sarif");
  return {
    file: story.file,
    line: judgement.outcome === "held" ? 1 : lineOfStory(story),
    result,
    judgement,
    specs: story.system.measures.figures,
    replay: replayCommandOf(story, request),
    signatures: isNamed ? signaturesOf(story, result) : new Map(),
  };
}

function saveAll({ stories }: ManyRuns, folder: OutputFolder): readonly string[] {
  const taken = new Set<string>();
  return stories.flatMap(({ story, result, judgement }) => {
    const failing = result.runs.filter(({ outcome }) => outcome === "violated").slice(0, savedMax);
    const [first] = result.runs;
    // A bound that was not met is about all runs; the first one stands for them.
    const isOnlyUnmet = failing.length === 0 && judgement.outcome === "unmet" && first !== undefined;
    const ending = isOnlyUnmet ? ".unmet.yaml" : ".failure.yaml";
    return [...failing, ...(isOnlyUnmet ? [first] : [])].map(({ seed }) => {
      const path = saveFailure(story, seed, folder, { taken, ending });
      taken.add(basename(path));
      return path;
    });
  });
}

function writeReport(
  report: CampaignReport,
  tested: TestReport,
  { wasInterrupted }: ManyRuns,
  pages: readonly NamedPage[],
  folder: ReportFolder,
): readonly string[] {
  const others = [
    { name: "report.md", text: tested.markdown },
    { name: "junit.xml", text: junitReport(tested) },
    { name: "report.json", text: reportDocument(report, wasInterrupted) },
  ];
  return folder.write(pages, report.meta, others);
}

function exitCodeOf({ stories, wasInterrupted }: ManyRuns): ExitCode {
  if (wasInterrupted) return exitCodes.interrupted;
  return stories.every(({ judgement }) => judgement.outcome === "held") ? exitCodes.held : exitCodes.failed;
}
