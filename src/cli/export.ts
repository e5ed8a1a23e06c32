// `faultline export`: one run in a format that other tools read. A run is a scenario or failure with its seed, or the file
// of a trace; either way events go through one at a time, and the file appears whole or not at all.

import {
  type ExportEnd,
  type Exporter,
  type ExportSubject,
  samplesMax,
  TooManySamples,
} from "../report/exports/exporter.ts";
import { figuresCsv } from "../report/exports/figures-csv.ts";
import { traceFormats } from "../report/exports/formats.ts";
import { plural, printCount, printTime } from "../report/words.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { type Run, simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceHeader } from "../trace/codec.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { readSeed, readTime } from "./arguments.ts";
import { argumentMistake, exitCodes, type ReaderMistake } from "./exit-codes.ts";
import { formatNames, type FormatName } from "./export-formats.ts";
import { traceFileEnding, WholeFile } from "./files.ts";
import { loadStory } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems, plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { Progress } from "./progress.ts";
import { headerOf, readTrace, refuseWithTrace, understanding } from "./trace-file.ts";

export interface ExportFlags extends PlugInFlags {
  readonly to: string;
  readonly output: string;
  readonly seed?: string | undefined;
  readonly variant?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly every?: string | undefined;
}

/** What was asked for, read. */
interface Request {
  readonly format: FormatName;
  /** Since the run began. */
  readonly fromUs: number;
  readonly untilUs: number;
  readonly everyUs: number;
}

/** What there is to say about a run that was exported. */
interface Exported {
  readonly scenario: string;
  readonly seed: number;
  readonly summary: string;
  readonly digest: string;
  readonly events: number;
}

const secondUs = 1_000_000;
const standardOutput = "-";
/** How often somebody who waits hears of it: in events. */
const saidEvery = 4_096;

export async function exportRun(reference: string, flags: ExportFlags, output: Output): Promise<Answer> {
  const request = readRequest(reference, flags, output);
  const isToStdout = flags.output === standardOutput;
  const progress = await Progress.begin();
  let exported: Exported;
  // What goes to stdout is whole elsewhere first, too, so that half an export is never read.
  const file = isToStdout ? WholeFile.nameless() : new WholeFile(flags.output);
  try {
    const say = saying(progress);
    exported = reference.endsWith(traceFileEnding)
      ? fromTrace(reference, flags, request, file, say)
      : fromRun(reference, flags, request, file, say);
    if (isToStdout) await file.deliver(process.stdout);
    else file.finish();
  } catch (error) {
    file.abandon();
    throw error instanceof TooManySamples ? tooManySamples(flags) : error;
  } finally {
    progress.clear();
  }
  const { scenario, seed, summary, digest, events } = exported;
  const lines = [
    `${output.paint.bold(`${scenario}  seed ${seed}`)}  ${summary}`,
    `${plural(events, "event")} to ${request.format}${isToStdout ? "" : `; wrote ${flags.output}`}`,
  ];
  if (isToStdout) process.stderr.write(`${lines.join("\n")}\n`);
  return {
    exitCode: exitCodes.held,
    lines: isToStdout ? [] : lines,
    document: { scenario, seed, format: request.format, summary, digest, events, wrote: [flags.output] },
  };
}

function readRequest(reference: string, flags: ExportFlags, { isJson }: Output): Request {
  const { to, output, from, until, every } = flags;
  const format = formatNames.find((name) => name === to);
  if (format === undefined) {
    throw argumentMistake(`--to ${to}`, {
      code: "UNKNOWN_FORMAT",
      what: `There is no format ${shown(to)}.`,
      expected: expectedOneOf(formatNames),
      fix: fixByName(to, formatNames, "name one of them."),
    });
  }
  if (output === standardOutput && isJson) {
    throw argumentMistake("--output - --json", {
      code: "CONFLICTING_OPTIONS",
      what: "Both the export and the document want stdout to themselves.",
      expected: "Expected one of them.",
      fix: "name a file with --output, or leave --json out.",
    });
  }
  if (reference.endsWith(traceFileEnding)) refuseOfTrace(reference, format, flags);
  const [fromUs, untilUs] = [
    from === undefined ? 0 : readTime("--from", from),
    until === undefined ? Infinity : readTime("--until", until),
  ];
  if (fromUs > untilUs) {
    throw argumentMistake(`--from ${from ?? ""} --until ${until ?? ""}`, {
      code: "BAD_WINDOW",
      what: "The window ends before it begins.",
      expected: "Expected --until to come after --from.",
      fix: `write --from ${until ?? ""} --until ${from ?? ""}.`,
    });
  }
  const option = from === undefined ? "--until" : "--from";
  if (format === "figures" && (from !== undefined || until !== undefined)) {
    throw argumentMistake(`--to figures ${option}`, {
      code: "OF_THE_WHOLE_RUN",
      what: "Figures are of a whole run: no window is cut out of them.",
      expected: "Expected a format of events beside a window: csv, perfetto, shiviz or openmetrics.",
      fix: `leave ${option} out; --set until=30s makes the run itself shorter.`,
    });
  }
  return {
    format,
    fromUs,
    untilUs,
    everyUs: every === undefined ? secondUs : readTime("--every", every),
  };
}

