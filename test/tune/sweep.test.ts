// What sweeps say of made-up runs: intervals that hold what they say they hold, differences that are paired, and the answer.
import { describe, expect, test } from "vitest";

import { sweepLines } from "../../src/report/sweep-lines.ts";
import { sweepPage } from "../../src/report/sweep-page.ts";
import { sweepWords } from "../../src/report/sweep-words.ts";
import { noPaint } from "../../src/report/words.ts";
import type { Observation } from "../../src/tune/observation.ts";
import { studyPoints } from "../../src/tune/open-study.ts";
import { type Sweep, sweepOf } from "../../src/tune/sweep.ts";
import { answerOf } from "../../src/tune/sweep-answer.ts";
import { widthOf } from "../../src/report/words.ts";
import { Histogram } from "../../src/check/histogram.ts";
import { echoStory, openOf } from "./studies.ts";

function samples(values: readonly number[]) {
  const all = new Histogram();
  for (const value of values) all.add(value);
  return all.data();
}

interface Made {
  readonly hellos: number;
  readonly rounds?: readonly number[];
  readonly breaks?: boolean;
}

const observation = (seed: number, { hellos, rounds = [1000], breaks = false }: Made): Observation => ({
  seed,
  outcome: breaks ? "violated" : "held",
  eventsDone: 100,
  messages: { sent: hellos, delivered: hellos, lost: 0 },
  exercised: ["ONCE"],
  violated: breaks ? ["ONCE"] : [],
  figures: [
    { id: "echo.round", samples: samples(rounds) },
    { id: "hellos", samples: samples([hellos]) },
  ],
});

/** Uneven numbers from 0 to 1, always the same. */
const noise = (seed: number, salt = 0): number => ((seed * 7919 + salt * 104_729 + 13) % 997) / 997;

type Make = (at: number, seed: number, point: number) => Made;

/** A study, and what made-up runs of it come to. */
function sweeping(keys: string): (make: Make, seeds?: number) => Sweep {
  const open = openOf(keys, echoStory);
  const { points } = studyPoints(open);
  return (make, seeds = 30) =>
    sweepOf(
      open,
      points,
      points.map(({ point }, index) =>
        Array.from({ length: seeds }, (_, seed) => observation(seed, make(point[0].at ?? index, seed, index))),
      ),
    );
}

const swept = (keys: string, make: Make): Sweep => sweeping(keys)(make);

const axis = "vary: { workload.every: 100ms..500ms/5 }\nbaseline: { workload.every: 200ms }\n";
const hellos = `${axis}responses: [{ of: hellos.count, as: hellos }]\n`;
const atMs = (us: number): number => us / 1000;

