// `--plug-in FILE`: systems from outside, loaded only when they are named here.

import { PlugInUnusable, systemsWith } from "../campaign/plug-ins.ts";
import type { AnySystem } from "../systems/system.ts";
import { argumentMistake } from "./exit-codes.ts";

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