const tooManySamples = ({ every = "1s" }: ExportFlags): ReaderMistake =>
  argumentMistake(`--every ${every}`, {
    code: "TOO_MANY_SAMPLES",
    what: `A sample so often makes more than ${printCount(samplesMax)} of them.`,
    expected: "Expected as many as can be held.",
    fix: "sample less often, or cut a window out with --from and --until.",
  });

/** A trace is a run as it was: what could change it, or measure it, needs the scenario. */
function refuseOfTrace(file: string, format: FormatName, { seed, variant, set, plant }: ExportFlags): void {
  if (format === "figures") {
    throw argumentMistake(`${file} --to figures`, {
      code: "NEEDS_A_RUN",
      what: "A trace holds no figures: they are measured while a run is judged.",
      expected: "Expected a scenario or a failure file.",
      fix: "name the scenario, with --seed and --set as the trace was recorded.",
    });
  }
  refuseWithTrace(file, { "--seed": seed, "--variant": variant, "--set": set, "--plant": plant });
}

type Say = (events: number, atUs: number) => void;

const saying =
  (progress: Progress): Say =>
  (events, atUs) => {
    if (events % saidEvery === 0) progress.say(`${plural(events, "event")}, ${printTime(atUs)} of simulated time`);
  };

function fromTrace(file: string, flags: ExportFlags, request: Request, sink: WholeFile, say: Say): Exported {
  let passage: Passage | undefined;
  const { header, end } = readTrace(file, loadSystems(plugInsOf(flags)), (origin) => {
    const begun = new Passage(origin, request, sink, say);
    passage = begun;
    return (event) => begun.trace(event);
  });
  const whole = passage;
  understanding(file, end.events + 2, () => whole?.finish({ ...end, violations: [] }));
  const { scenario, seed } = header;
  return { scenario, seed, summary: end.ending, digest: end.digest, events: passage?.events ?? 0 };
}

function fromRun(reference: string, flags: ExportFlags, request: Request, sink: WholeFile, say: Say): Exported {
  const { story } = loadStory(reference, flags);
  const { scenario, system } = story;
  const seed = flags.seed === undefined ? scenario.seed : readSeed("--seed", flags.seed);
  const passage = new Passage({ header: headerOf(scenario, seed), system }, request, sink, say);
  const run = simulate(scenario, { seed, system, tracer: passage, check: true });
  if (request.format === "figures") sink.write(figuresCsv(run, system));
  else passage.finish(endOf(run));
  const { verdict, digest } = run;
  return { scenario: scenario.name, seed, summary: verdict.summary, digest, events: passage.events };
}

const endOf = ({ verdict, endedAtUs, digest }: Run): ExportEnd => ({
  atUs: endedAtUs,
  ending: verdict.summary,
  digest,
  violations: verdict.properties.flatMap(({ first }) => first),
});

/** Events on their way into a file. */
class Passage {
  /** Within the window. */
  events = 0;
  #seen = 0;
  readonly #begin: (startUs: number) => Exporter | undefined;
  readonly #say: Say;
  readonly #request: Request;
  #startUs = 0;
  #exporter: Exporter | undefined;

  constructor(
    { header, system }: { readonly header: TraceHeader; readonly system: AnySystem },
    request: Request,
    file: WholeFile,
    say: Say,
  ) {
    const { format, fromUs, untilUs, everyUs } = request;
    this.#request = request;
    this.#say = say;
    this.#begin = (startUs) => {
      const window = { fromUs: startUs + fromUs, untilUs: startUs + untilUs };
      const subject: ExportSubject = { header, system, window, everyUs, sink: (lines) => file.write(lines) };
      return format === "figures" ? undefined : traceFormats[format](subject);
    };
  }

  /** A run begins with its first event, whatever time that is. */
  trace(event: TraceEvent): void {
    if (this.#seen === 0) {
      this.#startUs = event.atUs;
      this.#exporter = this.#begin(event.atUs);
    }
    this.#seen += 1;
    const sinceUs = event.atUs - this.#startUs;
    if (sinceUs >= this.#request.fromUs && sinceUs <= this.#request.untilUs) this.events += 1;
    this.#exporter?.trace(event);
    this.#say(this.#seen, sinceUs);
  }

  finish(end: ExportEnd): void {
    const exporter = this.#exporter ?? this.#begin(0);
    exporter?.finish(end);
  }
}
