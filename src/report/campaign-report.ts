// What a report on a campaign is made of: the same for every form it is written in.

import type { Judgement } from "../campaign/judgement.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import type { FigureSpec } from "../check/figure.ts";

/** One scenario in a report. */
export interface ReportedScenario {
  readonly file: string;
  /** On which it begins in its file, from 1. */
  readonly line: number;
  readonly result: ScenarioResult;
  readonly judgement: Judgement;
  readonly specs: readonly FigureSpec[];
  /** The command that shows a run of it again, but for the seed. */
  readonly replay: string;
  /** Of failures by property, as far as they are known. */
  readonly signatures: ReadonlyMap<string, string>;
}

/** What differs between two reports on the same runs, kept apart from all that does not. */
export interface ReportMeta {
  readonly faultline: string;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly host: string;
  readonly node: string;
  readonly workers: number;
}

export interface CampaignReport {
  readonly meta: ReportMeta;
  readonly scenarios: readonly ReportedScenario[];
}

export const replayOfSeed = ({ replay }: Pick<ReportedScenario, "replay">, seed: number): string =>
  `${replay} --seed ${seed}`;

/** The command that shows the first failure again; absent when there is none. */
export function replayOf(reported: Pick<ReportedScenario, "replay" | "judgement">): string | undefined {
  const { firstFailing } = reported.judgement;
  return firstFailing === undefined ? undefined : replayOfSeed(reported, firstFailing);
}

/** Meta as rows, in a fixed order. */
export const metaRows = (meta: ReportMeta): readonly (readonly [string, string])[] => [
  ["faultline", meta.faultline],
  ["startedAt", meta.startedAt],
  ["tookMs", String(Math.round(meta.tookMs))],
  ["host", meta.host],
  ["node", meta.node],
  ["workers", String(meta.workers)],
];
