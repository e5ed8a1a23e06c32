// Many stories in a line each: what has held, what has not, and what nobody knows yet.
import { expect, test } from "vitest";

import { judge } from "../../src/campaign/judgement.ts";
import { runCampaign } from "../../src/campaign/run-campaign.ts";
import { campaignLines } from "../../src/cli/campaign-lines.ts";
import type { Output } from "../../src/cli/output.ts";
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
});
