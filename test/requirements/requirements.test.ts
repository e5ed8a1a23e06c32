// The catalogue of requirements is whole, what cites it is found, and the report in reports/ says how it is now.
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { citedIn, familyOf } from "../../src/report/citations.ts";
import { readingsText, traced, type TracedRequirement } from "../../src/report/traceability.ts";
import type { Story } from "../../src/scenario/scenario.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { mesh } from "../../src/systems/mesh/mesh.ts";
import { requirement } from "../../src/systems/requirement.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { byName, echo } from "../scenario/echo-system.ts";
import { asJson, asMarkdown, tracedRepository } from "./report.ts";
import { titlesInConversation, titlesInTest } from "./test-titles.ts";

const repository = tracedRepository();

describe("the catalogue of the mesh", () => {
  const requirements = (mesh.requirements ?? []).flatMap((section) => section.requirements);
  const ids = requirements.map(({ id }) => id);

  test("has as many of each family as the documents", () => {
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(familyOf(id), (counts.get(familyOf(id)) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      "MESH-GEN": 7,
      "MESH-RSK": 7,
      "MESH-SEV": 1,
      "MESH-SCP": 1,
      "MESH-F1": 11,
      "MESH-F2": 7,
      "MESH-F3": 10,
      "MESH-F4": 8,
      "MESH-F5": 14,
      "MESH-F6": 12,
      "MESH-F7": 8,
      "MESH-F8": 9,
      "MESH-REC": 5,
      "MESH-MON": 9,
      "MESH-MTR": 2,
      "MESH-IR": 5,
      "MESH-FT": 32,
      "MESH-INV": 12,
      "X-ALL": 6,
      "X-M": 64,
    });
  });

  test("numbers each family from 01 on, without a hole, in order", () => {
    const ordinals = new Map<string, number>();
    for (const id of ids) {
      const ordinal = (ordinals.get(familyOf(id)) ?? 0) + 1;
      expect(id).toBe(`${familyOf(id)}-${String(ordinal).padStart(2, "0")}`);
      ordinals.set(familyOf(id), ordinal);
    }
  });

  test("says each in one line, and no two alike", () => {
    expect(new Set(requirements.map(({ says }) => says)).size).toBe(requirements.length);
    for (const { says, numbers = "", never = "" } of requirements) {
      expect(says).toMatch(/^[^\n]{15,110}$/);
      expect(says).not.toMatch(/\.$/);
      expect(numbers + never).not.toContain("\n");
    }
  });
});

describe("what cites an id", () => {
  test.each([
    ["MESH-F1-01", ["MESH-F1-01"]],
    ["(MESH-F1-01; X-M-09, X-ALL-01)", ["MESH-F1-01", "X-M-09", "X-ALL-01"]],
    ["MESH-F1-05..08", ["MESH-F1-05", "MESH-F1-06", "MESH-F1-07", "MESH-F1-08"]],
    ["MESH-F2-01, F2-05 and INV-03..04", ["MESH-F2-01", "MESH-F2-05", "MESH-INV-03", "MESH-INV-04"]],
    ["MESH-F1-01, 50 ms, MESH-F1-01 again", ["MESH-F1-01"]],
    ["FM-001, MESH-F1, MESH-F1-011, xMESH-F1-01, A7, mesh-f1-01", []],
  ])("%s", (text, ids) => {
    expect(citedIn(text)).toEqual(ids);
  });

  test("in a test: how it opens, its groups and its titles, however they are called", () => {
    const text = `// All of\n// it (A1).\nimport "./x.ts";\n// not this\ndescribe.concurrent("group", () => {\n
      test("one", () => say("no title"));\n  test.each([1, 2])("each %i", () => {});\n  it(\`two \${n} times\`, () => {});\n});`;
    expect(titlesInTest("a.test.ts", text).map(({ title }) => title)).toEqual([
      "All of it (A1).",
      "group",
      "one",
      "each %i",
      "two … times",
    ]);
  });

  test("in a conversation: its comments, as sentences", () => {
    expect(titlesInConversation("a.txt", "# One\n# and more.\nrun\n----\n# Two.\n").map(({ title }) => title)).toEqual([
      "One and more.",
      "Two.",
    ]);
  });
});

