// A sweep in words: whether the setting that was asked about stands, how far one may go from it, and what gets worse beyond.

import { printable } from "../scenario/problem.ts";
import type { Level, Point } from "../tune/factor.ts";
import type { Unit } from "../tune/response.ts";
import type { Asked } from "../tune/study.ts";
import type { Cell, Measured, Sweep, SweepGroup } from "../tune/sweep.ts";
import type { Change, GroupAnswer, Nothing, Standing, SweepAnswer } from "../tune/sweep-answer.ts";
import { plural, printCount, printShare, printTime } from "./words.ts";

export interface SweepWords {
  readonly tone: "good" | "bad" | "unsure";
  /** The answer in one sentence. */
  readonly verdict: string;
  /** What else there is to say, a sentence or two each. */
  readonly sentences: readonly string[];
}

export function sweepWords(sweep: Sweep, answer: SweepAnswer): SweepWords {
  const told = answer.map((group) => ({ ...verdictOf(sweep, group), group }));
  const [only, second] = told;
  const sentences = told.flatMap(({ verdict, group }) => {
    const more = group.nothing === undefined ? [...rangeWords(sweep, group), ...goodWords(sweep, group)] : [];
    const all = second === undefined ? more : [verdict, ...more];
    const label = circumstancesLabel(sweep, group.group.circumstances);
    return second === undefined ? all : [`Under ${label}: ${all.join(" ")}`];
  });
  const tones = told.map(({ tone }) => tone);
  const tone = tones.includes("bad") ? "bad" : tones.includes("unsure") ? "unsure" : "good";
  const verdict = second === undefined ? (only?.verdict ?? "Nothing could be compared.") : manyVerdict(sweep, told);
  // Names of responses are the reader's own.
  return {
    tone,
    verdict: printable(verdict),
    sentences: [...sentences, ...cautions(sweep)].map((sentence) => printable(sentence)),
  };
}

interface Verdict extends Pick<SweepWords, "tone" | "verdict"> {
  readonly says: "stands" | "surpassed" | "broken" | "nothing";
}

interface ToldGroup extends Verdict {
  readonly group: GroupAnswer;
}

function manyVerdict(sweep: Sweep, told: readonly ToldGroup[]): string {
  const base = capital(pointLabel(sweep, sweep.study.baseline.point));
  const labels = (wanted: string): string =>
    told
      .flatMap((one) => (one.says === wanted ? [circumstancesLabel(sweep, one.group.group.circumstances)] : []))
      .join("; ");
  const parts = [
    ["stands", "stands under"],
    ["surpassed", "is surpassed under"],
    ["broken", "breaks a limit under"],
    ["nothing", "has nothing that can be said of it under"],
  ] as const;
  const said = parts.flatMap(([wanted, words]) => (labels(wanted) === "" ? [] : [`${words} ${labels(wanted)}`]));
  return `${base} ${said.join(", and ")}.`;
}

function verdictOf(sweep: Sweep, { group, nothing, baseline, superior }: GroupAnswer): Verdict {
  const { responses } = sweep.study;
  const base = pointLabel(sweep, group.baseline.at.point);
  const [broken] = baseline.broken;
  if (broken !== undefined) {
    const { label, limit } = responses[broken];
    const found = measuredText(responses[broken], baseline.swept.cells[broken]);
    return {
      tone: "bad",
      says: "broken",
      verdict: `${capital(base)} breaks a limit: ${label} is ${found}, and has to be ${limit?.text}.`,
    };
  }
  if (nothing !== undefined) {
    const why = nothingWords(nothing, base, group.baseline.runs);
    return { tone: "unsure", says: "nothing", verdict: `Nothing can be said: ${why}.` };
  }
  const best = bestOf(superior);
  if (best !== undefined) {
    const label = pointLabel(sweep, best.swept.at.point);
    const gains = best.better.map((change) => changeText(sweep, group, change)).join(", and ");
    return {
      tone: "unsure",
      says: "surpassed",
      verdict: `${capital(label)} is better than ${base}: ${gains}; nothing that was asked is worse.`,
    };
  }
  return {
    tone: "good",
    says: "stands",
    verdict: `${capital(base)} stands: nothing that was tried is better in one thing without being worse in another.`,
  };
}

