// `faultline mutants`: plants each known bug, and shows what finds it and how fast.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { huntMutants } from "../campaign/mutant-hunt.ts";
import type { MutantGround, MutantOutcome, MutantTask } from "../campaign/mutant-task.ts";
import { systemsWith } from "../campaign/plug-ins.ts";
import { catalogue } from "../mutants/catalogue.ts";
import { groundsOf } from "../mutants/grounds.ts";
import type { Mutant } from "../mutants/mutant.ts";
import { mutantNamed } from "../mutants/plant.ts";
import {
  type HuntedMutant,
  mutantsDocument,
  mutantsMarkdown,
  type MutantsReport,
  totalsOf,
} from "../report/mutants-report.ts";
import { plural, wrap } from "../report/words.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { shellWord } from "../report/shell.ts";
import { readCount, readTime, readTimeOrNone } from "./arguments.ts";
import { argumentMistake, type ExitCode, exitCodes } from "./exit-codes.ts";
import { OutputFolder, readText } from "./files.ts";
import { interruptible } from "./interruption.ts";
import type { Answer, Output } from "./output.ts";
import { startClock } from "./report-meta.ts";
import { loadStories } from "./stories.ts";

export interface MutantsFlags {
  readonly system?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly runs?: string | undefined;
  readonly time?: string | undefined;
  readonly shrink?: string | undefined;
  readonly control?: string | undefined;
  readonly workers?: string | undefined;
  readonly output?: string | undefined;
  readonly resume?: boolean | undefined;
}

interface Request {
  readonly mutants: readonly Mutant[];
  readonly runsMax: number;
  readonly cpuMsMax: number;
  readonly shrinkMsMax: number;
  readonly controlRuns: number;
  readonly workers: number;
  readonly output: string | undefined;
  readonly resumes: boolean;
}

const runsMost = 10_000_000;
const cpuMsDefault = 600_000;
const shrinkMsDefault = 20_000;
const controlRunsDefault = 200;
const strategy = "the stories of scenarios/ under seeds 1, 2, 3 and so on";

export async function mutants(flags: MutantsFlags, output: Output): Promise<Answer> {
  const request = readRequest(flags);
  const folder = request.output === undefined ? undefined : new OutputFolder(request.output);
  const kept =
    request.resumes && request.output !== undefined ? keptIn(request.output) : new Map<string, MutantOutcome>();
  const clock = startClock(request.workers);
  const grounds = new Grounds();
  const done = new Map<string, MutantOutcome>(kept);
  const hunts = request.mutants.filter(({ id }) => !kept.has(id)).map((mutant) => taskOf(mutant, request, grounds));
  const controls = controlsOf(request, grounds);
  const reportNow = (): MutantsReport => reportOf(request, done, clock());
  const write = (): readonly string[] =>
    folder === undefined
      ? []
      : [
          folder.write("mutants.md", mutantsMarkdown(reportNow())),
          folder.write("mutants.json", `${JSON.stringify(mutantsDocument(reportNow()), undefined, 2)}\n`),
        ];
  const { wasInterrupted } = await interruptible(
    "keeping what was found so far",
    (text: string) => text,
    ({ signal, onProgress }) =>
      huntMutants([...controls, ...hunts], {
        workers: request.workers,
        signal,
        onDone(outcome) {
          done.set(outcome.name, outcome);
          // What was found is on the disk as soon as it is known.
          write();
          onProgress(`${done.size} of ${hunts.length + controls.length + kept.size}: ${toldOf(outcome)}`);
        },
      }),
  );
  const report = reportNow();
  return {
    exitCode: exitCodeOf(report, wasInterrupted),
    lines: [...linesOf(report, output), ...write().map((path) => `wrote ${path}`)],
    document: { ...mutantsDocument(report), interrupted: wasInterrupted },
  };
}

const toldOf = ({ name, found, runs }: MutantOutcome): string =>
  `${name}: ${found === null ? "nothing found" : found.by.id} after ${plural(runs, "run")}`;

