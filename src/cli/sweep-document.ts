// What `faultline sweep --json` says.

import { plain } from "../scenario/located.ts";
import { pairingRows } from "../report/pairing-lines.ts";
import { sweepWords } from "../report/sweep-words.ts";
import type { Point } from "../tune/factor.ts";
import type { Cell, Sweep } from "../tune/sweep.ts";
import type { SweepAnswer } from "../tune/sweep-answer.ts";

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function sweepDocument(sweep: Sweep, answer: SweepAnswer) {
  const { study, points } = sweep;
  const { title, why, seeds, factors, circumstances, scenario } = study.study;
  const { verdict, tone, sentences } = sweepWords(sweep, answer);
  return {
    title,
    why,
    scenario: scenario.reference,
    system: study.system.name,
    seeds,
    factors: factors.map(({ name, levels, unit }) => ({
      name,
      unit: unit ?? null,
      levels: levels.map(({ text }) => text),
    })),
    circumstances: circumstances.map(({ name, levels }) => ({ name, levels: levels.map(({ text }) => text) })),
    responses: study.responses.map(({ label, response, better, limit }) => ({
      name: response.name,
      label,
      title: response.title,
      unit: response.unit,
      better,
      limit: limit?.text ?? null,
    })),
    answer: {
      tone,
      verdict,
      sentences,
      under: answer.map(({ group, range, superior, good }) => ({
        circumstances: circumstancesOf(sweep, group.circumstances),
        from: range === undefined ? null : valuesOf(sweep, range.from.point),
        to: range === undefined ? null : valuesOf(sweep, range.to.point),
        better: superior.map(({ swept }) => valuesOf(sweep, swept.at.point)),
        asGood: good.map(({ swept }) => valuesOf(sweep, swept.at.point)),
      })),
    },
    baseline: valuesOf(sweep, study.baseline.point),
    points: points.map(({ at, isBaseline, runs, cut, cells }) => ({
      at: valuesOf(sweep, at.point),
      circumstances: circumstancesOf(sweep, at.circumstances),
      isBaseline,
      runs,
      cut,
      responses: cells.map((cell) => cellDocument(cell)),
    })),
    pairing: pairingRows(sweep),
    missing: sweep.missing,
  };
}

/** By factor, as it would be typed; of values set together, their name. */
const valuesOf = ({ study }: Sweep, point: Point): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    point.map(({ text, puts }, index) => {
      const { name } = study.study.factors[index];
      const [put, second] = puts;
      return [name, put !== undefined && second === undefined && put.path === name ? plain(put.value) : text];
    }),
  );

const circumstancesOf = ({ study }: Sweep, point: Point): Readonly<Record<string, string>> =>
  Object.fromEntries(point.map(({ text }, index) => [study.study.circumstances[index].name, text]));

const cellDocument = ({ value, low, high, samples, difference, keeping }: Cell) => ({
  value: finite(value),
  low: finite(low),
  high: finite(high),
  samples,
  limit: keeping ?? null,
  difference:
    difference === undefined
      ? null
      : {
          value: difference.value,
          low: finite(difference.low),
          high: finite(difference.high),
          verdict: difference.verdict,
          leansWorse: difference.leansWorse,
          pairing: difference.pairing ?? null,
        },
});
