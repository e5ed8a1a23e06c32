// `faultline fuzz`: hunts for what breaks, and keeps what it finds.

import { existsSync } from "node:fs";

import type { HuntMemory } from "../campaign/hunt-signals.ts";
import { huntMemory, runHunt } from "../campaign/run-hunt.ts";
import { basesOf, huntSpecOf, worldsOf } from "../explore/hunt-spec.ts";
import { Groups } from "../explore/groups.ts";
import { Hunt } from "../explore/hunt.ts";
import { inertOf } from "../explore/inert.ts";
import { type HuntSummary, summariseHunt, type ToldGroup } from "../report/hunt-summary.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import { shellWord } from "./arguments.ts";
import { argumentMistake, type ExitCode, exitCodes } from "./exit-codes.ts";
import { saveFailure } from "./failure-files.ts";
import { OutputFolder } from "./files.ts";
import { type FuzzFlags, type FuzzRequest, readFuzzRequest } from "./fuzz-request.ts";
import { huntCampaignOf } from "../campaign/shard.ts";
import { circumstancesOf } from "./circumstances.ts";
import { huntReport, huntResultOf, huntShardDocument } from "./hunt-shard.ts";
import { startClock } from "./report-meta.ts";
import { huntDocument } from "./hunt-document.ts";
import { commandLine } from "./next-commands.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { Progress } from "./progress.ts";
import { loadStories } from "./stories.ts";

export async function fuzz(references: readonly string[], flags: FuzzFlags, output: Output): Promise<Answer> {
  const request = readFuzzRequest(flags);
  const clock = startClock(request.workers);
  const systems = loadSystems(request.plugIns);
  const { system, stories } = huntedStories(references, request, systems);
  const spec = huntSpecOf(system);
  const bases = basesOf(stories, spec, system, request.limits.eventsMax);
  const memory = huntMemory();
  const hunt = new Hunt({ system, spec, bases }, request, memory.reached);
  const groups = new Groups(system);
  const { tookMs, wasInterrupted } = await hunted(hunt, groups, memory, system, request);

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
    groups: keep(groups, system, request),
    spec,
    inert,
    allowsInert: request.allowsInert,
    next: [],
  };
  const result = huntResultOf(summary, system, { isAwaited: references.length === 0 });
  const campaign = huntCampaignOf(
    { system: system.name, seed: request.seed, stories },
    request.shard,
    circumstancesOf(request),
  );
  return {
    exitCode: exitCodeOf(summary),
    lines: summariseHunt(summary, output.paint, output.width),
    document: {
      ...huntDocument(summary),
      ...huntShardDocument(result, { campaign, ...request.shard }),
    },
    report: huntReport([{ result, inert }], clock()),
  };
}

function exitCodeOf({ groups, inert, allowsInert, wasInterrupted }: HuntSummary): ExitCode {
  const isInert = inert.kinds.length + inert.properties.length > 0 && !allowsInert;
  if (groups.length > 0) return exitCodes.failed;
  if (wasInterrupted) return exitCodes.interrupted;
  return isInert ? exitCodes.failed : exitCodes.held;
}

/** Those that are named, all of one system; or else the worlds of the system's own. */
function huntedStories(
  references: readonly string[],
  { system: wanted, set, variant }: FuzzRequest,
  systems: ReadonlyMap<string, AnySystem>,
): { readonly system: AnySystem; readonly stories: readonly Scenario[] } {
  const loaded = references.length === 0 ? [] : loadStories(references, { systems, set, variant });
  const name = wanted ?? loaded[0]?.scenario.system ?? [...systems.keys()][0] ?? "";
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
  if (references.length > 0) return { system, stories: loaded.map(({ scenario }) => scenario) };
  return { system, stories: worldsOf(huntSpecOf(system), system) };
}

async function hunted(hunt: Hunt, groups: Groups, memory: HuntMemory, system: AnySystem, request: FuzzRequest) {
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write("\nInterrupted: keeping the finished runs. Press Ctrl-C again to leave at once.\n");
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const progress = await Progress.begin();
  let grouped = 0;
  try {
    return await runHunt(hunt, {
      ...request,
      memory,
      system: system.name,
      signal: interruption.signal,
      onProgress: (runs) => progress.tell(runs, `${groups.all.length} found`),
      onRound: () => {
        for (const finding of hunt.findings.slice(grouped)) groups.add(finding);
        grouped = hunt.findings.length;
      },
    });
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** One failure file for each group. */
function keep(groups: Groups, system: AnySystem, { save, plugIns }: FuzzRequest): readonly ToldGroup[] {
  if (groups.all.length === 0) return [];
  const folder = new OutputFolder(save);
  return groups.all.map((group) => {
    const { first, scenario, signature } = group;
    const told = {
      ...scenario,
      title: `${first.property} broken, found by ${first.strategy}`.slice(0, 200),
      why: `Found by a hunt. ${first.because} (${signature})`.slice(0, 4_000),
    };
    if (first.kind === "lost" || first.kind === "broke") return { group, file: undefined, replay: undefined };
    const path = saveFailure({ file: "", reference: "", scenario: told, system }, scenario.seed, folder);
    if (!existsSync(path)) return { group, file: undefined, replay: undefined };
    const story = { file: path, reference: `${shellWord(save)}/${path.split("/").at(-1) ?? ""}`, scenario, system };
    return { group, file: path, replay: commandLine("replay", story, { set: [], plugIns }, "") };
  });
}
