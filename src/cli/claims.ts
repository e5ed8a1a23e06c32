// `faultline claims`: measures every promise that a system's documents make, and says which of them hold, where, and how
// sure that is.

import { availableParallelism } from "node:os";

import { Evaluator } from "../campaign/evaluator.ts";
import { systemsWith } from "../campaign/plug-ins.ts";
import type { ResultCache } from "../campaign/result-cache.ts";
import { claimsDocument } from "../report/claims-document.ts";
import type { ReportMeta } from "../report/campaign-report.ts";
import { claimsMarkdown } from "../report/claims-markdown.ts";
import { claimsPage } from "../report/claims-page.ts";
import { promisesMarkdown } from "../report/claims-promises.ts";
import { type ClaimsReport, shortWords, totalWords, verdictWords } from "../report/claims-words.ts";
import { plural, printCount, wrap } from "../report/words.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import type { SystemSchemas } from "../scenario/parse.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ClaimSpec } from "../systems/claims.ts";
import type { AnySystem } from "../systems/system.ts";
import { type Cell, cellKey, cellsOf, observedIn } from "../tune/claims/cells.ts";
import type { Observation } from "../tune/observation.ts";
import type { ObservedRun } from "../tune/claims/sample.ts";
import { type ClaimResult, judgeClaim } from "../tune/claims/verdict.ts";
import { readCount } from "./arguments.ts";
import { type CacheFlags, openCache } from "./cache-option.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { interruptible } from "./interruption.ts";
import type { Answer, Output } from "./output.ts";
import { plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import { loadStories } from "./stories.ts";

export interface ClaimsFlags extends PlugInFlags, CacheFlags {
  readonly system?: string | undefined;
  readonly seeds?: string | undefined;
  readonly only?: string | undefined;
  readonly workers?: string | undefined;
  readonly report?: string | undefined;
}

interface Request {
  readonly system: AnySystem;
  readonly claims: readonly ClaimSpec[];
  readonly seeds: number;
  readonly workers: number;
  readonly plugIns: readonly string[];
}

const seedsDefault = 1000;
const seedsMost = 1_000_000;
const systemDefault = "mesh";
/** Cells that are run together: so many that no thread waits for the last runs of one for long. */
const cellsAtOnce = 4;

export async function claims(flags: ClaimsFlags, output: Output): Promise<Answer> {
  const request = readRequest(flags);
  const cells = scenariosOf(cellsOf(request.claims), request);
  // Before anything runs: a ledger of ten minutes must not end at a folder that cannot be made.
  const folder = flags.report === undefined ? undefined : new ReportFolder(flags.report);
  const clock = startClock(request.workers);
  const cache = openCache(flags, request.plugIns);
  try {
    const { result: runs, wasInterrupted } = await interruptible(
      `judging the claims whose runs are finished${cache === undefined ? "" : "; typed again, it goes on from there"}`,
      (text: string) => text,
      ({ signal, onProgress }) => runCells(cells, request, { signal, onProgress, cache }),
    );
    const notes = cache?.notes ?? [];
    return answerOf(request, runs, { folder, meta: clock(), wasInterrupted, notes }, output);
  } finally {
    cache?.close();
  }
}

interface Ended {
  readonly folder: ReportFolder | undefined;
  readonly meta: ReportMeta;
  readonly wasInterrupted: boolean;
  readonly notes: readonly string[];
}

function answerOf(request: Request, runs: Runs, ended: Ended, output: Output): Answer {
  const { folder, meta, wasInterrupted, notes } = ended;
  const complete = request.claims.filter((claim) => isComplete(claim, runs));
  const report = reportOf(request, complete, runs);
  const missing = request.claims.filter((claim) => !complete.includes(claim)).map(({ id }) => id);
  // What was cut short is told, and takes the place of no ledger.
  const wrote = wasInterrupted || folder === undefined ? [] : written(report, meta, folder);
  const isDecided = report.results.every(({ verdict }) => verdict !== "undecided");
  const settled = isDecided ? exitCodes.held : exitCodes.failed;
  return {
    exitCode: wasInterrupted ? exitCodes.interrupted : settled,
    lines: [...linesOf(report, missing, output), ...notes, ...wrote.map((path) => `wrote ${path}`)],
    document: { meta, ...claimsDocument(report), missing, interrupted: wasInterrupted, notes, wrote },
  };
}

const written = (report: ClaimsReport, meta: ReportMeta, folder: ReportFolder): readonly string[] =>
  folder.write([{ name: "claims", page: claimsPage(report) }], meta, [
    { name: "claims.md", text: claimsMarkdown(report) },
    { name: "claims.json", text: `${JSON.stringify({ meta, ...claimsDocument(report) }, undefined, 2)}\n` },
    { name: "promises.md", text: promisesMarkdown(report) },
  ]);

type Runs = ReadonlyMap<string, readonly ObservedRun[]>;

interface LoadedCell {
  readonly cell: Cell;
  readonly scenario: Scenario;
}

interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
  readonly cache: ResultCache | undefined;
}