function nothingWords(nothing: Nothing, base: string, runs: number): string {
  switch (nothing) {
    case "baseline not run":
      return `no run of ${base} was finished`;
    case "others not run":
      return `of what ${base} is compared to, no run was finished`;
    case "never measured":
      return "what was asked was never measured";
    case "too few runs":
      return `with ${plural(runs, "run")} a point, no difference is bound by anything`;
    case "no bounds":
      return "what was measured bounds no difference";
  }
}

const gain = ({ better }: Standing): number => Math.abs(better[0]?.cell.difference?.value ?? 0);

/** The one with most to gain, and of those the first response's best. */
function bestOf(superior: readonly Standing[]): Standing | undefined {
  return superior.toSorted((a, b) => b.better.length - a.better.length || gain(b) - gain(a))[0];
}

function rangeWords(sweep: Sweep, { range, group }: GroupAnswer): readonly string[] {
  if (range === undefined) return [];
  const base = pointLabel(sweep, group.baseline.at.point);
  const { name } = sweep.study.study.factors[0];
  const [from, to] = [pointLabel(sweep, range.from.point), pointLabel(sweep, range.to.point)];
  const within =
    from === to
      ? `No neighbour of ${base} does as well.`
      : `${capital(shortName(name))} may be anything from ${from} to ${to}: nothing is worse there than at ${base}, as far as these runs can tell.`;
  const beyond = (standing: Standing | undefined, side: "below" | "above", end: string): string => {
    if (standing === undefined) return `How far ${side} ${end} that goes was not tried.`;
    const label = pointLabel(sweep, standing.swept.at.point);
    return `${capital(side)}, at ${label}, ${complaints(sweep, group, standing)}.`;
  };
  return [within, `${beyond(range.below, "below", from)} ${beyond(range.above, "above", to)}`];
}

function complaints(sweep: Sweep, group: SweepGroup, { worse, broken, open, swept }: Standing): string {
  const { responses } = sweep.study;
  const limits = [...broken, ...open].filter((response) => !worse.some((change) => change.response === response));
  return [
    ...worse.map((change) => changeText(sweep, group, change)),
    ...limits.map((response) => {
      const asked = responses[response];
      const verb = broken.includes(response) ? "is" : "may well not keep its limit with";
      return `${asked.label} ${verb} ${measuredText(asked, swept.cells[response])} (${asked.limit?.text})`;
    }),
  ].join(", and ");
}

/** Of sweeps without one ordered axis. */
function goodWords(sweep: Sweep, { range, good, group }: GroupAnswer): readonly string[] {
  if (range !== undefined) return [];
  const base = pointLabel(sweep, group.baseline.at.point);
  const others = good.filter(({ swept }) => !swept.isBaseline);
  const total = group.points.length - 1;
  if (others.length === 0)
    return [
      `${total === 1 ? "The other point does not do" : `None of the other ${plural(total, "point")} does`} as well as ${base} in everything.`,
    ];
  const shown = others.slice(0, 4).map(({ swept }) => pointLabel(sweep, swept.at.point));
  const more = others.length > shown.length ? `, and ${others.length - shown.length} more` : "";
  return [
    `In nothing worse than ${base}: ${others.length} of ${plural(total, "other point")}: ${shown.join("; ")}${more}.`,
  ];
}

function cautions({ points, groups, missing, comparisons }: Sweep): readonly string[] {
  const cut = points.reduce((sum, point) => sum + point.cut, 0);
  return [
    `Each point is ${plural(groups[0]?.baseline.runs ?? 0, "run")} under the same seeds, so that differences are paired. Intervals hold at 95 %. Better is said of what ${plural(comparisons, "comparison")} together would not show by chance; worse, already of what lies outside its interval.`,
    ...(missing > 0 ? [`${capital(plural(missing, "run"))} did not get finished.`] : []),
    ...(cut > 0 ? [`A limit cut ${plural(cut, "run")} short: what they measured is of a part of them.`] : []),
  ];
}

