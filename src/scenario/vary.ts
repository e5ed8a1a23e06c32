// A scenario with other settings, topology or faults: values put in by their paths, and passed by the same schemas.

import { z } from "zod";

import { canonicalJson } from "../base/canonical-json.ts";
import { assert } from "../base/assert.ts";
import type { Change } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import { type ParseOptions, parseScenario, type ParseResult } from "./parse.ts";
import { printProblems } from "./problem.ts";
import type { Scenario } from "./scenario.ts";

type Document = Readonly<Record<string, unknown>>;

/** A scenario and what its file says of settings and workload, so that they can be changed often. */
export interface Variable {
  readonly scenario: Scenario;
  readonly settings: Document;
  readonly workload: Document;
}

export function variableOf(scenario: Scenario, system: AnySystem): Variable {
  return {
    scenario,
    settings: z.encode(system.settings, scenario.settings) as Document,
    workload: z.encode(system.workload, scenario.workload) as Document,
  };
}

/** The story that a system says its hunts take place in, changed; a mistake is the system's own unless something is set. */
export function storyOf(
  story: Document,
  changes: readonly Change[],
  system: AnySystem,
  options: Pick<ParseOptions, "set" | "schemas"> = {},
): ParseResult {
  const changed = changes.reduce((soFar, { path, value }) => put(soFar, path.split("."), value), story);
  const systems = new Map([[system.name, system]]);
  const parsed = parseScenario(canonicalJson(changed), `${system.name}-hunt.yaml`, { systems, ...options });
  const isOwn = (options.set ?? []).length === 0;
  assert(parsed.type === "parsed" || !isOwn, parsed.type === "parsed" ? "" : printProblems(parsed.problems));
  return parsed;
}

/**
 * The scenario with changes below `settings` and `workload`; undefined when a schema or the system refuses them. Where the
 * system then needs longer to settle, the run ends later.
 */
export function varied(
  { scenario, settings, workload }: Variable,
  changes: readonly Change[],
  system: AnySystem,
): Scenario | undefined {
  if (changes.length === 0) return scenario;
  const changed = changes.reduce((soFar, { path, value }) => put(soFar, path.split("."), value), {
    settings,
    workload,
  } as Document);
  const read = {
    settings: z.safeDecode(system.settings, changed["settings"]),
    workload: z.safeDecode(system.workload, changed["workload"]),
  };
  if (!read.settings.success || !read.workload.success) return undefined;
  const input = { nodes: scenario.nodes, settings: read.settings.data, workload: read.workload.data };
  if ((system.explain?.(input) ?? []).length > 0) return undefined;
  const { world } = scenario;
  const untilUs = Math.max(world.untilUs, world.healUs + system.settleUs(input.settings) + settledUs);
  return { ...scenario, settings: input.settings, workload: input.workload, world: { ...world, untilUs } };
}

/** What is due when the system has settled is due before the run ends. */
const settledUs = 1_000_000;

function put(document: Document, [key = "", ...rest]: readonly string[], value: unknown): Document {
  const below = document[key];
  const inner = typeof below === "object" && below !== null && !Array.isArray(below) ? (below as Document) : {};
  return { ...document, [key]: rest.length === 0 ? value : put(inner, rest, value) };
}
