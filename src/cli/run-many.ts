// Many runs: a campaign with its progress, kept when interrupted, told per scenario.

import { availableParallelism } from "node:os";
import { join, parse } from "node:path";

import { type Judgement, judge } from "../campaign/judgement.ts";
import { type Job, type SeedRange, seedsIn } from "../campaign/plan.ts";
import type { Shard } from "../campaign/shard.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import { runCampaign } from "../campaign/run-campaign.ts";
import { replayOf } from "../report/campaign-report.ts";
import { printDuration } from "../base/units.ts";
import { seedMax } from "../scenario/story-schema.ts";
import { plural } from "../report/words.ts";
import { shellWord } from "../report/shell.ts";
import { campaignLines } from "./campaign-lines.ts";
import { commandLine } from "./next-commands.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import type { RunRequest } from "./run-request.ts";
import type { LoadedStory } from "./stories.ts";

export interface JudgedStory {
  readonly story: LoadedStory;
  readonly result: ScenarioResult;
  readonly judgement: Judgement;
}

/** What was asked for of a scenario, of which a shard runs a part. */
export interface PlannedSeeds {
  /** What the scenario says, as a digest. */
  readonly plan: string;
  readonly seeds: SeedRange;
}

export interface ManyRuns {
  readonly stories: readonly JudgedStory[];
  readonly wasInterrupted: boolean;
}

/** All that was asked for, whatever part of it falls to this shard. */
export const jobsOf = (stories: readonly LoadedStory[], { seeds }: RunRequest): readonly Job[] =>
  stories.map(({ scenario }) => ({ scenario, seeds: seeds ?? { from: scenario.seed, to: scenario.seed } }));

export const workersFor = ({ workers }: RunRequest, jobs: readonly Job[]): number =>
  workers ??
  Math.min(
    availableParallelism(),
    jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0),
  );

/** A name for the files of each story, no two alike: stories of two folders may bear one name. */
export function fileNamesOf(stories: readonly LoadedStory[]): ReadonlyMap<Scenario, string> {
  const names = new Map<Scenario, string>();
  const taken = new Set<string>();
  for (const { scenario } of stories) {
    const stem = fileNameOf(scenario.name);
    let name = stem;
    for (let nth = 2; taken.has(name); nth += 1) name = `${stem}-${nth}`;
    taken.add(name);
    names.set(scenario, name);
  }
  return names;
}

/** @param jobs in order of `stories`. @param histories gets a file for each run. */
export async function runMany(
  stories: readonly LoadedStory[],
  jobs: readonly Job[],
  request: RunRequest,
  histories?: OutputFolder,
): Promise<ManyRuns> {
  const names = fileNamesOf(stories);
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
      onHistory:
        histories === undefined
          ? undefined
          : ({ scenario }, { seed, lines }) => {
              histories.write(`${names.get(scenario) ?? ""}-seed-${seed}.jsonl`, lines);
            },
    });
    return {
      stories: stories.flatMap((story, index) => {
        const result = results[index];
        return result === undefined ? [] : [{ story, result, judgement: judgeStory(story, result, request) }];
      }),
      wasInterrupted: interruption.signal.aborted,
    };
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

const judgeStory = ({ system }: LoadedStory, result: ScenarioResult, { shard }: RunRequest): Judgement =>
  judge(result, system.measures.figures, shard !== undefined && shard.count > 1);

export function manyLines(many: ManyRuns, request: RunRequest, output: Output): readonly string[] {
  const stories = many.stories.filter(({ result }) => seedsIn(result.seeds) > 0);
  const told = stories.map(({ story, result, judgement }) => ({
    result,
    judgement,
    specs: story.system.measures.figures,
    next: nextOf(story, result, judgement, request),
  }));
  const isCutShard = many.wasInterrupted && request.shard !== undefined;
  return [
    ...shardLines(stories, request.shard),
    ...(isCutShard ? [shardAgain, ""] : []),
    ...campaignLines(told, output),
  ];
}

function shardLines(stories: readonly JudgedStory[], shard: Shard | undefined): readonly string[] {
  if (shard === undefined) return [];
  const runs = stories.reduce((sum, { result }) => sum + seedsIn(result.seeds), 0);
  const part = `Shard ${shard.index} of ${shard.count}: ${plural(runs, "run")}.`;
  return [`${part} "faultline merge" judges all of them together.`, ""];
}

/** The command that shows a run of a story again, but for the seed. */
export const replayCommandOf = (story: LoadedStory, request: RunRequest): string =>
  commandLine("replay", story, request, "");

/** With all that was asked for: `set` holds --limit-events already. What it writes takes the place of nothing written here. */
function commandGoingOn(story: LoadedStory, from: number, to: number, request: RunRequest): string {
  const { workers, limits, report, save, history, reporters, reporterOutputs } = request;
  const part = `${fileNameOf(story.scenario.name)}-from-${from}`;
  const options = [
    ...(workers === undefined ? [] : [`--workers ${workers}`]),
    ...(limits.runMsMax === Infinity ? [] : [`--limit-time ${printDuration(limits.runMsMax * 1000)}`]),
    ...(report === undefined ? [] : [`--report ${shellWord(pathBeside(report, part))}`]),
    ...(save === undefined ? [] : [`--save ${shellWord(save)}`]),
    ...(history === undefined ? [] : [`--history ${shellWord(history)}`]),
    ...reporters.map((name) => `--reporter ${name}`),
    ...reporterOutputs.map((typed) => {
      const [name = "", ...path] = typed.split("=");
      return `--reporter-output ${shellWord(`${name}=${pathBeside(path.join("="), part)}`)}`;
    }),
  ];
  return commandLine("run", story, request, [`--seeds ${from}..${to}`, ...options].join(" "));
}

/** As results/junit.xml and results/junit-PART.xml. */
function pathBeside(path: string, part: string): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${part}${ext}`);
}

/** How to go on after an interruption, for who sees nothing else of it. */
export function goingOnLines({ stories }: ManyRuns, request: RunRequest): readonly string[] {
  if (request.shard !== undefined) return [shardAgain];
  return stories.flatMap(({ story, result: { missingFrom, seeds } }) =>
    missingFrom === undefined ? [] : [commandGoingOn(story, missingFrom, seeds.to, request)],
  );
}

/** Its stamp is that of the whole command. */
const shardAgain = 'Interrupted: type the same command again, for "faultline merge" joins whole shards only.';

function nextOf(story: LoadedStory, { seeds, missingFrom }: ScenarioResult, judgement: Judgement, request: RunRequest) {
  const replay = replayOf({ judgement, replay: replayCommandOf(story, request) });
  const { shard } = request;
  const more = { from: seeds.to + 1, to: Math.min(seedMax, seeds.to + seedsIn(seeds)) };
  return [
    ...(missingFrom === undefined || shard !== undefined
      ? []
      : [{ command: commandGoingOn(story, missingFrom, seeds.to, request), about: "goes on where this stopped" }]),
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
    ...(replay === undefined &&
    missingFrom === undefined &&
    more.to >= more.from &&
    seedsIn(seeds) > 1 &&
    shard === undefined
      ? [{ command: commandLine("run", story, request, `--seeds ${more.from}..${more.to}`), about: "as many again" }]
      : []),
  ];
}
