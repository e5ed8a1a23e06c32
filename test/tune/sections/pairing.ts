// How much the same seeds at every point are worth, in the two studies whose answers hang on it.

import { availableParallelism } from "node:os";

import { Evaluator } from "../../../src/campaign/evaluator.ts";
import { systemsWith } from "../../../src/campaign/plug-ins.ts";
import { loadStudy } from "../../../src/cli/studies.ts";
import { pairingRows } from "../../../src/report/pairing-lines.ts";
import { studyPoints } from "../../../src/tune/open-study.ts";
import { type Sweep, sweepOf } from "../../../src/tune/sweep.ts";
import type { MeasuredSection } from "../../hunt/report.ts";

/** Studies, and the response that each asks about first: the bar is on that one, the others are told. */
const studies = ["transfer-deadline", "heartbeat-timeout"];
const ratioMax = 0.2;
const seeds = { from: 1, to: 40 };

export async function pairingSection(tell: (line: string) => void): Promise<MeasuredSection> {
  const swept: { readonly study: string; readonly sweep: Sweep }[] = [];
  for (const study of studies) {
    tell(`${study}: seeds ${seeds.from}..${seeds.to} at every point`);
    swept.push({ study, sweep: await sweepFor(study) });
  }
  const told = swept.flatMap(({ study, sweep }) =>
    pairingRows(sweep).map(({ response, ratio, worth }, index) => ({
      study,
      response,
      ratio: ratio ?? 0,
      worth,
      index,
    })),
  );
  return {
    title: "Pairing",
    about:
      "The same seeds meet the same chances at every point of a sweep. The variance of paired differences from the baseline, " +
      "over that of differences between sweeps with seeds of their own, all points of a study together. The bar is on what each " +
      "study asks first. Of what happens seldom, such as a rollback or the pause of one transfer in a hundred, the chances " +
      "of single messages decide, and those are of another message once an attempt more or less was made: there pairing helps " +
      "less. Where the baseline shows nothing at all there is nothing to pair.",
    command: "npm run tune -- pairing",
    figures: told
      .filter(({ index }) => index === 0)
      .map(({ study, response, ratio }) => ({
        what: `${study}: ${response}`,
        bar: `<= ${ratioMax}`,
        measured: ratio.toFixed(3),
        met: ratio <= ratioMax,
      })),
    columns: ["study", "response", "paired over unpaired", "runs saved"],
    rows: told.map(({ study, response, ratio, worth }) => [
      study,
      response,
      ratio.toFixed(3),
      worth === null ? "-" : `${worth.toFixed(1)} times`,
    ]),
  };
}

async function sweepFor(name: string): Promise<Sweep> {
  const study = loadStudy(`scenarios/studies/${name}.yaml`, {
    systems: systemsWith([]),
    set: [],
    change: (read) => ({ ...read, seeds }),
  });
  const { points } = studyPoints(study);
  const evaluator = await Evaluator.start({
    workers: availableParallelism(),
    limits: { runMsMax: Infinity },
    plugIns: [],
    figures: study.figures,
  });
  try {
    const all = Array.from({ length: seeds.to - seeds.from + 1 }, (_, index) => seeds.from + index);
    return sweepOf(study, points, await evaluator.evaluate(points.map(({ scenario }) => ({ scenario, seeds: all }))));
  } finally {
    await evaluator.end();
  }
}
