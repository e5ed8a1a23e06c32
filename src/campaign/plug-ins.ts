// Systems from outside: modules named on the command line, and by no file. They are code, and run with our rights.

import { createRequire } from "node:module";
import { resolve } from "node:path";

import { systemNames, systemNamed } from "../systems/registry.ts";
import type { AnySystem } from "../systems/system.ts";

const load = createRequire(import.meta.url);

export class PlugInUnusable extends Error {
  override readonly name = "PlugInUnusable";
}

/** The systems that come with Faultline, and those of the modules; a module exports `systems`, a list. */
export function systemsWith(modules: readonly string[]): ReadonlyMap<string, AnySystem> {
  const systems = new Map(systemNames.map((name) => [name, systemNamed(name)]));
  for (const path of modules) {
    for (const system of systemsOf(path)) systems.set(system.name, system);
  }
  return systems;
}

function systemsOf(path: string): readonly AnySystem[] {
  let loaded: unknown;
  try {
    // The path is the reader's, so no import can name it.
    loaded = load(resolve(path));
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new PlugInUnusable(`it does not load (${why})`);
  }
  const systems = typeof loaded === "object" && loaded !== null && "systems" in loaded ? loaded.systems : undefined;
  if (!Array.isArray(systems) || !systems.every((system) => isSystem(system))) {
    throw new PlugInUnusable('it exports no list of systems under the name "systems"');
  }
  return systems;
}

const isSystem = (value: unknown): value is AnySystem =>
  typeof value === "object" && value !== null && "name" in value && "nodes" in value && "properties" in value;
