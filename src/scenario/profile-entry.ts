// `- profile: rough`: a named mixture of random faults, until the world heals. `on: servers` keeps it to some roles.

import { z } from "zod";

import type { Fault } from "../world/fault.ts";
import { faultProfiles } from "../world/profiles.ts";
import { expectedOneOf, fixByName } from "./closest.ts";
import { codec, refuse } from "./codecs.ts";
import { kindGuides } from "./fault-kinds.ts";
import type { RunSpan } from "./fault-schema.ts";
import { shown } from "./problem.ts";
import type { Vocabulary } from "./selector-schema.ts";

const doc = z.strictObject({
  profile: z.enum([...faultProfiles.keys()]),
  on: z.union([z.string(), z.array(z.string()).min(1)], { error: "Expected a role, or a list of roles." }).optional(),
});

/** Only read: a scenario is written back with the faults themselves, so that it outlives a change of the mixture. */
export function profileEntrySchema({ roles }: Vocabulary, span: RunSpan): z.ZodType<readonly Fault[], unknown> {
  return codec<typeof doc, readonly Fault[]>(doc, () => true, {
    decode({ profile, on = [] }, context) {
      const named: string[] = [];
      for (const name of typeof on === "string" ? [on] : on) {
        const role = roles.find((spec) => spec.role === name || spec.group === name)?.role;
        if (role === undefined) {
          const groups = roles.map(({ group }) => group);
          return refuse(context, name, expectedOneOf(groups), {
            code: "UNKNOWN_ROLE",
            what: `names ${shown(name)}, which is no role`,
            key: "on",
            fix: fixByName(
              name,
              [...groups, ...roles.map((spec) => spec.role)],
              "leave it out: then every node is meant.",
            ),
          });
        }
        named.push(role);
      }
      return (faultProfiles.get(profile)?.(named, span.healUs) ?? []).map((fault) => momentary(fault));
    },
    encode: () => ({ profile: "" }),
  });
}

/** A mixture gives each of its faults a window; what happens at one moment has none to write down. */
function momentary(fault: Fault): Fault {
  const { timing, action } = fault;
  if (timing.type !== "random" || kindGuides[action.kind].lasts !== "moment") return fault;
  return { ...fault, timing: { ...timing, forUsMin: 0, forUsMax: 0 } };
}
