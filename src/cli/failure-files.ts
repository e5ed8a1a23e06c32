// A failing run as a file of its own.

import { foundText } from "../report/failure-text.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

/** A run that broke a property; one that stands for all in which an expectation was not met; one that came to no end. */
type SavedEnding = ".failure.yaml" | ".unmet.yaml" | ".endless.yaml";

/**
 * Runs it again to record what chance decided, and writes it down.
 * @param taken names of files that are not to be written over: several findings may have come of one seed, and two
 *   stories may bear one name.
 * @returns the path of the file.
 */
export function saveFailure(
  { scenario, system }: LoadedStory,
  seed: number,
  folder: OutputFolder,
  { taken, ending = ".failure.yaml" }: { readonly taken: ReadonlySet<string>; readonly ending?: SavedEnding },
): string {
  const stem = `${fileNameOf(scenario.name)}-seed-${seed}`;
  let name = `${stem}${ending}`;
  for (let nth = 2; taken.has(name); nth += 1) name = `${stem}-${nth}${ending}`;
  return folder.write(name, foundText({ ...scenario, seed }, system, name));
}
