// `faultline run`: runs stories and judges them.

import { hostname } from "node:os";

import { briefOf, combinedDigest, totalsOf } from "../campaign/brief.ts";
import { judge } from "../campaign/judgement.ts";
import { seedsIn } from "../campaign/plan.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import type { CampaignReport, ReportedScenario } from "../report/campaign-report.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import type { Run } from "../simulate.ts";
import { campaignDocument, reportDocument, runDocument } from "./documents.ts";
import { determinismAnswer } from "./determinism.ts";
import { argumentMistake, type ExitCode, exitCodes } from "./exit-codes.ts";
import { saveFailure } from "./failure-files.ts";
import { OutputFolder } from "./files.ts";
import { addToJobSummary, annotations } from "./github.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { type JudgedStory, jobsOf, type ManyRuns, manyLines, replayOf, runMany, workersFor } from "./run-many.ts";
import { readRunRequest, type RunFlags, type RunRequest } from "./run-request.ts";
import { runSingle, singleLines } from "./run-single.ts";
import { type LoadedStory, loadStories } from "./stories.ts";
import { version } from "./version.ts";

/** Failure files of one scenario; further ones are likely the same failure. */
const savedMax = 5;

export async function run(references: readonly string[], flags: RunFlags, output: Output): Promise<Answer> {
  const request = readRunRequest(flags);
  const systems = loadSystems(request.plugIns);
  const stories = loadStories(references, { systems, set: request.set, variant: request.variant });
  const jobs = jobsOf(stories, request);
  const runs = jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0);
  if (runs !== 1) refuseSingleFiles(request, runs);
  // Before anything runs: a campaign of an hour must not end at a folder that cannot be made.
  const folders = {
    report: request.report === undefined ? undefined : new OutputFolder(request.report),
    save: request.save === undefined ? undefined : new OutputFolder(request.save),
  };
  if (request.checksDeterminism) return determinismAnswer(stories, jobs, output);

  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const [only] = stories;
  const single =
    runs === 1 && only !== undefined ? runSingle(only, jobs[0]?.seeds.from ?? only.scenario.seed, request) : undefined;
  const many = single === undefined ? await runMany(stories, request) : asMany(single.story, single.run);
  const saved = folders.save === undefined ? [] : saveAll(many, folders.save);
  const report: CampaignReport = {
    meta: {
      faultline: version,
      startedAt,
      tookMs: performance.now() - startMs,
      host: hostname(),
      node: process.version,
      workers: single === undefined ? workersFor(request, jobs) : 0,
    },
    scenarios: many.stories.map((judged) => reported(judged, request)),
  };
  const written = folders.report === undefined ? [] : writeReport(report, folders.report);
  const told = single === undefined ? manyLines(many, request, output) : singleLines(single, request, output);
  const annotated = isInActions() ? annotations(report.scenarios) : [];
  if (isInActions()) addToJobSummary(markdownReport(report));
  // The one document has stdout to itself; GitHub listens on both.
  if (output.isJson && annotated.length > 0) process.stderr.write(`${annotated.join("\n")}\n`);
  return {
    exitCode: exitCodeOf(many),
    lines: [...told, ...[...saved, ...written].map((path) => `wrote ${path}`), ...annotated],
    document: {
      ...(single === undefined ? campaignDocument(report, many.wasInterrupted) : runDocument(single)),
      wrote: [...saved, ...written],
    },
  };
}

const isInActions = (): boolean => (process.env["GITHUB_ACTIONS"] ?? "") !== "";

function refuseSingleFiles({ trace, history }: RunRequest, runs: number): void {
  for (const [option, path] of [
    ["--trace", trace],
    ["--history", history],
  ] as const) {
    if (path === undefined) continue;
    throw argumentMistake(`${option} ${path}`, {
      code: "ONE_RUN_ONLY",
      what: `${option} writes one run, and ${runs} were asked for.`,
      expected: "Expected one scenario under one seed.",
      fix: "name one story, as in file.yaml#base, with --seed instead of --seeds.",
    });
  }
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
  return { stories: [{ story, result, judgement: judge(result, story.system) }], wasInterrupted: false };
}

const reported = ({ story, result, judgement }: JudgedStory, request: RunRequest): ReportedScenario => ({
  file: story.file,
  result,
  judgement,
  specs: story.system.measures.figures,
  replay: replayOf(story, judgement, request),
});

function saveAll({ stories }: ManyRuns, folder: OutputFolder): readonly string[] {
  return stories.flatMap(({ story, result, judgement }) => {
    const failing = result.runs.filter(({ outcome }) => outcome === "violated").slice(0, savedMax);
    const [first] = result.runs;
    // A bound that was not met is about all runs; the first one stands for them.
    const isOnlyUnmet = failing.length === 0 && judgement.outcome === "unmet" && first !== undefined;
    return [...failing, ...(isOnlyUnmet ? [first] : [])].map(({ seed }) => saveFailure(story, seed, folder));
  });
}

function writeReport(report: CampaignReport, folder: OutputFolder): readonly string[] {
  return [
    folder.write("report.md", markdownReport(report)),
    folder.write("junit.xml", junitReport(report)),
    folder.write("report.json", reportDocument(report)),
  ];
}

function exitCodeOf({ stories, wasInterrupted }: ManyRuns): ExitCode {
  if (wasInterrupted) return exitCodes.interrupted;
  return stories.every(({ judgement }) => judgement.outcome === "held") ? exitCodes.held : exitCodes.failed;
}
