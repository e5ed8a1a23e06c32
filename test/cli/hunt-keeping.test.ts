// What becomes of a finding that has no story: whoever looks into it needs at least what was run.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { HuntKeeping } from "../../src/cli/hunt-keeping.ts";
import { loadStories } from "../../src/cli/stories.ts";
import type { Proposal } from "../../src/explore/candidate.ts";
import { findingOf } from "../../src/explore/failure.ts";
import { Groups } from "../../src/explore/groups.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { type HostedSystem, simulate } from "../../src/simulate.ts";
import { byName } from "../scenario/echo-system.ts";
import { echoPlugIn, failingStory, quietStory } from "./command.ts";

function storyOf(text: string): Pick<Proposal, "scenario"> & { readonly system: HostedSystem } {
  const parsed = parseScenario(text, "story.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const scenario = { ...parsed.story.base, seed: 77 };
  const system = byName.get(scenario.system);
  if (system === undefined) throw new Error("the story is about no system of the tests");
  return { scenario, system };
}

test("two findings of one seed have a file each", () => {
  const { scenario, system } = storyOf(failingStory);
  const groups = new Groups(system);
  for (const [index, property] of ["one", "other"].entries()) {
    const found = { kind: "violation", property, because: `${property} is broken`, strategy: "guided" } as const;
    groups.add({ ...found, proposal: { scenario, reseeds: [] }, index, part: 0 });
  }
  const save = mkdtempSync(join(tmpdir(), "faultline-keeping-"));
  const keeping = new HuntKeeping({ groups, system, save, plugIns: [], shrinkMsMax: 0 });
  keeping.save();
  const files = keeping.told.map(({ file }) => file);
  expect(files).toEqual(["", "-2"].map((nth) => join(save, `echo-story-seed-77${nth}.failure.yaml`)));
  expect(readdirSync(save)).toHaveLength(2);
});

test("a run that comes to no end is kept as a story that can be replayed", () => {
  const { scenario, system } = storyOf(`${quietStory}world: { limits: { events: 40 } }\n`);
  const groups = new Groups(system);
  const proposal = { scenario, reseeds: [] };
  const because = "cut short by the event limit (40)";
  groups.add({ kind: "limit", property: "limit", because, proposal, strategy: "guided", index: 3, part: 0 });
  const save = mkdtempSync(join(tmpdir(), "faultline-keeping-"));
  const keeping = new HuntKeeping({ groups, system, save, plugIns: [], shrinkMsMax: 0 });
  keeping.save();
  const [told] = keeping.told;
  expect(told?.replay).toMatch(/^faultline replay .*echo-story-seed-77\.endless\.yaml$/);
  const [again] = loadStories([told?.file ?? ""], { systems: byName, set: [], variant: undefined });
  expect(again?.scenario.title).toBe("It comes to no end, found by guided");
  expect(simulate(again?.scenario ?? scenario, { system }).verdict.summary).toContain("events limit (40)");
});

test("a run that did not come back is kept as what was run", () => {
  const { scenario, system } = storyOf(quietStory);
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

test("where the smallest cannot be kept, the first is, and the hunt goes on", { timeout: 60_000 }, async () => {
  const { scenario, system } = storyOf(failingStory);
  const groups = new Groups(system);
  const found = findingOf(simulate(scenario, { system }), undefined);
  const { property = "", because = "" } = found?.violation ?? {};
  const proposal = { scenario, reseeds: [] };
  groups.add({ kind: "violation", property, because, proposal, strategy: "swarm", index: 0, part: 0 });
  const save = mkdtempSync(join(tmpdir(), "faultline-keeping-"));
  mkdirSync(join(save, "echo-story-seed-77.shrunk.failure.yaml"));
  const keeping = new HuntKeeping({ groups, system, save, plugIns: [echoPlugIn], shrinkMsMax: 10_000 });
  keeping.save();
  await keeping.shrink();
  const [told] = keeping.told;
  expect(told?.file).toBe(join(save, "echo-story-seed-77.failure.yaml"));
  expect(told?.replay).toContain("echo-story-seed-77.failure.yaml");
  expect(told?.lines.at(-1)).toMatch(/^It could not be kept: /);
});
