// What a person wrote in a scenario or a study, as pages and summaries show it: broken into lines as its file had to, and
// perhaps holding what would turn or hide text.

import { printable } from "../scenario/problem.ts";

/** As one line: a title. */
export const oneLine = (text: string): string => printable(text.trim().replaceAll(/[ \t\r\n]+/g, " "));

/** Its paragraphs, which empty lines part. */
export const paragraphsOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\n[ \t\r]*\n/)
    .map((paragraph) => oneLine(paragraph))
    .filter((paragraph) => paragraph !== "");
