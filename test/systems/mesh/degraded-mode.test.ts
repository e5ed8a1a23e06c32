// Which failures call for which level, and when it is left (MESH-FT-10, MESH-FT-11, X-M-55); who comes first (MESH-FT-06).
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import {
  byPriority,
  criticalRegions,
  freshFailureWatch,
  isShown,
  nextLevel,
  noteFailure,
  noteReturn,
  shareOf,
} from "../../../src/systems/mesh/degraded-mode.ts";
import { type DegradedSettings, degradedSettings, type Level } from "../../../src/systems/mesh/degraded-settings.ts";

const SECOND = 1_000_000;
const settingsOf = (changes: object = {}): DegradedSettings => degradedSettings.parse(changes);

/** Failures by server and second, and the level that is called for at the last of them in a mesh of so many servers. */
function levelAt(
  failures: readonly (readonly [server: string, second: number])[],
  servers: number,
  changes = {},
): Level {
  const watch = freshFailureWatch();
  let level: Level = "normal";
  for (const [server, second] of failures) {
    noteFailure(watch, nodeId(server), second * SECOND);
    const rules = { nowUs: second * SECOND, servers, settings: settingsOf(changes) };
    level = nextLevel(watch, level, rules)?.level ?? level;
  }
  return level;
}

const failing = (count: number): readonly (readonly [string, number])[] =>
  Array.from({ length: count }, (_, at) => [`s${at}`, at] as const);

describe("three failures a minute, or 30 % of the servers", () => {
  test.each([
    [2, 100, "reached", "normal"],
    [3, 100, "reached", "light"],
    [3, 100, "exceeded", "normal"],
    [4, 100, "exceeded", "light"],
    [1, 3, "reached", "light"],
    [1, 3, "exceeded", "light"],
    [1, 4, "reached", "normal"],
    [3, 10, "reached", "moderate"],
    [3, 10, "exceeded", "normal"],
    [4, 10, "exceeded", "moderate"],
    [2, 7, "reached", "normal"],
  ] as const)("%i of %i servers, bound %s: %s", (count, servers, atBound, level) => {
    expect(levelAt(failing(count), servers, { atBound })).toBe(level);
  });

  test("one server that fails three times is three failures, and one server", () => {
    const thrice = [0, 5, 10].map((second) => ["s1", second] as const);
    expect(levelAt(thrice, 10)).toBe("light");
    expect(levelAt(thrice, 3)).toBe("moderate");
  });

  test.each([
    [59, "light"],
    [60, "normal"],
    [61, "normal"],
  ] as const)("the third comes %i s after the first: %s", (second, level) => {
    expect(
      levelAt(
        [
          ["s1", 0],
          ["s2", 30],
          ["s3", second],
        ],
        100,
      ),
    ).toBe(level);
  });
});

describe("a level is left", () => {
  const rules = (second: number, changes = {}) => ({
    nowUs: second * SECOND,
    servers: 3,
    settings: settingsOf(changes),
  });
  const failed = () => {
    const watch = freshFailureWatch();
    noteFailure(watch, nodeId("s1"), 0);
    return watch;
  };

  test("when the window has passed, and the hold after it", () => {
    const watch = failed();
    expect(nextLevel(watch, "light", rules(59))).toBeUndefined();
    expect(nextLevel(watch, "light", rules(60))).toBeUndefined();
    expect(nextLevel(watch, "light", rules(69))).toBeUndefined();
    expect(nextLevel(watch, "light", rules(70))?.level).toBe("normal");
  });

  test("one level at a time, or all at once", () => {
    const [one, all] = [freshFailureWatch(), freshFailureWatch()];
    nextLevel(one, "severe", rules(0));
    nextLevel(all, "severe", rules(0, { steps: "all" }));
    expect(nextLevel(one, "severe", rules(10))?.level).toBe("moderate");
    expect(nextLevel(all, "severe", rules(10, { steps: "all" }))?.level).toBe("normal");
  });

  test("when all that failed are back, if so set; and what has been settled calls for nothing again", () => {
    const recovered = { exit: "recovered" };
    const watch = failed();
    expect(nextLevel(watch, "light", rules(20, recovered))).toBeUndefined();
    noteReturn(watch, nodeId("s1"));
    nextLevel(watch, "light", rules(21, recovered));
    expect(nextLevel(watch, "light", rules(31, recovered))?.level).toBe("normal");
    expect(nextLevel(watch, "normal", rules(32, recovered))).toBeUndefined();
    noteFailure(watch, nodeId("s2"), 33 * SECOND);
    expect(nextLevel(watch, "normal", rules(33, recovered))?.level).toBe("light");
  });

  test("not before the hold begins anew when another fails meanwhile", () => {
    const watch = failed();
    nextLevel(watch, "light", rules(60));
    noteFailure(watch, nodeId("s2"), 65 * SECOND);
    expect(nextLevel(watch, "light", rules(70))).toBeUndefined();
    nextLevel(watch, "light", rules(125));
    expect(nextLevel(watch, "light", rules(134))).toBeUndefined();
    expect(nextLevel(watch, "light", rules(135))?.level).toBe("normal");
  });
});

test("of a hundred views in a row exactly the share is shown, and evenly", () => {
  for (const share of [0, 1, 25, 50, 75, 99, 100]) {
    const shown = Array.from({ length: 1000 }, (_, at) => isShown(at + 1, share));
    for (let from = 0; from <= 900; from += 37) {
      expect(shown.slice(from, from + 100).filter(Boolean)).toHaveLength(share);
    }
  }
});

test("critical regions keep the share of light at moderate, unless it is switched off", () => {
  const share = (level: Level, critical: boolean, changes = {}) => shareOf(level, critical, settingsOf(changes));
  expect([share("normal", false), share("light", false), share("moderate", false), share("severe", true)]).toEqual([
    100, 75, 50, 25,
  ]);
  expect([share("moderate", true), share("moderate", true, { criticalFirst: false })]).toEqual([75, 50]);
});

test("critical are the named regions and the fewest others that have half of the players; they come first", () => {
  const loads = new Map([
    [0, 2],
    [1, 5],
    [2, 1],
    [3, 4],
  ]);
  expect(criticalRegions(loads, 4, settingsOf())).toEqual([1, 3]);
  expect(criticalRegions(loads, 4, settingsOf({ critical: [2, 7] }))).toEqual([1, 2]);
  expect(criticalRegions(loads, 4, settingsOf({ criticalShare: 0 }))).toEqual([]);
  expect(byPriority(loads, [2]).map(([region]) => region)).toEqual([2, 1, 3, 0]);
});
