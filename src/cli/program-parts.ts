// What the declarations of commands have in common.

import type { Answer } from "./output.ts";

export type Give = (command: string, answer: Answer | Promise<Answer>) => Promise<void>;

/** Of an option that may be given again. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

export const example = (...lines: readonly string[]): string =>
  `\nExample:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
