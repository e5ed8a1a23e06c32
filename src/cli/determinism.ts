// `faultline run --check-determinism`: each run twice, event by event.

import { checkDeterminism, type Determinism } from "../campaign/determinism.ts";
import type { Job } from "../campaign/plan.ts";
import type { ReportMeta } from "../report/campaign-report.ts";
import { markdown } from "../report/markdown.ts";
import type { Case, Finding, Rule, Suite } from "../report/test-report.ts";
import { shown } from "../scenario/problem.ts";
import { printMoment } from "../report/words.ts";
import { shellWord } from "../report/shell.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Answer, Output } from "./output.ts";
import type { LoadedStory } from "./stories.ts";
import { lineOfStory } from "./story-line.ts";

interface Check {
  readonly scenario: string;
  readonly seed: number;
  readonly found: Determinism;
}

const rule: Rule = {
  id: "DETERMINISM",
  claim: "a run is the same when it is run again",
  source: "--check-determinism",
};

/** @param metaNow what the report says about when and where, once all is done. */
export function determinismAnswer(
  stories: readonly LoadedStory[],
  jobs: readonly Job[],
  metaNow: () => ReportMeta,
  { paint }: Output,
): Answer {
  const checks: Check[] = [];
  const suites: Suite[] = [];
  for (const [index, story] of stories.entries()) {
    const { scenario, system } = story;
    const before = checks.length;
    const seeds = jobs[index]?.seeds ?? { from: scenario.seed, to: scenario.seed };
    for (let seed = seeds.from; seed <= seeds.to; seed += 1) {
      checks.push({ scenario: scenario.name, seed, found: checkDeterminism(scenario, { seed, system }) });
    }
    suites.push(suiteOf(story, checks.slice(before)));
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
  return {
    exitCode: isSame ? exitCodes.held : exitCodes.failed,
    lines,
    document: { determinism: checks },
    report: { meta: metaNow(), suites, markdown: markdownOf(checks) },
  };
}

function suiteOf(story: LoadedStory, checks: readonly Check[]): Suite {
  const different = checks.find(({ found }) => found.type === "different");
  const result: Case["result"] =
    different === undefined ? { type: "passed" } : { type: "failed", finding: findingOf(story, different) };
  const line = different === undefined ? 1 : lineOfStory(story);
  return { name: story.scenario.name, file: story.file, line, cases: [{ name: rule.claim, rule, result }] };
}

const findingOf = ({ reference }: LoadedStory, { seed, found }: Check): Finding => ({
  because:
    found.type === "same"
      ? ""
      : `the second run goes another way at event ${found.event}, on ${found.node}, in ${found.path}`,
  details: [],
  replay: `faultline run ${shellWord(reference)} --seed ${seed} --check-determinism`,
  seed,
  signature: undefined,
});

const markdownOf = (checks: readonly Check[]): string =>
  [
    "# Faultline: twice the same?",
    "",
    ...checks.map(({ scenario, seed, found }) => `- ${markdown(scenario)} seed ${seed}: ${found.type}`),
    "",
  ].join("\n");
