// What a study varies: a setting by its path, or several at once under a name, with the levels it takes. Levels are texts
// as a scenario would have them, so that a point of a study is exact, and can be typed after `--set`.

import { canonicalJson } from "../base/canonical-json.ts";
import { parseDuration, printDuration } from "../base/units.ts";
import type { Located } from "../scenario/located.ts";
import { plain } from "../scenario/located.ts";
import type { Override } from "../scenario/overrides.ts";
import { type Place, type Problem, shown } from "../scenario/problem.ts";
import type { Unit } from "./response.ts";

export interface Level {
  /** As it is written: "80ms", "3", "rough". */
  readonly text: string;
  /** Where it lies on an axis, in the factor's unit; undefined: it is a word. */
  readonly at: number | undefined;
  readonly puts: readonly Override[];
}

export interface Factor {
  /** "settings.transfer.deadline", or the name of what is set together. */
  readonly name: string;
  /** In order; at least two. */
  readonly levels: readonly Level[];
  /** What `at` is in; undefined: levels are words, and neighbours have nothing in common. */
  readonly unit: Unit | undefined;
  readonly isLogarithmic: boolean;
  readonly place: Place;
}

/** A level of each factor, in their order. */
export type Point = readonly Level[];

/** More of one factor than a chart could show. */
export const levelsMax = 200;

const rangeForm = /^(\S+?)\.\.(\S+?)\/(\S+?)(?:\s+(log|linear))?$/;

/** @param written a range as text, a list of values, or a map from names to what each sets. */
export function readFactor(name: string, written: Located, place: Place): Factor | Problem {
  if (written.kind === "map") return readBundles(name, written, place);
  if (written.kind === "list") return readList(name, written, place);
  if (typeof written.value === "string" && written.value.includes("..")) return readRange(name, written.value, place);
  return noLevels(name, written);
}

function readBundles(name: string, written: Extract<Located, { kind: "map" }>, place: Place): Factor | Problem {
  const levels: Level[] = [];
  for (const [text, { value, keyPlace }] of written.entries) {
    if (value.kind !== "map") return notABundle(name, text, keyPlace);
    const puts = [...value.entries].map(([path, entry]) => ({ path, pathPlace: entry.keyPlace, value: entry.value }));
    levels.push({ text, at: undefined, puts });
  }
  return factorOf({ name, levels, unit: undefined, isLogarithmic: false, place }, written);
}

function readList(name: string, written: Extract<Located, { kind: "list" }>, place: Place): Factor | Problem {
  const amounts = written.items.map((item) => amountOf(plain(item)));
  const [first] = amounts;
  const isAxis = amounts.every((amount) => amount !== undefined && amount.unit === first?.unit);
  const levels = written.items.map((value, index) => ({
    text: textOf(value),
    at: isAxis ? amounts[index]?.at : undefined,
    puts: [{ path: name, pathPlace: place, value }],
  }));
  const inOrder = isAxis ? levels.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)) : levels;
  const unit = isAxis ? first?.unit : undefined;
  return factorOf({ name, levels: inOrder, unit, isLogarithmic: false, place }, written);
}

function readRange(name: string, text: string, place: Place): Factor | Problem {
  const [, first = "", last = "", counted = "", scale] = rangeForm.exec(text) ?? [];
  const from = amountOf(first);
  const to = amountOf(last);
  const count = /^\d{1,6}$/.test(counted) ? Number(counted) : 0;
  if (from === undefined || to === undefined || from.unit !== to.unit) return badRange(name, text, place);
  const isLogarithmic = scale === "log";
  if (!(from.at < to.at) || count < 2 || count > levelsMax || (isLogarithmic && from.at <= 0)) {
    return emptyRange(name, { text, first, last, isReversed: from.at > to.at, isLogarithmic }, place);
  }
  const between = { from: from.at, to: to.at, isLogarithmic };
  const isWhole = from.unit === "durationUs" || (from.unit === "amount" && !/\./.test(first + last));
  const places = Array.from({ length: count }, (_, index) =>
    index === 0 ? from.at : index === count - 1 ? to.at : rounded(placeAt(between, index / (count - 1)), isWhole),
  );
  const levels = [...new Set(places)].map((at): Level => {
    const value = writtenAs(at, from.unit);
    return {
      text: String(value),
      at,
      puts: [{ path: name, pathPlace: place, value: { kind: "scalar", value, place } }],
    };
  });
  return { name, levels, unit: from.unit, isLogarithmic, place };
}

