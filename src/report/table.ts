// Columns that line up, for terminals and for plain text.

import { printable } from "../scenario/problem.ts";
import { clip, padEnd, padStart, type Paint, widthOf } from "./words.ts";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A cell, and how it is painted once it has been padded. */
export interface Cell {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

/** Rows of text no wider than `width`: the first column gives way when they would be. No text acts on a terminal. */
export function table(
  titled: readonly Column[],
  written: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): readonly string[] {
  const gap = 2;
  const columns = titled.map((column) => ({ ...column, title: printable(column.title) }));
  const rows = written.map((cells) => cells.map((cell) => ({ ...cell, text: printable(cell.text) })));
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index]?.text ?? ""))),
  );
  const rest = widths.slice(1).reduce((sum, each) => sum + each + gap, 0);
  widths[0] = Math.max(8, Math.min(widths[0] ?? 0, width - rest));
  const line = (cells: readonly Cell[]): string =>
    columns
      .map(({ align }, index) => {
        const { text, paint: styled } = cells[index] ?? { text: "" };
        const columnWidth = widths[index] ?? 0;
        const clipped = clip(text, columnWidth);
        const isLast = index === columns.length - 1;
        const padded =
          align === "right" ? padStart(clipped, columnWidth) : isLast ? clipped : padEnd(clipped, columnWidth);
        return styled === undefined ? padded : styled(padded);
      })
      .join(" ".repeat(gap))
      .trimEnd();
  const header = columns.some(({ title }) => title !== "");
  return [
    ...(header ? [paint.dim(line(columns.map(({ title }) => ({ text: title }))))] : []),
    ...rows.map((row) => line(row)),
  ];
}
