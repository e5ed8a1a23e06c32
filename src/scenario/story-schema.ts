// The keys of a scenario and what each may hold, and all of it as one JSON Schema for editors.

import { z } from "zod";

import { assert } from "../base/assert.ts";
import { duration, positiveDuration } from "../systems/quantities.ts";
import type { AnySystem } from "../systems/system.ts";
import { decisionsSchema } from "./decisions-schema.ts";
import { expectSchema } from "./expect-schema.ts";
import { faultKinds, kindSchemas } from "./fault-kinds.ts";
import { faultSchemas } from "./fault-schema.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { defaultNames, nodeNamesSchema } from "./node-names.ts";
import { profileEntrySchema } from "./profile-entry.ts";
import type { Vocabulary } from "./selector-schema.ts";
import { worldSchema } from "./world-part.ts";

/** The format this build writes, and the newest it reads. */
export const formatVersion = 1;

export const seedMax = Number.MAX_SAFE_INTEGER;

/** The longest title and reason: whoever shows a title in one place cuts it. */
export const proseLengthMax = 20_000;

const text = (lengthMax: number, about: string) => z.string().min(1).max(lengthMax).describe(about);

/** Keys whose schema depends on nothing else in the file. */
export const plainKeys = {
  faultline: z.literal(formatVersion).default(formatVersion).describe("Version of the file format."),
  name: text(200, "Name of the story; absent: the system and the name of the file."),
  title: text(proseLengthMax, "What the story is, in one line."),
  why: text(proseLengthMax, "Why the story exists: what it shows, and where that is promised."),
  system: z.string().describe("The system under test."),
  seed: z.int().min(0).max(seedMax).default(1).describe("Seed of every draw: one seed, one history."),
  until: positiveDuration.meta({ description: "When the run ends, from its start." }),
  heal: duration.meta({
    description: "When faults end and the world is fair; absent: in time for the system to settle.",
  }),
  decisions: decisionsSchema,
  failure: z
    .strictObject({
      property: text(100, "The property that was broken, as in A1."),
      decisive: z.array(z.string()).default([]).describe("Faults, by id, that had to strike something for it."),
      seenAt: text(100, "The commit at which it was seen last.").optional(),
    })
    .describe("What a failure file is about: replay says whether it is still so."),
};

/** Keys of a scenario file. */
export const storyKeys = [
  "faultline",
  "name",
  "title",
  "why",
  "system",
  "seed",
  "until",
  "heal",
  "world",
  "settings",
  "workload",
  "faults",
  "expect",
  "variants",
  "decisions",
  "failure",
] as const;

/** Keys of a variant: what it may change about the story above it. */
export const variantKeys = [
  "title",
  "why",
  "seed",
  "until",
  "heal",
  "world",
  "settings",
  "workload",
  "faults",
  "addFaults",
  "expect",
  "set",
] as const;

/** A vocabulary that knows a system, and no names of nodes. */
export const vocabularyOf = (system: AnySystem, nodes: Vocabulary["nodes"]): Vocabulary => ({
  roles: system.roles,
  nodes,
  messages: system.messages,
  timers: system.timers,
});

/** One schema for the whole story. What depends on the names in a file (nodes, times) is left to the reader of the file. */
function storySchema(system: AnySystem) {
  const namesDefault = defaultNames(system.roles);
  const vocabulary = vocabularyOf(system, namesDefault);
  const span = { untilUs: 1, healUs: 1 };
  const faults = faultSchemas(kindSchemas(vocabulary), span);
  const fault = z.union([profileEntrySchema(vocabulary, span), ...faultKinds.map((kind) => faults(kind))]);
  const keys = {
    world: worldSchema(vocabulary, nodeNamesSchema(system.roles)).prefault({}),
    settings: system.settings,
    workload: system.workload,
    faults: z.array(fault).optional(),
    expect: expectSchema(promisesOf(system, namesDefault), system.measures.figures).optional(),
  };
  const { faultline, name, title, why, seed, until, heal, decisions, failure } = plainKeys;
  const variant = z.strictObject({
    ...partial({ title, why, seed, until, heal, ...keys }),
    addFaults: z.array(fault).optional(),
    set: z.record(z.string(), z.unknown()).optional(),
  });
  return z.strictObject({
    faultline,
    name: name.optional(),
    title,
    why,
    system: z.literal(system.name),
    seed,
    until,
    heal: heal.optional(),
    world: keys.world,
    ...partial({ settings: keys.settings, workload: keys.workload }),
    faults: keys.faults,
    expect: keys.expect,
    variants: z.record(z.string(), variant).optional(),
    decisions: decisions.optional(),
    failure: failure.optional(),
  });
}

function partial(shape: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodOptional<z.ZodType>> {
  return Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
}

export const storyJsonSchema = (system: AnySystem): JsonSchema => jsonSchemaOf(storySchema(system));

/** What a system promises when all is left to its defaults: ids do not depend on settings. */
export function promisesOf(system: AnySystem, nodes: Vocabulary["nodes"]): ReturnType<AnySystem["properties"]> {
  return system.properties({ nodes, untilUs: 1, healUs: 1, ...presetsOf(system) });
}

/** Settings and workload when nothing is said about them. */
export function presetsOf(system: AnySystem): { readonly settings: unknown; readonly workload: unknown } {
  const settings = z.safeDecode(system.settings, {});
  const workload = z.safeDecode(system.workload, {});
  assert(settings.success && workload.success, "every setting of a system has a default");
  return { settings: settings.data, workload: workload.data };
}
