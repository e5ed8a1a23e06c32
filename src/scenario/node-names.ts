// Who is in the world: how many of each role, or their names. `servers: 2` makes server-1 and server-2.

import { z } from "zod";

import { nodeId, type NodeId } from "../base/ids.ts";
import type { RoleSpec } from "../systems/system.ts";
import { worldNode } from "../world/ground.ts";
import { codec, refuse } from "./codecs.ts";
import { shown } from "./problem.ts";
import { anyWord, everyNode } from "./selector-schema.ts";

/** Names by role, in order of declaration. */
export type NodeNames = ReadonlyMap<string, readonly NodeId[]>;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;
const nameExpected = "Expected a name of letters, digits and - _ . (at most 40).";

export function nodeNamesSchema(roles: readonly RoleSpec[]): z.ZodType<NodeNames, unknown> {
  const doc = z.strictObject(Object.fromEntries(roles.map((spec) => [spec.group, groupSchema(spec)])));
  return codec<typeof doc, NodeNames>(doc, () => true, {
    decode(groups, context) {
      const names = new Map(roles.map((spec) => [spec.role, namesOf(spec, groups[spec.group])]));
      const clash = clashIn([...names.values()].flat(), roles);
      if (clash === undefined) return names;
      return refuse(context, clash, "Expected names that nothing else in the world bears.", {
        code: "NAME_TAKEN",
        what: `uses the name ${shown(clash)}, which is taken`,
        fix: "choose another name; roles, groups, and the words all, any and world are taken too.",
      });
    },
    encode: (names) =>
      Object.fromEntries(roles.map((spec) => [spec.group, numberedOrNamed(spec, names.get(spec.role) ?? [])])),
  });
}

/** Who is there when a scenario does not say. */
export const defaultNames = (roles: readonly RoleSpec[]): NodeNames =>
  new Map(roles.map((spec) => [spec.role, namesOf(spec, spec.countDefault)]));

function groupSchema({ countMin, countMax, countDefault, countIsOdd = false, about }: RoleSpec) {
  const fits = (count: number): boolean => !countIsOdd || count % 2 === 1;
  const odd = countIsOdd ? "an odd number" : "a number";
  const why = countIsOdd ? " They decide by majority: an even number survives no more failures than one less." : "";
  const expected = `Expected ${odd} from ${countMin} to ${countMax}, or a list of as many names.${why}`;
  const count = z.int().min(countMin).max(countMax).refine(fits, { error: expected });
  const names = z
    .array(z.string().regex(namePattern, { error: nameExpected }))
    .min(countMin)
    .max(countMax)
    .refine((listed) => fits(listed.length), { error: expected });
  return z.union([count, names], { error: expected }).default(countDefault).meta({ description: about });
}

function namesOf({ role }: RoleSpec, group: number | string[] | undefined): readonly NodeId[] {
  if (typeof group === "object") return group.map((name) => nodeId(name));
  return Array.from({ length: group ?? 0 }, (_, index) => nodeId(`${role}-${index + 1}`));
}

function clashIn(names: readonly NodeId[], roles: readonly RoleSpec[]): string | undefined {
  const taken = new Set<string>([everyNode, anyWord, worldNode, ...roles.flatMap(({ role, group }) => [role, group])]);
  for (const name of names) {
    if (taken.has(name)) return name;
    taken.add(name);
  }
  return undefined;
}

function numberedOrNamed(spec: RoleSpec, names: readonly NodeId[]): number | string[] {
  const numbered = namesOf(spec, names.length);
  return names.every((name, index) => name === numbered[index]) ? names.length : [...names];
}