function exitCodeOf(report: MutantsReport, wasInterrupted: boolean): ExitCode {
  const isSound = report.controls.every(({ found }) => found === null);
  const isFound = report.hunted.every(({ outcome }) => outcome.found !== null);
  if (!isSound || !isFound) return exitCodes.failed;
  return wasInterrupted ? exitCodes.interrupted : exitCodes.held;
}

function linesOf(report: MutantsReport, { paint, width }: Output): readonly string[] {
  const { hunted, found, within60s } = totalsOf(report);
  const idWidth = Math.max(0, ...report.hunted.map(({ mutant }) => mutant.id.length));
  const rows = report.hunted.map(({ mutant: { id }, outcome: { found: how, runs, cpuMs } }) => {
    const cost = `${plural(runs, "run")}, ${(cpuMs / 1000).toFixed(1)} s`;
    return how === null
      ? `${paint.bad("✘")} ${id.padEnd(idWidth)}  ${paint.bad("not found")} in ${cost}`
      : `${paint.good("✔")} ${id.padEnd(idWidth)}  ${how.by.id}: ${cost}`;
  });
  const controls = report.controls.flatMap(({ name, runs, found: wrong }) =>
    wrap(
      wrong === null
        ? `${paint.good("✔")} ${name} with nothing planted: ${plural(runs, "run")}, nothing found`
        : `${paint.bad("✘")} ${name} with nothing planted: ${wrong.by.id} in ${wrong.reference}, seed ${wrong.seed}`,
      width,
    ),
  );
  const total = `${found} of ${plural(hunted, "planted bug")} found, ${within60s} of them within 60 s of processor time.`;
  const missing =
    report.missing.length === 0 ? [] : [`${plural(report.missing.length, "bug")} not hunted yet: see --resume.`];
  return [...rows, "", ...controls, "", found === hunted ? paint.good(total) : paint.bad(total), ...missing];
}

function readRequest(flags: MutantsFlags): Request {
  const { runs, time, shrink, control, workers, output, resume = false } = flags;
  return {
    mutants: chosen(flags),
    runsMax: runs === undefined ? runsMost : readCount("--runs", runs, { min: 1, max: runsMost }),
    cpuMsMax: time === undefined ? cpuMsDefault : readTime("--time", time) / 1000,
    shrinkMsMax: shrink === undefined ? shrinkMsDefault : readTimeOrNone("--shrink", shrink),
    controlRuns:
      control === undefined ? controlRunsDefault : readCount("--control", control, { min: 0, max: runsMost }),
    workers: workers === undefined ? availableParallelism() : readCount("--workers", workers, { min: 0, max: 256 }),
    output,
    resumes: resume,
  };
}

function chosen({ system, only }: MutantsFlags): readonly Mutant[] {
  const systems = [...new Set(catalogue.map((mutant) => mutant.system))];
  if (system !== undefined && !systems.includes(system)) {
    throw argumentMistake(`--system ${system}`, {
      code: "UNKNOWN_SYSTEM",
      what: `Nothing is planted in a system ${shown(system)}.`,
      expected: expectedOneOf(systems),
      fix: fixByName(system, systems, "name one of them."),
    });
  }
  const ids = catalogue.map(({ id }) => id);
  const unknown = only?.find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw argumentMistake(`--only ${unknown}`, {
      code: "UNKNOWN_PLANT",
      what: `There is no planted bug ${shown(unknown)}.`,
      expected: `Expected one of ${ids.length}, such as ${ids[0] ?? "none"}.`,
      fix: fixByName(unknown, ids, 'see "faultline list mutants".'),
    });
  }
  const elsewhere = only?.find((id) => system !== undefined && mutantNamed(id)?.system !== system);
  if (elsewhere !== undefined) {
    throw argumentMistake(`--system ${system} --only ${elsewhere}`, {
      code: "CONFLICTING_OPTIONS",
      what: `${elsewhere} is planted in ${mutantNamed(elsewhere)?.system}, and only bugs of ${system} are asked for.`,
      expected: "Expected bugs of one system.",
      fix: "leave one of the two out.",
    });
  }
  return catalogue.filter(
    (mutant) => (system === undefined || mutant.system === system) && (only === undefined || only.includes(mutant.id)),
  );
}

