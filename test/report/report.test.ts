// Reports hold whatever a run brings up, and nothing in it can act on whoever reads them.
import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { briefOf, combinedDigest, totalsOf } from "../../src/campaign/brief.ts";
import { judge } from "../../src/campaign/judgement.ts";
import { summarise } from "../../src/check/figures.ts";
import { testReportOf } from "../../src/report/campaign-cases.ts";
import { campaignPage } from "../../src/report/campaign-page.ts";
import type { CampaignReport } from "../../src/report/campaign-report.ts";
import { failureBound } from "../../src/report/campaign-summary.ts";
import { junitReport, xml } from "../../src/report/junit.ts";
import { markdown, markdownReport } from "../../src/report/markdown.ts";
import { summariseRun } from "../../src/report/run-summary.ts";
import { StoryListener } from "../../src/report/story.ts";
import { clip, noPaint, printCount, printShare, printTime, widthOf, wrap } from "../../src/report/words.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { simulate } from "../../src/simulate.ts";
import { byName, echo } from "../scenario/echo-system.ts";

const system = byName.get(echo.name)!;

function reportOn(title: string, startedAt = "now"): CampaignReport {
  const text =
    "title: t\nwhy: w\nsystem: echo\nuntil: 6s\nsettings: { defence: { onceOnly: false } }\n" +
    "faults: [{ at: 0s, duplicate: { message: echo, copies: 2, count: 1 } }]\nexpect: { hellos: '>= 1000' }\n";
  const parsed = parseScenario(text, "e.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const scenario = { ...parsed.story.base, title, why: title };
  const run = simulate(scenario, { system });
  const runs = [briefOf(run)];
  const seeds = { from: run.seed, to: run.seed };
  const result = { scenario, seeds, runs, totals: totalsOf(run), digest: combinedDigest(runs), missingFrom: undefined };
  return {
    meta: { faultline: "0", startedAt, tookMs: 1, host: "h", node: "n", workers: 0 },
    scenarios: [
      {
        file: "e.yaml",
        result,
        line: 3,
        judgement: judge(result, system.measures.figures),
        specs: echo.measures.figures,
        replay: "faultline replay e.yaml",
        signatures: new Map([["ONCE", "once-by-duplicate"]]),
      },
    ],
  };
}

test("a page of runs that were interrupted says so first, and of each story that was", () => {
  const [{ result, judgement, ...more }] = reportOn("t").scenarios as [CampaignReport["scenarios"][number]];
  const held = { ...judgement, outcome: "held", violated: 0, held: 1 } as const;
  const seeds = { from: 1, to: 4_000 };
  const partial = { ...more, judgement: held, result: { ...result, seeds, missingFrom: 2 } };
  const { verdict, parts } = campaignPage({ ...reportOn("t"), scenarios: [partial, partial] }, new Map());
  expect(verdict.tone).toBe("unsure");
  expect(verdict.words).toMatch(/^Partial, 2 of 8 000 runs of 2 stories: all came out as they should\./);
  const said = parts.flatMap((part) => (part.type === "words" ? part.paragraphs : []));
  expect(said.filter((words) => words.startsWith("Partial: seed 2 was not run"))).toHaveLength(2);
});

describe("JUnit", () => {
  const text = junitReport(testReportOf(reportOn("t")));

  test("has a suite for the scenario and a case for each property and expectation, without a seed in a name", () => {
    const names = [...text.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)].map(
      ([, suite, name]) => `${suite}: ${name}`,
    );
    expect(names).toEqual([
      "echo/e: ONCE a client hears no more echoes than it said hellos",
      "echo/e: SPOKEN somebody says something",
      "echo/e: NO-PANIC no machine throws or breaks an assertion of its own",
      "echo/e: expected: hellos count &gt;= 1000",
      "echo/e: every run reaches its end",
    ]);
    expect(text).toContain('tests="5" failures="2"');
    expect(text).toContain("faultline replay e.yaml --seed 1</failure>");
  });

  test("differs from a report on the same runs in its meta block only", () => {
    const other = junitReport(testReportOf(reportOn("t", "later")));
    const changed = other.split("\n").filter((line, index) => line !== text.split("\n")[index]);
    expect(changed).toEqual(['      <property name="startedAt" value="later"/>']);
  });

  property.prop([fc.string({ unit: "binary" })])("escapes any text", (raw) => {
    expect(xml(raw)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|apos;)/);
    // oxlint-disable-next-line eslint/no-control-regex -- control characters are what must not be there
    expect(xml(raw)).not.toMatch(/[\u0000-\u001f\ufffe\uffff]/);
    expect(xml(raw).isWellFormed()).toBe(true);
  });
});

