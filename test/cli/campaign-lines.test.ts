// Many stories in a line each: what has held, what has not, and what nobody knows yet.
import { expect, test } from "vitest";

import { judge } from "../../src/campaign/judgement.ts";
import { runCampaign } from "../../src/campaign/run-campaign.ts";
import { campaignLines } from "../../src/cli/campaign-lines.ts";
import type { Output } from "../../src/cli/output.ts";
import { testReportOf } from "../../src/report/campaign-cases.ts";
import { noPaint } from "../../src/report/words.ts";
import { storyNamed } from "../laws/stories.ts";
import { systemNamed } from "../../src/systems/registry.ts";

const specs = systemNamed("mesh").measures.figures;

test("stories that an interrupted campaign did not come to have not held", async () => {
  const jobs = Array.from({ length: 4 }, () => ({ scenario: storyNamed("mesh/baseline"), seeds: { from: 1, to: 2 } }));
  const options = { workers: 0, limits: { runMsMax: Infinity }, plugIns: [], signal: AbortSignal.abort() };
  const results = await runCampaign(jobs, options);
  const told = results.map((result) => ({ result, judgement: judge(result, specs), specs, next: [] }));
  const lines = campaignLines(told, { paint: noPaint, width: 80 } as Output);
  expect(lines.slice(0, 4).every((line) => line.startsWith("– mesh/baseline"))).toBe(true);
  expect(lines.at(-1)).toBe("4 stories: none wrong, 4 not run to the end.");

  const [one] = told;
  if (one === undefined) throw new Error("four stories were told");
  expect(one.judgement.outcome).toBe("notRun");
  expect(campaignLines([one], { paint: noPaint, width: 80 } as Output)[0]).toMatch(
    /^mesh\/baseline  seeds 1\.\.2 +NOT RUN$/,
  );
  const reported = { ...one, file: "baseline.yaml", line: 1, replay: "", signatures: new Map<string, string>() };
  const meta = { faultline: "0", startedAt: "", tookMs: 1, host: "h", node: "n", workers: 0 };
  const cases = testReportOf({ meta, scenarios: [reported] }).suites.flatMap((suite) => suite.cases);
  expect(new Set(cases.map(({ result }) => result.type))).toEqual(new Set(["skipped"]));
  expect(cases.at(-1)?.result).toEqual({ type: "skipped", why: "not run" });
});

test("what no run of any story put to the test is named, and nothing else is", async () => {
  const jobs = Array.from({ length: 4 }, () => ({ scenario: storyNamed("mesh/baseline"), seeds: { from: 1, to: 2 } }));
  const options = { workers: 0, limits: { runMsMax: Infinity }, plugIns: [], signal: new AbortController().signal };
  const results = await runCampaign(jobs, options);
  const told = results.map((result) => ({ result, judgement: judge(result, specs), specs, next: [] }));
  const output = { paint: noPaint, width: 80 } as Output;
  const totals = told.flatMap(({ result }) => result.totals.properties);
  const idle = new Set(totals.flatMap(({ id, runsExercised }) => (runsExercised === 0 ? [id] : [])));
  const all = new Set(totals.map(({ id }) => id)).size;
  expect(idle.size).toBeGreaterThan(0);
  const says = (of: typeof told): string => campaignLines(of, output).slice(5, -1).join(" ");
  expect(says(told)).toBe(`${all} properties: all put to the test but ${[...idle].join(", ")}.`);
  // One story that does is enough.
  const [first, ...rest] = told;
  if (first === undefined) throw new Error("four stories were told");
  const properties = first.result.totals.properties.map((property) => ({ ...property, runsExercised: 1 }));
  const exercising = { ...first, result: { ...first.result, totals: { ...first.result.totals, properties } } };
  expect(says([...rest, exercising])).toBe(`${all} properties: each put to the test.`);
});
