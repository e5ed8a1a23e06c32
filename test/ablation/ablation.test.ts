// The ablation in small: every layer on, none on, and the rows that tell the layers apart (reports/ablation.md is in large).
import { describe, expect, test } from "vitest";

import { ablate, nameOf } from "./campaign.ts";
import { combinations, layers } from "./layers.ts";
import { asMarkdown } from "./report.ts";

const seeds = 3;

/** Ids of the properties that were violated in a combination. */
async function brokenIn(name: string): Promise<readonly string[]> {
  const chosen = combinations.filter((combination) => nameOf(combination) === name);
  expect(chosen).toHaveLength(1);
  const [finding] = await ablate(chosen, seeds, { workers: 0 });
  expect(finding?.broken.every(({ exercised }) => exercised > 0)).toBe(true);
  return (finding?.broken ?? []).flatMap(({ id, runs }) => (runs > 0 ? [id] : []));
}

describe("the layers of authority (MESH-F5-05..07, X-M-20, X-M-21)", () => {
  test("every combination is there once", () => {
    const names = combinations.map(nameOf);
    expect(names).toHaveLength(layers.reduce((product, { choices }) => product * choices.length, 1));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ["two-phase, margin, raised at grant, yes", []],
    ["at once, none, none, no", ["A1", "A2", "A4", "A5-emits"]],
    // Whoever acts is not what the store accepts: each needs a layer of its own.
    ["at once, none, raised at grant, no", ["A5-emits"]],
    ["two-phase, margin, none, no", ["A1", "A2", "A4"]],
    // The store has not heard of the new token yet (properties.md trap 8).
    ["wait out lease, margin, max-seen, no", ["A1"]],
    ["wait out lease, margin, none, yes", []],
  ])("%s: %j", async (name, expected) => {
    expect(await brokenIn(name)).toEqual(expected);
  });

  test("the table names the seed of each violation, and how to replay it", async () => {
    const chosen = combinations.filter((combination) => nameOf(combination) === "at once, none, none, no");
    const table = asMarkdown(await ablate(chosen, 1, { workers: 0 }), 1);
    expect(table).toContain("| at once | none | none | no | 1 (seed 1) |");
    expect(table).toContain("faultline replay scenarios/mesh/ablation.yaml --seed 1 --set");
  });
});
