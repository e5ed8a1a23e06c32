// The schema that editors read is the one that files are read with.
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { keysAt, schemasAt, valuesAt } from "../../src/scenario/json-schema.ts";
import { storyJsonSchema } from "../../src/scenario/story-schema.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { studyJsonSchema } from "../../src/tune/study-schema.ts";
import { byName as systems, echo } from "./echo-system.ts";

test("scenarios/schema.json is current: faultline list schema --output scenarios/schema.json", () => {
  const schemas = systemNames.map((name) => storyJsonSchema(systemNamed(name)));
  const [only, second] = schemas;
  const current = second === undefined ? only : { anyOf: schemas };
  expect(JSON.parse(readFileSync("scenarios/schema.json", "utf8"))).toEqual(current);
});

test("scenarios/study-schema.json is current: faultline list schema study --output scenarios/study-schema.json", () => {
  expect(JSON.parse(readFileSync("scenarios/study-schema.json", "utf8"))).toEqual(studyJsonSchema());
});

test("a schema tells the keys and the values of every place, through unions, references and lists", () => {
  const schema = storyJsonSchema(systems.get(echo.name)!);
  expect(keysAt(schema, ["settings", "retry"])).toEqual(["after", "attemptsMax"]);
  expect(keysAt(schema, ["faults", 0, "drop"])).toEqual(["message", "from", "to", "skip", "count", "rate"]);
  expect(keysAt(schema, ["world", "link", "latency", "bimodal", "usual", "normal"])).toEqual([
    "mean",
    "deviation",
    "min",
  ]);
  expect(keysAt(schema, ["variants", "any", "addFaults", 3, "crash"])).toEqual(["node", "torn"]);
  expect(valuesAt(schema, ["workload", "greeting"])).toEqual(["hello", "hi"]);
  expect(schemasAt(schema, ["settings", "retri"])).toEqual([]);
});

test("every setting of a system has a default, and its schema can be written back", () => {
  for (const system of [...systems.values(), ...systemNames.map((name) => systemNamed(name))]) {
    expect(system.settings.encode(system.settings.decode({}))).toBeTypeOf("object");
    expect(system.workload.encode(system.workload.decode({}))).toBeTypeOf("object");
  }
});
