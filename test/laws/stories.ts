// The stories that lie in scenarios/, read as the command line reads them.
import { readdirSync, readFileSync } from "node:fs";

import { parseScenario, type SystemSchemas } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";

const folder = new URL("../../scenarios/", import.meta.url);
const schemas: SystemSchemas = new Map();
const systems = new Map(systemNames.map((name) => [name, systemNamed(name)]));

/** Every story of every file, base and variants, with these values overridden. */
export const allStories = (set: readonly string[] = []): readonly Scenario[] =>
  readdirSync(new URL("mesh/", folder))
    .filter((name) => name.endsWith(".yaml"))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => storiesOf(`mesh/${name}`, set));

/** The stories of one file, base and variants. */
export function storiesOf(
  file: string,
  set: readonly string[] = [],
  edit = (text: string): string => text,
): readonly Scenario[] {
  const parsed = parseScenario(edit(readFileSync(new URL(file, folder), "utf8")), file, { systems, set, schemas });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems[0]));
  return [parsed.story.base, ...parsed.story.variants];
}

export function storyNamed(name: string, set: readonly string[] = [], edit?: (text: string) => string): Scenario {
  const [path = ""] = name.split("#");
  const found = storiesOf(`${path}.yaml`, set, edit).find((story) => story.name === name);
  if (found === undefined) throw new Error(`there is no story ${name}`);
  return found;
}
