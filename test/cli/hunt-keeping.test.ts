// What becomes of a finding that has no story: whoever looks into it needs at least what was run.
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { HuntKeeping } from "../../src/cli/hunt-keeping.ts";
import { Groups } from "../../src/explore/groups.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { byName } from "../scenario/echo-system.ts";
import { quietStory } from "./command.ts";

test("a run that did not come back is kept as what was run", () => {
  const parsed = parseScenario(quietStory, "quiet.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const scenario = { ...parsed.story.base, seed: 77 };
  const system = byName.get(scenario.system);
  if (system === undefined) throw new Error("the story is about no system of the tests");
  const groups = new Groups(system);
  const proposal = { scenario, reseeds: [] };
  const because = "its thread was lost: The task has been aborted";
  groups.add({ kind: "lost", property: "lost", because, proposal, strategy: "guided", index: 3, part: 0 });

  const save = mkdtempSync(join(tmpdir(), "faultline-keeping-"));
  const keeping = new HuntKeeping({ groups, system, save, plugIns: [], shrinkMsMax: 0 });
  keeping.save();
  const [file = ""] = readdirSync(save);
  expect(keeping.told[0]?.lines).toEqual([`It has no story: its run was ended. What was run: ${join(save, file)}`]);
  expect(file).toMatch(/seed-77\.yaml$/);

  const again = parseScenario(readFileSync(join(save, file), "utf8"), file, { systems: byName });
  expect(again).toMatchObject({ type: "parsed", story: { base: { seed: 77, system: system.name } } });
});
