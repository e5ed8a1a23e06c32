// Starts the command: what was typed, to a command, to an exit code. Nothing escapes as a stack trace.

import { z } from "zod";

import { ReaderMistake, exitCodes } from "./exit-codes.ts";
import { Output, quietWhenUnread } from "./output.ts";
import { runProgram } from "./program.ts";
import { version } from "./version.ts";

// Schemas here are used once or twice each: compiling them costs more than it saves.
z.config({ jitless: true });

quietWhenUnread();
const typed = process.argv.slice(2);
const output = new Output({ isJson: typed.includes("--json") });
const command = typed.find((word) => !word.startsWith("-")) ?? "";

try {
  await runProgram(typed, output);
} catch (error) {
  if (error instanceof ReaderMistake) output.problems(command, error.problems, exitCodes.readersMistake);
  else reportOurBug(error);
}

/** Short, and with all that a report needs: whoever meets this did nothing wrong. */
function reportOurBug(error: unknown): void {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const where =
    error instanceof Error
      ? (error.stack ?? "")
          .split("\n")
          .slice(1, 6)
          .map((line) => line.trim())
      : [];
  if (output.isJson) {
    output.give(command, {
      exitCode: exitCodes.ourBug,
      lines: [],
      document: { error: { code: "OUR_BUG", what, where } },
    });
    return;
  }
  process.stderr.write(
    [
      "faultline  OUR_BUG",
      `  ${what}`,
      ...where.map((line) => `    ${line}`),
      "  Expected this never to happen: the mistake is Faultline's, or a plug-in's, not yours.",
      `  Fix: report it with these lines, the command, its files, and "faultline ${version}, Node ${process.version}".`,
      "",
    ].join("\n"),
  );
  process.exitCode = exitCodes.ourBug;
}