function factorOf(factor: Factor, written: Located): Factor | Problem {
  const texts = factor.levels.map(({ text }) => text);
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) return levelTwice(factor.name, twice, written.place);
  return texts.length < 2 || texts.length > levelsMax ? noLevels(factor.name, written) : factor;
}

/** A number with its unit, as files write it; undefined: it is a word. */
export function amountOf(written: unknown): { readonly at: number; readonly unit: Unit } | undefined {
  if (typeof written === "number") return { at: written, unit: "amount" };
  if (typeof written !== "string") return undefined;
  const us = parseDuration(written);
  if (us !== undefined) return { at: us, unit: "durationUs" };
  const [, percent] = /^(\d{1,3}(?:\.\d{1,7})?)%$/.exec(written) ?? [];
  if (percent !== undefined) return { at: Number(percent) / 100, unit: "share" };
  return /^-?\d{1,15}(\.\d{1,9})?$/.test(written) ? { at: Number(written), unit: "amount" } : undefined;
}

function writtenAs(at: number, unit: Unit): string | number {
  if (unit === "durationUs") return printDuration(at);
  return unit === "share" ? `${Number((at * 100).toFixed(5))}%` : at;
}

/** So far on the way from one end to the other, 0 to 1: by steps, or by equal factors. */
function placeAt(
  { from, to, isLogarithmic }: { readonly from: number; readonly to: number; readonly isLogarithmic: boolean },
  share: number,
): number {
  if (!isLogarithmic) return from + (to - from) * share;
  // ratio ^ share by the binary digits of the share: square roots are the same in every engine, powers are not.
  let root = to / from;
  let power = 1;
  let rest = share;
  for (let digit = 0; digit < 40; digit++) {
    root = Math.sqrt(root);
    rest *= 2;
    if (rest >= 1) {
      power *= root;
      rest -= 1;
    }
  }
  return from * power;
}

/** To three digits, which is as fine as anybody reads. */
function rounded(value: number, isWhole: boolean): number {
  const exact = isWhole ? Math.round(value) : value;
  if (isWhole && exact < 10_000 && exact % 1_000 === 0) return exact;
  const short = Number(exact.toPrecision(3));
  return isWhole ? Math.round(short) : short;
}

const textOf = (value: Located): string =>
  value.kind === "scalar" ? String(value.value) : canonicalJson(plain(value));

const levelsExpected =
  'Expected at least two values: a range such as "20ms..400ms/20" (with " log" behind it for equal factors), or a list.';

const noLevels = (name: string, written: Located): Problem => ({
  place: written.place,
  code: "EMPTY_RANGE",
  what: `${shown(name)} takes ${written.kind === "list" ? `${written.items.length} values` : shown(plain(written))}.`,
  expected: `${levelsExpected.slice(0, -1)}, and at most ${levelsMax}.`,
  fix: 'put the one value under "set", or give it more of them.',
});

const badRange = (name: string, text: string, place: Place): Problem => ({
  place,
  code: "BAD_RANGE",
  what: `${shown(text)} is no range that ${shown(name)} could go through.`,
  expected: levelsExpected,
  fix: "write both ends in one unit, and after a slash how many values there are.",
});

function emptyRange(
  name: string,
  range: {
    readonly text: string;
    readonly first: string;
    readonly last: string;
    readonly isReversed: boolean;
    readonly isLogarithmic: boolean;
  },
  place: Place,
): Problem {
  const { text, first, last, isReversed, isLogarithmic } = range;
  return {
    place,
    code: "EMPTY_RANGE",
    what: `${shown(text)} leaves ${shown(name)} nothing to go through.`,
    expected: `Expected the smaller end first, ${isLogarithmic ? "above zero, " : ""}and from 2 to ${levelsMax} values.`,
    fix: isReversed ? `write ${last}..${first}.` : "write it as in 20ms..400ms/20.",
  };
}

const notABundle = (name: string, level: string, place: Place): Problem => ({
  place,
  code: "WRONG_TYPE",
  what: `${shown(level)} of ${shown(name)} does not say what it sets.`,
  expected: "Expected a map from paths to values, perhaps an empty one.",
  fix: `write it as in "${level}: { world.link: mobile }".`,
});

const levelTwice = (name: string, text: string, place: Place): Problem => ({
  place,
  code: "LEVEL_TWICE",
  what: `${shown(name)} takes ${shown(text)} twice.`,
  expected: "Expected each value once.",
  fix: "keep one of them.",
});
