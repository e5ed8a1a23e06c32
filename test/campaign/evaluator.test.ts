// Points times seeds: the same on any number of threads, only what nobody knows is run, and an end at any time.
import { describe, expect, test } from "vitest";

import { Evaluator, type EvaluatorOptions, type ObservationCache } from "../../src/campaign/evaluator.ts";
import { simulate } from "../../src/simulate.ts";
import { studyPoints } from "../../src/tune/open-study.ts";
import { sampleOf } from "../../src/tune/response.ts";
import { echoPlugIn } from "../cli/command.ts";
import { byName } from "../scenario/echo-system.ts";
import { echoStory, openOf } from "../tune/studies.ts";

const open = openOf("vary: { workload.every: [100ms, 300ms] }\nresponses: [hellos.count, echo.round.p50]\n", echoStory);
const { points } = studyPoints(open);
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const asked = points.map(({ scenario }) => ({ scenario, seeds }));

async function evaluated(options: Partial<EvaluatorOptions> = {}, evaluations = asked) {
  const evaluator = await Evaluator.start({
    workers: 0,
    limits: { runMsMax: Infinity },
    plugIns: [echoPlugIn],
    ...options,
  });
  try {
    return { found: await evaluator.evaluate(evaluations), ran: evaluator.ran, known: evaluator.known };
  } finally {
    await evaluator.end();
  }
}

class MapCache implements ObservationCache {
  readonly texts = new Map<string, Map<number, string>>();
  keyOf = ({ workload }: { readonly workload: unknown }): string => JSON.stringify(workload);
  find = (key: string): ReadonlyMap<number, string> => this.texts.get(key) ?? new Map();
  keep = (key: string, found: readonly (readonly [number, string])[]): void => {
    this.texts.set(key, new Map([...this.find(key), ...found]));
  };
}

describe("an evaluation", () => {
  test("says of each run what the run says", async () => {
    const { found } = await evaluated();
    const system = byName.get("echo");
    const run = simulate(points[1]?.scenario ?? open.scenario, { seed: 7, system });
    const observation = found[1]?.[6];
    expect(observation).toMatchObject({
      seed: 7,
      eventsDone: run.eventsDone,
      messages: { sent: run.messages.sent },
      outcome: "held",
    });
    const hellos = run.figures.figures.find(({ id }) => id === "hellos")?.samples.max;
    expect(observation && open.responses.map(({ response }) => sampleOf(response, observation).sum)[0]).toBe(hellos);
    expect(hellos).toBeGreaterThan(5);
  });

  test("is the same on threads", async () => {
    const [here, there] = [await evaluated(), await evaluated({ workers: 2 })];
    expect(there.found).toEqual(here.found);
    expect([here.ran, here.known]).toEqual([40, 0]);
  });

  test("runs nothing that the cache knows, and what the cache has wrong", async () => {
    const cache = new MapCache();
    const first = await evaluated({ cache });
    const again = await evaluated({ cache });
    expect([again.ran, again.known]).toEqual([0, 40]);
    expect(again.found).toEqual(first.found);
    const [texts] = cache.texts.values();
    texts
      ?.set(3, "{}")
      .set(4, "no JSON")
      .set(5, texts.get(6) ?? "");
    const mended = await evaluated({ cache });
    expect([mended.ran, mended.known]).toEqual([3, 37]);
    expect(mended.found).toEqual(first.found);
  });

  test("keeps nothing of runs that the wall clock cut short, nor takes it for whole from a cache that has it", async () => {
    const cache = new MapCache();
    // The clock is looked at after so many events, and a short run has fewer.
    const story = echoStory.replace("6s", "200s");
    const long = studyPoints(openOf("vary: { workload.every: [10ms, 20ms] }\nresponses: [events]\n", story)).points;
    const some = long.slice(0, 1).map(({ scenario }) => ({ scenario, seeds: [1, 2, 3] }));
    const cut = await evaluated({ cache, limits: { runMsMax: -1 } }, some);
    expect([cut.ran, cut.found[0]?.[0]?.outcome]).toEqual([3, "inconclusive"]);
    const whole = await evaluated({ cache }, some);
    expect([whole.ran, whole.known, whole.found[0]?.[0]?.outcome]).toEqual([3, 0, "held"]);
    for (const texts of cache.texts.values()) texts.set(3, texts.get(3)?.replace('"held"', '"inconclusive"') ?? "");
    const again = await evaluated({ cache }, some);
    expect([again.ran, again.known]).toEqual([1, 2]);
    expect(again.found).toEqual(whole.found);
  });

  test("keeps what was finished when it is interrupted, about as many of each point", async () => {
    const interruption = new AbortController();
    const { found, ran } = await evaluated({
      signal: interruption.signal,
      onProgress: (done) => done >= 16 && interruption.abort(),
    });
    const finished = found.map((runs) => runs.filter((run) => run !== undefined).length);
    expect(finished).toEqual([8, 8]);
    expect(ran).toBe(16);
  });

  test("keeps only the figures that are asked for", async () => {
    const { found } = await evaluated({ figures: new Set(["hellos"]) });
    expect(found[0]?.[0]?.figures.map(({ id }) => id)).toEqual(["hellos"]);
  });

  test("works out what is asked, says the same of it, and takes it for nothing else that a cache has", async () => {
    const cache = new MapCache();
    const whole = await evaluated({ cache });
    const first = whole.found[0]?.[0];
    const property = first?.exercised[0] ?? "";
    const asks = { properties: new Set([property]), figures: new Set(["hellos"]) };
    const some = asked.map((evaluation) => ({ ...evaluation, asks }));
    for (const workers of [0, 1]) {
      const { found, ran } = await evaluated({ workers, cache: workers === 0 ? cache : undefined }, some);
      expect(ran).toBe(40);
      for (const [index, runs] of found.entries()) {
        for (const [at, run] of runs.entries()) {
          const all = whole.found[index]?.[at];
          expect(run).toEqual({
            ...all,
            exercised: all?.exercised.filter((id) => id === property || id === "NO-PANIC"),
            figures: all?.figures.filter(({ id }) => id === "hellos"),
          });
        }
      }
    }
    expect((await evaluated({ cache }, some)).known).toBe(40);
    expect((await evaluated({ cache })).known).toBe(40);
  });
});
