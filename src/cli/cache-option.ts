// `--cache FILE` and `--no-cache`: where results are kept, so that no run is made twice.

import { homedir } from "node:os";
import { join } from "node:path";

import { buildIdentity } from "../campaign/build-identity.ts";
import { plantOfPlugIn } from "../campaign/plug-ins.ts";
import { ResultCache } from "../campaign/result-cache.ts";

export interface CacheFlags {
  /** A file; false: none. */
  readonly cache?: string | boolean | undefined;
}

/** Undefined: nothing is kept. What a plug-in module is made of nobody knows, so that its results are not kept either. */
export function openCache({ cache }: CacheFlags, plugIns: readonly string[]): ResultCache | undefined {
  const plants = plugIns.map((plugIn) => plantOfPlugIn(plugIn));
  if (cache === false || plants.includes(undefined)) return undefined;
  const path = typeof cache === "string" ? cache : defaultPath(process.env);
  return new ResultCache({ path, build: buildIdentity(plants.flatMap((plant) => plant ?? [])) });
}

/** One for each user: results are equal on all machines, and of use to every project. */
export function defaultPath(environment: Readonly<Record<string, string | undefined>>): string {
  const { FAULTLINE_CACHE: own, XDG_CACHE_HOME: users, LOCALAPPDATA: windows } = environment;
  if (own !== undefined && own !== "") return own;
  const folder = [users, windows].find((path) => path !== undefined && path !== "") ?? join(homedir(), ".cache");
  return join(folder, "faultline", "results.sqlite");
}
