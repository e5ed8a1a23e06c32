// What the README shows can be typed in.
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { parseScenario } from "../../src/scenario/parse.ts";
import { printProblems } from "../../src/scenario/problem.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { openStudy } from "../../src/tune/open-study.ts";
import { readStudy } from "../../src/tune/study.ts";

const readme = readFileSync("README.md", "utf8");
const systems = new Map(systemNames.map((name) => [name, systemNamed(name)]));

/** The file that it shows under such a schema. */
const shownWith = (schema: string): string =>
  [...readme.matchAll(/```yaml\n([^]*?)```/g)]
    .map(([, text = ""]) => text)
    .find((text) => text.includes(`/${schema}\n`)) ?? "";

describe("the scenario of the README", () => {
  const parsed = parseScenario(shownWith("schema.json"), "readme.yaml", { systems });

  test("is one", () => expect(parsed.type === "refused" ? printProblems(parsed.problems) : "").toBe(""));

  test("runs to its end, whatever becomes of it", () => {
    const run = parsed.type === "parsed" ? simulate(parsed.story.base) : undefined;
    expect(run?.verdict.properties.find(({ id }) => id === "NO-PANIC")?.status).toBe("held");
  });
});

test("the study of the README can be asked", () => {
  const read = readStudy(shownWith("study-schema.json"), "readme.yaml");
  if (read.type === "refused") throw new Error(printProblems(read.problems));
  const { reference } = read.study.scenario;
  const text = readFileSync(`scenarios/${reference}.yaml`, "utf8");
  const opened = openStudy(read.study, { file: reference, text, variant: "base", systems }, []);
  expect(opened.type === "refused" ? printProblems(opened.problems) : "").toBe("");
});

test("every command of the README is one, with options it has", () => {
  const sources = readdirSync("src/cli").filter((name) => name === "program.ts" || name.endsWith("-command.ts"));
  const help = sources.map((name) => readFileSync(`src/cli/${name}`, "utf8")).join("\n");
  const lines = [...readme.matchAll(/^faultline (\w+)(.*)$/gm)].map(([, command, rest]) => ({ command, rest }));
  expect(lines.length).toBeGreaterThan(5);
  for (const { command, rest } of lines) {
    expect(help).toContain(`.command("${command}")`);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help).toContain(option);
  }
});
