// Studies as files: what they mean, and every mistake with its place.
import { describe, expect, test } from "vitest";

import { pointKey, pointsOf } from "../../src/tune/design.ts";
import { studyPoints } from "../../src/tune/open-study.ts";
import type { Problem } from "../../src/scenario/problem.ts";
import { readStudy } from "../../src/tune/study.ts";
import { echoStory, meshStory, openOf, opened, study } from "./studies.ts";

const asks = "responses: [hellos.count]\n";
const textsOf = (keys: string): readonly (readonly string[])[] => {
  const read = study(keys);
  if (read.type === "refused") throw new Error(read.problems[0]?.what);
  return pointsOf(read.study.factors, read.study.design).map((point) => point.map(({ text }) => text));
};

describe("levels", () => {
  test.each([
    [
      "20ms..400ms/20",
      "20ms 40ms 60ms 80ms 100ms 120ms 140ms 160ms 180ms 200ms 220ms 240ms 260ms 280ms 300ms 320ms 340ms 360ms 380ms 400ms",
    ],
    ["1ms..1s/4 log", "1ms 10ms 100ms 1s"],
    ["1s..2s/4", "1s 1330ms 1670ms 2s"],
    ["1..8/4 log", "1 2 4 8"],
    ["1..3/9", "1 2 3"],
    ["0%..5%/3", "0% 2.5% 5%"],
    ["0.5..2/4", "0.5 1 1.5 2"],
    ["[3s, 1s, 500ms]", "500ms 1s 3s"],
    ["[hello, hi]", "hello hi"],
    ["[true, false]", "true false"],
    ["{ calm: {}, rough: { world.link: mobile } }", "calm rough"],
  ])("%s", (written, expected) => {
    expect(textsOf(`vary: { workload.every: ${written} }\n${asks}`).flat().join(" ")).toBe(expected);
  });

  test("combine in the order of the factors, the last changing fastest", () => {
    expect(textsOf(`vary: { a: [1, 2], b: [x, y] }\n${asks}`).map((point) => point.join())).toEqual([
      "1,x",
      "1,y",
      "2,x",
      "2,y",
    ]);
  });

  test("are taken equally often by a random design, which is the same for the same seed", () => {
    const keys = `vary: { a: 1..20/20, b: 1..20/20 }\ndesign: { random: 40, seed: 7 }\n${asks}`;
    const points = textsOf(keys);
    expect(textsOf(keys)).toEqual(points);
    expect(textsOf(keys.replace("seed: 7", "seed: 8"))).not.toEqual(points);
    // Two places of the hypercube may fall on one point.
    expect(points.length).toBeGreaterThan(35);
    const ofFirst = points.map(([a]) => a);
    expect(new Set(ofFirst).size).toBe(20);
    expect(Math.max(...[...new Set(ofFirst)].map((a) => ofFirst.filter((one) => one === a).length))).toBe(2);
  });
});

describe("a study of a scenario", () => {
  test("puts each level where it belongs, and leaves when faults end as it is", () => {
    const story = meshStory("hunt").replace("heal: 35s\n", "");
    const { scenario, baseline, ...rest } = openOf(
      "vary: { settings.health.timeout: [3s, 20s] }\nresponses: [A1]\nset: { settings.health.heartbeat: 1s }\n",
      story,
    );
    const { points } = studyPoints({ scenario, baseline, ...rest });
    expect(points.map(({ point }) => pointKey(point))).toEqual(["6s", "3s", "20s"]);
    expect(new Set(points.map((point) => point.scenario.world.healUs))).toEqual(new Set([scenario.world.healUs]));
    expect(points.map((point) => (point.scenario.settings as { health: object }).health)).toMatchObject([
      { heartbeat: 1_000_000, timeout: 6_000_000 },
      { heartbeat: 1_000_000, timeout: 3_000_000 },
      { heartbeat: 1_000_000, timeout: 20_000_000 },
    ]);
  });

  test("knows the baseline among its points, however it is written", () => {
    const open = openOf(`vary: { workload.every: [50ms, 1000ms] }\n${asks}`, echoStory.replace("100ms", "1s"));
    expect(studyPoints(open).points.map(({ key }) => key)).toEqual(["50ms", "1000ms"]);
    expect(open.baseline.key).toBe("1000ms");
  });

  test("leaves out what the system finds contradictory, and says so", () => {
    const open = openOf(
      "vary: { settings.health.heartbeat: [1s, 3s], settings.health.timeout: [2s, 8s] }\nresponses: [A1]\nbaseline: { settings.health.heartbeat: 1s, settings.health.timeout: 8s }\n",
      meshStory("hunt"),
    );
    const { points, leftOut } = studyPoints(open);
    expect(points.length + leftOut.length).toBe(4);
    expect(leftOut.map(({ point, problem }) => [pointKey(point), problem.code])).toEqual([
      ["3s\u00002s", "WRONG_VALUE"],
    ]);
  });
});

describe("responses", () => {
  test.each([
    ["player.pause.p99", "quantile", "durationUs"],
    ["transfer.success.share", "mean", "share"],
    ["transfer.rolledBack.count", "mean", "count"],
    ["player.pause.count", "mean", "count"],
    ["belief.overlap.sum", "mean", "durationUs"],
    ["belief.overlap.sum per million transfer.started.count", "mean", "durationUs"],
    ["messages.sent per transfer.completed.count", "mean", "amount"],
    ["A1", "rate", "share"],
    ["events", "mean", "count"],
  ])("%s", (name, statistic, unit) => {
    const { responses } = openOf(
      `vary: { settings.transfer.deadline: [50ms, 100ms] }\nresponses: ["${name}"]\n`,
      meshStory("hunt"),
    );
    expect(responses[0]?.response).toMatchObject({ name, unit, statistic: { type: statistic } });
  });
});

