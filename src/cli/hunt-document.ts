// What `fuzz --json` says: the same facts as the lines, as plain data.

import { runsWithTurnovers } from "../explore/effects.ts";
import type { HuntSummary, ToldGroup } from "../report/hunt-summary.ts";

export function huntDocument(summary: HuntSummary): Readonly<Record<string, unknown>> {
  const {
    system,
    seed,
    tookMs,
    wasInterrupted,
    effects,
    strategies,
    groups,
    spec,
    inert,
    growth,
    reached,
    corpus,
    kept,
  } = summary;
  const seconds = Math.max(tookMs / 1_000, 0.001);
  const { runs, held, violated, inconclusive, eventsDone, simulatedUs, kinds, properties, turnovers } = effects;
  return {
    system,
    seed,
    interrupted: wasInterrupted,
    findings: groups.map((group) => findingDocument(group)),
    kept: kept ?? null,
    ledger: {
      runs,
      held,
      violated,
      inconclusive,
      events: eventsDone,
      simulatedUs,
      tookMs,
      runsPerSecond: runs / seconds,
      simulatedSecondsPerSecond: simulatedUs / 1_000_000 / seconds,
      turnovers: {
        byRuns: turnovers,
        enough: spec.turnovers?.enough ?? null,
        runsWithEnough: spec.turnovers === undefined ? null : runsWithTurnovers(effects, spec.turnovers.enough),
      },
      kinds,
      properties,
      strategies,
      reached,
      growth,
      corpus,
      inert,
    },
  };
}

const findingDocument = ({ group, file, replay, lines }: ToldGroup): Readonly<Record<string, unknown>> => ({
  signature: group.signature,
  kind: group.first.kind,
  property: group.first.property,
  because: group.first.because,
  strategy: group.first.strategy,
  candidate: group.first.index,
  seed: group.scenario.seed,
  count: group.count,
  strategies: group.strategies,
  file: file ?? null,
  replay: replay ?? null,
  notes: lines,
});
