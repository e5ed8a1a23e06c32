// Everything that a page of a run is made of, kept while it runs; and the page, with what can be taken from it.

import { canonicalJson } from "../base/canonical-json.ts";
import type { HistoryEntry } from "../check/history.ts";
import type { ReportPage } from "../report/page.ts";
import { runPage } from "../report/run-page.ts";
import { StoryListener } from "../report/story.ts";
import { FigureSamples } from "../report/time-charts.ts";
import { printScenario } from "../scenario/print.ts";
import { type HostedSystem, type Run, simulate } from "../simulate.ts";
import { encodeTrace } from "../trace/codec.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import type { TraceEvent, Tracer } from "../trace/trace-event.ts";
import { fileNameOf, readText } from "./files.ts";
import type { LoadedStory } from "./stories.ts";
import { headerOf } from "./trace-file.ts";

/** More events than a browser draws; the last ones are kept, since failures are told by their end. */
const eventsMax = 600_000;
const storyLinesMax = 40;
/** Characters of what the page itself carries; what is longer lies beside it. */
const carriedMax = 200_000;

export interface RunReport {
  readonly page: ReportPage;
  /** Files that lie beside the page. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export class RunRecording implements Tracer {
  /** To be simulated in place of the story's own: the same, and what it measures is kept. */
  readonly system: HostedSystem;
  readonly #story: LoadedStory;
  readonly #seed: number;
  readonly #recorder = new TraceRecorder({ eventsMax });
  readonly #listener: StoryListener;
  readonly #samples: FigureSamples;
  readonly #history: string[] = [];

  constructor(story: LoadedStory, seed: number) {
    this.#story = story;
    this.#seed = seed;
    this.#listener = new StoryListener(story.system);
    this.#samples = new FigureSamples(story.system);
    this.system = this.#samples.system;
  }

  trace(event: TraceEvent): void {
    this.#recorder.trace(event);
    this.#listener.trace(event);
  }

  operation(entry: HistoryEntry): void {
    this.#history.push(`${canonicalJson(entry)}\n`);
  }

  /** @param replay the line that shows the run again. @param name of the page, which what lies beside it begins with. */
  report(run: Run, { replay, name }: { readonly replay: string; readonly name: string }): RunReport {
    const { system } = this.#story;
    const downloads = this.#downloads(run, name);
    const page = runPage({
      run,
      system,
      events: this.#recorder.events,
      eventsDropped: this.#recorder.dropped,
      story: this.#listener.story(run.verdict, storyLinesMax),
      samples: this.#samples,
      replay,
      shrunk: this.#shrunk(),
      downloads: downloads.map(({ text, ...file }) =>
        text.length <= carriedMax ? { ...file, text } : { ...file, length: text.length },
      ),
    });
    return { page, files: downloads.filter(({ text }) => text.length > carriedMax) };
  }

  #downloads(run: Run, name: string): readonly { name: string; mediaType: string; text: string }[] {
    const { scenario, system } = this.#story;
    const header = headerOf(scenario, this.#seed);
    const { events, dropped } = this.#recorder;
    const end = { events: events.length, atUs: run.endedAtUs, ending: run.verdict.summary, digest: run.digest };
    const base = name === "index" ? `${fileNameOf(scenario.name)}-seed-${this.#seed}` : name;
    return [
      { name: `${base}.yaml`, mediaType: "text/yaml", text: printScenario({ ...scenario, seed: this.#seed }, system) },
      // A trace that lacks its beginning would not be one.
      ...(dropped > 0
        ? []
        : [
            {
              name: `${base}.trace.jsonl`,
              mediaType: "application/x-ndjson",
              text: encodeTrace({ header, events, end }),
            },
          ]),
      { name: `${base}.history.jsonl`, mediaType: "application/x-ndjson", text: this.#history.join("") },
    ];
  }

  /** What the header of a failure file says of how it was made small. */
  #shrunk(): readonly string[] {
    const { scenario, file } = this.#story;
    if (scenario.failure === undefined) return [];
    const header = readText(file).split("\n#\n", 1)[0] ?? "";
    return header
      .split("\n")
      .filter((line) => line.startsWith("# "))
      .map((line) => line.slice(2));
  }
}

/** Runs it again for its page. */
export function recordedRun(story: LoadedStory, seed: number, replay: string, name: string): RunReport {
  const recording = new RunRecording(story, seed);
  const run = simulate(story.scenario, {
    seed,
    system: recording.system,
    check: true,
    tracer: recording,
    history: (entry) => recording.operation(entry),
  });
  return recording.report(run, { replay, name });
}
