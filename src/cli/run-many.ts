// Many runs: a campaign with its progress, kept when interrupted, told per scenario.

import { availableParallelism } from "node:os";

import { type Judgement, judge } from "../campaign/judgement.ts";
import { type Job, seedsIn } from "../campaign/plan.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import { runCampaign } from "../campaign/run-campaign.ts";
import { summariseCampaign } from "../report/campaign-summary.ts";
import { isExcused } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import { seedMax } from "../scenario/story-schema.ts";
import { plural } from "../report/words.ts";
import { shellWord } from "./arguments.ts";
import { commandLine } from "./next-commands.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import type { RunRequest } from "./run-request.ts";
import type { LoadedStory } from "./stories.ts";

export interface JudgedStory {
  readonly story: LoadedStory;
  readonly result: ScenarioResult;
  readonly judgement: Judgement;
}

export interface ManyRuns {
  readonly stories: readonly JudgedStory[];
  readonly wasInterrupted: boolean;
}

export const jobsOf = (stories: readonly LoadedStory[], { seeds }: RunRequest): readonly Job[] =>
  stories.map(({ scenario }) => ({ scenario, seeds: seeds ?? { from: scenario.seed, to: scenario.seed } }));

export const workersFor = ({ workers }: RunRequest, jobs: readonly Job[]): number =>
  workers ??
  Math.min(
    availableParallelism(),
    jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0),
  );

export async function runMany(stories: readonly LoadedStory[], request: RunRequest): Promise<ManyRuns> {
  const jobs = jobsOf(stories, request);
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(130);
    process.stderr.write("\nInterrupted: keeping the finished runs. Press Ctrl-C again to leave at once.\n");
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const progress = await Progress.begin();
  try {
    const results = await runCampaign(jobs, {
      workers: workersFor(request, jobs),
      limits: request.limits,
      plugIns: request.plugIns,
      signal: interruption.signal,
      onProgress: (done, total) => progress.show(done, total),
    });
    return {
      stories: stories.flatMap((story, index) => {
        const result = results[index];
        return result === undefined ? [] : [{ story, result, judgement: judge(result, story.system) }];
      }),
      wasInterrupted: interruption.signal.aborted,
    };
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

export function manyLines(
  { stories, wasInterrupted }: ManyRuns,
  request: RunRequest,
  output: Output,
): readonly string[] {
  const { paint, width } = output;
  if (stories.length > overviewFrom) return overviewLines({ stories, wasInterrupted }, request, output);
  return stories.flatMap(({ story, result, judgement }, index) => [
    ...(index === 0 ? [] : ["", paint.dim("─".repeat(width)), ""]),
    ...summariseCampaign(
      { result, judgement, specs: story.system.measures.figures, next: nextOf(story, result, judgement, request) },
      paint,
      width,
    ),
  ]);
}

/** More stories than this are a line each; whoever wants more names one, or asks for a report. */
const overviewFrom = 3;

function overviewLines({ stories }: ManyRuns, request: RunRequest, { paint }: Output): readonly string[] {
  const nameWidth = Math.max(...stories.map(({ result }) => result.scenario.name.length));
  const marks = {
    held: paint.good("✔"),
    violated: paint.bad("✘"),
    unmet: paint.bad("✘"),
    inconclusive: paint.doubt("?"),
  };
  const lines = stories.flatMap(({ story, result, judgement }) => {
    const { scenario, totals, missingFrom, digest } = result;
    const head = `${marks[judgement.outcome]} ${scenario.name.padEnd(nameWidth)}  ${overviewCounts(result, judgement)}  ${paint.dim(digest)}`;
    const unmet = judgement.expectations
      .filter(({ met }) => !met)
      .map(({ text, found }) => `    ${paint.bad(`${text}: ${found}`)}`);
    const because = totals.properties.flatMap((property) =>
      property.first === undefined || isExcused(scenario.expect, property)
        ? []
        : [`    ${paint.bad(`${property.id}: ${printable(property.first.because)}`)}`],
    );
    const isDone = judgement.outcome === "held" && missingFrom === undefined;
    const next = isDone ? [] : nextOf(story, result, judgement, request).slice(0, 1);
    return [head, ...because, ...unmet, ...next.map(({ command }) => `    ${command}`)];
  });
  const right = stories.filter(({ judgement }) => judgement.outcome === "held").length;
  const wrong = stories.length - right;
  const total = `${plural(stories.length, "story", "stories")}: ${wrong === 0 ? "all as they should be" : `${wrong} not as they should be`}.`;
  return [...lines, "", wrong === 0 ? paint.good(total) : paint.bad(total)];
}

function overviewCounts({ scenario, totals }: ScenarioResult, { held, violated, inconclusive }: Judgement): string {
  const expected = totals.properties.filter(({ id }) => scenario.expect.violated.includes(id));
  if (expected.length > 0) {
    return expected.map(({ id, runsViolated }) => `${id} violated in ${runsViolated} of ${totals.runs}`).join(", ");
  }
  return `${held} held, ${violated} violated${inconclusive > 0 ? `, ${inconclusive} inconclusive` : ""}`;
}

/** The one line that shows the first failure of a story again. */
export function replayOf(story: LoadedStory, { firstFailing }: Judgement, request: RunRequest): string | undefined {
  return firstFailing === undefined ? undefined : commandLine("replay", story, request, `--seed ${firstFailing}`);
}

function nextOf(story: LoadedStory, { seeds, missingFrom }: ScenarioResult, judgement: Judgement, request: RunRequest) {
  const replay = replayOf(story, judgement, request);
  const more = { from: seeds.to + 1, to: Math.min(seedMax, seeds.to + seedsIn(seeds)) };
  return [
    ...(missingFrom === undefined
      ? []
      : [
          {
            command: commandLine("run", story, request, `--seeds ${missingFrom}..${seeds.to}`),
            about: "goes on where this stopped",
          },
        ]),
    ...(replay === undefined ? [] : [{ command: replay, about: "the first failing seed, message by message" }]),
    ...(replay !== undefined && request.save === undefined
      ? [
          {
            command: commandLine(
              "run",
              story,
              request,
              `--seed ${judgement.firstFailing} --save ${shellWord("failures")}`,
            ),
            about: "keeps it as a file that replays for years",
          },
        ]
      : []),
    ...(replay === undefined && missingFrom === undefined && more.to >= more.from && seedsIn(seeds) > 1
      ? [{ command: commandLine("run", story, request, `--seeds ${more.from}..${more.to}`), about: "as many again" }]
      : []),
  ];
}
