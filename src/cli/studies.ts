// From what is typed to a study: a study file, or a scenario with what is varied in it and asked of it.

import { dirname, join } from "node:path";
import { existsSync, statSync } from "node:fs";

import { baseName } from "../scenario/parse.ts";
import { type Override, readOverride } from "../scenario/overrides.ts";
import type { Place, Problem } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import type { StudiedFile } from "../tune/point-scenarios.ts";
import { type OpenStudy, openStudy } from "../tune/open-study.ts";
import { readStudy, type StudyText } from "../tune/study.ts";
import { ReaderMistake } from "./exit-codes.ts";
import { readText } from "./files.ts";
import { fileOf, soughtStudy } from "./stories.ts";

export interface StudyOptions {
  readonly systems: ReadonlyMap<string, AnySystem>;
  /** `path=value` texts of the command line. */
  readonly set: readonly string[];
  /** Puts what was typed in place of what the file says, before anything is looked up. */
  readonly change: (study: StudyText) => StudyText;
}

export interface LoadedStudy extends OpenStudy {
  readonly file: string;
}

/** @throws ReaderMistake */
export function loadStudy(reference: string, options: StudyOptions): LoadedStudy {
  const { file } = fileOf(reference, soughtStudy);
  const read = readStudy(readText(file), file);
  if (read.type === "refused") throw new ReaderMistake(read.problems);
  return { ...openedStudy(options.change(read.study), file, options), file };
}

/** Whether it is a study by the looks of it; one that cannot be read is told when it is. */
export function isStudyFile(reference: string): boolean {
  const { file } = fileOf(reference);
  return existsSync(file) && statSync(file).isFile() && /^vary:/m.test(readText(file));
}

/** @param file from whose folder scenarios are looked for. @throws ReaderMistake */
export function openedStudy(study: StudyText, file: string, { systems, set }: StudyOptions): OpenStudy {
  const { reference, place } = study.scenario;
  const opened = openStudy(study, studiedFile(reference, place, file, systems), overridesOf(set));
  if (opened.type === "refused") throw new ReaderMistake(opened.problems);
  return opened.study;
}

function studiedFile(
  reference: string,
  place: Place,
  study: string,
  systems: ReadonlyMap<string, AnySystem>,
): StudiedFile {
  const beside = join(dirname(study), reference.split("#")[0] ?? "");
  const isBeside = !existsSync(reference) && existsSync(beside);
  const { file, variant } = located(isBeside ? join(dirname(study), reference) : reference, place);
  return { file, text: readText(file), variant: variant ?? baseName, systems };
}

/** A scenario that a study names is a mistake in the study, not in what was typed. */
function located(reference: string, place: Place): ReturnType<typeof fileOf> {
  try {
    return fileOf(reference);
  } catch (error) {
    if (!(error instanceof ReaderMistake)) throw error;
    throw new ReaderMistake(error.problems.map((problem) => ({ ...problem, place })));
  }
}

/** @throws ReaderMistake */
export function overridesOf(set: readonly string[], option = "--set"): readonly Override[] {
  const read = set.map((argument) => readOverride(argument, option));
  const problems = read.flatMap((one): readonly Problem[] => ("code" in one ? [one] : []));
  if (problems.length > 0) throw new ReaderMistake(problems);
  return read.flatMap((one) => ("code" in one ? [] : [one]));
}
