// The claims ledger of the mesh is whole, and names only what there is.
import { existsSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { parseScenario, type SystemSchemas, wanted } from "../../../src/scenario/parse.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { meshClaims } from "../../../src/systems/mesh/claims/ledger.ts";
import { cellsOf } from "../../../src/tune/claims/cells.ts";
import { inputOf } from "../../../src/simulate.ts";

const mesh = systemNamed("mesh");
const { claims } = meshClaims;

/** Rows of the ledger in the requirements, those in parts with how many parts they have. */
const parts: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [12, 4],
  [17, 3],
  [19, 2],
  [26, 2],
  [35, 2],
]);
const rows = Array.from({ length: 49 }, (_, index) => index + 1).flatMap((row) => {
  const id = `CL-M-${String(row).padStart(2, "0")}`;
  const count = parts.get(row);
  return count === undefined ? [id] : ["a", "b", "c", "d"].slice(0, count).map((part) => `${id}${part}`);
});

test("every row of the ledger is there, once and in order (CL-M-01 to CL-M-49)", () => {
  expect(claims.map(({ id }) => id)).toEqual(rows);
});

test("a claim comes from requirements, and is qualified by contradictions, that exist", () => {
  const known = new Set((mesh.requirements ?? []).flatMap(({ requirements }) => requirements.map(({ id }) => id)));
  const named = claims.flatMap(({ from, qualifiedBy }) => [...from, ...qualifiedBy]);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
  expect(claims.filter(({ from }) => from.length === 0).map(({ id }) => id)).toEqual([]);
});

describe("a claim asks", () => {
  const cells = cellsOf(claims);
  const { traffic } = meshClaims;
  const figures = new Set([
    ...mesh.measures.figures.map(({ id }) => id),
    traffic?.all,
    ...(traffic?.groups.keys() ?? []),
  ]);

  test("for bytes of messages that there are", () => {
    const types = [...(traffic?.groups.values() ?? [])].flat();
    expect(types.filter((type) => !mesh.messages.has(type))).toEqual([]);
  });

  test("for figures that the mesh measures", () => {
    expect([...new Set(cells.flatMap((cell) => [...cell.figures]))].filter((id) => !figures.has(id))).toEqual([]);
  });

  const schemas: SystemSchemas = new Map();

  test.each(cells.map((cell) => [[cell.story, ...cell.set].join(" "), cell] as const))(
    "a world that there is: %s",
    (_key, { story, set, properties }) => {
      const [path = "", variant = "base"] = story.split("#");
      const text = readFileSync(new URL(`../../../scenarios/${path}.yaml`, import.meta.url), "utf8");
      const parsed = parseScenario(text, path, { systems: new Map([["mesh", mesh]]), set, variant, schemas });
      expect(parsed).toMatchObject({ type: "parsed" });
      if (parsed.type === "refused") return;
      const [scenario] = wanted(parsed.story, variant);
      expect(scenario).toBeDefined();
      if (scenario === undefined) return;
      const promised = new Set(mesh.properties(inputOf(scenario)).map(({ id }) => id));
      expect([...properties].filter((id) => !promised.has(id))).toEqual([]);
    },
  );

  test.each(claims.map((claim) => [claim.id, claim] as const))("%s: something at every point", (_id, claim) => {
    const measured = claim.type === "measured" ? claim : { points: [], tests: [] };
    const points = [...measured.points, ...("remedies" in measured ? (measured.remedies ?? []) : [])];
    expect(points.length > 0 || claim.type === "untestable").toBe(true);
    expect(points.filter((point) => (point.tests ?? measured.tests).length === 0)).toEqual([]);
    expect(new Set(points.map(({ label }) => label)).size).toBe(points.length);
  });
});

/** Measured under fewer seeds it is no ledger. */
const seedsMin = 1000;

const file = new URL("../../../reports/claims.json", import.meta.url);
const report = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as {
      readonly seeds: { readonly from: number; readonly to: number };
      readonly claims: readonly { readonly id: string; readonly verdict: string; readonly target: string }[];
    })
  : undefined;

// Whoever has changed the mesh or its ledger measures it again: faultline claims --report reports.
describe.skipIf(report === undefined)("the report", () => {
  test("has every claim, as the ledger has it, under a thousand seeds and more", () => {
    expect(report?.claims.map(({ id, target }) => [id, target])).toEqual(claims.map(({ id, target }) => [id, target]));
    expect(report?.seeds).toMatchObject({ from: 1 });
    expect(report?.seeds.to).toBeGreaterThanOrEqual(seedsMin);
  });

  test("has a verdict on each", () => {
    expect(report?.claims.filter(({ verdict }) => verdict === "undecided").map(({ id }) => id)).toEqual([]);
  });
});
