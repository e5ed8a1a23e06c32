// Failures that are kept: each still fails as it says, or is mended and holds, and edits beside it change nothing.
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { standingOf } from "../../src/explore/failure.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { edited } from "./edited-system.ts";

const folder = new URL("../../scenarios/regressions/", import.meta.url);
const systems = new Map(systemNames.map((name) => [name, systemNamed(name)]));

const kept = readdirSync(folder).map((file): readonly [string, Scenario] => {
  const parsed = parseScenario(readFileSync(new URL(file, folder), "utf8"), file, { systems });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems[0]));
  return [file, parsed.story.base];
});

test("some are kept", () => {
  expect(kept.length).toBeGreaterThan(5);
});

describe.each(kept)("%s", (file, scenario) => {
  const system = systemNamed(scenario.system);
  const run = simulate(scenario, { system });

  test("is as it says", () => {
    expect(run.outcome).toBe("held");
    expect(standingOf(run, system)?.type).toBe(scenario.expect.violated.length > 0 ? "stillFails" : "fixed");
  });

  test("says when it was seen last, and how it goes", () => {
    const text = readFileSync(new URL(file, folder), "utf8");
    expect(scenario.failure?.seenAt).toMatch(/^[0-9a-f]{12}$/);
    expect(text).toContain(`# Replay with: faultline replay scenarios/regressions/${file}`);
  });

  test("is the same after it was written and read again", () => {
    const again = parseScenario(printScenario(scenario, system), file, { systems });
    if (again.type === "refused") throw new Error(JSON.stringify(again.problems[0]));
    expect(simulate(again.story.base, { system }).digest).toBe(run.digest);
  });
});

test("at least 95 % reproduce with a node type, a fact and streams more, and machines renamed within", () => {
  const ofMesh = kept.filter(
    ([
      ,
      {
        system,
        expect: { violated },
      },
    ]) => system === "mesh" && violated.length > 0,
  );
  const reproduced = ofMesh.filter(
    ([, scenario]) => standingOf(simulate(scenario, { system: edited }), edited)?.type === "stillFails",
  );
  expect(reproduced.length / ofMesh.length).toBeGreaterThanOrEqual(0.95);
});
