// Where results go: lines for people or one document on stdout; everything else on stderr, or in files.

import type { TestReport } from "../report/test-report.ts";
import type { Paint } from "../report/words.ts";
import { printPlace, printProblems, type Problem } from "../scenario/problem.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import {
  defaultReporting,
  type DocumentName,
  readReporting,
  reportedAs,
  type ReporterFlags,
  type Reporting,
  toldToGithub,
  writeReports,
} from "./reporters.ts";
import { paintFor, widthFor } from "./terminal.ts";
import { version } from "./version.ts";

/** What a command has to say: the same facts, in lines and as a document. */
export interface Answer {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly document: Readonly<Record<string, unknown>>;
  /** For reporters: of commands that take `--reporter`. */
  readonly report?: TestReport;
}

/** In a document; more of them are counted. */
const problemsListedMax = 1_000;

export class Output {
  readonly width: number = widthFor(process.stdout);
  readonly #isJson: boolean;
  #reporting: Reporting;

  constructor({ isJson }: { readonly isJson: boolean }) {
    this.#isJson = isJson;
    this.#reporting = defaultReporting({ isJson });
  }

  /** Of the stream that lines for people go to. */
  get paint(): Paint {
    return paintFor(process.env, this.#people);
  }

  /** Of lines that are one event each: whole where no terminal breaks them anyway, for whoever looks through them. */
  get eventWidth(): number {
    return process.stdout.isTTY ? this.width : Infinity;
  }

  /** From here on these reporters speak. @throws ReaderMistake */
  reportBy(flags: ReporterFlags): void {
    this.#reporting = readReporting(flags, this.#isJson);
  }

  /** Whether this document is wanted, wherever it goes. */
  tellsTo(name: DocumentName): boolean {
    const { onStdout, files } = this.#reporting;
    return onStdout === name || files.some((file) => file.name === name);
  }

  give(command: string, { exitCode, lines, document, report }: Answer): void {
    const { isForPeople, onStdout, isForGithub } = this.#reporting;
    const envelopeOf = (wrote: readonly string[]): object => ({
      faultline: version,
      command,
      exitCode,
      ...document,
      ...wroteAlso(document, wrote),
    });
    const { wrote, failed } = writeReports(this.#reporting, envelopeOf, report);
    const annotations = isForGithub ? toldToGithub(report) : [];
    const told = isForPeople ? [...lines, ...wrote.map((path) => `wrote ${path}`)] : [];
    if (onStdout !== undefined) process.stdout.write(reportedAs(onStdout, envelopeOf(wrote), report));
    // A document has stdout to itself; GitHub listens on both.
    if (told.length + annotations.length > 0) this.#people.write(`${[...told, ...annotations].join("\n")}\n`);
    process.exitCode = exitCode;
    if (failed.length > 0) throw failed[0];
  }

  /** A line for people while a command goes on; nothing when only a document is wanted. */
  line(text: string): void {
    if (this.#reporting.isForPeople) this.#people.write(`${text}\n`);
  }

  /** What a person must hear although a document is all that is told: on stderr. */
  aside(lines: readonly string[]): void {
    if (!this.#reporting.isForPeople) process.stderr.write(lines.map((line) => `${line}\n`).join(""));
  }

  problems(command: string, problems: readonly Problem[], exitCode: ExitCode): void {
    if (this.#reporting.onStdout === "json") {
      const left = problems.length - problemsListedMax;
      const listed = problems.slice(0, problemsListedMax).map(({ place, code, what, expected, fix }) => ({
        where: printPlace(place),
        place,
        code,
        what,
        expected,
        fix,
      }));
      const error = { problems: listed, ...(left > 0 ? { left } : {}) };
      const document = { faultline: version, command, exitCode, error };
      process.stdout.write(reportedAs("json", document, undefined));
    } else {
      process.stderr.write(`${printProblems(problems)}\n`);
    }
    process.exitCode = exitCode;
  }

  /** Whether what goes wrong is told as a document, too. */
  get isJson(): boolean {
    return this.#reporting.onStdout === "json";
  }

  get #people(): NodeJS.WriteStream {
    return this.#reporting.onStdout === undefined ? process.stdout : process.stderr;
  }
}

function wroteAlso(document: Answer["document"], wrote: readonly string[]): object {
  const before: readonly unknown[] = Array.isArray(document["wrote"]) ? document["wrote"] : [];
  return wrote.length === 0 ? {} : { wrote: [...before, ...wrote] };
}

/** What a shell says of a program that a closed pipe has ended. */
const endedByPipe = 141;

/**
 * A reader that closes the pipe of results has seen enough: that is no error, and yet no success of work that was not
 * done. Nobody has to read progress: the work goes on without.
 */
export function quietWhenUnread(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? endedByPipe);
    process.stderr.write(`${printProblems([unwritable(error)])}\n`, () => process.exit(exitCodes.readersMistake));
  });
}

const unwritable = ({ code = "unknown" }: NodeJS.ErrnoException): Problem => ({
  place: { type: "argument", argument: "stdout" },
  code: "NOT_WRITABLE",
  what: `Nothing can be written there (${code}).`,
  expected: "Expected a terminal, a pipe or a file with room for the results.",
  fix: "send them elsewhere.",
});
