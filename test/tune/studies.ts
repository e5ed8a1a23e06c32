// Studies in a few lines, read as the command line reads them.
import { readFileSync } from "node:fs";

import type { Override } from "../../src/scenario/overrides.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { type OpenResult, type OpenStudy, openStudy } from "../../src/tune/open-study.ts";
import { readStudy, type StudyResult } from "../../src/tune/study.ts";
import { byName } from "../scenario/echo-system.ts";

const systems: ReadonlyMap<string, AnySystem> = new Map([["mesh", systemNamed("mesh")], ...byName]);

export const echoStory = "title: All quiet\nwhy: w\nsystem: echo\nuntil: 6s\nworkload: { every: 100ms }\n";

export const meshStory = (name: string): string =>
  readFileSync(new URL(`../../scenarios/mesh/${name}.yaml`, import.meta.url), "utf8");

const head = "title: A question\nwhy: w\nscenario: story.yaml\nseeds: 1..3\n";

/** A study with these further keys. */
export const study = (keys: string): StudyResult => readStudy(head + keys, "study.yaml");

export function opened(keys: string, story: string, typed: readonly Override[] = []): OpenResult {
  const read = study(keys);
  if (read.type === "refused") return read;
  return openStudy(read.study, { file: "story.yaml", text: story, variant: "base", systems }, typed);
}

export function openOf(keys: string, story: string): OpenStudy {
  const result = opened(keys, story);
  if (result.type === "refused") throw new Error(JSON.stringify(result.problems[0]));
  return result.study;
}
