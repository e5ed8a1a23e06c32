// One file of results: found again by what was run and by nothing else, shared, and never trusted beyond what it can show.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { buildIdentity } from "../../src/campaign/build-identity.ts";
import { ResultCache } from "../../src/campaign/result-cache.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { echoStory, openOf } from "../tune/studies.ts";

let folder = "";
const fileIn = (): string => join(folder, "below", "results.sqlite");
const opened = (build = "this build"): ResultCache => new ResultCache({ path: fileIn(), build });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faultline-cache-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A file with two results, closed. */
function filled(): void {
  const cache = opened();
  cache.keep("scenario", [
    [1, "one"],
    [7, "seven"],
  ]);
  cache.close();
}

describe("a cache", () => {
  test("finds what was kept, of the seeds that are asked for", () => {
    filled();
    const cache = opened();
    expect(cache.find("scenario", [1, 2, 7, 9])).toEqual(
      new Map([
        [1, "one"],
        [7, "seven"],
      ]),
    );
    expect(cache.find("scenario", [7])).toEqual(new Map([[7, "seven"]]));
    expect(cache.find("another", [1])).toEqual(new Map());
    expect(cache.notes).toEqual([]);
    cache.close();
  });

  test("does not find what other code made", () => {
    filled();
    const cache = opened("another build");
    expect(cache.find("scenario", [1, 7])).toEqual(new Map());
    cache.close();
  });

  test("knows a scenario by what it makes happen", () => {
    const { scenario } = openOf("vary: { workload.every: [50ms, 1s] }\nresponses: [hellos.count]\n", echoStory);
    const cache = opened();
    const renamed: Scenario = { ...scenario, title: "Another", name: "other", seed: 9 };
    expect(cache.keyOf(renamed)).toBe(cache.keyOf(scenario));
    expect(cache.keyOf({ ...scenario, workload: {} })).not.toBe(cache.keyOf(scenario));
    expect(cache.keyOf({ ...scenario, world: { ...scenario.world, healUs: 1 } })).not.toBe(cache.keyOf(scenario));
    cache.close();
  });

  test("is used by two at once", () => {
    const [one, other] = [opened(), opened()];
    one.keep("scenario", [[1, "one"]]);
    other.keep("scenario", [[2, "two"]]);
    one.keep("scenario", [[3, "three"]]);
    expect([...other.find("scenario", [1, 2, 3]).keys()]).toEqual([1, 2, 3]);
    expect([...one.notes, ...other.notes]).toEqual([]);
    one.close();
    other.close();
  });

  test("does not find a result of which a bit has flipped", () => {
    filled();
    const database = new DatabaseSync(fileIn());
    database.exec("UPDATE observation SET text = 'on3' WHERE seed = 1");
    database.close();
    const cache = opened();
    expect([...cache.find("scenario", [1, 7]).keys()]).toEqual([7]);
    cache.close();
  });
});

describe("a file that cannot be used", () => {
  test("a damaged one of ours is set aside, and a new one begun", () => {
    filled();
    const bytes = readFileSync(fileIn());
    bytes.fill(0x5a, 4096);
    writeFileSync(fileIn(), bytes);
    const cache = opened();
    expect(cache.notes.join()).toMatch(/results\.sqlite is damaged .* set aside as .*results\.sqlite\.damaged-1/);
    expect(readFileSync(`${fileIn()}.damaged-1`).equals(bytes)).toBe(true);
    cache.keep("scenario", [[1, "again"]]);
    expect(cache.find("scenario", [1, 7])).toEqual(new Map([[1, "again"]]));
    cache.close();
  });

  test.each([
    ["a text", (path: string) => writeFileSync(path, "Dear diary,\n".repeat(1000)), /not a database.* left alone/],
    [
      "a database of another program",
      (path: string) => {
        const other = new DatabaseSync(path);
        other.exec("CREATE TABLE diary (day TEXT); PRAGMA application_id = 7");
        other.close();
      },
      /belongs to another program.* left alone/,
    ],
    [
      "one of a later format",
      (path: string) => {
        const later = new DatabaseSync(path);
        later.exec("PRAGMA user_version = 99");
        later.close();
      },
      /later Faultline \(format 99/,
    ],
  ])("%s is left alone, and nothing is kept", (_, spoil, words) => {
    filled();
    if (_ !== "one of a later format") rmSync(fileIn());
    spoil(fileIn());
    const before = readFileSync(fileIn());
    const cache = opened();
    expect(cache.notes.join()).toMatch(words);
    cache.keep("scenario", [[1, "one"]]);
    expect(cache.find("scenario", [1])).toEqual(new Map());
    cache.close();
    expect(readFileSync(fileIn()).equals(before)).toBe(true);
    expect(readdirSync(join(folder, "below")).filter((name) => name.includes("damaged"))).toEqual([]);
  });

  test("a folder, or one that cannot be made", () => {
    const cache = new ResultCache({ path: folder, build: "b" });
    expect(cache.notes.join()).toMatch(/cannot be used as a cache/);
    expect(cache.find("k", [1])).toEqual(new Map());
    writeFileSync(join(folder, "file"), "");
    const below = new ResultCache({ path: join(folder, "file", "x.sqlite"), build: "b" });
    expect(below.notes.join()).toMatch(/cannot be used as a cache/);
  });

  test("one that breaks while it is used is named, and the work goes on", () => {
    filled();
    const cache = opened();
    const database = new DatabaseSync(fileIn());
    database.exec("DROP TABLE observation");
    database.close();
    cache.keep("scenario", [[2, "two"]]);
    expect(cache.notes.join()).toMatch(/from there on nothing was kept/);
    expect(cache.find("scenario", [1])).toEqual(new Map());
  });
});

test("the code has one identity, and another with something planted in it", () => {
  expect(buildIdentity([])).toBe(buildIdentity([]));
  expect(buildIdentity(["mesh/no-fencing"])).not.toBe(buildIdentity([]));
});
