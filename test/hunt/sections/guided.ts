// What guidance saves: runs until a deep bug is found, by the usual mixture of strategies and by uniform random faults.

import { reachedBytes } from "../../../src/explore/coverage.ts";
import { type HuntedSystem, Hunt } from "../../../src/explore/hunt.ts";
import { basesOf, huntSpecOf, worldsOf } from "../../../src/explore/hunt-spec.ts";
import { usualMixture } from "../../../src/explore/strategies/all.ts";
import { weather } from "../../../src/explore/strategies/weather.ts";
import type { Strategy } from "../../../src/explore/strategy.ts";
import { type Trial, tryCandidate } from "../../../src/explore/try-candidate.ts";
import { catalogue } from "../../../src/mutants/catalogue.ts";
import type { Mutant } from "../../../src/mutants/mutant.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import type { MeasuredSection } from "../report.ts";

const repetitions = 20;
/** Events in one order before a bug counts as deep. */
const depthMin = 3;
/** A hunt that has found nothing after so many runs is given up, and counts as one that needed more. */
const runsMax = 200;
/** A bug that so many runs of both do not find once is left out: nothing can be said of it. */
const triedRuns = 300;
const timesMin = 10;
/** No hunt finds in a tenth of the runs what uniform faults find in so many: less than one run there is none. */
const easyRunsMax = timesMin;
const significance = 0.05;
const eventsMax = 10_000_000;

interface Measured {
  readonly mutant: Mutant;
  /** Nothing of those that uniform faults find at once. */
  readonly guided: readonly number[];
  readonly uniform: readonly number[];
}

const isEasy = ({ uniform }: Measured): boolean => median(uniform) <= easyRunsMax;

export function guidedSection(tell: (line: string) => void): MeasuredSection {
  const deep = catalogue.filter(({ depth = 0, where }) => depth >= depthMin && where === "logic");
  const measured = deep.flatMap((mutant): readonly Measured[] => {
    const hunted = huntedOf(mutant);
    const all = (strategies: readonly Strategy[]): readonly number[] =>
      Array.from({ length: repetitions }, (_, seed) => runsToFind(mutant, hunted, strategies, seed + 1, runsMax));
    const uniform = all([weather]);
    const easy = { mutant, guided: [], uniform };
    if (!isEasy(easy) && runsToFind(mutant, hunted, usualMixture, 0, triedRuns) > triedRuns) {
      tell(`${mutant.id}: not found in ${triedRuns} runs`);
      return [];
    }
    const one = isEasy(easy) ? easy : { ...easy, guided: all(usualMixture) };
    tell(rowOf(one).join("  "));
    return [one];
  });
  const hard = measured.filter((one) => !isEasy(one));
  const better = hard.filter((one) => times(one) >= timesMin && rankSum(one) < significance);
  const sooner = hard.filter((one) => rankSum(one) < significance);
  return {
    title: "Guided against uniform",
    about: [
      `Runs until a bug of ${depthMin} ordered events and more is found: by the usual mixture of strategies, half of it guided, and by`,
      `uniform random faults (the strategy "${weather.name}"). Medians over ${repetitions} hunts under seeds of their own, each given up after`,
      `${runsMax} runs. The test is the rank-sum test of Wilcoxon, one-sided, with the normal approximation and ties counted half.`,
      `Of ${deep.length} such bugs ${measured.length - hard.length} are found by uniform faults in ${easyRunsMax} runs or fewer, of which there is no`,
      `tenth: the mixture is not measured there. Those that ${triedRuns} runs of the mixture do not find are left out.`,
    ].join(" "),
    command: "npm run hunt -- guided",
    figures: [
      {
        what: `found in a tenth of the runs or fewer, p < ${significance}`,
        bar: "all",
        measured: `${better.length} of ${hard.length}`,
        met: better.length === hard.length && hard.length > 0,
      },
      {
        what: `found in fewer runs, p < ${significance}`,
        bar: "all",
        measured: `${sooner.length} of ${hard.length}`,
        met: sooner.length === hard.length && hard.length > 0,
      },
    ],
    columns: ["bug", "ordered events", "mixture", "uniform", "times as many", "p"],
    rows: measured.map((one) => rowOf(one)),
  };
}

function huntedOf(mutant: Mutant): HuntedSystem {
  const system = systemNamed(mutant.system);
  const spec = huntSpecOf(system);
  return { system, spec, bases: basesOf(worldsOf(spec, system).stories, spec, system, eventsMax) };
}

/** Runs up to the first that fails; one more than the most when none does. */
function runsToFind(
  mutant: Mutant,
  hunted: HuntedSystem,
  strategies: readonly Strategy[],
  seed: number,
  most: number,
): number {
  const reached = new Uint8Array(reachedBytes);
  const hunt = new Hunt(hunted, { seed, strategies, shard: { index: 1, count: 1 } }, reached);
  const system = mutant.plant(hunted.system);
  let runs = 0;
  for (let round = 0; runs < most; round += 1) {
    const learnt: Trial[] = [];
    for (const candidate of hunt.round(round, most - runs)) {
      const trials = tryCandidate(candidate, { system, spec: hunted.spec, reached });
      const failed = trials.findIndex(({ finding }) => finding !== undefined);
      if (failed >= 0) return runs + failed + 1;
      runs += trials.length;
      learnt.push(...trials);
    }
    hunt.learn(learnt);
  }
  return most + 1;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

/** How many times as many runs uniform hunts need. At least so many, when they were given up. */
const times = ({ guided, uniform }: Measured): number => median(uniform) / median(guided);

/** The chance that hunts alike in all would be so far apart, with the uniform ones the slower (Wilcoxon, Mann and Whitney). */
function rankSum({ guided, uniform }: Measured): number {
  let slower = 0;
  for (const of of uniform) for (const than of guided) slower += of > than ? 1 : of === than ? 0.5 : 0;
  const all = [...guided, ...uniform];
  const counts = new Map<number, number>();
  for (const value of all) counts.set(value, (counts.get(value) ?? 0) + 1);
  let ties = 0;
  for (const count of counts.values()) ties += count ** 3 - count;
  const pairs = guided.length * uniform.length;
  const variance = (pairs / 12) * (all.length + 1 - ties / (all.length * (all.length - 1)));
  return variance === 0 ? 1 : upperTail((slower - pairs / 2) / Math.sqrt(variance));
}

/** Of the standard normal distribution (Abramowitz and Stegun 26.2.17; wrong by less than 1e-7). */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  const series =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

const count = (runs: number): string => (runs > runsMax ? `> ${runsMax}` : String(runs));

function rowOf(one: Measured): readonly string[] {
  const { mutant, guided, uniform } = one;
  const ofUniform = count(median(uniform));
  if (isEasy(one)) return [mutant.id, String(mutant.depth ?? 1), "", ofUniform, "", ""];
  const most = median(uniform) > runsMax ? ">= " : "";
  return [
    mutant.id,
    String(mutant.depth ?? 1),
    count(median(guided)),
    ofUniform,
    `${most}${times(one).toFixed(1)}`,
    rankSum(one).toFixed(4),
  ];
}