describe("differences", () => {
  test("are paired: what seeds have in common drops out", () => {
    // Seeds differ by up to 1000, points by 20 with a little noise of their own.
    const sweep = swept(hellos, (at, seed, point) => ({
      hellos: 100 + Math.round(1000 * noise(seed) + (at === 300_000 ? 20 : 0) + 4 * noise(seed, point + 1)),
    }));
    const [, , third] = sweep.points;
    expect(third?.cells[0]?.difference).toMatchObject({ verdict: "worse" });
    expect(third?.cells[0]?.difference?.value).toBeCloseTo(20, -1);
    expect(sweep.pairings[0]?.ratio).toBeLessThan(0.001);
    const unpaired = swept(hellos, (_, seed, point) => ({ hellos: Math.round(1000 * noise(seed, point * 31)) }));
    expect(unpaired.pairings[0]?.ratio).toBeGreaterThan(0.5);
  });

  test("of several responses are called so by chance no more often than of one", () => {
    const keys = Array.from(
      { length: 8 },
      (_, at) => `{ of: hellos.count per ${at % 2 === 0 ? "thousand " : ""}events, as: r${at} }`,
    );
    const many = swept(`${axis}responses: [${keys.join(", ")}]\n`, () => ({ hellos: 1 }));
    expect(many.comparisons).toBe(4 * 8);
    expect(answerTo(many).text).toContain("what 32 comparisons together would not show by chance");
    // Just beyond what four comparisons would show by chance, and within what 32 would.
    const make: Make = (at, seed, point) => ({
      hellos: 1000 + Math.round(100 * noise(seed, point)) + (at > 400_000 ? 19 : 0),
    });
    const verdicts = (copies: number) =>
      swept(`${axis}responses: [${keys.slice(0, copies).join(", ")}]\n`, make).points[4]?.cells[0]?.difference?.verdict;
    expect([verdicts(1), verdicts(8)]).toEqual(["worse", "same"]);
  });

  test("hold the true one in 95 of 100 sweeps, and are called so by chance in fewer than 5", () => {
    let held = 0;
    let called = 0;
    const rounds = 200;
    const sweepWith = sweeping(`${axis}responses: [hellos.count]\n`);
    for (let round = 0; round < rounds; round++) {
      const sweep = sweepWith(
        (_, seed, point) => ({
          hellos: 1000 + Math.round(900 * noise(seed * 31 + round * 1709, point * 17 + round)),
        }),
        12,
      );
      const differences = sweep.points.flatMap(({ cells }) => cells[0]?.difference ?? []);
      held += differences.filter(({ low, high }) => low <= 0 && high >= 0).length / differences.length;
      if (differences.some(({ verdict }) => verdict !== "same")) called++;
    }
    expect(held / rounds).toBeGreaterThan(0.93);
    expect(called / rounds).toBeLessThan(0.07);
  });

  test("of the largest are no verdict, and no bar is drawn of what nothing bounds", () => {
    const sweep = swept(`${axis}responses: [{ of: echo.round.max, as: longest }]\n`, (at, seed, point) => ({
      hellos: 1,
      rounds: [at + Math.round(1000 * noise(seed, point))],
    }));
    const differences = sweep.points.flatMap(({ cells }) => cells[0]?.difference ?? []);
    expect(differences).toHaveLength(4);
    for (const one of differences) expect(one).toMatchObject({ verdict: "same", leansWorse: false, high: Infinity });
    const lines = sweepLines(sweep, answerOf(sweep), { paint: noPaint, width: 80 }).join("\n");
    expect(lines).toMatch(/\+\d+ ms \(any\)/);
    expect(lines).not.toContain("──");
    expect(JSON.stringify(sweepPage(sweep, answerOf(sweep)).parts[1])).toContain("There are no bars");
  });

  test("of what was never counted are bounds in its own unit, and of a duration there is none", () => {
    const keys = "hellos.count per thousand messages.sent, hellos.count per million messages.sent, echo.round.sum";
    const open = openOf(`${axis}responses: [${keys}]\n`, echoStory);
    const { points } = studyPoints(open);
    const quiet = (seed: number): Observation => ({
      ...observation(seed, { hellos: 0, rounds: [] }),
      messages: { sent: 50, delivered: 50, lost: 0 },
    });
    const sweep = sweepOf(
      open,
      points,
      points.map(() => Array.from({ length: 20 }, (_, seed) => quiet(seed))),
    );
    const [thousand, million, duration] = sweep.points[2]?.cells ?? [];
    // 1 - 0.025^(1/1000) is 0.368 %.
    expect(thousand?.high).toBeCloseTo(3.682, 2);
    expect(million?.high).toBeCloseTo(3682, -1);
    expect(thousand?.difference?.high).toBeCloseTo(2.991, 2);
    expect(duration).toMatchObject({ value: 0, low: 0, high: Infinity, difference: { value: 0, high: Infinity } });
  });

  test("of nothing seen are bounds, not certainties", () => {
    const sweep = swept(`${axis}responses: [ONCE]\n`, () => ({ hellos: 1 }));
    const [cell] = sweep.points[2]?.cells ?? [];
    // 1 - 0.05^(1/30) is 9.5 %; of the value itself, two-sided, 11.6 %.
    expect(cell?.difference?.high).toBeCloseTo(0.095, 2);
    expect(cell).toMatchObject({ value: 0, low: 0 });
    expect(cell?.high).toBeCloseTo(0.116, 2);
    expect(sweepLines(sweep, answerOf(sweep), { paint: noPaint, width: 80 }).join("\n")).toMatch(
      /0 % +at most 12 %|at most 11\.\d %/,
    );
  });
});

