// A failing run as a file of its own.

import { foundText } from "../report/failure-text.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

/** Runs it again to record what chance decided, and writes it down. @returns the path of the file. */
export function saveFailure({ scenario, system }: LoadedStory, seed: number, folder: OutputFolder): string {
  const name = `${fileNameOf(scenario.name)}-seed-${seed}.failure.yaml`;
  return folder.write(name, foundText({ ...scenario, seed }, system, name));
}
