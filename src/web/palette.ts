// Colours of what is drawn on a canvas, as the style sheet has them: light or dark, as the reader's screen is.

import { signal } from "@preact/signals";

const names = [
  "ink",
  "soft",
  "faint",
  "line",
  "ground",
  "raised",
  "good",
  "good-soft",
  "bad",
  "bad-soft",
  "bad-hatch",
  "unsure",
  "unsure-soft",
  "accent",
  "accent-soft",
  "message",
  "late",
  "duplicate",
  "changed",
  "past",
  "past-soft",
  "future",
  "future-soft",
  "partition",
] as const;

export type Palette = Readonly<Record<(typeof names)[number], string>>;

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

export const palette = signal<Palette>(readPalette());

const readAgain = (): void => {
  palette.value = readPalette();
};

/** From here on the palette is that of the scheme the reader's screen has, also when that changes, or is printed. */
export function followScheme(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", readAgain);
  matchMedia("print").addEventListener("change", readAgain);
  readAgain();
}
