// `faultline fuzz`: hunts for what breaks, and keeps what it finds.

import type { HuntMemory } from "../campaign/hunt-signals.ts";
import { huntMemory, runHunt } from "../campaign/run-hunt.ts";
import { huntCampaignOf } from "../campaign/shard.ts";
import type { Candidate, Proposal } from "../explore/candidate.ts";
import { Groups } from "../explore/groups.ts";
import { basesOf, huntSpecOf, withoutVarying, worldsOf } from "../explore/hunt-spec.ts";
import { Hunt } from "../explore/hunt.ts";
import { inertOf } from "../explore/inert.ts";
import { groundsOf } from "../mutants/grounds.ts";
import type { Mutant } from "../mutants/mutant.ts";
import { type HuntSummary, type KeptSummary, summariseHunt } from "../report/hunt-summary.ts";
import { plural } from "../report/words.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import { circumstancesOf } from "./circumstances.ts";
import { argumentMistake, type ExitCode, exitCodes, ReaderMistake } from "./exit-codes.ts";
import { type FuzzFlags, type FuzzRequest, readFuzzRequest } from "./fuzz-request.ts";
import { HuntCorpus, type KeptRuns } from "./hunt-corpus.ts";
import { huntDocument } from "./hunt-document.ts";
import { HuntKeeping } from "./hunt-keeping.ts";
import { huntReport, huntResultOf, huntShardDocument } from "./hunt-shard.ts";
import { interruptible } from "./interruption.ts";
import type { Answer, Output } from "./output.ts";
import { huntPages } from "./hunt-pages.ts";
import { ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import { loadSystems } from "./plug-in-option.ts";
import { loadStories } from "./stories.ts";

export async function fuzz(references: readonly string[], flags: FuzzFlags, output: Output): Promise<Answer> {
  const request = readFuzzRequest(flags);
  // Before anything runs: a hunt of an hour must not end at a folder that cannot be made.
  const folder = request.report === undefined ? undefined : new ReportFolder(request.report);
  const clock = startClock(request.workers);
  const systems = loadSystems(request.plugIns);
  const { system, stories } = huntedStories(references, request, systems);
  const spec = withoutVarying(huntSpecOf(system), request.set);
  const bases = basesOf(stories, spec, system, request.limits.eventsMax);
  const memory = huntMemory();
  const hunt = new Hunt({ system, spec, bases }, request, memory.reached);
  const groups = new Groups(system);
  const keeping = new HuntKeeping({ ...request, groups, system });
  const corpus = request.corpus === undefined ? undefined : new HuntCorpus(request.corpus, system);
  const kept = corpus?.read();
  const { tookMs, wasInterrupted } = await hunted({ hunt, groups, keeping, memory, corpus, kept }, references, request);
  if (!wasInterrupted) await keeping.shrink();

  // Of stories that somebody named nothing is awaited, and of a part of a hunt only once it is merged.
  const isWhole = references.length === 0 && request.shard.count === 1;
  const inert = isWhole ? inertOf(hunt.effects, spec) : { kinds: [], properties: [] };
  const summary: HuntSummary = {
    system: system.name,
    seed: request.seed,
    tookMs,
    wasInterrupted,
    effects: hunt.effects,
    strategies: hunt.strategies,
    growth: hunt.growth,
    reached: hunt.reached,
    corpus: hunt.corpus.size,
    kept: keptSummary(corpus, kept),
    groups: keeping.told,
    spec,
    inert,
    allowsInert: request.allowsInert,
  };
  const result = huntResultOf(summary, system, { isAwaited: references.length === 0 });
  const campaign = huntCampaignOf(
    { system: system.name, seed: request.seed, stories },
    request.shard,
    circumstancesOf(request),
  );
  const meta = clock();
  const wrote = folder?.write(huntPages(summary, system), meta) ?? [];
  return {
    exitCode: exitCodeOf(summary),
    lines: [...summariseHunt(summary, output.paint, output.width), ...wrote.map((path) => `wrote ${path}`)],
    document: {
      ...huntDocument(summary),
      ...huntShardDocument(result, { campaign, ...request.shard }),
      ...wroteOf(wrote),
    },
    report: huntReport([{ result, inert }], meta),
  };
}

const wroteOf = (wrote: readonly string[]): { readonly wrote?: readonly string[] } =>
  wrote.length === 0 ? {} : { wrote };

function exitCodeOf({ groups, inert, allowsInert, wasInterrupted }: HuntSummary): ExitCode {
  if (wasInterrupted) return exitCodes.interrupted;
  const isInert = inert.kinds.length + inert.properties.length > 0 && !allowsInert;
  return groups.length > 0 || isInert ? exitCodes.failed : exitCodes.held;
}

const keptSummary = (corpus: HuntCorpus | undefined, kept: KeptRuns | undefined): KeptSummary | undefined =>
  corpus === undefined || kept === undefined
    ? undefined
    : {
        path: corpus.path,
        runs: kept.proposals.length,
        failures: kept.failures,
        skipped: kept.skipped,
        unwritten: corpus.unwritten,
      };

interface Hunted {
  readonly hunt: Hunt;
  readonly groups: Groups;
  readonly keeping: HuntKeeping;
  readonly memory: HuntMemory;
  readonly corpus: HuntCorpus | undefined;
  readonly kept: KeptRuns | undefined;
}

/** Hunts until a bound is reached, and keeps after each round what there is to keep. */
async function hunted(
  { hunt, groups, keeping, memory, corpus, kept }: Hunted,
  references: readonly string[],
  request: FuzzRequest,
) {
  const { plugIns, seed, shard, set, strategies, variant = "", limits } = request;
  // All that candidates and their runs depend on, beside what is learnt.
  const asked = [hunt.system.name, references, variant, set, plugIns, limits.eventsMax, limits.runMsMax];
  const name = [...asked, seed, shard.index, shard.count, strategies.map((one) => one.name)].join(" ");
  let grouped = 0;
  const { result, wasInterrupted } = await interruptible(
    "keeping the finished runs",
    (runs: number) => `${plural(runs, "run")}, ${groups.all.length} found`,
    async ({ signal, onProgress }) =>
      runHunt(hunt, {
        ...request,
        memory,
        system: hunt.system.name,
        signal,
        onProgress,
        first: (kept?.proposals ?? []).map((proposal, place) => keptCandidate(proposal, place)),
        fromRound: corpus?.roundsOf(name) ?? 0,
        onRound: (fresh, rounds) => {
          for (const finding of hunt.findings.slice(grouped)) groups.add(finding);
          grouped = hunt.findings.length;
          keeping.save();
          corpus?.add(fresh.filter(({ strategy }) => strategy !== keptName));
          corpus?.reached(name, rounds);
        },
      }),
  );
  return { tookMs: result.tookMs, wasInterrupted };
}

const keptName = "kept";

/** Numbers of candidates begin at 0: those before it are for what earlier hunts have left. */
const keptCandidate = (proposal: Proposal, place: number): Candidate => ({
  index: -1_000_000 + place,
  strategy: keptName,
  ...proposal,
});

/** Those that are named, all of one system; or else the worlds of the system's own, and where planted bugs are at home. */
function huntedStories(
  references: readonly string[],
  { system: wanted, set, variant, planted }: FuzzRequest,
  systems: ReadonlyMap<string, AnySystem>,
): { readonly system: AnySystem; readonly stories: readonly Scenario[] } {
  if (references.length === 0 && variant !== undefined) throw variantOfNothing(variant);
  const loaded = references.length === 0 ? [] : loadStories(references, { systems, set, variant });
  const name = wanted ?? loaded[0]?.scenario.system ?? planted[0]?.system ?? [...systems.keys()][0] ?? "";
  const system = systems.get(name);
  if (system === undefined) {
    throw argumentMistake(`--system ${name}`, {
      code: "UNKNOWN_SYSTEM",
      what: `There is no system ${shown(name)}.`,
      expected: expectedOneOf([...systems.keys()]),
      fix: fixByName(name, [...systems.keys()], 'see "faultline list systems".'),
    });
  }
  const other = loaded.find(({ scenario }) => scenario.system !== name);
  if (other !== undefined) {
    throw argumentMistake(other.reference, {
      code: "TWO_SYSTEMS",
      what: `It is a story of ${other.scenario.system}, and the hunt is for ${name}.`,
      expected: "Expected stories of one system.",
      fix: "hunt them one after the other.",
    });
  }
  const elsewhere = planted.find((mutant) => mutant.system !== name);
  if (elsewhere !== undefined) throw plantedElsewhere(elsewhere, name);
  if (references.length > 0) return { system, stories: loaded.map(({ scenario }) => scenario) };
  const own = worldsOf(huntSpecOf(system), system, set);
  if (own.problems.length > 0) throw new ReaderMistake(own.problems);
  const grounds = [...new Set(planted.flatMap((mutant) => groundsOf(mutant)).map(({ reference }) => reference))];
  const homes = loadStories(grounds, { systems, set, variant: undefined });
  return { system, stories: [...own.stories, ...homes.map(({ scenario }) => scenario)] };
}

const variantOfNothing = (variant: string): Error =>
  argumentMistake(`--variant ${variant}`, {
    code: "NO_STORY",
    what: "It names one story of each file, and no file is named.",
    expected: "Expected stories beside it.",
    fix: "name a story, or leave --variant out.",
  });

const plantedElsewhere = ({ id, system }: Mutant, other: string): Error =>
  argumentMistake(`--plant ${id}`, {
    code: "OTHER_SYSTEM",
    what: `It is a bug of ${system}, and the hunt is for ${other}.`,
    expected: "Expected a bug of the system that is hunted.",
    fix: `hunt for ${system}: leave --system out, and name stories of ${system} or none.`,
  });
