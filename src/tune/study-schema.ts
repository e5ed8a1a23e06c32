// The keys of a study file and what each may hold.

import { z } from "zod";

import { type JsonSchema, jsonSchemaOf } from "../scenario/json-schema.ts";
import { proseLengthMax, seedMax } from "../scenario/story-schema.ts";
import { levelsMax } from "./factor.ts";
import { pointsMax } from "./design.ts";

/** The format this build writes, and the newest it reads. */
export const studyFormat = 1;

const text = (lengthMax: number, about: string) => z.string().min(1).max(lengthMax).describe(about);
const puts = z.record(z.string(), z.unknown());

const response = z.union([
  text(300, "A figure and a statistic, as in transfer.latency.p99; a property, as in A1; or one amount per another."),
  z.strictObject({
    of: text(300, "A figure and a statistic, as in transfer.latency.p99; a property; or one amount per another."),
    as: text(80, "What it is called in tables and charts.").optional(),
    better: z.enum(["low", "high"]).optional().describe("Which way is better; absent: low."),
    limit: text(60, 'What it has to keep, as in "< 1%"; or "<= baseline".').optional(),
  }),
]);

const factor = z.union(
  [
    text(100, `From the least to the most and how many, as in 20ms..400ms/20; " log" behind it: by equal factors.`),
    z.array(z.unknown()).min(2).max(levelsMax).describe("Values, one by one."),
    z.record(z.string(), puts).describe("By name, what is set together."),
  ],
  { error: 'Expected a range such as "20ms..400ms/20", a list of values, or a map from names to what each sets.' },
);

const search = z.strictObject({
  objectives: z.array(response).min(1).max(6).optional().describe("What is to be best; absent: every response."),
  budget: z.int().min(1).max(100_000_000).describe("Runs in all.").optional(),
  worse: z
    .record(z.string(), puts)
    .optional()
    .describe("Worlds in which the recommendation is tried as well, by name: what each sets."),
});

export const studySchema = z.strictObject({
  faultline: z.literal(studyFormat).default(studyFormat).describe("Version of the file format."),
  title: text(proseLengthMax, "The question, in one line."),
  why: text(proseLengthMax, "Why it is asked, and where what is asked about is promised."),
  scenario: text(500, "What is run: a file, perhaps with #variant, or a name such as mesh/hunt."),
  set: puts.optional().describe("Values put into the scenario, by their paths."),
  seeds: z
    .union([z.int().min(0).max(seedMax), text(40, "The first and the last seed, as in 1..40.")])
    .describe("The same seeds at every point."),
  vary: z.record(z.string(), factor).describe("What is varied, by its path or under a name."),
  under: z
    .record(z.string(), factor)
    .optional()
    .describe("Circumstances, by path or under a name: points are compared with the baseline under the same ones."),
  design: z
    .union([
      z.literal("grid"),
      z.strictObject({ random: z.int().min(2).max(pointsMax), seed: z.int().min(0).max(seedMax).default(1) }),
    ])
    .default("grid")
    .describe("Every combination, or so many spread evenly."),
  responses: z.array(response).min(1).max(20).describe("What is asked of each run."),
  baseline: puts.optional().describe("The point that all others are compared with; absent: what the scenario says."),
  tune: search.optional().describe("For faultline tune."),
});

export type StudyDocument = z.output<typeof studySchema>;
export type ResponseDocument = z.output<typeof response>;

export const studyJsonSchema = (): JsonSchema => jsonSchemaOf(studySchema);
