// A planted bug changes what it is planted in, and nothing else; what is not planted is as it was.
import { describe, expect, test } from "vitest";

import { plugInOfPlant, systemsWith } from "../../src/campaign/plug-ins.ts";
import { catalogue } from "../../src/mutants/catalogue.ts";
import { plantedSystem } from "../../src/mutants/plant.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { storyNamed } from "../laws/stories.ts";

test("mutants are well formed", () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  for (const mutant of catalogue) {
    expect(mutant.id).toMatch(/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(systemNames).toContain(mutant.system);
    expect(mutant.about.length).toBeGreaterThan(10);
    expect(mutant.source).not.toBe("");
    expect(mutant.depth ?? 1).toBeGreaterThan(0);
  }
});

describe("planting", () => {
  const story = storyNamed("mesh/defences#without-item-ledger", ["settings.defence.itemLedger=on"]);

  test("leaves the system that was given as it is", () => {
    const before = simulate(story).digest;
    expect(plantedSystem(systemNamed("mesh"), "mesh/no-item-ledger")).not.toBe(systemNamed("mesh"));
    expect(simulate(story).digest).toBe(before);
  });

  test("is not known to the judge, who finds it", () => {
    const { verdict } = simulate(story, { system: systemsWith([plugInOfPlant("mesh/no-item-ledger")]).get("mesh") });
    const broken = verdict.properties.filter(({ status }) => status === "violated").map(({ id }) => id);
    expect(broken).toContain("I1");
    expect(simulate(story).verdict.outcome).toBe("held");
  });

  test("of a name that is none is refused", () => {
    expect(plantedSystem(systemNamed("mesh"), "mesh/nothing")).toBeUndefined();
    expect(() => systemsWith([plugInOfPlant("mesh/nothing")])).toThrow("no planted bug");
  });
});