const answerTo = (sweep: Sweep) => {
  const answer = answerOf(sweep);
  const { tone, verdict, sentences } = sweepWords(sweep, answer);
  return { tone, text: [verdict, ...sentences].join("\n"), answer };
};
/** Least from 200 ms to 300 ms, and rising to both sides. */
const valley = (at: number): number => 100 + Math.max(0, 200 - atMs(at)) + Math.max(0, atMs(at) - 300);

describe("the answer", () => {
  test("says how far one may go, and what gets worse beyond", () => {
    const { tone, text } = answerTo(
      swept(hellos, (at, seed) => ({ hellos: valley(at) + Math.round(50 * noise(seed)) })),
    );
    expect(tone).toBe("good");
    expect(text).toContain("200 ms stands");
    expect(text).toContain("Every may be anything from 200 ms to 300 ms");
    expect(text).toMatch(/Below, at 100 ms, hellos rises from 12\d to 22\d/);
    expect(text).toMatch(/Above, at 400 ms, hellos rises from 12\d to 22\d/);
  });

  test("names what is better", () => {
    const { tone, text } = answerTo(
      swept(hellos.replace("200ms }", "500ms }"), (at, seed) => ({
        hellos: valley(at) + Math.round(50 * noise(seed)),
      })),
    );
    expect(tone).toBe("unsure");
    expect(text).toMatch(
      /^(200|300) ms is better than 500 ms: hellos falls from 32\d to 12\d .*nothing that was asked is worse/,
    );
  });

  test("does not call better what is worse in something else", () => {
    const keys = `${axis}responses: [hellos.count, echo.round.mean]\n`;
    const { tone } = answerTo(
      swept(keys, (at, seed) => ({
        hellos: 1000 - atMs(at) + Math.round(20 * noise(seed)),
        rounds: [at + Math.round(20 * noise(seed))],
      })),
    );
    expect(tone).toBe("good");
  });

  test("says that the baseline breaks a limit, and where it is kept", () => {
    const keys = `${axis}responses: [{ of: hellos.count, as: hellos, limit: "< 150" }]\n`;
    const broken = answerTo(
      swept(keys.replace("200ms }", "400ms }"), (at, seed) => ({
        hellos: atMs(at) - 80 + Math.round(50 * noise(seed)),
      })),
    );
    expect(broken.tone).toBe("bad");
    const once = answerTo(
      swept(keys.replace("< 150", "= 0"), (at, seed) => ({ hellos: at === 300_000 && seed === 3 ? 1 : 0 })),
    );
    expect(once.text).toMatch(/to 200 ms/);
    expect(once.text).toMatch(/Above, at 300 ms, hellos is 0\.0333 \(.*\) \(= 0\)/);
    const open = answerTo(
      swept(keys, (at, seed) => ({ hellos: 100 + (at >= 400_000 ? Math.round(90 * noise(seed)) : 0) })),
    );
    expect(open.text).toContain("from 100 ms to 300 ms");
    expect(open.text).toMatch(/Above, at 400 ms, hellos rises/);
    expect(broken.text).toMatch(/^400 ms breaks a limit: hellos is 34\d \(.*\), and has to be < 150/);
  });

  test("judges a limit that the baseline sets as it is written, whichever way is better", () => {
    const limits = ["<=", ">=", "<", ">"].flatMap((comparison) =>
      ["low", "high"].map(
        (better) =>
          `{ of: hellos.count, as: "${comparison}${better}", better: ${better}, limit: "${comparison} baseline" }`,
      ),
    );
    const sweep = swept(`${axis}responses: [${limits.join(", ")}]\n`, (at, seed, point) => ({
      hellos: 1000 + Math.sign(at - 200_000) * 100 + Math.round(10 * noise(seed, point)),
    }));
    const keepingAt = (point: number) => sweep.points[point]?.cells.map(({ keeping }) => keeping);
    const [kept, broken] = ["kept", "broken"];
    expect(keepingAt(0)).toEqual([kept, kept, broken, broken, kept, kept, broken, broken]);
    expect(keepingAt(1)).toEqual(new Array(8).fill(kept));
    expect(keepingAt(2)).toEqual([broken, broken, kept, kept, broken, broken, kept, kept]);
    const never = swept(`${axis}responses: [{ of: echo.round.mean, limit: "<= baseline" }]\n`, () => ({
      hellos: 1,
      rounds: [],
    }));
    expect(never.points.map(({ cells }) => cells[0]?.keeping)).toEqual(new Array(5).fill("open"));
  });

  test("says nothing where runs say nothing, and why", () => {
    const make: Make = (at, seed) => ({ hellos: valley(at) + Math.round(50 * noise(seed)), rounds: [] });
    const one = answerTo(sweeping(hellos)(make, 1));
    expect(one.tone).toBe("unsure");
    expect(one.text).toMatch(
      /^Nothing can be said: with 1 run a point, no difference is bound by anything\.\nEach point/,
    );
    expect(one.answer[0]).toMatchObject({ range: undefined, superior: [], good: [] });

    const never = swept(`${axis}responses: [{ of: echo.round.mean, as: round }]\n`, make);
    expect(answerTo(never).text).toMatch(/^Nothing can be said: what was asked was never measured\.\nEach point/);
    expect(sweepLines(never, answerOf(never), { paint: noPaint, width: 80 })[3]).toBe("never measured");
    expect(sweepPage(never, answerOf(never)).parts[1]).toMatchObject({ type: "words", heading: "round" });

    const largest = `${axis}responses: [{ of: echo.round.max, as: longest }]\n`;
    expect(answerTo(swept(largest, (_, seed) => ({ hellos: 1, rounds: [seed] }))).text).toMatch(
      /^Nothing can be said: what was measured bounds no difference\./,
    );
    // A limit that is kept is something.
    const none = `${axis}responses: [{ of: hellos.count, as: hellos, limit: "= 0" }]\n`;
    expect(answerTo(swept(none, () => ({ hellos: 0 }))).text).toMatch(/^200 ms stands/);

    const open = openOf(hellos, echoStory);
    const { points } = studyPoints(open);
    const partly = (isRun: (point: number) => boolean) =>
      answerTo(
        sweepOf(
          open,
          points,
          points.map((_, point) =>
            Array.from({ length: 5 }, (__, seed) => (isRun(point) ? observation(seed, { hellos: seed }) : undefined)),
          ),
        ),
      );
    expect(partly((point) => point !== 1).text).toMatch(/^Nothing can be said: no run of 200 ms was finished/);
    expect(partly((point) => point === 1).text).toMatch(/^Nothing can be said: of what 200 ms is compared to, no run/);
  });

  test("does not vouch for what was not tried", () => {
    const { text } = answerTo(swept(hellos, (_, seed) => ({ hellos: 100 + Math.round(50 * noise(seed)) })));
    expect(text).toContain("from 100 ms to 500 ms");
    expect(text).toContain(
      "How far below 100 ms that goes was not tried. How far above 500 ms that goes was not tried.",
    );
  });

  test("compares under the same circumstances, and answers under each", () => {
    const keys =
      "vary: { workload.every: 100ms..500ms/5 }\nunder: { settings.retry.after: [50ms, 150ms] }\nbaseline: { workload.every: 200ms }\n" +
      "responses: [{ of: hellos.count, as: hellos }]\n";
    const make = sweeping(keys);
    // The first five points are under 50 ms, where 200 ms to 300 ms is best; under the others more is always worse.
    const sweep = make((at, seed, point) => ({
      hellos: (point < 5 ? valley(at) : 9000 + atMs(at)) + Math.round(50 * noise(seed)),
    }));
    expect(sweep.groups.map(({ points }) => points.length)).toEqual([5, 5]);
    expect(sweep.points[6]?.cells[0]?.difference).toBeUndefined();
    expect(sweep.points[7]?.cells[0]?.difference?.value).toBeCloseTo(100, 0);
    const { tone, text } = answerTo(sweep);
    expect(tone).toBe("unsure");
    expect(text).toMatch(
      /^200 ms stands under after 50 ms, and is surpassed under after 150 ms\.\nUnder after 50 ms: 200 ms stands/,
    );
    expect(text).toMatch(/Under after 150 ms: 100 ms is better than 200 ms: hellos falls from 9 22\d to 9 12\d/);
    const lines = sweepLines(sweep, answerOf(sweep), { paint: noPaint, width: 80 }).join("\n");
    expect(lines).toMatch(/every \\ after +50 ms +150 ms\n +100 ms +22\d- +9 12\d\+\n +200 ms +12\d\* +9 22\d\*/);
    expect(sweepPage(sweep, answerOf(sweep)).parts[1]).toMatchObject({
      series: [{ name: "after 50 ms" }, { name: "after 150 ms" }],
    });
  });

  test("of two factors names points", () => {
    const keys =
      "vary: { workload.every: [100ms, 200ms], settings.retry.after: [50ms, 100ms] }\nresponses: [hellos.count]\n";
    const sweep = swept(keys, (at, seed) => ({ hellos: atMs(at) + Math.round(20 * noise(seed)) }));
    const { text } = answerTo(sweep);
    expect(text).toContain("Every 100 ms, after 100 ms stands");
    const lines = sweepLines(sweep, answerOf(sweep), { paint: noPaint, width: 80 });
    expect(lines.join("\n")).toMatch(/every \\ after +50 ms +100 ms\n +100 ms +1\d\d +1\d\d\*/);
  });
});

