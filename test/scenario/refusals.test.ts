// Every mistake a reader can make in a file: where it is said to be, and under which code. Each says what was expected
// and how to mend it.
import { describe, expect, test } from "vitest";

import { parseScenario } from "../../src/scenario/parse.ts";
import { printPlace, printProblems, type Problem } from "../../src/scenario/problem.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { byName as systems } from "./echo-system.ts";

function problemsOf(text: string, set: readonly string[] = [], variant?: string): readonly Problem[] {
  const result = parseScenario(text, "s.yaml", { systems, set, variant });
  return result.type === "refused" ? result.problems : [];
}

const said = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ place, code }) => `${printPlace(place).replace("s.yaml:", "")} ${code}`);

const head = "title: t\nwhy: w\nsystem: echo\nuntil: 10s\n";
const fault = (entry: string): string => `${head}faults:\n  - ${entry}\n`;

/** Text of the file, and all that is said about it as line:column and code. */
const table: Readonly<Record<string, readonly (readonly [text: string, ...said: readonly string[]])[]>> = {
  "not a story": [
    ["", "s.yaml EMPTY_FILE"],
    ["# only a comment\n", "s.yaml EMPTY_FILE"],
    ["~", "s.yaml EMPTY_FILE"],
    ["- a\n", "1:1 WRONG_TYPE"],
    ["just text", "1:1 WRONG_TYPE"],
    ["a: 1\n---\nb: 2\n", "2:1 SEVERAL_DOCUMENTS"],
    ["a: b: c", "1:4 NOT_YAML"],
    ["\ta: 1", "1:1 NOT_YAML"],
    ["a: [1, 2", "1:9 NOT_YAML"],
    ["a: 'open", "1:9 NOT_YAML"],
  ],
  "made to harm": [
    [`a: ${"[".repeat(100_000)}`, "1:36 TOO_DEEP"],
    ["- ".repeat(100_000), "1:66 TOO_DEEP"],
    ["? ".repeat(100_000), "1:66 TOO_DEEP"],
    ["a: &a [*a]\n", "1:7 TOO_DEEP"],
    ["a: &a\n  b: *a\n", "2:3 TOO_DEEP"],
    [
      `z: &z [0,0,0,0,0,0,0,0,0,0]\n${"abcdef"
        .split("")
        .map(
          (key, index, all) =>
            `${key}: &${key} [${Array(10)
              .fill(`*${all[index - 1] ?? "z"}`)
              .join()}]`,
        )
        .join("\n")}`,
      "1:16 TOO_MANY_VALUES",
    ],
    ["__proto__: { polluted: 1 }\n", "1:1 FORBIDDEN_KEY"],
    ["settings:\n  constructor: 1\n", "2:3 FORBIDDEN_KEY"],
    ['"prototype": 1\n', "1:1 FORBIDDEN_KEY"],
    ["a: !!js/function 'x'\n", "1:18 TAG_NOT_ALLOWED"],
    ["a: !thing x\n", "1:11 TAG_NOT_ALLOWED"],
    ["a: !!binary aGk=\n", "1:13 TAG_NOT_ALLOWED"],
    ["a: *nobody\n", "1:4 UNKNOWN_ANCHOR"],
    ["? [1, 2]\n: 3\n", "1:3 NOT_YAML"],
  ],
  keys: [
    ["title: a\ntitle: b\n", "2:1 DUPLICATE_KEY"],
    [`${head}sytem: echo\n`, "5:1 UNKNOWN_KEY"],
    ["title: t\nwhy: w\nsystem: echo\n", "1:1 MISSING_KEY"],
    ["title: t\nwhy: w\nuntil: 10s\n", "1:1 MISSING_KEY"],
    [`${head}settings:\n`, "5:10 WRONG_TYPE"],
    [`${head}settings: { retry: { aftr: 1s } }\n`, "5:22 UNKNOWN_KEY"],
    [`${head}world: { limits: { event: 5 } }\n`, "5:20 UNKNOWN_KEY"],
  ],
  versions: [
    ["faultline: 2\nanything: goes\n", "1:12 NEWER_FORMAT"],
    ["faultline: 0\n", "1:12 WRONG_VALUE"],
    ["faultline: one\n", "1:12 WRONG_VALUE"],
  ],
  "types and ranges": [
    [`${head}seed: 08\n`, "5:7 NOT_EXACT"],
    [`${head}seed: 1e400\n`, "5:7 NOT_EXACT"],
    [`${head}seed: 9007199254740992\n`, "5:7 NOT_EXACT"],
    [`${head}seed: .inf\n`, "5:7 NOT_EXACT"],
    [`${head}seed: 1.5\n`, "5:7 WRONG_TYPE"],
    [`${head}seed: -1\n`, "5:7 OUT_OF_RANGE"],
    [`${head}seed: "7"\n`, "5:7 WRONG_TYPE"],
    ["title: 3\nwhy: ''\nsystem: echo\nuntil: 10s\n", "1:8 WRONG_TYPE", "2:6 OUT_OF_RANGE"],
    ["title: t\nwhy: w\nsystem: echo\nuntil: 30\n", "4:8 WRONG_TYPE"],
    ["title: t\nwhy: w\nsystem: echo\nuntil: -30s\n", "4:8 WRONG_VALUE"],
    ["title: t\nwhy: w\nsystem: echo\nuntil: 0s\n", "4:8 WRONG_VALUE"],
    ["title: t\nwhy: w\nsystem: echo\nuntil: 999999h\n", "4:8 WRONG_VALUE"],
    ["title: t\nwhy: w\nsystem: ecko\nuntil: 30s\n", "3:9 UNKNOWN_SYSTEM"],
    [`${head}heal: 20s\n`, "5:7 HEAL_AFTER_END"],
    [`${head}world: { link: { loss: 1.5 } }\n`, "5:24 WRONG_VALUE"],
    [`${head}world: { link: { loss: 101% } }\n`, "5:24 WRONG_VALUE"],
    [`${head}world: { link: { loss: 3 in 2 } }\n`, "5:24 WRONG_VALUE"],
    [`${head}world: { link: wifi }\n`, "5:16 WRONG_VALUE"],
    [`${head}world: { link: { latency: 5 } }\n`, "5:27 WRONG_VALUE"],
    [`${head}world: { link: { latency: { normall: { mean: 5ms } } } }\n`, "5:29 UNKNOWN_KEY"],
    [`${head}world: { link: { latency: { normal: { mean: 5 } } } }\n`, "5:37 MISSING_KEY", "5:45 WRONG_TYPE"],
    [`${head}world: { link: { latency: { table: [2ms, 1ms] } } }\n`, "5:36 WRONG_VALUE"],
    [`${head}world: { clocks: [{ node: server-1, driftPpm: 200000 }] }\n`, "5:47 OUT_OF_RANGE"],
    [
      `${head}settings: { retry: { attemptsMax: 99 }, defence: { onceOnly: "no" } }\n`,
      "5:35 OUT_OF_RANGE",
      "5:62 WRONG_TYPE",
    ],
    [`${head}workload: { motion: { type: run } }\n`, "5:29 WRONG_VALUE"],
  ],
  nodes: [
    [`${head}world: { nodes: { servers: 0 } }\n`, "5:28 OUT_OF_RANGE"],
    [`${head}world: { nodes: { servers: 10 } }\n`, "5:28 OUT_OF_RANGE"],
    [`${head}world: { nodes: { clints: 3 } }\n`, "5:19 UNKNOWN_KEY"],
    [`${head}world: { nodes: { servers: [a, a] } }\n`, "5:17 NAME_TAKEN"],
    [`${head}world: { nodes: { servers: [all] } }\n`, "5:17 NAME_TAKEN"],
    [`${head}world: { nodes: { servers: [client] } }\n`, "5:17 NAME_TAKEN"],
    [`${head}world: { nodes: { servers: [world] } }\n`, "5:17 NAME_TAKEN"],
    [`${head}world: { nodes: { servers: ["a b"] } }\n`, "5:29 WRONG_VALUE"],
  ],
  faults: [
    [`${head}faults: drop\n`, "5:9 WRONG_TYPE"],
    [fault("nonsense"), "6:5 UNKNOWN_FAULT"],
    [fault("{ at: 2s }"), "6:5 UNKNOWN_FAULT"],
    [fault("{ at: 2s, dorp: { message: echo } }"), "6:15 UNKNOWN_FAULT"],
    [fault("{ at: 2s, crash: { node: all }, drop: {} }"), "6:15 TWO_FAULTS_IN_ONE"],
    [fault("{ drop: {} }"), "6:5 FAULT_TIMING"],
    [fault("{ at: -2s, drop: {} }"), "6:11 WRONG_VALUE"],
    [fault("{ at: 20s, drop: {} }"), "6:11 FAULT_AFTER_END"],
    [fault("{ at: 9500ms, drop: {} }"), "6:11 FAULT_AFTER_END"],
    [fault("{ at: 2s, for: 1s, restart: { node: any server } }"), "6:20 FAULT_TIMING"],
    [fault("{ at: 2s, for: 1s..2s, crash: { node: any server } }"), "6:20 FAULT_TIMING"],
    [fault("{ at: 2s, for: forever, crash: { node: any server } }"), "6:20 WRONG_VALUE"],
    [fault("{ at: 2s, for: 0s, pause: { node: any server } }"), "6:20 FAULT_TIMING"],
    [fault("{ every: 2s, for: 0s..0s, pause: { node: any server } }"), "6:23 FAULT_TIMING"],
    [fault("{ at: 2s, from: 1s, crash: { node: any server } }"), "6:21 FAULT_TIMING"],
    [fault("{ every: 2s, at: 1s, crash: { node: all } }"), "6:14 FAULT_TIMING"],
    [fault("{ every: 2s, until: 20s, crash: { node: all } }"), "6:25 FAULT_TIMING"],
    [fault("{ every: 2s, from: 9s, crash: { node: all } }"), "6:24 FAULT_AFTER_END"],
    [fault("{ every: 2s, for: until heal, crash: { node: all } }"), "6:23 FAULT_TIMING"],
    [fault("{ at: 2s, drop: { message: ecko } }"), "6:32 UNKNOWN_MESSAGE"],
    [fault("{ at: 2s, drop: { message: [echo, ecko] } }"), "6:39 UNKNOWN_MESSAGE"],
    [fault("{ at: 2s, drop: { from: server-3 } }"), "6:29 UNKNOWN_NODE"],
    [fault("{ at: 2s, drop: { from: [] } }"), "6:29 OUT_OF_RANGE"],
    [fault("{ at: 2s, drop: { count: 0 } }"), "6:30 OUT_OF_RANGE"],
    [fault("{ at: 2s, drop: { rate: 0.5 } }"), "6:29 WRONG_TYPE"],
    [fault("{ at: 2s, crash: { node: any srver } }"), "6:30 UNKNOWN_NODE"],
    [fault("{ at: 2s, crash: {} }"), "6:22 MISSING_KEY"],
    [fault("{ at: 2s, delay: { by: 3s..1s } }"), "6:28 WRONG_VALUE"],
    [fault("{ at: 2s, corrupt: { message: echo, value: 3 } }"), "6:48 WRONG_VALUE"],
    [fault("{ at: 2s, partition: { betwen: [[server-1], [server-2]] } }"), "6:28 UNKNOWN_KEY"],
    [fault("{ at: 2s, partition: { between: [[server-1]] } }"), "6:37 OUT_OF_RANGE"],
    [fault("{ at: 2s, suppressTimers: { node: all, timers: [nxt] } }"), "6:53 UNKNOWN_TIMER"],
    [fault("{ at: 2s, clockStep: { node: all, by: 5 } }"), "6:43 WRONG_TYPE"],
    [fault("{ profile: roug }"), "6:16 WRONG_VALUE"],
    [fault("{ profile: rough, on: srvers }"), "6:27 UNKNOWN_ROLE"],
    [fault("{ profile: rough, at: 2s }"), "6:23 UNKNOWN_KEY"],
    [`${fault("{ at: 2s, drop: {} }")}  - { at: 2s, drop: { count: 1 } }\n`, "7:5 FAULT_NAME_TAKEN"],
    [fault("{ id: 'a b', at: 2s, drop: {} }"), "6:11 WRONG_VALUE"],
    ["title: t\nwhy: w\nsystem: echo\nuntil: 1s\nfaults: [{ at: 500ms, drop: {} }]\n", "4:8 NO_TIME_TO_SETTLE"],
  ],
  expectations: [
    [`${head}expect: { exercised: [ONSE] }\n`, "5:23 UNKNOWN_PROPERTY"],
    [`${head}expect: { helos: "> 3" }\n`, "5:11 UNKNOWN_KEY"],
    [`${head}expect: { hellos: 3 }\n`, "5:19 WRONG_VALUE"],
    [`${head}expect: { echo.round: { p98: "< 1s" } }\n`, "5:25 UNKNOWN_KEY"],
    [`${head}expect: { echo.round: { p99: "fast" } }\n`, "5:23 WRONG_VALUE"],
    [`${head}expect: { alerts: { Nois: never } }\n`, "5:21 UNKNOWN_KEY"],
    [`${head}expect: { alerts: { Noise: soon } }\n`, "5:28 WRONG_VALUE"],
    [`${head}expect: { alerts: { Noise: within a while } }\n`, "5:28 WRONG_VALUE"],
    [`${head}expect: { alerts: { others: within 3s } }\n`, "5:29 WRONG_VALUE"],
    [`${head}expect: { alert.Noise.fired: "= 0" }\n`, "5:11 UNKNOWN_KEY"],
  ],
  variants: [
    [`${head}variants: [a]\n`, "5:11 WRONG_TYPE"],
    [`${head}variants: { "X y": {} }\n`, "5:13 WRONG_VARIANT"],
    [`${head}variants: { base: {} }\n`, "5:13 WRONG_VARIANT"],
    [`${head}variants: { a: { sets: {} } }\n`, "5:18 UNKNOWN_KEY"],
    [`${head}variants: { a: { set: { settings.retry.aftr: 1s } } }\n`, "5:25 UNKNOWN_PATH"],
    [`${head}variants: { a: { set: { settings.retry.after: 1 } } }\n`, "5:47 WRONG_TYPE"],
    [`${head}variants: { a: { addFaults: [{ at: 2s, dorp: {} }] } }\n`, "5:40 UNKNOWN_FAULT"],
  ],
  decisions: [
    [`${head}decisions: { network a: "0*99999999" }\n`, "5:12 WRONG_VALUE"],
    [`${head}decisions: { network a: "1, 2" }\n`, "5:12 WRONG_VALUE"],
    [`${head}decisions: { network a: 1 }\n`, "5:25 WRONG_TYPE"],
  ],
};

