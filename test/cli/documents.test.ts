// What commands say with --json is what `faultline list schema` says they do, with nothing left out of it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { z } from "zod";

import { check } from "../../src/cli/check.ts";
import { diff } from "../../src/cli/diff.ts";
import { documentJsonSchema, documentSchemas } from "../../src/cli/document-schemas.ts";
import { explain } from "../../src/cli/explain.ts";
import { keep } from "../../src/cli/keep.ts";
import { list } from "../../src/cli/list.ts";
import { merge } from "../../src/cli/merge.ts";
import { replay } from "../../src/cli/replay.ts";
import { shrink } from "../../src/cli/shrink.ts";
import { sweep } from "../../src/cli/sweep.ts";
import { validate } from "../../src/cli/validate.ts";
import { mistakesBy } from "../report/formats.ts";
import { type Document, documentOf, fuzzEcho, output, runEcho } from "./answers.ts";
import { echoPlugIn, failingStory, faultline, inFolder, quietStory } from "./command.ts";

const names = Object.keys(documentSchemas);
/** Closed: what a document says beyond its schema is a mistake here, and none for its readers. */
const closed = new Map(
  Object.entries(documentSchemas).map(([name, schema]) => [name, mistakesBy(z.toJSONSchema(schema, { io: "output" }))]),
);
const open = new Map(
  Object.entries(documentSchemas).map(([name, schema]) => [name, mistakesBy(documentJsonSchema(name, schema))]),
);

function expectToFit(name: string, document: Document): void {
  expect(closed.get(name)?.(document)).toEqual([]);
  expect(open.get(name)?.({ ...document, somethingNew: 1 })).toEqual([]);
  const { exitCode: _exitCode, ...headless } = document;
  expect(open.get(name)?.(headless)).not.toEqual([]);
}

describe("run", () => {
  test("of one, of many, of a shard, twice; and merge", () =>
    inFolder(async (folder) => {
      const [quiet, failing, shard] = ["quiet.yaml", "failing.yaml", "1.json"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(quiet, quietStory);
      writeFileSync(failing, `${failingStory}expect: { exercised: [ONCE], hellos: ">= 1" }\n`);
      for (const flags of [
        {},
        { seeds: "1..3" },
        { seeds: "1..3", shard: "1/2" },
        { seeds: "1..2", checkDeterminism: true },
      ]) {
        expectToFit("run", documentOf("run", await runEcho([failing], flags)));
      }
      const part = documentOf("run", await runEcho([quiet, failing], { seeds: "1..3", shard: "1/1" }));
      writeFileSync(shard, JSON.stringify(part));
      writeFileSync(join(folder, "notes.json"), "{}");
      const small = join(folder, "small.failure.yaml");
      const shrunk = await shrink(failing, { plugIn: [echoPlugIn], output: small, time: "5s" }, output);
      expectToFit("shrink", documentOf("shrink", shrunk));
      const explained = await explain(small, { plugIn: [echoPlugIn], asItIs: true, time: "5s" }, output);
      expectToFit("explain", documentOf("explain", explained));
      expectToFit("replay", documentOf("replay", replay(small, { plugIn: [echoPlugIn] }, output)));
      const kept = keep(small, { plugIn: [echoPlugIn], into: join(folder, "regressions") }, output);
      expectToFit("keep", documentOf("keep", kept));
      for (const right of ["@1", "@2"]) {
        const parted = diff(`${failing}@1`, `${failing}${right}`, { plugIn: [echoPlugIn] }, output);
        expectToFit("diff", documentOf("diff", parted));
      }
      const hunt = documentOf(
        "fuzz",
        await fuzzEcho([failing], { runs: "8", save: join(folder, "found"), shrinkTime: "0s" }),
      );
      expectToFit("fuzz", hunt);
      writeFileSync(join(folder, "2.json"), JSON.stringify(hunt));
      expectToFit("merge", documentOf("merge", merge([folder], output)));
      const seen = replay(failing, { plugIn: [echoPlugIn], until: "2s" }, output);
      expectToFit("replay", documentOf("replay", seen));
      expectToFit("validate", documentOf("validate", validate([quiet], { plugIn: [echoPlugIn] }, output)));
    }));
});

test("check, of a history that no order explains", () =>
  inFolder(async (folder) => {
    const history = join(folder, "h.jsonl");
    const operations = [
      { process: "a", type: "invoke", op: "write", key: "x", value: 1, time: 0 },
      { process: "a", type: "ok", op: "write", key: "x", value: 1, time: 1 },
      { process: "b", type: "invoke", op: "read", key: "x", value: null, time: 2 },
      { process: "b", type: "ok", op: "read", key: "x", value: 7, time: 3 },
    ];
    writeFileSync(history, operations.map((operation) => JSON.stringify(operation)).join("\n"));
    expectToFit("check", documentOf("check", check([history], {}, output)));
    writeFileSync(
      join(folder, "other.jsonl"),
      operations
        .slice(0, 2)
        .map((operation) => JSON.stringify(operation))
        .join("\n"),
    );
    expectToFit("check", documentOf("check", check([folder], {}, output)));
    await Promise.resolve();
  }));

test.each(["faults", "settings", "requirements"])("list %s", (topic) => {
  expectToFit("list", documentOf("list", list(topic, undefined, {}, output)));
});

test("whatever goes wrong", { timeout: 60_000 }, async () => {
  for (const words of [
    ["run", "--sed"],
    ["run", "nothing-there"],
    ["replay", "x", "--from", "y"],
  ]) {
    const { stdout } = await faultline([...words, "--json"]);
    expectToFit("error", JSON.parse(stdout) as Document);
  }
});

const declared = ["program", "tune-command"].map((name) => readFileSync(`src/cli/${name}.ts`, "utf8")).join("\n");

test.each([...declared.matchAll(/\.command\("(\w+)"\)/g)].map(([, name]) => name))(
  "the document of %s has a schema (src/cli/document-schemas.ts)",
  (name) => expect(names).toContain(name),
);

test("sweep, along one factor and under circumstances", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "quiet.yaml"), quietStory);
    const study = "title: t\nwhy: w\nscenario: quiet.yaml\nseeds: 1..3\nresponses: [hellos.count, ONCE]\n";
    writeFileSync(join(folder, "axis.yaml"), `${study}vary: { workload.every: 1s..2s/3 }\n`);
    const under = "vary: { workload.greeting: [hello, hi] }\nunder: { workload.every: [1s, 2s] }\n";
    writeFileSync(join(folder, "under.yaml"), `${study}${under}`);
    for (const name of ["axis.yaml", "under.yaml"]) {
      const swept = await sweep(join(folder, name), { plugIn: [echoPlugIn], workers: "0" }, output);
      expectToFit("sweep", documentOf("sweep", swept));
    }
  }));

test.each(names)("list schema %s prints it", (name) => {
  const { document } = list("schema", name, {}, output);
  expect(document["schema"]).toMatchObject({ title: `The document of faultline ${name} --json` });
});

test("a schema that does not exist is named as such", () => {
  expect(() => list("schema", "rum", {}, output)).toThrow("There is no document");
});
