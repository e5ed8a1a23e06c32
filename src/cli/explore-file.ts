// An exploration that was ended early, in a file.

import { z } from "zod";

import type { ExploreFile } from "../explore/exhaustive/explore.ts";
import { argumentMistake } from "./exit-codes.ts";
import { readText } from "./files.ts";

const format = 1;
const numbers = z.array(z.int());
const digests = z.array(z.string());

const exploreFile = z.object({
  format: z.literal(format),
  images: digests,
  messages: digests,
  statements: digests,
  views: digests,
  walk: z.object({
    seen: z.array(z.tuple([numbers, numbers, z.int(), numbers, numbers])),
    open: z.array(z.object({ path: numbers, sleeping: numbers, only: numbers.nullable() })),
    transitions: z.int(),
    depth: z.int(),
    cutByDepth: z.boolean(),
  }),
});

export const walkText = (file: ExploreFile): string => `${JSON.stringify({ format, ...file })}\n`;

/** @throws ReaderMistake */
export function readWalk(path: string): ExploreFile {
  const parsed = exploreFile.safeParse(parsedJson(readText(path)));
  if (parsed.success) return parsed.data;
  throw argumentMistake(`--resume ${path}`, {
    code: "NOT_A_WALK",
    what: "The file is not one that explore has kept.",
    expected: "Expected what explore --save or --resume has written.",
    fix: "name that file, or one that does not exist yet.",
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
