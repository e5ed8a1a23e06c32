// Why a test failed, in words that a test runner shows as they are: what broke, the story, and the lines to type next.

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Failure } from "../explore/failure.ts";
import type { Shrunk } from "../explore/shrink/shrink.ts";
import { failureText, foundText, retold } from "../report/failure-text.ts";
import { storyLines } from "../report/run-summary.ts";
import { asArgument, shellWord } from "../report/shell.ts";
import { shrunkLines } from "../report/shrunk-lines.ts";
import { noPaint, plural, printMoment, wrap } from "../report/words.ts";
import { printable } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import type { SimulationTestOptions } from "./options.ts";
import { withDigest } from "./scenario-of.ts";
import type { SeedsResult } from "./seeds.ts";

/** Test runners indent what they show. */
const width = 96;
const folderDefault = "failures";

/** Its message is the story. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  readonly property: string;
  readonly seed: number;
  /** The failure file. */
  readonly file: string;

  constructor(message: string, about: { readonly property: string; readonly seed: number; readonly file: string }) {
    super(message);
    this.property = about.property;
    this.seed = about.seed;
    this.file = about.file;
  }
}

/** A failure as it was found, and as small as it could be made. */
export interface SmallFailure {
  readonly found: Failure;
  /** Absent: it was not tried. */
  readonly shrunk: Shrunk | undefined;
  readonly heldBefore: number;
}

/** Where a test stands: its file as the test runner calls it, and its name with those of the suites around it. */
export interface TestPlace {
  readonly file: string;
  readonly name: string;
}

interface FailedTest {
  readonly claim: string;
  readonly place: TestPlace;
  readonly small: SmallFailure;
  readonly system: AnySystem;
}

/** Tells it, and keeps it as a file: of each test its own, whatever others claim. */
export function failed(
  { claim, place, small, system }: FailedTest,
  { saveTo = folderDefault, plugIn }: SimulationTestOptions,
): SimulationFailure {
  const { found, shrunk } = small;
  const failure = shrunk?.failure ?? found;
  const { property } = failure;
  const { seed } = found.scenario;
  const { startUs } = failure.scenario.world;
  const file = join(saveTo, `${withDigest(claim, [place.file, place.name])}.failure.yaml`);
  const replay = `npx faultline replay ${shellWord(asArgument(file))} --plug-in ${shellWord(plugIn ?? "MODULE")}`;
  const lines = brokenLines(small, failure);
  const told = shrunk === undefined ? [] : shrunkLines(shrunk);
  keep(
    saveTo,
    file,
    shrunk === undefined
      ? foundText(found.scenario, system, file)
      : failureText(failure, system, { lines: [claim, ...lines, ...told], replay }),
  );
  const message = [
    claim,
    "",
    ...[...lines, ...told].flatMap((line) => wrap(line, width)),
    "",
    ...storyLines(retold(failure.scenario, system).story, startUs, noPaint, width),
    "",
    `Saved as ${file}. See it again, message by message:`,
    `  ${replay}`,
    ...(plugIn === undefined ? ["  (MODULE is the file that exports your system in a list called systems.)"] : []),
    "Run the seed alone in which it was found:",
    `  FAULTLINE_SEEDS=${seed} npx vitest run ${shellWord(asArgument(place.file))} -t ${shellWord(exactly(place.name))}`,
  ].join("\n");
  return new SimulationFailure(message, { property, seed, file });
}

/** A pattern for a name and no other. */
const exactly = (name: string): string => `^${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`;

/** What broke, and how it was found. */
function brokenLines({ found, heldBefore }: SmallFailure, { violation, scenario }: Failure): readonly string[] {
  const { startUs } = scenario.world;
  const before = heldBefore === 0 ? "the first that was run" : `after ${plural(heldBefore, "seed")} that held`;
  return [
    `${violation.property} is violated: ${violation.claim}.`,
    `At ${printMoment(violation.atUs - startUs, 6)} on ${violation.node}: ${printable(violation.because)}.`,
    `Found in seed ${found.scenario.seed}, ${before}.`,
  ];
}

/** Whole, or not at all. */
function keep(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}.part`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** What else a test fails by: an expectation, runs cut short, or promises that nothing ever put to the test. */
export function mistakeIn(
  claim: string,
  { result, judgement }: Extract<SeedsResult, { type: "done" }>,
  timeoutMs: number,
): string | undefined {
  const { totals, seeds, runs, missingFrom } = result;
  if (missingFrom !== undefined) {
    return (
      `${claim}: only ${plural(runs.length, "seed")} of ${seeds.from}..${seeds.to} in ${timeoutMs} ms, and all held.\n` +
      "Give it more time (timeoutMs), fewer seeds, or a shorter run (until)."
    );
  }
  if (judgement.outcome === "inconclusive") {
    return `${claim}: ${plural(judgement.inconclusive, "run")} ended at a limit of the scenario, and said nothing.`;
  }
  const unmet = judgement.expectations.filter(({ met }) => !met).map(({ text, found }) => `expected ${text}: ${found}`);
  if (unmet.length > 0) return [`${claim}: not as expected.`, ...unmet].join("\n");
  // A system's own guard against panics is exercised by being run at all.
  const promised = totals.properties.filter(({ kind, id }) => kind !== "sometimes" && id !== "NO-PANIC");
  if (promised.length === 0 || promised.some(({ exercised }) => exercised > 0)) return undefined;
  return (
    `${claim}: nothing was put to the test. In no run could any of ${promised.map(({ id }) => id).join(", ")} have broken.\n` +
    "Let the workload do something, or say what must happen (expect: { exercised: […] })."
  );
}
