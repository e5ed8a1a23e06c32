// What the declarations of commands have in common.

import { argumentMistake } from "./exit-codes.ts";
import type { Answer } from "./output.ts";

export type Give = (command: string, answer: Answer | Promise<Answer>) => Promise<void>;

/** Of an option that may be given again. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** Of an option that holds one value: of two, nobody knows which was meant. */
export const once =
  ({ long }: { readonly long?: string | undefined }) =>
  (value: string, before: unknown): string => {
    if (before === undefined) return value;
    throw argumentMistake(`${long ?? ""} ${value}`, {
      code: "GIVEN_TWICE",
      what: `${long ?? ""} is given twice.`,
      expected: "Expected one value.",
      fix: "leave one of them out.",
    });
  };

export const example = (...lines: readonly string[]): string =>
  `\nExample:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
