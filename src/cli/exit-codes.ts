// How a command ends (DESIGN §7), and the two ways to end one early.

import type { Problem } from "../scenario/problem.ts";

export const exitCodes = { held: 0, failed: 1, readersMistake: 2, ourBug: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What the reader asked for cannot be done as asked: printed in the form of STYLE §6, and nothing is written. */
export class ReaderMistake extends Error {
  override readonly name = "ReaderMistake";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems[0]?.what ?? "a mistake");
    this.problems = problems;
  }
}

/** A mistake in one argument of the command line. */
export const argumentMistake = (argument: string, problem: Omit<Problem, "place">): ReaderMistake =>
  new ReaderMistake([{ place: { type: "argument", argument }, ...problem }]);
