// One scenario under one seed: simulated here, told at a glance, traced and written down when asked.

import { summarise } from "../check/figures.ts";
import { seedMax } from "../scenario/story-schema.ts";
import { type Run, simulate } from "../simulate.ts";
import { StoryListener, type StoryPart } from "../report/story.ts";
import { type RunSummary, summariseRun } from "../report/run-summary.ts";
import { TraceWriter } from "../trace/recorder.ts";
import type { TraceEvent, Tracer } from "../trace/trace-event.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { WholeFile } from "./files.ts";
import { commandLine } from "./next-commands.ts";
import type { Output } from "./output.ts";
import { RunRecording } from "./run-recording.ts";
import type { RunRequest } from "./run-request.ts";
import type { LoadedStory } from "./stories.ts";
import { headerOf } from "./trace-file.ts";

export interface SingleRun {
  readonly story: LoadedStory;
  readonly run: Run;
  readonly told: readonly StoryPart[];
  /** When a report is asked for. */
  readonly recording: RunRecording | undefined;
}

const storyLinesMax = 26;

/** Runs it, and writes the trace and the history that were asked for: whole, or not at all. */
export function runSingle(story: LoadedStory, seed: number, request: RunRequest): SingleRun {
  const { scenario, system } = story;
  const listener = new StoryListener(system);
  const recording = request.report === undefined ? undefined : new RunRecording(story, seed);
  const deadlineMs = performance.now() + request.limits.runMsMax;
  let trace: WholeFile | undefined;
  let history: WholeFile | undefined;
  try {
    trace = request.trace === undefined ? undefined : new WholeFile(request.trace);
    history = request.history === undefined ? undefined : new WholeFile(request.history);
    const writer = trace === undefined ? undefined : traceWriter(trace, story, seed);
    const run = simulate(scenario, {
      seed,
      system: recording?.system ?? system,
      check: true,
      tracer: tracers(listener, writer, recording),
      history: (entry) => {
        history?.write(`${canonicalJson(entry)}\n`);
        recording?.operation(entry);
      },
      poll: () => performance.now() > deadlineMs,
    });
    writer?.end({ atUs: run.endedAtUs, ending: run.verdict.summary, digest: run.digest });
    trace?.finish();
    history?.finish();
    return { story, run, told: listener.story(run.verdict, storyLinesMax), recording };
  } catch (error) {
    trace?.abandon();
    history?.abandon();
    throw error;
  }
}

function traceWriter(file: WholeFile, { scenario }: LoadedStory, seed: number): TraceWriter {
  return new TraceWriter(headerOf(scenario, seed), (lines) => file.write(lines));
}

function tracers(...some: readonly (Tracer | undefined)[]): Tracer {
  const all = some.filter((one) => one !== undefined);
  return {
    trace(event: TraceEvent) {
      for (const one of all) one.trace(event);
    },
  };
}

export function singleLines({ story, run, told }: SingleRun, request: RunRequest, output: Output): readonly string[] {
  const summary: RunSummary = {
    run,
    story: told,
    figures: summarise(story.system.measures.figures, run.figures),
    next: nextOf(story, run, request),
  };
  return summariseRun(summary, output.paint, output.width);
}

function nextOf(story: LoadedStory, { seed, outcome }: Run, request: RunRequest): RunSummary["next"] {
  const last = Math.min(seedMax, seed + 199);
  const replay = {
    command: commandLine("replay", story, request, `--seed ${seed}`),
    about: "the same run, message by message",
  };
  const more = {
    command: commandLine("run", story, request, `--seeds ${seed}..${last}`),
    about: "other histories of the same story",
  };
  return outcome === "held" ? [replay, more] : [replay];
}
