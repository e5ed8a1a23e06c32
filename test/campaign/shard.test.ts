// A campaign in parts is the campaign.
import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { join, type ShardResult, type Part } from "../../src/campaign/join.ts";
import { runCampaign } from "../../src/campaign/run-campaign.ts";
import { campaignOf, partOf, planDigestOf } from "../../src/campaign/shard.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { echoPlugIn } from "../cli/command.ts";
import { byName } from "../scenario/echo-system.ts";

function scenarioOf(more: string) {
  const text = `title: t\nwhy: w\nsystem: echo\nuntil: 6s\n${more}`;
  const parsed = parseScenario(text, "e.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  return parsed.story.base;
}

const quiet = scenarioOf("");
const twice = scenarioOf(
  "settings: { defence: { onceOnly: false } }\nfaults: [{ at: 1s, for: 2s, duplicate: { message: echo, rate: 50% } }]\n",
);

const seeds = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 60 }))
  .map(([from, more]) => ({ from, to: from + more }));

property.prop([fc.array(seeds, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 9 })])(
  "each seed of each job falls to one shard, and shards are of a size",
  (ranges, count) => {
    const jobs = ranges.map((range) => ({ scenario: quiet, seeds: range }));
    const parts = Array.from({ length: count }, (_, index) => partOf(jobs, { index: index + 1, count }));
    for (const [job, range] of ranges.entries()) {
      const found = parts.flatMap((part) => {
        const { from, to } = part[job]?.seeds ?? { from: 1, to: 0 };
        return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
      });
      const all = Array.from({ length: range.to - range.from + 1 }, (_, offset) => range.from + offset);
      expect(found.toSorted((a, b) => a - b)).toEqual(all);
      const sizes = parts.map((part) => (part[job]?.seeds.to ?? 0) - (part[job]?.seeds.from ?? 0) + 1);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  },
);

test("scenarios with one seed each are spread over the shards", () => {
  const jobs = Array.from({ length: 8 }, () => ({ scenario: quiet, seeds: { from: 1, to: 1 } }));
  const sizes = [1, 2, 3, 4].map(
    (index) => partOf(jobs, { index, count: 4 }).filter(({ seeds: { from, to } }) => from <= to).length,
  );
  expect(sizes).toEqual([2, 2, 2, 2]);
});

describe("joined", async () => {
  const jobs = [
    { scenario: quiet, seeds: { from: 1, to: 7 } },
    { scenario: twice, seeds: { from: 3, to: 9 } },
  ];
  const options = { workers: 0, limits: { runMsMax: Infinity }, plugIns: [echoPlugIn] };
  const campaign = campaignOf(jobs, { index: 1, count: 3 }, []);
  const whole = await runCampaign(jobs, options);
  const shards: ShardResult<Part>[] = [];
  for (const index of [1, 2, 3]) {
    const results = await runCampaign(partOf(jobs, { index, count: 3 }), options);
    const parts = results.map((result, at) => ({
      plan: planDigestOf(jobs[at]?.scenario ?? quiet, []),
      of: jobs[at]?.seeds ?? { from: 1, to: 0 },
      result,
    }));
    const digest = results.map((result) => result.digest).join(" ");
    const stamp = { file: `${index}.json`, campaign, index, count: 3, about: "echo", digest, wasInterrupted: false };
    shards.push({ ...stamp, parts });
  }
  const [one, two, three] = shards as [ShardResult<Part>, ShardResult<Part>, ShardResult<Part>];

  test.each([[[one, two, three]], [[three, one, two]]])("they are the whole, in any order", (order) => {
    const joined = join(order);
    expect(joined).toMatchObject({ type: "joined", remarks: [] });
    const results = joined.type === "joined" ? joined.scenarios.map(({ result }) => result) : [];
    expect(results.map(({ scenario: _scenario, ...rest }) => rest)).toEqual(
      whole.map(({ scenario: _scenario, ...rest }) => rest),
    );
  });

  test("one twice counts once, and is named", () => {
    const joined = join([one, two, three, { ...two, file: "copy.json" }]);
    expect(joined).toMatchObject({
      type: "joined",
      remarks: [{ file: "copy.json", code: "DUPLICATE", isLoss: false }],
    });
    expect(joined.type === "joined" && joined.scenarios[0]?.result.totals.runs).toBe(7);
  });

  test("one that is missing is named, and what it would have run", () => {
    const joined = join([one, three]);
    expect(joined).toMatchObject({ type: "joined", remarks: [{ code: "MISSING_SHARD", isLoss: true }] });
    expect(joined.type === "joined" && joined.scenarios[0]?.result.missingFrom).toBe(3);
  });

  test("the same shard with other runs is a contradiction", () => {
    const other = { ...two, file: "other.json", digest: "another" };
    expect(join([one, two, three, other])).toMatchObject({
      type: "contradictory",
      file: "other.json",
      other: "2.json",
    });
  });

  test("so are two campaigns over the same seeds", () => {
    const other = { ...one, file: "other.json", campaign: "another" };
    expect(join([one, two, three, other])).toMatchObject({
      type: "contradictory",
      file: "other.json",
      other: "1.json",
    });
  });
});