const problemsOf = (keys: string, story = echoStory): readonly Problem[] => {
  const result = opened(keys, story);
  return result.type === "refused" ? result.problems : [];
};

const vary = "vary: { workload.every: [1s, 2s] }\n";

describe("refuses", () => {
  test.each([
    ["an unknown setting", `vary:\n  workload.evry: [1s, 2s]\n${asks}`, 6, "UNKNOWN_PATH", /workload.every/],
    ["a value of the wrong kind", `vary:\n  workload.every: [1s, often]\n${asks}`, 6, "WRONG_VALUE", /duration/],
    ["a range out of bounds", `vary:\n  settings.retry.attemptsMax: 5..50/4\n${asks}`, 6, "OUT_OF_RANGE", /at most 10/],
    ["a range that ends before it begins", `vary: { a: 5s..1s/4 }\n${asks}`, 5, "EMPTY_RANGE", /1s..5s/],
    ["a range of one", `vary: { a: 1s..5s/1 }\n${asks}`, 5, "EMPTY_RANGE", /2 to 200/],
    ["a range of nothing", `vary: { a: 1s..1s/3 }\n${asks}`, 5, "EMPTY_RANGE", /2 to 200/],
    ["a logarithm of zero", `vary: { a: 0s..5s/4 log }\n${asks}`, 5, "EMPTY_RANGE", /above zero/],
    ["two units", `vary: { a: 1s..5/4 }\n${asks}`, 5, "BAD_RANGE", /one unit/],
    ["a list of one", `vary: { a: [1s] }\n${asks}`, 5, "OUT_OF_RANGE", /at least 2/],
    ["a level twice", `vary: { a: [1s, 1s] }\n${asks}`, 5, "LEVEL_TWICE", /keep one/],
    ["nothing varied", `vary: {}\n${asks}`, 5, "NOTHING_VARIED", /at least one path/],
    ["too many points", `vary: { a: 1..200/200, b: 1..200/200 }\n${asks}`, 5, "TOO_MANY_POINTS", /random: 200/],
    ["an unknown response", `${vary}responses: [hellos.count, helos.count]\n`, 6, "UNKNOWN_RESPONSE", /"hellos"/],
    ["a statistic a figure has not", `${vary}responses: [hellos.p99]\n`, 6, "UNKNOWN_RESPONSE", /hellos.count/],
    ["a property nobody promises", `${vary}responses: [ONCE2]\n`, 6, "UNKNOWN_RESPONSE", /list invariants/],
    ["no response", `${vary}responses: []\n`, 6, "OUT_OF_RANGE", /at least 1/],
    ["a limit without a number", `${vary}responses: [{ of: hellos.count, limit: few }]\n`, 6, "WRONG_VALUE", /<= 0.5/],
    ["an unknown key", `${vary}${asks}rsponses: []\n`, 7, "UNKNOWN_KEY", /"responses"/],
    ["a newer study", `faultline: 2\n${vary}${asks}`, 5, "NEWER_FORMAT", /newer Faultline/],
    [
      "a baseline that is not varied",
      `${vary}${asks}baseline: { settings.retry.after: 1s }\n`,
      7,
      "NOT_VARIED",
      /"set"/,
    ],
    [
      "circumstances that cannot be",
      `${vary}under: { world.lnk: [mobile, region] }\n${asks}`,
      6,
      "UNKNOWN_PATH",
      /world.link/,
    ],
    ["a budget of zero", `${vary}${asks}tune: { budget: 0 }\n`, 7, "OUT_OF_RANGE", /at least 1/],
    [
      "a worse world that is none",
      `${vary}${asks}tune: { worse: { bad: { world.lnk: mobile } } }\n`,
      7,
      "UNKNOWN_PATH",
      /world.link/,
    ],
  ])("%s", (_, keys, line, code, words) => {
    const problems = problemsOf(keys);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    const [problem] = problems;
    expect(problem?.place).toMatchObject({ file: "study.yaml", line });
    expect(`${problem?.expected} ${problem?.fix}`).toMatch(words);
  });

  test.each([
    ["9..1", "BAD_SEEDS", /1..9/],
    ["one", "BAD_SEEDS", /two numbers/],
    ["1..99999999999", "BAD_SEEDS", /at most/],
  ])("the seeds %s", (seeds, code, words) => {
    const read = readStudy(`title: t\nwhy: w\nscenario: s\nseeds: ${seeds}\n${vary}${asks}`, "study.yaml");
    const [problem] = read.type === "refused" ? read.problems : [];
    expect(problem).toMatchObject({ code, place: { line: 4 } });
    expect(`${problem?.expected} ${problem?.fix}`).toMatch(words);
  });
});

test("a study says which figures its responses and objectives are made of", () => {
  const { figures } = openOf(
    "vary: { settings.transfer.deadline: [50ms, 100ms] }\nresponses: [A1, belief.overlap.sum per transfer.started.count]\ntune: { objectives: [player.pause.p99] }\n",
    meshStory("hunt"),
  );
  expect([...figures]).toEqual(["belief.overlap", "transfer.started", "player.pause"]);
});
