// `faultline keep`: a failure among the regressions, where it is run with every test: as it says, or mended for good.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

import { type Failure, findingOf, standingOf } from "../explore/failure.ts";
import { failureText } from "../report/failure-text.ts";
import { titleOf } from "../explore/shrink/shrink.ts";
import { signatureOf } from "../explore/signature.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Run, simulate } from "../simulate.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { fileNameOf, OutputFolder, readText } from "./files.ts";
import { commandLine } from "./next-commands.ts";
import { loadStory } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";
import type { PlugInFlags } from "./plug-in-option.ts";
import type { LoadedStory } from "./stories.ts";

export interface KeepFlags extends PlugInFlags {
  readonly into?: string | undefined;
}

const folderDefault = "scenarios/regressions";
const failureEnding = ".failure.yaml";

export function keep(reference: string, flags: KeepFlags, { paint }: Output): Answer {
  const { story, plugIns } = loadStory(reference, flags);
  const { scenario, system } = story;
  const { failure: note } = scenario;
  if (note === undefined) throw notAFailureFile(reference);
  const run = simulate(scenario, { system });
  const standing = standingOf(run, system);
  if (standing?.type === "notReached") throw notReached(reference, run);
  const isMended = standing?.type === "fixed";
  const because = findingOf(run, note.property)?.violation.because;
  const { folder, name } = placeOf(story, flags.into ?? folderDefault);
  const kept: Scenario = {
    ...scenario,
    title: because === undefined ? scenario.title : titleOf(note.property, because),
    name: `regressions/${name.slice(0, -failureEnding.length)}`,
    expect: { exercised: [], violated: isMended ? [] : [note.property], figures: [], alerts: [] },
  };
  // Of one that is mended, the last commit at which it failed is the one that was written down when it did.
  const seenAt = isMended ? note.seenAt : commitHere();
  const path = join(folder.path, name);
  const replay = commandLine(
    "replay",
    { ...story, reference: relative(process.cwd(), path) },
    { set: [], plugIns },
    "",
  );
  const lines = [
    ...aboutLines(readText(story.file)),
    isMended
      ? `Mended: it failed last at ${seenAt ?? "a commit that nobody wrote down"}.`
      : `Seen last at ${seenAt ?? "a commit that is not known"}.`,
  ];
  folder.write(name, failureText(asFailure(kept, note.property, run), system, { lines, replay, seenAt }));
  const signature = isMended ? undefined : signatureOf(asFailure(scenario, note.property, run), system);
  return {
    exitCode: exitCodes.held,
    lines: [
      isMended
        ? paint.good(`${note.property} holds: kept as mended`)
        : `${note.property} is broken, as it was: kept as it is`,
      `wrote ${path}`,
    ],
    document: {
      scenario: kept.name,
      property: note.property,
      standing,
      seenAt: seenAt ?? null,
      signature: signature ?? null,
      wrote: [path],
    },
  };
}

/** A mended failure has no violation any more; its file tells of none. */
function asFailure(scenario: Scenario, property: string, run: Run): Failure {
  const found = findingOf(run, property);
  const { digest } = run;
  if (found !== undefined) return { ...found, scenario };
  const violation = { property, claim: "", atUs: 0, event: 0, node: "", about: "", because: "", evidence: [] };
  return { scenario, property, violation, digest };
}

/** In its own place when it is kept there already, and beside another failure of the same property. */
function placeOf({ file, scenario }: LoadedStory, into: string) {
  const folder = new OutputFolder(into);
  if (resolve(dirname(file)) === folder.path) return { folder, name: basename(file) };
  const stem = fileNameOf(`${scenario.name}-${scenario.failure?.property ?? ""}`);
  let name = `${stem}${failureEnding}`;
  for (let nth = 2; isOfAnother(join(folder.path, name), scenario); nth += 1) name = `${stem}-${nth}${failureEnding}`;
  return { folder, name };
}

/** One failure has one seed, however often it is shrunk. */
const isOfAnother = (path: string, { seed }: Scenario): boolean =>
  existsSync(path) && /^seed: (.*)$/m.exec(readText(path))?.[1] !== String(seed);

/** The first lines of the comment at the head of a file, up to the first empty one: what it is, and where it came from. */
function aboutLines(text: string): readonly string[] {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line.trim() === "#" || !line.startsWith("#"));
  return lines
    .slice(0, Math.max(0, end))
    .map((line) => line.replace(/^# ?/, ""))
    .filter((line) => !/^(Seen last|Mended)/.test(line));
}

/** Undefined: this is no clone, or there is no git. */
function commitHere(): string | undefined {
  try {
    const told = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return told.trim();
  } catch {
    return undefined;
  }
}

const notAFailureFile = (reference: string): Error =>
  argumentMistake(reference, {
    code: "NOT_A_FAILURE_FILE",
    what: "The file does not say which failure it is about.",
    expected: 'Expected a failure file: one with "failure: { property: … }".',
    fix: `make one, as in faultline shrink ${reference} --seed 1.`,
  });

const notReached = (reference: string, { scenario }: Run): Error =>
  argumentMistake(reference, {
    code: "NO_LONGER_REACHED",
    what: `The run no longer reaches the point where ${scenario.failure?.property ?? "its property"} was broken.`,
    expected: "Expected a failure that still fails, or one that is fixed.",
    fix: `see why with faultline replay ${reference}, and shrink the failure anew.`,
  });
