// An exploration that was ended early, in a file: with what was explored, by which code, so that nothing else goes on
// from it, and with a checksum, for nobody can see in a state that it was seen.

import { createHash } from "node:crypto";

import { z } from "zod";

import { buildIdentity } from "../campaign/build-identity.ts";
import { plantOfPlugIn } from "../campaign/plug-ins.ts";
import type { Exploration, ExploreFile } from "../explore/exhaustive/explore.ts";
import { argumentMistake } from "./exit-codes.ts";
import { readText } from "./files.ts";

/** Rises when older files could not be gone on from. */
const format = 2;
const numbers = z.array(z.int());
const digests = z.array(z.string());

const exploreFile = z.object({
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

const head = z.object({ format: z.literal(format), plan: z.string(), sum: z.string() });

/** Everything that an exploration depends on but for how many states it may see: that may be more another time. */
export function planOf({ scenario, from, bounds, walk }: Exploration, plugIns: readonly string[]): string {
  const { statesMax: _, ...rest } = walk;
  const asked = { scenario, from, bounds: { ...bounds, timers: [...bounds.timers] }, walk: rest, plugIns };
  const build = buildIdentity(plugIns.flatMap((plugIn) => plantOfPlugIn(plugIn) ?? []));
  return digestOf(`${build}\n${JSON.stringify(asked)}`);
}

/** Two lines: what the second one is, and the exploration. */
export function walkText(file: ExploreFile, plan: string): string {
  const body = JSON.stringify(file);
  return `${JSON.stringify({ format, plan, sum: sumOf(plan, body) })}\n${body}\n`;
}

/**
 * @returns undefined when it was kept of another exploration.
 * @throws ReaderMistake
 */
export function readWalk(path: string, plan: string): ExploreFile | undefined {
  const [first = "", body = ""] = readText(path).split("\n");
  const about = head.safeParse(parsedJson(first));
  const parsed = exploreFile.safeParse(parsedJson(body));
  if (about.success && parsed.success && about.data.sum === sumOf(about.data.plan, body)) {
    return about.data.plan === plan ? parsed.data : undefined;
  }
  throw argumentMistake(`--resume ${path}`, {
    code: "NOT_A_WALK",
    what: about.success
      ? "The file was changed after explore had kept it, or is damaged."
      : "The file is not one that this version of explore has kept.",
    expected: "Expected what explore --save or --resume has written, as it was.",
    fix: "name that file, or one that does not exist yet.",
  });
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const sumOf = (plan: string, body: string): string => digestOf(`${plan}\n${body}`);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
