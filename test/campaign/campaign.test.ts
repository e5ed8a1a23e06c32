// Campaigns: the same seeds come to the same result, whoever runs them and in whatever order they finish.
import { fileURLToPath } from "node:url";

import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { combinedDigest, mergeTotals, type Totals, totalsOf } from "../../src/campaign/brief.ts";
import { judge } from "../../src/campaign/judgement.ts";
import { chunksOf, type Job } from "../../src/campaign/plan.ts";
import { type CampaignOptions, runCampaign } from "../../src/campaign/run-campaign.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import { byName, echo } from "../scenario/echo-system.ts";

const system = byName.get(echo.name)!;
const plugIns = [fileURLToPath(new URL("../scenario/echo-system.ts", import.meta.url))];

function scenarioOf(body: string): Scenario {
  const text = `title: t\nwhy: w\nsystem: echo\nuntil: 6s\nworkload: { every: 100ms }\n${body}`;
  const parsed = parseScenario(text, "e.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  return parsed.story.base;
}

const quiet = scenarioOf("");
const twice = scenarioOf(
  "settings: { defence: { onceOnly: false } }\nfaults: [{ every: 3s, duplicate: { message: echo, copies: 5, count: 5 } }]\n",
);

const options = (workers: number, rest: Partial<CampaignOptions> = {}): CampaignOptions => ({
  workers,
  limits: { runMsMax: Infinity },
  plugIns,
  ...rest,
});

describe("chunks", () => {
  property.prop([
    fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 0, max: 64 }),
  ])("hold each seed of each job once, in order", (ranges, workers) => {
    const jobs: Job[] = ranges.map(([from, more]) => ({ scenario: quiet, seeds: { from, to: from + more } }));
    const seeds = (range: { from: number; to: number }, job: number) =>
      Array.from({ length: range.to - range.from + 1 }, (_, index) => `${job}:${range.from + index}`);
    expect(chunksOf(jobs, workers).flatMap((chunk) => seeds(chunk.seeds, chunk.job))).toEqual(
      jobs.flatMap((job, index) => seeds(job.seeds, index)),
    );
  });
});

test("are short on the thread that listens", () => {
  const jobs: Job[] = [{ scenario: quiet, seeds: { from: 1, to: 1000 } }];
  const longest = (workers: number): number =>
    Math.max(...chunksOf(jobs, workers).map(({ seeds: { from, to } }) => to - from + 1));
  expect([longest(0), longest(1)]).toEqual([5, 50]);
});

describe("a campaign", () => {
  const jobs: Job[] = [
    { scenario: quiet, seeds: { from: 1, to: 7 } },
    { scenario: twice, seeds: { from: 3, to: 12 } },
  ];

  test("comes to the same with threads and without", { timeout: 60_000 }, async () => {
    const alone = await runCampaign(jobs, options(0));
    const threads = await runCampaign(jobs, options(2));
    expect(threads).toEqual(alone);
    expect(alone.map(({ totals }) => totals.runs)).toEqual([7, 10]);
    expect(alone[0]?.runs.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("finds what a single run finds, and says in which seed first", async () => {
    const [, result] = await runCampaign(jobs, options(0));
    const judgement = judge(result, system.measures.figures);
    const failing = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].filter(
      (seed) => simulate(twice, { seed, system }).outcome === "violated",
    );
    expect(failing.length).toBeGreaterThan(0);
    expect(judgement).toMatchObject({ outcome: "violated", violated: failing.length, firstFailing: failing[0] });
    expect(result?.totals.properties.find(({ id }) => id === "ONCE")).toMatchObject({
      runsViolated: failing.length,
      first: { seed: failing[0] },
    });
  });

  test("keeps what is finished when it is stopped, and says where to go on", async () => {
    const interruption = new AbortController();
    const [result] = await runCampaign(
      [{ scenario: quiet, seeds: { from: 1, to: 500 } }],
      options(0, {
        signal: interruption.signal,
        onProgress: (done) => {
          if (done >= 60) interruption.abort();
        },
      }),
    );
    expect(result?.totals.runs).toBeGreaterThanOrEqual(60);
    expect(result?.totals.runs).toBeLessThan(500);
    expect(result?.missingFrom).toBe(result.totals.runs + 1);
  });

  test("calls a run that a limit has cut short inconclusive", async () => {
    const [result] = await runCampaign(
      [{ scenario: quiet, seeds: { from: 1, to: 2 } }],
      options(0, { limits: { runMsMax: -1 } }),
    );
    // Too short for the wall clock to be asked: the run is whole, however little time it had.
    expect(judge(result, system.measures.figures).outcome).toBe("held");
    const short = scenarioOf("world: { limits: { events: 10 } }\n");
    const [cut] = await runCampaign([{ scenario: short, seeds: { from: 1, to: 2 } }], options(0));
    expect(judge(cut, system.measures.figures)).toMatchObject({ outcome: "inconclusive", inconclusive: 2, held: 0 });
  });
});

describe("totals", () => {
  const parts: readonly Totals[] = [4, 1, 3, 2].map((seed) => totalsOf(simulate(twice, { seed, system })));

  property.prop([fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.integer({ min: 1, max: 3 })])(
    "do not depend on the order in which they are merged, nor in what groups",
    (order, cut) => {
      const shuffled = order.map((index) => parts[index]);
      const grouped = mergeTotals([mergeTotals(shuffled.slice(0, cut)), mergeTotals(shuffled.slice(cut))]);
      expect(grouped).toEqual(mergeTotals(parts));
    },
  );

  test("have one digest, by seed and not by order", () => {
    const runs = [2, 1].map((seed) => ({
      seed,
      outcome: "held" as const,
      digest: `d${seed}`,
      eventsDone: 1,
      summary: "",
    }));
    expect(combinedDigest(runs)).toBe(combinedDigest(runs.toReversed()));
    expect(combinedDigest(runs)).not.toBe(combinedDigest([{ ...runs[0], digest: "d3" }, runs[1]]));
  });
});
