// Commands to type next, exact to the letter: a failure is always followed by the line that replays it.

import { plantOfPlugIn } from "../campaign/plug-ins.ts";
import { asArgument, shellWord } from "../report/shell.ts";
import type { LoadedStory } from "./stories.ts";

/** What changes the story itself, and so belongs into every command about it. */
export interface StoryChanges {
  readonly set: readonly string[];
  readonly plugIns: readonly string[];
}

export function commandLine(
  command: string,
  { reference }: LoadedStory,
  { set, plugIns }: StoryChanges,
  rest: string,
): string {
  const changes = [
    ...set.map((assignment) => `--set ${shellWord(assignment)}`),
    ...plugIns.map((plugIn) => {
      const plant = plantOfPlugIn(plugIn);
      return plant === undefined ? `--plug-in ${shellWord(plugIn)}` : `--plant ${shellWord(plant)}`;
    }),
  ];
  return ["faultline", command, shellWord(asArgument(reference)), ...changes, rest]
    .filter((word) => word !== "")
    .join(" ");
}