/** "pause p99 rises from 93.1 ms to 124 ms (by 28 to 34 ms)". */
function changeText({ study }: Sweep, { baseline }: SweepGroup, { response, cell }: Change): string {
  const { label, response: asked } = study.responses[response];
  const { difference } = cell;
  const before = baseline.cells[response].value;
  if (difference === undefined) return label;
  const rises = difference.value > 0;
  const [near, far] = [difference.low, difference.high].map((end) => Math.abs(end)).toSorted((a, b) => a - b);
  const by = `by ${amountText(near, asked.unit)} to ${amountText(far, asked.unit)}`;
  return `${label} ${rises ? "rises" : "falls"} from ${amountText(before, asked.unit)} to ${amountText(cell.value, asked.unit)} (${by})`;
}

/** "2.1 % (1.5 to 2.9 %)"; of nothing seen, how much it may be. */
function measuredText({ response: { unit } }: Asked, measured: Measured): string {
  if (Number.isNaN(measured.value)) return "never measured";
  return `${amountText(measured.value, unit)} (${intervalText(measured, unit)})`;
}

export function intervalText({ value, low, high }: Measured, unit: Unit): string {
  if (Number.isNaN(value)) return "-";
  if (!Number.isFinite(high)) return low > 0 ? `at least ${amountText(low, unit)}` : "any";
  if (value === 0 && low <= 0 && high > 0) return `at most ${amountText(high, unit)}`;
  const [first, last] = [amountText(low, unit), amountText(high, unit)];
  const same = first.split(" ").at(-1) === last.split(" ").at(-1) && first.includes(" ");
  return first === last ? `exactly ${first}` : `${same ? first.slice(0, first.lastIndexOf(" ")) : first} to ${last}`;
}

/** "+31.4 ms", "-2 %"; "+3 ms (any)" where nothing bounds what it may be. */
export function differenceText(cell: Cell, unit: Unit): string {
  const { difference } = cell;
  if (difference === undefined) return "";
  const { value, high } = difference;
  const text = value === 0 ? "0" : `${value > 0 ? "+" : "-"}${amountText(Math.abs(value), unit)}`;
  return Number.isFinite(high) ? text : `${text} (any)`;
}

export function amountText(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "-";
  if (value === 0 && unit !== "share") return "0";
  if (unit === "durationUs") return printTime(value);
  if (unit === "share") return printShare(value);
  if (value >= 1000) return printCount(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** Of a level that is a word, or a whole map of them. */
const labelMax = 40;

export function levelLabel({ text, at }: Level, unit: Unit | undefined): string {
  if (at === undefined || unit === undefined) return printable(text).slice(0, labelMax);
  if (unit === "durationUs")
    return printTime(at)
      .replace(/(\.\d*?)0+ /, "$1 ")
      .replace(". ", " ");
  return unit === "share" ? printShare(at) : text;
}

/** "100 ms", or "heartbeat 1 s, timeout 5 s". */
export function pointLabel({ study }: Pick<Sweep, "study">, point: Point): string {
  const { factors } = study.study;
  if (factors.length === 1) return levelLabel(point[0], factors[0].unit);
  return point
    .map((level, index) => `${shortName(factors[index].name)} ${levelLabel(level, factors[index].unit)}`)
    .join(", ");
}

/** "players 400", or "drift none". */
export const circumstancesLabel = ({ study }: Pick<Sweep, "study">, circumstances: Point): string =>
  circumstances
    .map((level, index) => {
      const { name, unit } = study.study.circumstances[index];
      return `${shortName(name)} ${levelLabel(level, unit)}`;
    })
    .join(", ");

/** "settings.transfer.deadline" is the deadline to whoever varies nothing else of that name. */
export const shortName = (name: string): string => name.split(".").at(-1) ?? name;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
