// A failing run as a file of its own.

import { foundText } from "../report/failure-text.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

/**
 * Runs it again to record what chance decided, and writes it down.
 * @param taken names of files that are not to be written over: several findings may have come of one seed.
 * @returns the path of the file.
 */
export function saveFailure(
  { scenario, system }: LoadedStory,
  seed: number,
  folder: OutputFolder,
  taken: ReadonlySet<string> = new Set(),
): string {
  const stem = `${fileNameOf(scenario.name)}-seed-${seed}`;
  let name = `${stem}.failure.yaml`;
  for (let nth = 2; taken.has(name); nth += 1) name = `${stem}-${nth}.failure.yaml`;
  return folder.write(name, foundText({ ...scenario, seed }, system, name));
}
