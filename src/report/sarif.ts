// SARIF 2.1.0, as code scanning takes it: a rule for each property that was judged, a result for each failure, at the
// place where its scenario is written. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

import { failuresOf, type Finding, findingLines, type Rule, type Suite, type TestReport } from "./test-report.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/** Where relative paths begin, by the name that GitHub has for it. */
const root = "%SRCROOT%";

/** The log as plain data; what differs between two reports on the same runs is in `invocations`. */
export function sarifLog({ meta, suites }: TestReport): object {
  const rules = rulesOf(suites);
  const indices = new Map(rules.map((rule, index) => [keyOf(rule), index]));
  const { faultline, startedAt, ...rest } = meta;
  return {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Faultline",
            version: faultline,
            semanticVersion: faultline,
            rules: rules.map((rule) => descriptorOf(rule)),
          },
        },
        columnKind: "unicodeCodePoints",
        invocations: [{ executionSuccessful: true, startTimeUtc: startedAt, properties: rest }],
        results: suites.flatMap((suite) =>
          failuresOf(suite).map(({ rule, finding }) => resultOf(suite, rule, finding, indices.get(keyOf(rule)) ?? -1)),
        ),
      },
    ],
  };
}

/** Two systems may call different promises by one id: rules are told apart by all that they say. */
const keyOf = ({ id, claim, source }: Rule): string => [id, claim, source].join("\u0000");

function rulesOf(suites: readonly Suite[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  for (const { rule } of suites.flatMap(({ cases }) => cases)) rules.set(keyOf(rule), rule);
  return [...rules.values()];
}

const descriptorOf = ({ id, claim, source }: Rule): object => ({
  id,
  shortDescription: { text: claim },
  fullDescription: { text: `${claim} (${source})` },
  help: { text: `Source: ${source}.` },
  defaultConfiguration: { level: "error" },
  properties: { source, tags: ["distributed-systems", "simulation"] },
});

function resultOf(suite: Suite, rule: Rule, finding: Finding, ruleIndex: number): object {
  const { seed, replay, signature, file } = finding;
  return {
    ruleId: rule.id,
    ruleIndex,
    level: "error",
    message: { text: [`${suite.name}: ${finding.because}`, ...findingLines(finding).slice(1)].join("\n") },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locationOf(file ?? suite.file),
          region: { startLine: file === undefined ? suite.line : 1 },
        },
        logicalLocations: [{ fullyQualifiedName: suite.name, kind: "resource" }],
      },
    ],
    partialFingerprints: {
      "faultlineProperty/v1": `${suite.name} ${rule.id}`,
      ...(signature === undefined ? {} : { "faultlineSignature/v1": signature }),
    },
    properties: { ...(seed === undefined ? {} : { seed }), ...(replay === undefined ? {} : { replay }) },
  };
}

/** Paths as URIs: those within the repository relative to its root. */
function locationOf(file: string): object {
  const path = file.replaceAll("\\", "/");
  const escaped = path
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
  if (path.startsWith("/")) return { uri: `file://${escaped}` };
  return /^[A-Za-z]:\//.test(path) ? { uri: `file:///${escaped}` } : { uri: escaped, uriBaseId: root };
}
