// One event for people: when, who, and what, each in a column of its own.

import { type Paint, padEnd, padStart, widthOf, wrap } from "./words.ts";

export interface EventColumns {
  /** Of what stands first, such as a moment; it is moved to the right of its column. */
  readonly atWidth: number;
  readonly nodeWidth: number;
  /** Of the whole line; Infinity: it is never broken. */
  readonly width: number;
  readonly paint: Paint;
}

const gap = "  ";
/** However narrow the terminal is. */
const textWidthMin = 20;

/** Lines of which only the first says when and who; the text is broken between words, and only if it has to be. */
export function eventLines(
  { at, node, text }: { readonly at: string; readonly node: string; readonly text: string },
  style: (text: string) => string,
  { atWidth, nodeWidth, width, paint }: EventColumns,
): readonly string[] {
  const indent = atWidth + gap.length + nodeWidth + gap.length;
  const room = Math.max(textWidthMin, width - indent);
  const [first = "", ...rest] = widthOf(text) <= room ? [text] : wrap(text, room);
  return [
    `${paint.dim(padStart(at, atWidth))}${gap}${padEnd(node, nodeWidth)}${gap}${style(first)}`,
    ...rest.map((line) => " ".repeat(indent) + style(line)),
  ];
}