describe.each(Object.entries(table))("%s", (_name, rows) => {
  test.each(rows)("%j", (text, ...expected) => {
    const problems = problemsOf(text);
    expect(said(problems)).toEqual(expected);
    for (const problem of problems) {
      expect(problem.expected).toMatch(/^Expected .*\.$/);
      expect(problem.what).toMatch(/\.$/);
      expect(problem.fix).toMatch(/[.]$/);
    }
  });
});

describe("--set and --variant", () => {
  test.each([
    ["x", "--set x BAD_OVERRIDE"],
    ["=3", "--set =3 BAD_OVERRIDE"],
    ["settings.retry.aftr=3s", "--set settings.retry.aftr=3s UNKNOWN_PATH"],
    ["settings.retry.after.deeper=3s", "--set settings.retry.after.deeper=3s UNKNOWN_PATH"],
    ["settings.retry.after=fast", "--set settings.retry.after=fast WRONG_VALUE"],
    ["faults[0].at=3s", "--set faults[0].at=3s UNKNOWN_PATH"],
    ["__proto__.polluted=1", "--set __proto__.polluted=1 UNKNOWN_PATH"],
    ["seed=[1", "--set seed=[1 NOT_YAML"],
    ["title=", "--set title= OUT_OF_RANGE"],
  ])("%s", (set, expected) => expect(said(problemsOf(head, [set]))).toEqual([expected]));

  test("a variant that is not there is missed", () => {
    const [problem] = problemsOf(`${head}variants: { twice: {} }\n`, [], "twcie");
    expect(problem).toMatchObject({ code: "UNKNOWN_VARIANT", expected: "Expected one of base, twice." });
    expect(problem?.fix).toContain('did you mean "twice"?');
  });
});

