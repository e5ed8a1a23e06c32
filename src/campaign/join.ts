// Shards of a campaign, put together again: what all of them say at once, and what is missing.

import { combinedDigest, mergeTotals, type ScenarioResult, type Totals } from "./brief.ts";
import { type SeedRange, seedsIn } from "./plan.ts";
import type { Shard } from "./shard.ts";

/** What any result says of itself: which part it is, and of what. */
export interface Stamped extends Shard {
  /** The file it was read from. */
  readonly file: string;
  readonly campaign: string;
  /** What the campaign is about, for whoever misses a part of it. */
  readonly about: string;
  /** Equal when two results say the same. */
  readonly digest: string;
  readonly wasInterrupted: boolean;
}

/** Something to tell of a file or of a shard; only `isLoss` makes the whole less than it should be. */
export interface Remark {
  readonly file: string;
  readonly code: string;
  readonly what: string;
  readonly isLoss: boolean;
}

export interface Contradiction {
  readonly type: "contradictory";
  readonly file: string;
  readonly other: string;
  readonly what: string;
}

export type Gathered<S extends Stamped> =
  /** Campaigns in order of their first files, shards in order of their numbers, each once. */
  | { readonly type: "gathered"; readonly campaigns: readonly (readonly S[])[]; readonly remarks: readonly Remark[] }
  | Contradiction;

/** Results by campaign, and what is to be said of those that are there twice, in part, or not at all. */
export function gather<S extends Stamped>(shards: readonly S[]): Gathered<S> {
  const remarks: Remark[] = [];
  const kept = new Map<string, S>();
  for (const shard of shards) {
    const key = `${shard.campaign} ${shard.index}`;
    const before = kept.get(key);
    if (before === undefined) {
      kept.set(key, shard);
    } else if (before.digest === shard.digest) {
      remarks.push({ file: shard.file, code: "DUPLICATE", what: `It says the same as ${before.file}.`, isLoss: false });
    } else {
      const what = `Both are shard ${shard.index} of ${shard.count} of one campaign, and their runs differ.`;
      return { type: "contradictory", file: shard.file, other: before.file, what };
    }
  }
  const names = [...new Set([...kept.values()].map(({ campaign }) => campaign))];
  const campaigns = names.map((name) =>
    [...kept.values()].filter(({ campaign }) => campaign === name).toSorted((a, b) => a.index - b.index),
  );
  return { type: "gathered", campaigns, remarks: [...remarks, ...campaigns.flatMap((members) => lossesIn(members))] };
}

function lossesIn(members: readonly Stamped[]): readonly Remark[] {
  const [first] = members;
  if (first === undefined) return [];
  const present = new Set(members.map(({ index }) => index));
  const missing = Array.from({ length: first.count }, (_, index) => index + 1).filter((index) => !present.has(index));
  return [
    ...missing.map((index) => ({
      file: first.file,
      code: "MISSING_SHARD",
      what: `Shard ${index} of ${first.count} is missing (${first.about}).`,
      isLoss: true,
    })),
    ...members
      .filter(({ wasInterrupted }) => wasInterrupted)
      .map(({ file, index, count }) => ({
        file,
        code: "PARTIAL_SHARD",
        what: `Shard ${index} of ${count} was interrupted.`,
        isLoss: true,
      })),
  ];
}

/** What one shard ran of one scenario. */
export interface Part {
  /** What the scenario says, as a digest. */
  readonly plan: string;
  /** All seeds that the campaign was asked for. */
  readonly of: SeedRange;
  readonly result: ScenarioResult;
}

export interface ShardResult<P extends Part> extends Stamped {
  /** In the same order in every shard of a campaign. */
  readonly parts: readonly P[];
}

/** One scenario of a campaign over all its shards that are there. */
export interface Joined<P extends Part> {
  readonly parts: readonly P[];
  readonly result: ScenarioResult;
}

export type JoinResult<P extends Part> =
  | { readonly type: "joined"; readonly scenarios: readonly Joined<P>[]; readonly remarks: readonly Remark[] }
  | Contradiction;

export function join<P extends Part>(shards: readonly ShardResult<P>[]): JoinResult<P> {
  const gathered = gather(shards);
  if (gathered.type === "contradictory") return gathered;
  const { campaigns, remarks } = gathered;
  const twice = ranTwice(campaigns.flatMap((members) => members.slice(0, 1)));
  return twice ?? { type: "joined", scenarios: campaigns.flatMap((members) => joinedIn(members)), remarks };
}

/** Two campaigns over the same seeds of the same scenario would count each run twice. */
function ranTwice<P extends Part>(firsts: readonly ShardResult<P>[]): Contradiction | undefined {
  const seen: { readonly file: string; readonly part: P }[] = [];
  for (const { file, parts } of firsts) {
    for (const part of parts) {
      const other = seen.find(
        ({ file: from, part: { plan, of } }) =>
          from !== file && plan === part.plan && of.from <= part.of.to && part.of.from <= of.to,
      );
      if (other !== undefined) {
        const what = `Both are parts of campaigns over the same seeds of ${part.result.scenario.name}.`;
        return { type: "contradictory", file, other: other.file, what };
      }
      seen.push({ file, part });
    }
  }
  return undefined;
}

function joinedIn<P extends Part>(members: readonly ShardResult<P>[]): readonly Joined<P>[] {
  const [first] = members;
  return (first?.parts ?? []).map(({ of, result }, index) => {
    const parts = members.flatMap((member) => member.parts[index] ?? []);
    return { parts, result: wholeOf(result.scenario, of, parts) };
  });
}

function wholeOf(scenario: ScenarioResult["scenario"], seeds: SeedRange, parts: readonly Part[]): ScenarioResult {
  const runs = parts.flatMap(({ result }) => result.runs).toSorted((a, b) => a.seed - b.seed);
  const totals: readonly Totals[] = parts.flatMap(({ result }) => (result.totals.runs === 0 ? [] : [result.totals]));
  const gap = runs.findIndex(({ seed }, index) => seed !== seeds.from + index);
  const reached = gap >= 0 ? gap : runs.length;
  return {
    scenario,
    seeds,
    runs,
    totals: mergeTotals(totals),
    digest: combinedDigest(runs),
    missingFrom: reached < seedsIn(seeds) ? seeds.from + reached : undefined,
  };
}
