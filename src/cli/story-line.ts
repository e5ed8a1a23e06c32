// Where in its file a story begins, for whoever points at it.

import { placeAt } from "../scenario/located.ts";
import { baseName } from "../scenario/parse.ts";
import { readYaml } from "../scenario/read-yaml.ts";
import { readText } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

/** The line of a variant's name, else that of the title; from 1. */
export function lineOfStory({ file, reference }: Pick<LoadedStory, "file" | "reference">): number {
  const read = readYaml(readText(file), file);
  if (read.type === "refused") return 1;
  const variant = reference === file ? baseName : reference.slice(file.length + 1);
  const path = variant === baseName ? ["title"] : ["variants", variant];
  const place = placeAt(read.located, path, true);
  return place.type === "file" ? place.line : 1;
}
