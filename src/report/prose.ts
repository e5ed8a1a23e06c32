// What a person wrote in a scenario or a study, as pages and summaries show it: broken into lines as its file had to, and
// perhaps holding what would turn or hide text.

import { printable } from "../scenario/problem.ts";
import { clip, wrap } from "./words.ts";

/** As one line: a title. */
export const oneLine = (text: string): string => printable(text.trim().replaceAll(/[ \t\r\n]+/g, " "));

/** The most of a title that a terminal shows. */
const titleShownMax = 400;

/** A title on a terminal. */
export const titleLines = (title: string, width: number): readonly string[] =>
  wrap(clip(oneLine(title), titleShownMax), width);

/** Its paragraphs, which empty lines part. */
export const paragraphsOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\n[ \t\r]*\n/)
    .map((paragraph) => oneLine(paragraph))
    .filter((paragraph) => paragraph !== "");