describe("Markdown", () => {
  test("keeps hostile text in its cell, and on its line", () => {
    const evil = "a | b\n# c <script>alert(1)</script> [x](javascript:1) `y` *z*";
    const text = markdownReport(reportOn(evil));
    expect(text).not.toContain("<script>");
    expect(text).toContain(String.raw`a \| b \# c \<script\>alert(1)\</script\> \[x\](javascript:1) \`y\` \*z\*`);
    for (const line of text.split("\n").filter((one) => one.startsWith("| "))) {
      expect(line.replaceAll(String.raw`\|`, "").match(/\|/g)?.length).toBeGreaterThanOrEqual(3);
    }
  });

  property.prop([fc.string({ unit: "binary" })])("escapes any text", (raw) => {
    expect(markdown(raw)).not.toMatch(/(?<!\\)(\\\\)*[|<`[\]#]/);
    expect(markdown(raw)).not.toContain("\n");
  });
});

describe("a summary for a terminal", () => {
  const parsed = parseScenario(
    "title: t\nwhy: w\nsystem: echo\nuntil: 6s\nfaults: [{ at: 1s, for: 1s, crash: { node: any server } }]\n",
    "e.yaml",
    { systems: byName },
  );
  const scenario = parsed.type === "parsed" ? parsed.story.base : undefined;

  test("fits the width, tells the faults, and says what was not exercised", () => {
    const listener = new StoryListener(system);
    const run = simulate(scenario!, { system, tracer: listener });
    const story = listener.story(run.verdict, 20);
    const lines = summariseRun({ run, story, figures: [], next: [] }, noPaint, 80);
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    const text = lines.join("\n");
    expect(text).toMatch(/1\.000 s {2}world\s+fault begins: crash/);
    expect(text).toMatch(/server-\d\s+crashes/);
    expect(text).toContain("crash-any-server-at-1s");
    expect(text).toMatch(/✔ ONCE .* \d+×/);
  });

  test("tells the alerts that fired, by name, and no figures of theirs", () => {
    const run = simulate(scenario!, { system });
    const figures = summarise(system.measures.figures, run.figures);
    const lines = summariseRun({ run, story: [], figures, next: [] }, noPaint, 80);
    const text = lines.join("\n");
    expect(text).toMatch(/alert +fired +first after +at the latest +longest\n +Noise +\d +[\d.]+ /);
    expect(text).not.toContain("Silence");
    expect(text).not.toContain("alert.");
  });

  test.each([0, 1, 5, 50])("leaves out all but about %i lines, and counts them", (linesMax) => {
    const listener = new StoryListener(system);
    const run = simulate(scenario!, { system, tracer: listener });
    const all = listener.story(run.verdict, Infinity).length;
    const parts = listener.story(run.verdict, linesMax);
    const shown = parts.filter(({ type }) => type === "line").length;
    const left = parts.reduce((sum, part) => sum + (part.type === "gap" ? part.lines : 0), 0);
    expect(shown + left).toBeGreaterThanOrEqual(all);
    expect(shown).toBeLessThanOrEqual(2 * linesMax + 1);
  });
});

describe("words", () => {
  test.each([
    [0, "0 us"],
    [250, "250 us"],
    [1_500, "1.50 ms"],
    [93_200, "93.2 ms"],
    [1_200_000, "1.20 s"],
    [150_000_000, "2.50 min"],
    [NaN, "-"],
  ])("%d us is %s", (us, text) => expect(printTime(us)).toBe(text));

  test.each([
    [1284, "1 284"],
    [999, "999"],
    [1_000_000, "1 000 000"],
  ])("%i is %s", (count, text) => expect(printCount(count)).toBe(text));

  test.each([
    [0.018, "1.8 %"],
    [0.00012, "0.012 %"],
    [1, "100 %"],
    [0, "0 %"],
  ])("%d is %s", (share, text) => expect(printShare(share)).toBe(text));

  test("no failure in so many runs is a bound, not a zero", () => {
    expect(failureBound(0, 200)).toBe("0 of 200 failed: at most 1.5 % do (95 % confidence).");
    expect(failureBound(0, 0)).toBe("No run was judged.");
  });

  property.prop([fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 40 })])(
    "are clipped and wrapped to a width",
    (text, width) => {
      expect(widthOf(clip(text, width))).toBeLessThanOrEqual(Math.max(1, width));
      for (const line of wrap(text, width)) expect(widthOf(line) <= width || !line.includes(" ")).toBe(true);
    },
  );
});