describe("what is told", () => {
  const hostile = "<script>alert(1)</script>\u202e```";
  const sweep = swept(`${axis}responses: [{ of: hellos.count, as: ${JSON.stringify(hostile)} }]\n`, (at, seed) => ({
    hellos: valley(at) + Math.round(50 * noise(seed)),
  }));

  test("fits a terminal, and holds nothing that it would act on", () => {
    const lines = sweepLines(sweep, answerOf(sweep), { paint: noPaint, width: 80 });
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(lines.join("\n")).toContain("\\u202e");
    expect(lines.join("\n")).not.toContain("\u202e");
  });

  test("is a page with a chart, and marks for what was asked about and how far it may go", () => {
    const page = sweepPage(sweep, answerOf(sweep));
    const [, chart] = page.parts;
    expect(chart).toMatchObject({
      type: "lines",
      x: { title: "every", unit: "durationUs" },
      marks: [
        { on: "x", at: 200_000, words: "asked about: 200 ms" },
        { on: "x", at: 300_000, words: "good to 300 ms" },
      ],
    });
    expect(JSON.parse(JSON.stringify(page))).toEqual(page);
  });
});

test("what few runs all say the same is not beyond chance", () => {
  const made = sweeping("vary: { workload.every: [100ms, 200ms, 300ms] }\nresponses: [hellos.count]\n");
  const verdicts = (seeds: number) =>
    made((at, seed) => ({ hellos: Math.round(100 * noise(seed)) + at / 100_000 }), seeds).points.flatMap(({ cells }) =>
      cells.map(({ difference }) => difference?.verdict),
    );
  expect(verdicts(4).filter((verdict) => verdict === "better" || verdict === "worse")).toEqual([]);
  expect(verdicts(30).filter((verdict) => verdict === "better" || verdict === "worse").length).toBeGreaterThan(1);
});
