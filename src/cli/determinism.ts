// `faultline run --check-determinism`: each run twice, event by event.

import { checkDeterminism, type Determinism } from "../campaign/determinism.ts";
import type { Job } from "../campaign/plan.ts";
import { shown } from "../scenario/problem.ts";
import { printMoment } from "../report/words.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Answer, Output } from "./output.ts";
import type { LoadedStory } from "./stories.ts";

export function determinismAnswer(stories: readonly LoadedStory[], jobs: readonly Job[], { paint }: Output): Answer {
  const checks: { readonly scenario: string; readonly seed: number; readonly found: Determinism }[] = [];
  for (const [index, { scenario, system }] of stories.entries()) {
    const seeds = jobs[index]?.seeds ?? { from: scenario.seed, to: scenario.seed };
    for (let seed = seeds.from; seed <= seeds.to; seed += 1) {
      checks.push({ scenario: scenario.name, seed, found: checkDeterminism(scenario, { seed, system }) });
    }
  }
  const lines = checks.flatMap(({ scenario, seed, found }) => {
    if (found.type === "same") return [`${paint.good("✔")} ${scenario} seed ${seed}: twice the digest ${found.digest}`];
    return [
      `${paint.bad("✘")} ${scenario} seed ${seed}: the second run is another one`,
      `  It differs first at event ${found.event}, at ${printMoment(found.atUs, 6)} on ${found.node}, in ${found.path}:`,
      `  ${shown(found.left)} the first time, ${shown(found.right)} the second.`,
      "  Fix: let the machine take time, chance and state only from its events and its own state.",
    ];
  });
  const isSame = checks.every(({ found }) => found.type === "same");
  return { exitCode: isSame ? exitCodes.held : exitCodes.failed, lines, document: { determinism: checks } };
}
