// What `--json` says: the same facts as the lines, as plain data. Kept apart so that its shape is read in one place;
// `document-schemas.ts` has it as a schema.

import type { Shard } from "../campaign/shard.ts";
import { summarise } from "../check/figures.ts";
import { type CampaignReport, type ReportedScenario, replayOf } from "../report/campaign-report.ts";
import type { PlannedSeeds } from "./run-many.ts";
import type { SingleRun } from "./run-single.ts";

type Document = Readonly<Record<string, unknown>>;

export function runDocument({ story, run, told }: SingleRun): Document {
  const { scenario, seed, outcome, verdict, expectations, digest, tallies, messages, eventsDone, endedAtUs } = run;
  return {
    scenario: scenario.name,
    file: story.file,
    reference: story.reference,
    title: scenario.title,
    seed,
    outcome,
    summary: verdict.summary,
    story: told,
    properties: verdict.properties,
    expectations,
    figures: summarise(story.system.measures.figures, run.figures),
    faults: tallies,
    messages,
    events: eventsDone,
    endedAtUs,
    forcedMisfits: run.forcedMisfits,
    digest,
  };
}

export const campaignDocument = (report: CampaignReport, wasInterrupted: boolean): Document => ({
  interrupted: wasInterrupted,
  scenarios: report.scenarios.map((scenario) => scenarioDocument(scenario)),
});

/** Which part of which campaign a document is; `format` rises when older builds could not read it. */
export interface ShardStamp extends Shard {
  readonly format: number;
  readonly campaign: string;
}

export const shardFormat = 1;

/** With all that `faultline merge` needs to judge the parts as a whole. */
export const shardDocument = (
  report: CampaignReport,
  wasInterrupted: boolean,
  shard: ShardStamp,
  planned: readonly PlannedSeeds[],
): Document => ({
  interrupted: wasInterrupted,
  shard,
  scenarios: report.scenarios.map((scenario, index) => ({
    ...scenarioDocument(scenario),
    part: partOf(scenario, planned[index]),
  })),
});

function partOf({ line, result, specs, replay, signatures }: ReportedScenario, planned: PlannedSeeds | undefined) {
  const { name, title, why, system, expect, world } = result.scenario;
  const { startUs } = world;
  return {
    plan: planned?.plan,
    of: planned?.seeds,
    line,
    replay,
    signatures: Object.fromEntries(signatures),
    outline: { name, title, why, system, expect, world: { startUs } },
    specs: specs.map((spec) => ({ id: spec.id, title: spec.title, kind: spec.kind })),
    runs: result.runs,
    samples: result.totals.figures,
    forcedMisfits: result.totals.forcedMisfits,
  };
}

/** One scenario of a campaign, over all its seeds. */
export function scenarioDocument(reported: ReportedScenario): Document {
  const { file, result, judgement, specs } = reported;
  const { scenario, seeds, totals, digest, missingFrom, runs } = result;
  return {
    scenario: scenario.name,
    file,
    title: scenario.title,
    seeds,
    missingFrom: missingFrom ?? null,
    outcome: judgement.outcome,
    runs: totals.runs,
    held: judgement.held,
    violated: judgement.violated,
    inconclusive: judgement.inconclusive,
    firstFailing: judgement.firstFailing ?? null,
    replay: replayOf(reported) ?? null,
    failing: runs.filter(({ outcome }) => outcome !== "held").slice(0, 100),
    properties: totals.properties,
    expectations: judgement.expectations,
    figures: summarise(specs, totals.figures),
    faults: totals.tallies,
    messages: totals.messages,
    events: totals.eventsDone,
    digest,
  };
}

/** `report.json`: byte-identical for equal runs, but for `meta`. */
export const reportDocument = (report: CampaignReport, wasInterrupted: boolean): string =>
  `${JSON.stringify({ meta: report.meta, ...campaignDocument(report, wasInterrupted) }, finite, 2)}\n`;

const finite = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;