/** Finished cells only. */
async function runCells(cells: readonly LoadedCell[], request: Request, work: Work): Promise<Runs> {
  const { seeds, workers, plugIns, system } = request;
  const { signal, onProgress, cache } = work;
  const runs = new Map<string, readonly ObservedRun[]>();
  const total = cells.reduce((sum, { cell }) => sum + seeds * cell.times, 0);
  let before = 0;
  const keep = (cell: Cell, found: readonly (Observation | undefined)[]): void => {
    const observed = found.flatMap((one) => (one === undefined ? [] : [observedIn(cell, one)]));
    before += observed.length;
    if (observed.length === seeds * cell.times) runs.set(cell.key, observed);
  };
  const evaluator = await Evaluator.start({
    workers,
    plugIns,
    limits: { runMsMax: Infinity },
    cache,
    signal,
    onProgress: (done) => onProgress(`${printCount(before + done)} of ${plural(total, "run")}`),
  });
  const traffic = system.claims?.traffic;
  try {
    for (let first = 0; first < cells.length && !signal.aborted; first += cellsAtOnce) {
      const some = cells.slice(first, first + cellsAtOnce);
      const asked = some.map(({ cell, scenario }) => {
        const { properties, figures } = cell;
        const weighs = traffic !== undefined && figures.has(traffic.all);
        return { scenario, seeds: seedsOf(seeds * cell.times), weighs, asks: { properties, figures } };
      });
      const found = await evaluator.evaluate(asked);
      for (const [index, { cell }] of some.entries()) keep(cell, found[index] ?? []);
    }
  } finally {
    await evaluator.end();
  }
  return runs;
}

const seedsOf = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

function scenariosOf(cells: readonly Cell[], { plugIns }: Request): readonly LoadedCell[] {
  const systems = systemsWith(plugIns);
  const schemas: SystemSchemas = new Map();
  return cells.map((cell) => {
    const [loaded] = loadStories([cell.story], { systems, set: cell.set, variant: undefined, schemas });
    if (loaded === undefined) throw new Error(`a ledger names stories that are there, and ${cell.story} is not`);
    return { cell, scenario: loaded.scenario };
  });
}

const isComplete = (claim: ClaimSpec, runs: Runs): boolean =>
  claim.type === "untestable" ||
  [...claim.points, ...(claim.remedies ?? [])].every((point) => runs.has(cellKey(point)));

function reportOf({ system, seeds }: Request, complete: readonly ClaimSpec[], runs: Runs): ClaimsReport {
  const results = complete.map((claim) =>
    judgeClaim(
      claim,
      (point) => (runs.get(cellKey(point)) ?? []).slice(0, seeds * (point.times ?? 1)),
      system.measures.figures,
    ),
  );
  const requirements = (system.requirements ?? []).flatMap((section) => section.requirements);
  return {
    system: system.name,
    seeds: { from: 1, to: seeds },
    results,
    says: new Map(requirements.map(({ id, says }) => [id, says])),
  };
}

