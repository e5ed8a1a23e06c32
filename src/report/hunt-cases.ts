// A hunt as cases: one for each property of the system, one more for each further way to break it, and one for what every
// hunt has to do.

import type { HuntFinding, HuntResult } from "../campaign/join-hunts.ts";
import type { Inert } from "../explore/inert.ts";
import { markdown } from "./markdown.ts";
import type { Case, Finding, Rule, Suite } from "./test-report.ts";
import { plural, printCount } from "./words.ts";

/** What is found besides broken properties, by kind. */
const otherRules: ReadonlyMap<string, Rule> = new Map(
  [
    { id: "limit", claim: "every run comes to its end" },
    { id: "broke", claim: "no run breaks the simulator" },
    { id: "lost", claim: "no run takes its thread along" },
  ].map((rule) => [rule.id, { ...rule, source: "faultline fuzz" }]),
);

const inertRule: Rule = {
  id: "INERT",
  claim: "every kind of fault bites, and every property is put to the test",
  source: "faultline fuzz",
};

/** @param inert nothing when it is not for this report to judge. */
export function huntSuite(result: HuntResult, inert: Inert): Suite {
  const { system, findings, promised } = result;
  const known = promised.map(({ id }) => id);
  const rules = [...promised, ...[...otherRules.values()].filter(({ id }) => findings.some(({ kind }) => kind === id))];
  // A property that the list of promises lacks is still a finding.
  const unknown = findings.filter(({ kind, property }) => kind === "violation" && !known.includes(property));
  const more = [...new Set(unknown.map(({ property }) => property))].map((id) => ({ id, claim: id, source: system }));
  return {
    name: `${system} hunted`,
    file: findings.find(({ file }) => file !== undefined)?.file ?? system,
    line: 1,
    cases: [...[...rules, ...more].flatMap((rule) => casesOf(rule, result)), inertCase(inert, result)],
  };
}

function casesOf(rule: Rule, result: HuntResult): readonly Case[] {
  const { findings, effects } = result;
  const name = `${rule.id} ${rule.claim}`;
  const found = findings.filter(({ kind, property }) => (kind === "violation" ? property : kind) === rule.id);
  if (found.length === 0) {
    const isIdle = !otherRules.has(rule.id) && (effects.properties.get(rule.id)?.runsExercised ?? 0) === 0;
    return [{ name, rule, result: isIdle ? { type: "skipped", why: "not exercised" } : { type: "passed" } }];
  }
  return found.map((finding, index) => ({
    name: index === 0 ? name : `${name}: ${finding.signature}`,
    rule,
    result: { type: "failed", finding: findingOf(finding, result) },
  }));
}

const findingOf = (
  { because, count, seed, signature, strategies, file, replay, notes }: HuntFinding,
  hunt: HuntResult,
): Finding => ({
  because,
  details: [
    `Found ${plural(count, "time")} in ${plural(hunt.effects.runs, "run")} (${byStrategy(strategies)}).`,
    ...notes,
  ],
  replay,
  seed,
  signature,
  ...(file === undefined ? {} : { file }),
});

const byStrategy = (strategies: ReadonlyMap<string, number>): string =>
  [...strategies].map(([name, times]) => `${name} ${printCount(times)}`).join(", ");

function inertCase(inert: Inert, { allowsInert }: HuntResult): Case {
  const because = inertText(inert);
  const isFine = because === "" || allowsInert;
  const finding = { because, details: [], replay: undefined, seed: undefined, signature: undefined };
  return { name: inertRule.claim, rule: inertRule, result: isFine ? { type: "passed" } : { type: "failed", finding } };
}

/** "" when there is nothing of the sort. */
export const inertText = ({ kinds, properties }: Inert): string =>
  [
    ...(kinds.length === 0 ? [] : [`Faults that never changed anything: ${kinds.join(", ")}.`]),
    ...(properties.length === 0 ? [] : [`Properties that nothing could have broken: ${properties.join(", ")}.`]),
  ].join(" ");

export function huntMarkdown(result: HuntResult, inert: Inert): string {
  const { system, seed, findings, effects } = result;
  const { runs, violated, inconclusive } = effects;
  const found = findings.flatMap(({ property, because, count, replay }) => [
    `- **${markdown(property)}** ${markdown(because)} (${plural(count, "time")})`,
    ...(replay === undefined ? [] : ["", "  ```sh", `  ${replay}`, "  ```", ""]),
  ]);
  const idle = inertText(inert);
  return [
    `# Hunt of ${markdown(system)}`,
    "",
    `Seed ${seed}: ${plural(runs, "run")}, ${printCount(violated)} violated, ${printCount(inconclusive)} inconclusive; ` +
      `${plural(findings.length, "finding")}.`,
    "",
    ...found,
    ...(idle === "" ? [] : ["", markdown(idle)]),
    "",
  ].join("\n");
}