/** Stories by their names, each read once. */
class Grounds {
  readonly #known = new Map<string, MutantGround["scenario"]>();
  readonly #systems = systemsWith([]);

  of(mutant: Mutant): readonly MutantGround[] {
    return groundsOf(mutant).map(({ reference, knownBad }) => ({
      reference,
      knownBad,
      scenario: this.#scenarioOf(reference),
    }));
  }

  #scenarioOf(reference: string): MutantGround["scenario"] {
    const known = this.#known.get(reference);
    if (known !== undefined) return known;
    const [story] = loadStories([reference], { systems: this.#systems, set: [], variant: undefined });
    if (story === undefined) throw new Error(`a story that bugs are looked for in is there, and ${reference} is not`);
    this.#known.set(reference, story.scenario);
    return story.scenario;
  }
}

const taskOf = (mutant: Mutant, { runsMax, cpuMsMax, shrinkMsMax }: Request, grounds: Grounds): MutantTask => ({
  hunt: { type: "mutant", id: mutant.id },
  grounds: grounds.of(mutant),
  runsMax,
  cpuMsMax,
  shrinkMsMax,
});

/** One for each system in whose logic something is planted. */
function controlsOf({ mutants: asked, controlRuns, cpuMsMax }: Request, grounds: Grounds): readonly MutantTask[] {
  const logic = asked.filter(({ where }) => where === "logic");
  return [...new Set(logic.map(({ system }) => system))].flatMap((system) => {
    const one = logic.find((mutant) => mutant.system === system);
    if (one === undefined || controlRuns === 0) return [];
    const hunt = { type: "control", system } as const;
    return [{ hunt, grounds: grounds.of(one), runsMax: controlRuns, cpuMsMax, shrinkMsMax: 0 }];
  });
}

function reportOf(
  request: Request,
  done: ReadonlyMap<string, MutantOutcome>,
  meta: MutantsReport["meta"],
): MutantsReport {
  const hunted = request.mutants.flatMap((mutant): readonly HuntedMutant[] => {
    const outcome = done.get(mutant.id);
    return outcome === undefined ? [] : [{ mutant, outcome, replay: replayOf(mutant, outcome) }];
  });
  const systems = new Set(catalogue.map(({ system }) => system));
  return {
    meta,
    strategy,
    hunted,
    controls: [...systems].flatMap((system) => done.get(system) ?? []),
    missing: request.mutants.filter(({ id }) => !done.has(id)).map(({ id }) => id),
  };
}

/** Laws of the world and known ends of stories are looked at by this command only: there it is what shows it again. */
function replayOf({ id, where }: Mutant, { found }: MutantOutcome): string | undefined {
  if (found === null) return undefined;
  if (where !== "logic" && found.by.kind !== "property") return `faultline mutants --only ${shellWord(id)}`;
  return `faultline replay ${shellWord(found.reference)} --seed ${found.seed} --plant ${shellWord(id)}`;
}

// What is read back is what was written: everything that a report is made of.
const keptSchema = z.looseObject({
  mutants: z.array(z.looseObject({ id: z.string(), found: z.unknown(), runs: z.number(), cpuMs: z.number() })),
});

/** Outcomes in the file of an earlier hunt that found something; what is not in the catalogue any more is left out. */
function keptIn(output: string): ReadonlyMap<string, MutantOutcome> {
  const path = join(output, "mutants.json");
  if (!existsSync(path)) return new Map();
  const read = keptSchema.safeParse(parsed(readText(path)));
  if (!read.success) {
    throw argumentMistake(path, {
      code: "NO_REPORT",
      what: "The file is no report of planted bugs.",
      expected: "Expected mutants.json as this command writes it.",
      fix: "leave --resume out, or name another folder with --output.",
    });
  }
  const found = read.data.mutants.filter((one) => one.found !== null);
  return new Map(
    found.map((one) => [
      one.id,
      { shrunk: null, shrinkMs: 0, ...one, name: one.id, wasStopped: false } as unknown as MutantOutcome,
    ]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
