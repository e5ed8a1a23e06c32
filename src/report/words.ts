// How numbers, times and texts are written for people. The same on every machine: no locale, no clock.

/** Styles of a terminal, or none. Reports never know which terminal they are shown on. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubt: (text: string) => string;
  readonly name: (text: string) => string;
}

const same = (text: string): string => text;

export const noPaint: Paint = { bold: same, dim: same, good: same, bad: same, doubt: same, name: same };

/** 1284 -> "1 284". */
export function printCount(count: number): string {
  if (!Number.isFinite(count)) return String(count);
  return String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, " ");
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${printCount(count)} ${count === 1 ? one : many}`;

/** Three significant digits and a unit that fits: "250 us", "93.2 ms", "1.20 s", "2.50 min". */
export function printTime(us: number): string {
  if (Number.isNaN(us)) return "-";
  if (us < 1_000) return `${threeDigits(us)} us`;
  if (us < 1_000_000) return `${threeDigits(us / 1_000)} ms`;
  return us < 120_000_000 ? `${threeDigits(us / 1_000_000)} s` : `${threeDigits(us / 60_000_000)} min`;
}

/** A moment of a run, in seconds: aligned, and exact to the microsecond when asked. */
export const printMoment = (us: number, decimals: 3 | 6): string => `${(us / 1_000_000).toFixed(decimals)} s`;

/** A share between 0 and 1 as a percentage with two significant digits: "1.8 %", "0.012 %". */
export function printShare(share: number): string {
  if (Number.isNaN(share)) return "-";
  const percent = share * 100;
  if (percent === 0 || percent >= 10) return `${Number(percent.toFixed(1))} %`;
  return `${Number(percent.toPrecision(2))} %`;
}

function threeDigits(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

export const widthOf = (text: string): number => Array.from(text).length;

export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));

export const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;

/** Cut to a width, with an ellipsis where something is missing. */
export function clip(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** The space within "1 000", and before a unit: no line ends there. */
const withinNumber = /(?<=\d) (?=(?:\d{3}|us|ms|s|min|h|B|KiB|MB|GB)(?![\p{L}\p{N}])|%)/gu;
const joint = "\0";

/** Lines of at most `width`, broken between words; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.trimEnd().split("\n")) {
    let line = "";
    const words = paragraph.replaceAll(withinNumber, joint).split(" ");
    for (const joined of words.filter((part) => part !== "")) {
      const word = joined.replaceAll(joint, " ");
      if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines;
}
