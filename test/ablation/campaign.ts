// Runs combinations of layers over seeds, and says which properties broke.

import { readFileSync } from "node:fs";

import type { ScenarioResult } from "../../src/campaign/brief.ts";
import { systemsWith } from "../../src/campaign/plug-ins.ts";
import { type CampaignOptions, runCampaign } from "../../src/campaign/run-campaign.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { apart, type Combination, judgedBy } from "./layers.ts";
import type { Finding } from "./report.ts";

const file = "scenarios/mesh/ablation.yaml";
const systems = systemsWith([]);

/** Seeds 1 up to `seeds` of each combination. */
export async function ablate(
  combinations: readonly Combination[],
  seeds: number,
  options: Pick<CampaignOptions, "workers" | "onProgress">,
): Promise<readonly Finding[]> {
  const jobs = combinations.map((combination) => ({
    scenario: scenarioOf(combination),
    seeds: { from: 1, to: seeds },
  }));
  const results = await runCampaign(jobs, { limits: { runMsMax: 60_000 }, plugIns: [], ...options });
  return combinations.map((combination, at) => findingOf(combination, results[at]));
}

export const nameOf = (combination: Combination): string => combination.map(({ name }) => name).join(", ");

const setOf = (combination: Combination): readonly string[] => [...apart, ...combination.flatMap(({ set }) => set)];

function scenarioOf(combination: Combination): Scenario {
  const options = { systems, set: setOf(combination), variant: undefined };
  const parsed = parseScenario(readFileSync(file, "utf8"), file, options);
  if (parsed.type === "refused") throw new Error(parsed.problems.map(({ what }) => what).join("; "));
  return parsed.story.base;
}

function findingOf(combination: Combination, { totals, runs }: ScenarioResult): Finding {
  const broken = judgedBy.map((id) => {
    const total = totals.properties.find((property) => property.id === id);
    const exercised = total?.runsExercised ?? 0;
    return { id, runs: total?.runsViolated ?? 0, exercised, seed: total?.first?.seed ?? null };
  });
  return { choices: combination.map(({ name }) => name), set: setOf(combination), runs: runs.length, broken };
}
