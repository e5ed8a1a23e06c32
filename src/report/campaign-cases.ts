// A campaign as cases: one for each property, for each expectation, and for whether every run reached its end.

import type { PropertyTotal } from "../campaign/brief.ts";
import { isExcused } from "../scenario/expectations.ts";
import type { Expectations } from "../scenario/scenario.ts";
import { type CampaignReport, type ReportedScenario, replayOf, replayOfSeed } from "./campaign-report.ts";
import { markdownReport } from "./markdown.ts";
import type { Case, Finding, Rule, Suite, TestReport } from "./test-report.ts";
import { printCount } from "./words.ts";

const expectationRule: Rule = {
  id: "EXPECTATION",
  claim: "what the scenario expects comes true",
  source: "the scenario's expect",
};

const endRule: Rule = {
  id: "INCONCLUSIVE",
  claim: "every run reaches its end",
  source: "the scenario's limits, --limit-events, --limit-time",
};

export const testReportOf = (report: CampaignReport): TestReport => ({
  meta: report.meta,
  suites: report.scenarios.map((scenario) => suiteOf(scenario)),
  markdown: markdownReport(report),
});

function suiteOf(reported: ReportedScenario): Suite {
  const { file, line, result, judgement } = reported;
  const { scenario, totals } = result;
  const expectations = judgement.expectations.map(({ text, met, found }): Case => {
    const replay = replayOf(reported);
    const finding: Finding = { ...unseen, because: `${text}: ${found}`, replay };
    return { name: `expected: ${text}`, rule: expectationRule, result: met ? passed : failed(finding) };
  });
  return {
    name: scenario.name,
    file,
    line,
    cases: [
      ...totals.properties.map((property) => propertyCase(property, reported, scenario.expect)),
      ...expectations,
      endCase(reported),
    ],
  };
}

const passed = { type: "passed" } as const;
const failed = (finding: Finding) => ({ type: "failed", finding }) as const;
const unseen = { details: [], replay: undefined, seed: undefined, signature: undefined };

function propertyCase(property: PropertyTotal, reported: ReportedScenario, expect: Expectations): Case {
  const { id, claim, source, advisory, runsExercised, runsViolated } = property;
  const name = `${id} ${claim}`;
  const rule = { id, claim, source };
  if (runsViolated > 0 && !isExcused(expect, { id, advisory })) {
    return { name, rule, result: failed(violationOf(property, reported)) };
  }
  const isIdle = runsExercised === 0 && runsViolated === 0;
  return { name, rule, result: isIdle ? { type: "skipped", why: "not exercised" } : passed };
}

function violationOf({ id, first, runsViolated }: PropertyTotal, reported: ReportedScenario): Finding {
  const { totals } = reported.result;
  const often = `Violated in ${printCount(runsViolated)} of ${printCount(totals.runs)} runs.`;
  if (first === undefined) return { ...unseen, because: "violated", details: [often] };
  return {
    because: first.because,
    details: [often, `First in seed ${first.seed} at ${first.atUs} us on ${first.node}.`],
    replay: replayOfSeed(reported, first.seed),
    seed: first.seed,
    signature: reported.signatures.get(id),
  };
}

function endCase(reported: ReportedScenario): Case {
  const { judgement, result } = reported;
  if (judgement.outcome === "notRun")
    return { name: endRule.claim, rule: endRule, result: { type: "skipped", why: "not run" } };
  if (judgement.inconclusive === 0) return { name: endRule.claim, rule: endRule, result: passed };
  const because = `${printCount(judgement.inconclusive)} of ${printCount(result.totals.runs)} runs were cut short by a limit`;
  const seed = result.runs.find(({ outcome }) => outcome === "inconclusive")?.seed;
  const replay = seed === undefined ? undefined : replayOfSeed(reported, seed);
  return { name: endRule.claim, rule: endRule, result: failed({ ...unseen, because, seed, replay }) };
}