test("a mistake reads as the style guide has it", () => {
  const text = fault("{ at: 2s, partition: { between: [[server-1], [server-4]] } }");
  expect(printProblems(problemsOf(text))).toBe(
    [
      "s.yaml:6:50  UNKNOWN_NODE",
      '  faults[0].partition.between[1] names "server-4", which is neither a node nor a role.',
      "  Expected one of server-1, server-2, client-1, client-2, client-3, servers, clients, all.",
      '  Fix: did you mean "server-1"? Otherwise declare it under world.nodes, or name an existing node.',
    ].join("\n"),
  );
});

test("many mistakes are listed up to a bound, and counted beyond it", () => {
  const many = `${head}${Array.from({ length: 30 }, (_, index) => `key${index}: 1\n`).join("")}`;
  const text = printProblems(problemsOf(many));
  expect(text.match(/UNKNOWN_KEY/g)).toHaveLength(20);
  expect(text).toMatch(/and 10 more\.$/);
});

test("nothing from a file reaches a terminal as it is", () => {
  const text = printProblems(problemsOf(`${head}"\\e[2J\\u202e": 1\ntitle: 1\n`));
  // oxlint-disable-next-line eslint/no-control-regex -- control characters are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test("what does not fit a default is told with the default", () => {
  const story = "title: t\nwhy: w\nsystem: mesh\nuntil: 10s\nworld: { nodes: { servers: 2, players: 1 } }\n";
  const refused = parseScenario(story, "s.yaml", {
    systems: new Map([["mesh", systemNamed("mesh")]]),
    set: ["settings.health.timeout=10ms"],
  });
  expect(refused.type === "refused" ? refused.problems : []).toMatchObject([
    {
      what: 'settings.health.heartbeat is "1s" by default.',
      expected: "Expected at most half of the timeout, or one lost heartbeat is a failure.",
      fix: "set it as well, or change the other.",
    },
  ]);
});

test.each([
  ["raft", "settings.heartbeat=100ms", "settings.heartbeat"],
  ["raft", "settings.batchDelay=30ms", "settings.batchDelay"],
  ["mesh", "settings.coordinator.heartbeat=200ms", "settings.coordinator.heartbeat"],
  ["mesh", "settings.coordinator.batchDelay=50ms", "settings.coordinator.batchDelay"],
])("timing that contradicts itself is refused: %s, %s", (system, set, place) => {
  const nodes = { raft: "nodes: 3, clients: 1", mesh: "servers: 2, players: 1" }[system];
  const story = `title: t\nwhy: w\nsystem: ${system}\nuntil: 10s\nworld: { nodes: { ${nodes} } }\n`;
  const known = new Map([[system, systemNamed(system)]]);
  expect(parseScenario(story, "s.yaml", { systems: known, set: [] }).type).toBe("parsed");
  const refused = parseScenario(story, "s.yaml", { systems: known, set: [set] });
  expect(refused.type === "refused" ? refused.problems : []).toMatchObject([
    { what: expect.stringContaining(place) as string, expected: expect.stringMatching(/heartbeat/) as string },
  ]);
});
