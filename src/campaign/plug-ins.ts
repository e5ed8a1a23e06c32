// Systems from outside: modules named on the command line, and by no file. They are code, and run with our rights.

import { createRequire } from "node:module";
import { resolve } from "node:path";

import { plantedSystem } from "../mutants/plant.ts";
import { systemNames, systemNamed } from "../systems/registry.ts";
import type { AnySystem } from "../systems/system.ts";

const load = createRequire(import.meta.url);

export class PlugInUnusable extends Error {
  override readonly name = "PlugInUnusable";
}

const plantMark = "plant:";

/** A bug of the catalogue as something that is plugged in: it goes wherever plug-ins go. */
export const plugInOfPlant = (id: string): string => `${plantMark}${id}`;

/** The bug that a plug-in stands for; undefined: it is a module. */
export const plantOfPlugIn = (plugIn: string): string | undefined =>
  plugIn.startsWith(plantMark) ? plugIn.slice(plantMark.length) : undefined;

/**
 * The systems that come with Faultline, and those of the plug-ins, in their order: modules, each of which exports
 * `systems`, a list; and bugs (see `plugInOfPlant`), which are planted in every system that there is by then.
 */
export function systemsWith(plugIns: readonly string[]): ReadonlyMap<string, AnySystem> {
  const systems = new Map(systemNames.map((name) => [name, systemNamed(name)]));
  for (const plugIn of plugIns) {
    const plant = plantOfPlugIn(plugIn);
    const added = plant === undefined ? systemsOf(plugIn) : [...systems.values()].map((known) => planted(known, plant));
    for (const system of added) systems.set(system.name, system);
  }
  return systems;
}

function planted(system: AnySystem, plant: string): AnySystem {
  const found = plantedSystem(system, plant);
  if (found === undefined) throw new PlugInUnusable(`there is no planted bug "${plant}"`);
  return found;
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
