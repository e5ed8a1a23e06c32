// Everything that can be set, one by one: the leaves of a schema, with their paths and what is said about them.

import { canonicalJson } from "../base/canonical-json.ts";
import type { AnySystem } from "../systems/system.ts";
import { type JsonSchema, jsonSchemaOf, keysAt, schemasAt, valuesAt } from "./json-schema.ts";
import type { Path } from "./located.ts";

export interface SettingLeaf {
  /** Such as "settings.retry.schedule". */
  readonly name: string;
  readonly description: string;
  /** The few values it may have; empty when there are many. */
  readonly values: readonly string[];
  /** As a sentence, or empty. */
  readonly range: string;
  /** Null: none. */
  readonly preset: unknown;
}

/** Everything that can be set of a system. */
export const settingLeaves = (system: AnySystem): readonly SettingLeaf[] => [
  ...leavesOf(jsonSchemaOf(system.settings), "settings"),
  ...leavesOf(jsonSchemaOf(system.workload), "workload"),
];

/** @param name what stands before the paths, such as "settings". */
function leavesOf(root: JsonSchema, name: string, path: Path = []): readonly SettingLeaf[] {
  const keys = keysAt(root, path);
  if (keys.length > 0) return keys.flatMap((key) => leavesOf(root, `${name}.${key}`, [...path, key]));
  const arms = schemasAt(root, path);
  return [
    {
      name,
      description: arms.find(({ description }) => description !== undefined)?.description ?? "",
      values: valuesAt(root, path),
      range: arms.map((arm) => rangeText(arm)).find((text) => text !== "") ?? "",
      preset: arms.find((arm) => arm.default !== undefined)?.default ?? null,
    },
  ];
}

function rangeText({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return "";
  return `From ${minimum} to ${maximum}.`;
}

/** What is said about it, what it may be, and what it is when nobody says. */
export const leafText = ({ description, values, range, preset }: SettingLeaf): string =>
  [
    description,
    values.length === 0 ? "" : `One of ${values.join(", ")}.`,
    range,
    preset === null ? "" : `Default ${canonicalJson(preset)}.`,
  ]
    .filter((text) => text !== "")
    .join(" ");
