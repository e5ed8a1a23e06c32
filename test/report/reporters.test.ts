// Every form of a report is what its readers expect of the format, whatever a run brings up.
import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { githubAnnotations } from "../../src/report/github.ts";
import { junitReport } from "../../src/report/junit.ts";
import { sarifLog } from "../../src/report/sarif.ts";
import type { Case, TestReport } from "../../src/report/test-report.ts";
import { isAnnotation, junitMistakes, sarifMistakes } from "./formats.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });

const result: fc.Arbitrary<Case["result"]> = fc.oneof(
  fc.constant({ type: "passed" } as const),
  fc.record({ type: fc.constant("skipped" as const), why: text }),
  fc.record({
    type: fc.constant("failed" as const),
    finding: fc.record({
      because: text,
      details: fc.array(text, { maxLength: 2 }),
      replay: fc.option(text, { nil: undefined }),
      seed: fc.option(fc.nat(), { nil: undefined }),
      signature: fc.option(text, { nil: undefined }),
    }),
  }),
);

const report: fc.Arbitrary<TestReport> = fc.record({
  meta: fc.record({
    faultline: fc.constant("0.1.0"),
    startedAt: fc.constant("2026-01-02T03:04:05.678Z"),
    tookMs: fc.nat(),
    host: text,
    node: text,
    workers: fc.nat(),
  }),
  suites: fc.array(
    fc.record({
      name: text.filter((name) => name !== ""),
      file: text.filter((file) => file !== ""),
      line: fc.integer({ min: 1 }),
      cases: fc.array(fc.record({ name: text, rule: fc.record({ id: text, claim: text, source: text }), result }), {
        maxLength: 4,
      }),
    }),
    { maxLength: 3 },
  ),
  markdown: text,
});

const found = {
  because: "two owners: a, b",
  details: ["Violated in 1 of 2 runs."],
  replay: "faultline replay e.yaml --seed 7",
};

/** Two scenarios, of which one breaks a property of the other. */
const small: TestReport = {
  meta: { faultline: "0.1.0", startedAt: "2026-01-02T03:04:05.678Z", tookMs: 1, host: "h", node: "n", workers: 0 },
  suites: ["e", "f"].map((name) => ({
    name: `echo/${name}`,
    file: `tales of/${name}#1.yaml`,
    line: 3,
    cases: [
      {
        name: "A1 one owner",
        rule: { id: "A1", claim: "one owner", source: "§1" },
        result:
          name === "e"
            ? { type: "failed", finding: { ...found, seed: 7, signature: "lost confirm" } }
            : { type: "passed" },
      },
      {
        name: "L1 it ends",
        rule: { id: "L1", claim: "it ends", source: "§2" },
        result: { type: "skipped", why: "idle" },
      },
    ],
  })),
  markdown: "",
};

describe("JUnit", () => {
  // Starting the checker takes a while each time.
  property.prop([report], { numRuns: 15 })("holds to its schema", async (any) => {
    expect(await junitMistakes(junitReport(any))).toEqual([]);
  });

  test("counts skipped cases in suites only, as Jenkins has it", async () => {
    const [, whole = ""] = /(<testsuites [^>]*>)/.exec(junitReport(small)) ?? [];
    expect(whole).toBe('<testsuites name="faultline" tests="4" failures="1" errors="0" time="0">');
    const skipping = junitReport(small).replace('errors="0" time', 'errors="0" skipped="1" time');
    expect(await junitMistakes(skipping)).toEqual([expect.stringContaining("'skipped' is not allowed")]);
  });
});

describe("SARIF", () => {
  property.prop([report])("holds to the schema of 2.1.0", (any) => {
    expect(sarifMistakes(JSON.parse(JSON.stringify(sarifLog(any))))).toEqual([]);
  });

  test("the schema refuses what is none", () => {
    expect(sarifMistakes({ ...sarifLog(small), version: "2.0.0" })).not.toEqual([]);
    expect(sarifMistakes({ ...sarifLog(small), more: 1 })).not.toEqual([]);
  });

  test("a rule for each property, a result for each failure, where its scenario is written", () => {
    expect(sarifLog(small)).toMatchObject({
      runs: [
        {
          tool: {
            driver: {
              rules: [
                { id: "A1", shortDescription: { text: "one owner" }, help: { text: "Source: §1." } },
                { id: "L1", shortDescription: { text: "it ends" } },
              ],
            },
          },
          results: [
            {
              ruleId: "A1",
              ruleIndex: 0,
              message: {
                text: expect.stringMatching(/^echo\/e: two owners[^]*\nfaultline replay e\.yaml --seed 7$/) as string,
              },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "tales%20of/e%231.yaml", uriBaseId: "%SRCROOT%" },
                    region: { startLine: 3 },
                  },
                },
              ],
              partialFingerprints: { "faultlineProperty/v1": "echo/e A1", "faultlineSignature/v1": "lost confirm" },
              properties: { seed: 7 },
            },
          ],
        },
      ],
    });
  });
});

describe("GitHub", () => {
  property.prop([report])("annotations are workflow commands, one a scenario", (any) => {
    const lines = githubAnnotations(any);
    expect(lines.filter((line) => !isAnnotation(line))).toEqual([]);
    const failing = any.suites.filter(({ cases }) => cases.some((one) => one.result.type === "failed"));
    expect(lines.length).toBe(failing.length);
  });

  test("points at the line of the scenario, and says what to type", () => {
    expect(githubAnnotations(small)).toEqual([
      "::error file=tales of/e#1.yaml,line=3,title=echo/e::A1: two owners: a, b%0AViolated in 1 of 2 runs." +
        "%0Afaultline replay e.yaml --seed 7",
    ]);
  });

  test.each(["::error file=a,b,line=1::x", "::error file=a,line=0::x", "::error file=a::x\ny", "::error file=50%::x"])(
    "the grammar refuses %j",
    (line) => expect(isAnnotation(line)).toBe(false),
  );
});
