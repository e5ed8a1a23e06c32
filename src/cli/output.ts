// Where results go: lines for people or one JSON document on stdout; everything else on stderr.

import type { Paint } from "../report/words.ts";
import { printPlace, printProblems, type Problem } from "../scenario/problem.ts";
import type { ExitCode } from "./exit-codes.ts";
import { paintFor, widthFor } from "./terminal.ts";
import { version } from "./version.ts";

/** What a command has to say: the same facts, in lines and as a document. */
export interface Answer {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly document: Readonly<Record<string, unknown>>;
}

export class Output {
  readonly isJson: boolean;
  readonly paint: Paint = paintFor(process.env, process.stdout);
  readonly width: number = widthFor(process.stdout);

  constructor({ isJson }: { readonly isJson: boolean }) {
    this.isJson = isJson;
  }

  give(command: string, { exitCode, lines, document }: Answer): void {
    if (this.isJson) this.#json({ faultline: version, command, exitCode, ...document });
    else if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
    process.exitCode = exitCode;
  }

  /** A line for people while a command goes on; nothing when a document is wanted. */
  line(text: string): void {
    if (!this.isJson) process.stdout.write(`${text}\n`);
  }

  problems(command: string, problems: readonly Problem[], exitCode: ExitCode): void {
    if (this.isJson) {
      const listed = problems.map(({ place, code, what, expected, fix }) => ({
        where: printPlace(place),
        place,
        code,
        what,
        expected,
        fix,
      }));
      this.#json({ faultline: version, command, exitCode, error: { problems: listed } });
    } else {
      process.stderr.write(`${printProblems(problems)}\n`);
    }
    process.exitCode = exitCode;
  }

  #json(document: object): void {
    process.stdout.write(`${JSON.stringify(document, plainly, 2)}\n`);
  }
}

/** Maps and the numbers that JSON lacks, in the nearest words it has. */
function plainly(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value === Infinity) return "unbounded";
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

/** A reader that closes the pipe has seen enough: that is no error. */
export function quietWhenUnread(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(process.exitCode ?? 0);
    });
  }
}
