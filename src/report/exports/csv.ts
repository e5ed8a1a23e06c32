// Tables as RFC 4180 has them. No field is a formula: a text that a spreadsheet would compute has an apostrophe before it.

/** A text, a whole or fractional number, or nothing. */
export type Cell = string | number | undefined;

/** What spreadsheets take for the beginning of a formula: see OWASP, "CSV injection". */
const formula = /^[=+\-@\t\r]/;

function field(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With the line break that the RFC asks for. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map((cell) => field(cell)).join(",")}\r\n`;
