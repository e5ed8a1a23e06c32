// A scenario back to YAML, complete: nothing is left to defaults, so that the file tells the same story for years.

import { Document, isMap, isScalar, isSeq, visit } from "yaml";
import { z } from "zod";

import type { AnySystem } from "../systems/system.ts";
import { decisionsSchema } from "./decisions-schema.ts";
import { expectSchema } from "./expect-schema.ts";
import { kindSchemas } from "./fault-kinds.ts";
import { faultSchemas } from "./fault-schema.ts";
import { nodeNamesSchema } from "./node-names.ts";
import { printable } from "./problem.ts";
import type { FailureNote, Scenario } from "./scenario.ts";
import { formatVersion, plainKeys, promisesOf, vocabularyOf } from "./story-schema.ts";
import { worldSchema } from "./world-part.ts";

export interface PrintOptions {
  /** Lines to put above the story as a comment, without the "#". */
  readonly header?: readonly string[];
}

/** The file of a scenario: `parseScenario` makes the same scenario of it. */
export function printScenario(scenario: Scenario, system: AnySystem, options: PrintOptions = {}): string {
  const document = new Document(documentOf(scenario, system));
  visit(document, {
    Map(_key, node) {
      // Small maps read better on one line: `drop: { message: confirm, count: 1 }`.
      const leaves = node.items.every(({ value }) => isScalar(value) && String(value.value).length <= 30);
      node.flow = leaves && node.items.length <= 5 && node !== document.contents;
    },
    Seq(_key, node) {
      node.flow = node.items.every((item) => isScalar(item));
    },
    Pair(_key, { value }) {
      return isSeq(value) && value.items.length === 0 ? visit.REMOVE : undefined;
    },
  });
  const root = document.contents;
  if (isMap(root)) {
    for (const { key } of root.items.slice(1)) {
      if (isScalar(key) && isBlockKey(String(key.value))) key.spaceBefore = true;
    }
  }
  const header = (options.header ?? []).map((line) => `# ${printable(line)}`.trimEnd());
  return [...header, ...(header.length > 0 ? [""] : []), document.toString({ lineWidth: 0 })].join("\n");
}

const isBlockKey = (key: string): boolean =>
  ["world", "settings", "workload", "faults", "expect", "failure", "decisions"].includes(key);

/** The values of the file, as plain data. */
function documentOf(scenario: Scenario, system: AnySystem): Readonly<Record<string, unknown>> {
  const { world, nodes } = scenario;
  const { untilUs, healUs, faults, ...rest } = world;
  const vocabulary = vocabularyOf(system, nodes);
  const schemaOf = faultSchemas(kindSchemas(vocabulary), { untilUs, healUs });
  const expecting = expectSchema(promisesOf(system, nodes), system.measures.figures);
  const parts = z.encode(worldSchema(vocabulary, z.unknown()), rest) as object;
  return {
    faultline: formatVersion,
    name: scenario.name,
    title: scenario.title,
    why: scenario.why,
    system: scenario.system,
    seed: scenario.seed,
    until: z.encode(plainKeys.until, untilUs),
    heal: z.encode(plainKeys.heal, healUs),
    world: { nodes: z.encode(nodeNamesSchema(system.roles), nodes), ...parts },
    settings: z.encode(system.settings, scenario.settings),
    workload: z.encode(system.workload, scenario.workload),
    faults: faults.map((fault) => z.encode(schemaOf(fault.action.kind), fault)),
    expect: z.encode(expecting, scenario.expect),
    ...(scenario.failure === undefined ? {} : { failure: z.encode(plainKeys.failure, mutable(scenario.failure)) }),
    ...(scenario.decisions === undefined ? {} : { decisions: z.encode(decisionsSchema, scenario.decisions) }),
  };
}

const mutable = ({ property, decisive, seenAt }: FailureNote) => ({
  property,
  decisive: [...decisive],
  ...(seenAt === undefined ? {} : { seenAt }),
});
