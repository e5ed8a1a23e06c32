// The `world` of a scenario: links, clocks, disks, processes and limits. Nodes are read before, by node-names.ts.

import { z } from "zod";

import { duration } from "../systems/quantities.ts";
import type { LinkPlan, NodeOverride, WorldPlan } from "../world/plan.ts";
import { linkProfiles, planDefaults } from "../world/profiles.ts";
import { codec, type PartialFields } from "./codecs.ts";
import { type NodesSchema, nodesSchema, type Vocabulary } from "./selector-schema.ts";
import { clockFields, diskFields, limitFields, linkFields, processFields } from "./world-schema.ts";

/** The part of a plan that `world` says. */
export type WorldPart = Omit<WorldPlan, "untilUs" | "healUs" | "faults">;

const profileName = z.enum([...linkProfiles.keys()]).meta({ description: "A kind of network: see faultline list." });

const linkMap = z.strictObject({ profile: profileName.optional(), ...linkFields.shape });
const linkDoc = z.union([profileName, linkMap], {
  error: `Expected ${[...linkProfiles.keys()].join(", ")}, or a map of a link's fields.`,
});

/** `home-wifi`, or `{ profile: home-wifi, loss: 1% }`. Written back without the profile: profiles may change. */
const link = codec<typeof linkDoc, Partial<LinkPlan>>(linkDoc, () => true, {
  decode(written) {
    if (typeof written === "string") return linkProfiles.get(written) ?? {};
    const profile = written.profile === undefined ? undefined : linkProfiles.get(written.profile);
    return { ...profile, ...linkFields.read(written) };
  },
  encode: (plan) => linkFields.write(plan),
});

export function worldSchema(vocabulary: Vocabulary, nodeKeys: z.ZodType): z.ZodType<WorldPart, unknown> {
  const nodes = nodesSchema(vocabulary);
  const linkOverride = z.strictObject({ from: nodes, to: nodes, oneWay: z.boolean().default(false), link });
  const doc = z.strictObject({
    start: duration.default(0),
    nodes: nodeKeys.optional(),
    link: link.prefault({}),
    links: z.array(linkOverride).default([]),
    clock: whole(clockFields),
    clocks: overrides(nodes, clockFields),
    disk: whole(diskFields),
    disks: overrides(nodes, diskFields),
    process: whole(processFields),
    processes: overrides(nodes, processFields),
    limits: whole(limitFields),
  });
  return codec<typeof doc, WorldPart>(doc, () => true, {
    decode: (read) => ({
      startUs: read.start,
      link: { ...planDefaults.link, ...read.link },
      links: read.links,
      clock: { ...planDefaults.clock, ...read.clock },
      clocks: read.clocks,
      disk: { ...planDefaults.disk, ...read.disk },
      disks: read.disks,
      process: { ...planDefaults.process, ...read.process },
      processes: read.processes,
      limits: { ...planDefaults.limits, ...read.limits },
    }),
    encode: ({ startUs, ...plan }) => ({
      start: startUs,
      ...plan,
      links: [...plan.links],
      clocks: [...plan.clocks],
      disks: [...plan.disks],
      processes: [...plan.processes],
    }),
  });
}

function whole<Plan extends object>(fields: PartialFields<Plan>) {
  const doc = z.strictObject(fields.shape);
  return codec<typeof doc, Partial<Plan>>(doc, () => true, { decode: fields.read, encode: fields.write }).prefault({});
}

/** `- { node: server-1, offset: 3ms }`: whom, and what differs for them; later entries win. */
function overrides<Plan extends object>(nodes: NodesSchema, fields: PartialFields<Plan>) {
  const doc = z.strictObject({ node: nodes, ...fields.shape });
  const entry = codec<typeof doc, NodeOverride<Plan>>(doc, () => true, {
    decode: (written) => ({ nodes: written.node, plan: fields.read(written) }),
    encode: ({ nodes: selector, plan }) => ({ node: selector, ...fields.write(plan) }),
  });
  return z.array(entry).default([]);
}
