// Commands without a process of their own: what they answer, as a reader of their JSON has it.
import { fuzz } from "../../src/cli/fuzz.ts";
import type { FuzzFlags } from "../../src/cli/fuzz-request.ts";
import type { Answer } from "../../src/cli/output.ts";
import { Output } from "../../src/cli/output.ts";
import { reportedAs } from "../../src/cli/reporters.ts";
import { run } from "../../src/cli/run.ts";
import type { RunFlags } from "../../src/cli/run-request.ts";
import { echoPlugIn } from "./command.ts";

export const output: Output = new Output({ isJson: true });

export type Document = Record<string, unknown>;

/** The document of an answer, through JSON and back. */
export const documentOf = (command: string, { exitCode, document, report }: Answer): Document =>
  JSON.parse(reportedAs("json", { faultline: "0.1.0", command, exitCode, ...document }, report)) as Document;

/** `faultline run` with the echo system, on this thread. */
export const runEcho = async (files: readonly string[], flags: RunFlags): Promise<Answer> =>
  run(files, { workers: "0", plugIn: [echoPlugIn], ...flags }, output);

/** `faultline fuzz` of stories of the echo system, on this thread. */
export const fuzzEcho = async (files: readonly string[], flags: FuzzFlags): Promise<Answer> =>
  fuzz(files, { workers: "0", plugIn: [echoPlugIn], ...flags }, output);
