// A list for people: a name, and what there is to say about it, in two columns.

import { closestTo } from "../scenario/closest.ts";
import { printable, shown } from "../scenario/problem.ts";
import { wrap } from "../report/words.ts";
import { argumentMistake } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** A line of a list: a name, and what there is to say about it. */
export interface Item {
  readonly name: string;
  readonly about: string;
  /** On a line of its own below it. */
  readonly below?: string;
  /** Further facts, for the document. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export type Sheet = Pick<Output, "paint" | "width">;

export function itemLines(items: readonly Item[], sheet: Sheet): readonly string[] {
  const nameWidth = Math.min(34, Math.max(0, ...items.map(({ name }) => name.length)));
  return items.flatMap((item) => linesOf(item, nameWidth, sheet));
}

function linesOf({ name, about, below }: Item, nameWidth: number, { paint, width }: Sheet): readonly string[] {
  const said = [about, ...(below === undefined ? [] : [below])];
  const [first = "", ...rest] = said.flatMap((text) => wrap(printable(text), Math.max(30, width - nameWidth - 2)));
  const head =
    name.length > nameWidth
      ? [paint.name(name), `${" ".repeat(nameWidth + 2)}${first}`]
      : [`${paint.name(name.padEnd(nameWidth))}  ${first}`];
  return [...head, ...rest.map((line) => `${" ".repeat(nameWidth + 2)}${line}`)];
}

/** Those whose names hold a text, whatever its case; all of them when there is none. @throws ReaderMistake: no name does. */
export function named<T>(
  things: readonly T[],
  text: string | undefined,
  nameOf: (thing: T) => string,
  topic: string,
): readonly T[] {
  if (text === undefined) return things;
  const found = things.filter((thing) => nameOf(thing).toLowerCase().includes(text.toLowerCase()));
  if (found.length > 0) return found;
  const names = things.map((thing) => nameOf(thing));
  const near = closestTo(text, names);
  throw argumentMistake(`list ${topic} ${text}`, {
    code: "UNKNOWN_NAME",
    what: `Nothing in the list of ${topic} has ${shown(text)} in its name.`,
    expected: `Expected a name or a part of one${names[0] === undefined ? "" : `, such as ${names[0]}`}.`,
    fix: near === undefined ? `see "faultline list ${topic}".` : `did you mean "${near}"?`,
  });
}
