// `--plug-in FILE` and `--plant ID`: systems from outside, and bugs of the catalogue, only when they are named here.

import { plugInOfPlant, PlugInUnusable, systemsWith } from "../campaign/plug-ins.ts";
import { catalogue } from "../mutants/catalogue.ts";
import { mutantNamed } from "../mutants/plant.ts";
import { fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import { argumentMistake } from "./exit-codes.ts";

export interface PlugInFlags {
  readonly plugIn?: readonly string[] | undefined;
  readonly plant?: readonly string[] | undefined;
}

/** What is plugged in, in the order in which it counts: modules, then the bugs that are planted in what they bring. */
export function plugInsOf({ plugIn = [], plant = [] }: PlugInFlags): readonly string[] {
  for (const id of plant) if (mutantNamed(id) === undefined) throw unknownPlant(id);
  return [...plugIn, ...plant.map((id) => plugInOfPlant(id))];
}

function unknownPlant(id: string): Error {
  const names = catalogue.map((mutant) => mutant.id);
  return argumentMistake(`--plant ${id}`, {
    code: "UNKNOWN_PLANT",
    what: `There is no planted bug ${shown(id)}.`,
    expected: `Expected one of ${names.length}, such as ${names[0] ?? "none"}.`,
    fix: fixByName(id, names, 'see "faultline list mutants".'),
  });
}

export function loadSystems(modules: readonly string[]): ReadonlyMap<string, AnySystem> {
  try {
    return systemsWith(modules);
  } catch (error) {
    if (!(error instanceof PlugInUnusable)) throw error;
    throw argumentMistake(`--plug-in ${modules.join(" ")}`, {
      code: "PLUG_IN_UNUSABLE",
      what: `The module cannot be used: ${error.message}.`,
      expected: "Expected a JavaScript or TypeScript module that exports systems, a list.",
      fix: "see the README on how to plug in a system.",
    });
  }
}
