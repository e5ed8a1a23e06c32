// What is written is read back as it was: a failure file tells its story for years.
import { test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import { printProblems } from "../../src/scenario/problem.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { scenario } from "./arbitrary.ts";
import { byName as systems, echo } from "./echo-system.ts";
import { story } from "./story.ts";

const system = systems.get(echo.name)!;

function readBack(text: string): Scenario {
  const result = parseScenario(text, "some-other-name.failure.yaml", { systems });
  if (result.type === "refused") throw new Error(`${printProblems(result.problems)}\n${text}`);
  return result.story.base;
}

describe("a scenario written to a file", () => {
  property.prop([scenario])("is the same scenario when it is read", (before) => {
    expect(readBack(printScenario(before, system))).toEqual(before);
  });

  test("is complete: what a file left to defaults, profiles and variants is spelt out", () => {
    const result = parseScenario(story, "scenarios/echo/lost-echo.yaml", { systems });
    if (result.type === "refused") throw new Error(printProblems(result.problems));
    for (const one of [result.story.base, ...result.story.variants]) {
      const text = printScenario(one, system);
      expect(readBack(text)).toEqual(one);
      expect(printScenario(readBack(text), system)).toBe(text);
      expect(text).not.toContain("profile:");
    }
  });

  test("begins with what it is told to say, as a comment nothing can break out of", () => {
    const result = parseScenario(story, "s.yaml", { systems });
    if (result.type === "refused") throw new Error(printProblems(result.problems));
    const header = ["A hello is lost.", "", "evil\ntitle: hijacked\u2028x"];
    const text = printScenario(result.story.base, system, { header });
    expect(text.split("\n").slice(0, 4)).toEqual([
      "# A hello is lost.",
      "#",
      String.raw`# evil\u000atitle: hijacked\u2028x`,
      "",
    ]);
    expect(readBack(text).title).toBe(result.story.base.title);
  });
});
