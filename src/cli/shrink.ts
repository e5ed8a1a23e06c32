// `faultline shrink`: the smallest failure that is left of one, in a file that tells its story.

import { basename } from "node:path";

import { shrinkAside } from "../campaign/aside.ts";
import type { Shrunk, ShrinkProgress } from "../explore/shrink/shrink.ts";
import { failureText } from "../report/failure-text.ts";
import { shrunkLines } from "../report/shrunk-lines.ts";
import { plural, printMoment, printTime, wrap } from "../report/words.ts";
import { readTime } from "./arguments.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { fileNameOf, writeWhole } from "./files.ts";
import { interruptible } from "./interruption.ts";
import { commandLine } from "./next-commands.ts";
import { type FailureFlags, loadFailure, type OneFailure } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";

export interface ShrinkFlags extends FailureFlags {
  readonly output?: string | undefined;
  readonly time?: string | undefined;
}

const msMaxDefault = 60_000;
const failureEnding = ".failure.yaml";

export async function shrink(reference: string, flags: ShrinkFlags, output: Output): Promise<Answer> {
  const msMax = flags.time === undefined ? msMaxDefault : readTime("--time", flags.time) / 1000;
  if (flags.output !== undefined && !flags.output.endsWith(failureEnding)) throw wrongEnding(flags.output);
  const one = loadFailure(reference, flags);
  const { result: shrunk, wasInterrupted } = await interruptible(
    "keeping the smallest failure so far",
    progressText,
    ({ signal, onProgress }) =>
      shrinkAside({ failure: one.failure, plugIns: one.plugIns, msMax }, { signal, onProgress }),
  );
  if (shrunk === undefined) throw new Error("a failure fails again when it is run again");
  const path = flags.output ?? outputFor(one);
  const lines = shrunkLines(shrunk);
  const replay = commandLine("replay", { ...one.story, reference: path }, { set: [], plugIns: one.plugIns }, "");
  const { scenario } = one.story;
  writeWhole(
    path,
    failureText(shrunk.failure, one.story.system, {
      lines: [scenario.title, `Shrunk from seed ${one.failure.scenario.seed} of ${scenario.name}.`, ...lines],
      replay,
    }),
  );
  const { violation } = shrunk.failure;
  const { startUs } = shrunk.failure.scenario.world;
  return {
    exitCode: wasInterrupted ? exitCodes.interrupted : exitCodes.held,
    lines: [
      output.paint.bold(`${scenario.name}  seed ${one.failure.scenario.seed}`),
      ...wrap(
        `${output.paint.bad(violation.property)} at ${printMoment(violation.atUs - startUs, 6)}: ${violation.because}`,
        output.width,
      ),
      "",
      ...lines.flatMap((line) => wrap(line, output.width)),
      "",
      `wrote ${path}`,
      `  ${replay}`,
    ],
    document: documentOf(shrunk, one, { path, replay, wasInterrupted }),
  };
}

/** How far it is, for whoever waits. */
export function progressText({ step, tries, size }: ShrinkProgress): string {
  const left =
    size === undefined ? [] : [plural(size.faults, "fault"), plural(size.nodes, "node"), printTime(size.untilUs)];
  return `${[plural(tries, "run"), ...left].join(", ")}: ${step}`;
}

function documentOf(
  { failure, before, after, tries, isMinimal, removals, witnesses, seeds }: Shrunk,
  one: OneFailure,
  {
    path,
    replay,
    wasInterrupted,
  }: { readonly path: string; readonly replay: string; readonly wasInterrupted: boolean },
): Answer["document"] {
  return {
    scenario: one.story.scenario.name,
    file: one.story.file,
    seed: one.failure.scenario.seed,
    property: failure.property,
    violation: failure.violation,
    digest: failure.digest,
    before,
    after,
    tries,
    isMinimal,
    removals,
    witnesses,
    seeds,
    interrupted: wasInterrupted,
    wrote: [path],
    replay,
  };
}

/** Beside a failure file, and here for a scenario. */
function outputFor({ story, failure }: OneFailure): string {
  if (story.file.endsWith(failureEnding)) {
    return `${story.file.slice(0, -failureEnding.length).replace(/\.shrunk$/, "")}.shrunk${failureEnding}`;
  }
  return basename(`${fileNameOf(story.scenario.name)}-seed-${failure.scenario.seed}.shrunk${failureEnding}`);
}

const wrongEnding = (path: string): Error =>
  argumentMistake(`--output ${path}`, {
    code: "WRONG_ENDING",
    what: `"${path}" is not named like a failure file.`,
    expected: `Expected a name that ends with ${failureEnding}.`,
    fix: `write it as in --output ${path.replace(/\.ya?ml$/, "")}${failureEnding}.`,
  });