function linesOf(report: ClaimsReport, missing: readonly string[], { paint, width }: Output): readonly string[] {
  const painted = {
    holds: paint.good,
    conditional: paint.doubt,
    fails: paint.bad,
    undecided: paint.doubt,
    untestable: paint.dim,
  };
  const rows = report.results.flatMap((result) => {
    const { claim, verdict } = result;
    return [
      `${paint.name(claim.id.padEnd(9))} ${painted[verdict](verdictWords[verdict].padEnd(11))} ${claim.target}`,
      ...wrap(claim.promise, width - 4).map((line) => `    ${line}`),
      ...pointLines(result, width),
    ];
  });
  const count = report.results.length;
  const total = count === 0 ? "No claim was judged." : `${plural(count, "claim")}: ${totalWords(report)}.`;
  const left = missing.length === 0 ? [] : wrap(`Not measured: ${missing.join(", ")}.`, width);
  return [...rows, ...(count === 0 ? [] : [""]), ...wrap(total, width), ...left];
}

const pointLines = ({ points, remedies }: ClaimResult, width: number): readonly string[] =>
  [...points, ...remedies].flatMap((result, index) => {
    const kind = index < points.length ? "" : "otherwise: ";
    const found = result.tests.map((test) => shortWords(test)).join("; ");
    const [first = "", ...rest] = wrap(`${kind}${result.point.label}: ${found}: ${result.verdict}`, width - 6);
    return [`    - ${first}`, ...rest.map((line) => `      ${line}`)];
  });

function readRequest(flags: ClaimsFlags): Request {
  const { system: name = systemDefault, seeds, workers } = flags;
  const plugIns = plugInsOf(flags);
  const systems = systemsWith(plugIns);
  const system = systems.get(name);
  const ledgers = [...systems.values()].filter((one) => one.claims !== undefined).map((one) => one.name);
  if (system?.claims === undefined) {
    throw argumentMistake(`--system ${name}`, {
      code: system === undefined ? "UNKNOWN_SYSTEM" : "NO_CLAIMS",
      what:
        system === undefined ? `There is no system ${shown(name)}.` : `The system ${shown(name)} has no claims ledger.`,
      expected: expectedOneOf(ledgers),
      fix: fixByName(name, ledgers, "name one of them."),
    });
  }
  return {
    system,
    claims: chosen(system.claims.claims, flags.only),
    seeds: seeds === undefined ? seedsDefault : readCount("--seeds", seeds, { min: 1, max: seedsMost }),
    workers: workers === undefined ? availableParallelism() : readCount("--workers", workers, { min: 0, max: 256 }),
    plugIns,
  };
}

const isMeant = (id: string, typed: string): boolean =>
  id === typed || (id.startsWith(typed) && /^[a-z]$/.test(id.slice(typed.length)));

/** "CL-M-12" stands for all of its parts. */
function chosen(all: readonly ClaimSpec[], only: string | undefined): readonly ClaimSpec[] {
  if (only === undefined) return all;
  const wanted = only.split(",").map((id) => id.trim());
  const unknown = wanted.find((typed) => !all.some(({ id }) => isMeant(id, typed)));
  if (unknown !== undefined) {
    const ids = all.map(({ id }) => id);
    throw argumentMistake(`--only ${only}`, {
      code: "UNKNOWN_CLAIM",
      what: `There is no claim ${shown(unknown)}.`,
      expected: `Expected ids with commas between them, of ${ids.length} such as ${ids[0] ?? "none"}.`,
      fix: fixByName(unknown, ids, "see the ledger in reports/claims.md."),
    });
  }
  return all.filter(({ id }) => wanted.some((typed) => isMeant(id, typed)));
}
