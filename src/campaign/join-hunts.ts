// Shards of a hunt, put together again: findings of one signature are one finding, and ledgers add up.

import { type Effects, mergeEffects, noEffects, type StrategyEffect } from "../explore/effects.ts";
import { type Inert, inertAmong } from "../explore/inert.ts";
import { type Contradiction, gather, type Remark, type Stamped } from "./join.ts";

/** One finding as a hunt tells it. */
export interface HuntFinding {
  readonly signature: string;
  /** As of `Finding`: violation, limit, broke or lost. */
  readonly kind: string;
  /** A property; of the other kinds their own name. */
  readonly property: string;
  readonly because: string;
  /** The number of its first candidate. */
  readonly candidate: number;
  readonly seed: number;
  readonly count: number;
  readonly strategies: ReadonlyMap<string, number>;
  readonly file: string | undefined;
  readonly replay: string | undefined;
  /** What else there is to say, such as how small it became. */
  readonly notes: readonly string[];
}

/** What a hunt came to, as far as it can be told without the system that was hunted. */
export interface HuntResult {
  readonly system: string;
  readonly seed: number;
  readonly findings: readonly HuntFinding[];
  readonly effects: Effects;
  readonly strategies: ReadonlyMap<string, StrategyEffect>;
  readonly promised: readonly { readonly id: string; readonly claim: string; readonly source: string }[];
  /** What must not stay inert, when enough was run: none of it when the hunt was of stories that were named. */
  readonly awaited: { readonly kinds: readonly string[]; readonly properties: readonly string[] };
  readonly allowsInert: boolean;
}

export interface HuntShard extends Stamped {
  readonly result: HuntResult;
}

export interface JoinedHunt {
  readonly result: HuntResult;
  readonly inert: Inert;
}

export type JoinedHunts =
  | { readonly type: "joined"; readonly hunts: readonly JoinedHunt[]; readonly remarks: readonly Remark[] }
  | Contradiction;

export function joinHunts(shards: readonly HuntShard[]): JoinedHunts {
  const gathered = gather(shards);
  if (gathered.type === "contradictory") return gathered;
  const hunts = gathered.campaigns.flatMap((members) => {
    const [first, ...others] = members.map(({ result }) => result);
    if (first === undefined) return [];
    const result = others.reduce((all, more) => mergedHunt(all, more), first);
    return [{ result, inert: inertAmong(result.effects, result.awaited) }];
  });
  return { type: "joined", hunts, remarks: gathered.remarks };
}

const mergedHunt = (all: HuntResult, more: HuntResult): HuntResult => ({
  ...all,
  findings: mergedFindings([...all.findings, ...more.findings]),
  effects: mergeEffects(mergeEffects(noEffects, all.effects), more.effects),
  strategies: summed(all.strategies, more.strategies, (a, b) => ({
    runs: a.runs + b.runs,
    runsNew: a.runsNew + b.runsNew,
    runsFailed: a.runsFailed + b.runsFailed,
  })),
});

/** The first of each signature stands for all of them. */
function mergedFindings(findings: readonly HuntFinding[]): readonly HuntFinding[] {
  const bySignature = new Map<string, HuntFinding>();
  for (const finding of findings.toSorted((a, b) => a.candidate - b.candidate)) {
    const before = bySignature.get(finding.signature);
    bySignature.set(
      finding.signature,
      before === undefined
        ? finding
        : {
            ...before,
            count: before.count + finding.count,
            strategies: summed(before.strategies, finding.strategies, (a, b) => a + b),
          },
    );
  }
  return [...bySignature.values()];
}

function summed<Value>(
  all: ReadonlyMap<string, Value>,
  more: ReadonlyMap<string, Value>,
  add: (a: Value, b: Value) => Value,
): ReadonlyMap<string, Value> {
  const result = new Map(all);
  for (const [key, value] of more) {
    const before = result.get(key);
    result.set(key, before === undefined ? value : add(before, value));
  }
  return result;
}
