// What a hunt came to, for reporters and for `faultline merge`.

import type { HuntResult, JoinedHunt } from "../campaign/join-hunts.ts";
import { kindsAwaited } from "../explore/inert.ts";
import type { ReportMeta } from "../report/campaign-report.ts";
import { huntMarkdown, huntSuite } from "../report/hunt-cases.ts";
import type { HuntSummary } from "../report/hunt-summary.ts";
import type { TestReport } from "../report/test-report.ts";
import { defaultNames } from "../scenario/node-names.ts";
import { promisesOf } from "../scenario/story-schema.ts";
import type { AnySystem } from "../systems/system.ts";
import { shardFormat, type ShardStamp } from "./documents.ts";

export function huntResultOf(
  { seed, groups, effects, strategies, spec, allowsInert }: HuntSummary,
  system: AnySystem,
  { isAwaited }: { readonly isAwaited: boolean },
): HuntResult {
  const promised = promisesOf(system, defaultNames(system.roles));
  const reachable = promised.filter(({ id }) => !spec.unreachable.has(id)).map(({ id }) => id);
  return {
    system: system.name,
    seed,
    findings: groups.map(({ group, file, replay, lines }) => ({
      signature: group.signature,
      kind: group.first.kind,
      property: group.first.property,
      because: group.first.because,
      candidate: group.first.index,
      seed: group.scenario.seed,
      count: group.count,
      strategies: group.strategies,
      file,
      replay,
      notes: lines,
    })),
    effects,
    strategies,
    promised: promised.map(({ id, claim, source }) => ({ id, claim, source })),
    awaited: isAwaited ? { kinds: kindsAwaited(spec.model), properties: reachable } : { kinds: [], properties: [] },
    allowsInert,
  };
}

/** What a merge needs beyond what `fuzz --json` tells anyway. */
export const huntShardDocument = (
  { promised, awaited, allowsInert }: HuntResult,
  stamp: Omit<ShardStamp, "format">,
): Readonly<Record<string, unknown>> => ({
  shard: { format: shardFormat, ...stamp },
  part: { promised, awaited, allowsInert },
});

export const huntReport = (hunts: readonly JoinedHunt[], meta: ReportMeta): TestReport => ({
  meta,
  suites: hunts.map(({ result, inert }) => huntSuite(result, inert)),
  markdown: hunts.map(({ result, inert }) => huntMarkdown(result, inert)).join("\n"),
});