describe("a system is traced", () => {
  const ids = ["BY-A-01", "BY-A-02", "BY-A-03", "BY-A-04", "BY-A-05", "BY-A-06", "BY-A-07"];
  const system: AnySystem = {
    ...byName.get(echo.name)!,
    requirements: [
      {
        title: "All",
        requirements: ids.map((id) => ({
          ...requirement(id, "behaviour", `what ${id} asks for`),
          ...(id === "BY-A-07" ? { never: "nobody can" } : {}),
        })),
      },
    ],
    properties: (input) =>
      byName
        .get(echo.name)!
        .properties(input)
        .map((property) => ({ ...property, source: "BY-A-03" })),
    measures: {
      ...byName.get(echo.name)!.measures,
      figures: [{ id: "hellos", title: "Hellos said (BY-A-04)", kind: "count" }],
    },
  };
  const story = storyOf(`
title: Quiet
why: As it should be (BY-A-01).
system: echo
until: 6s
variants:
  loud: { why: Louder (BY-A-02). }
  same: { seed: 2 }
`);
  const tests = [{ file: "a.test.ts", title: "one (BY-A-01, A-02)" }];
  const found = traced(system, { stories: [story], tests }).flatMap(({ requirements }) => requirements);
  const of = (id: string): TracedRequirement | undefined => found.find((each) => each.requirement.id === id);

  test("to stories, each by its own words", () => {
    expect(of("BY-A-01")).toMatchObject({ state: "shown", stories: ["echo/story"], tests });
    expect(of("BY-A-02")).toMatchObject({ state: "shown", stories: ["echo/story#loud"], tests });
  });

  test("to properties; to figures, which measure and do not judge", () => {
    expect(of("BY-A-03")).toMatchObject({ state: "shown", properties: ["ONCE", "SPOKEN"] });
    expect(of("BY-A-04")).toMatchObject({ state: "measured", figures: ["hellos"] });
  });

  test("to nothing, and why", () => {
    expect(of("BY-A-05")?.state).toBe("gap");
    expect(of("BY-A-07")?.state).toBe("never");
  });

  test("to settings, with their readings", () => {
    const settings = found.flatMap((each) => each.settings);
    expect(settings).toEqual([]);
    const [schedule] = repository.systems.flatMap(({ sections }) =>
      sections.flatMap(({ requirements }) =>
        requirements.flatMap(({ requirement: { id }, settings: named }) => (id === "X-M-01" ? named : [])),
      ),
    );
    expect(schedule && readingsText(schedule)).toBe("settings.retry.schedule: prose (default) or code");
  });
});

function storyOf(text: string): Story {
  const parsed = parseScenario(text, "story.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(parsed.problems[0]?.what);
  return parsed.story;
}

test("nothing cites what nothing can show", () => {
  const wrong = repository.systems.flatMap(({ sections }) =>
    sections.flatMap(({ requirements }) =>
      requirements.filter(({ requirement: { never }, state }) => never !== undefined && state !== "never"),
    ),
  );
  expect(wrong.map(({ requirement: { id } }) => id)).toEqual([]);
});

describe("the report is as things are now: npm run requirements", () => {
  test.each([
    ["reports/requirements.md", asMarkdown(repository)],
    ["reports/requirements.json", asJson(repository)],
  ])("%s", (file, now) => {
    // Lines that differ say more than two whole files.
    const [written, expected] = [readFileSync(file, "utf8"), now].map((text) => new Set(text.split("\n")));
    expect(
      [...(expected ?? [])].filter((line) => !written?.has(line)),
      "lines that are missing",
    ).toEqual([]);
    expect(readFileSync(file, "utf8") === now).toBe(true);
  });
});
