// The scenario of a test, from values or from a file.

import { existsSync, readFileSync } from "node:fs";

import { plainDigest } from "../base/plain-hash.ts";
import { baseName, parseScenario, type ParseResult } from "../scenario/parse.ts";
import { printProblems } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import type { SimulationTestOptions } from "./options.ts";

const untilDefault = "60s";

/** @throws Error with every mistake in what was written. */
export function scenarioOf(claim: string, system: AnySystem, options: SimulationTestOptions): Scenario {
  const systems = new Map([[system.name, system]]);
  const parsed =
    options.scenario === undefined
      ? parseScenario(textOf(claim, system, options), `${stemOf(claim)}.yaml`, { systems })
      : parseFile(options.scenario, systems, options);
  if (parsed.type === "refused") throw new Error(`The scenario cannot be run.\n${printProblems(parsed.problems)}`);
  const { base, variants } = parsed.story;
  const [, variant] = splitAt(options.scenario ?? "");
  const chosen = variant === undefined || variant === baseName ? base : variants[0];
  if (chosen === undefined) throw new Error(`${options.scenario} holds no such story.`);
  return chosen;
}

/** What such a claim says is all in its name. */
const plainClaim = /^[A-Za-z0-9][A-Za-z0-9 ,.!?'-]{0,79}$/;

/** A name for files: what is claimed, in small letters and hyphens; where that says too little, with a digest of it. */
export function stemOf(claim: string): string {
  return plainClaim.test(claim) ? hyphened(claim) : withDigest(claim, [claim]);
}

/** The name of one file among all: what is claimed, and a digest of what tells it from others that claim alike. */
export const withDigest = (claim: string, identity: readonly string[]): string =>
  [hyphened(claim).slice(0, 60), plainDigest(identity)].filter((word) => word !== "").join("-");

const hyphened = (claim: string): string =>
  claim
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

/** JSON is YAML: the scenario as a file would have it. */
function textOf(claim: string, system: AnySystem, options: SimulationTestOptions): string {
  const { until = untilDefault, nodes, world, settings, workload, faults = [{ profile: "rough" }], expect } = options;
  const story = {
    title: claim,
    why: "A test holds its system to it.",
    system: system.name,
    until,
    world: { ...world, ...(nodes === undefined ? {} : { nodes }) },
    settings,
    workload,
    faults,
    expect,
  };
  return JSON.stringify(story, undefined, 2);
}

function parseFile(
  written: string,
  systems: ReadonlyMap<string, AnySystem>,
  options: SimulationTestOptions,
): ParseResult {
  const [file, variant] = splitAt(written);
  if (!existsSync(file)) throw new Error(`There is no scenario file "${file}" in ${process.cwd()}.`);
  const { until, nodes, world, settings, workload, faults, expect } = options;
  const put = {
    until,
    faults,
    world: { ...world, ...(nodes === undefined ? {} : { nodes }) },
    settings,
    workload,
    expect,
  };
  return parseScenario(readFileSync(file, "utf8"), file, { systems, variant, set: assignments("", put) });
}

function splitAt(written: string): readonly [file: string, variant: string | undefined] {
  const hash = written.lastIndexOf("#");
  return hash < 1 || existsSync(written) ? [written, undefined] : [written.slice(0, hash), written.slice(hash + 1)];
}

/** "settings.retry.after=80ms": each value that is no map, by its path. */
function assignments(path: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}=${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    assignments(path === "" ? key : `${path}.${key}`, part),
  );
}
