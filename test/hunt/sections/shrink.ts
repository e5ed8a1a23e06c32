// How small failures become, how long it takes, and whether what is left of them fails alike.

import { countDecisions } from "../../../src/explore/concretise.ts";
import { shrink, type Shrunk } from "../../../src/explore/shrink/shrink.ts";
import { findingOf } from "../../../src/explore/failure.ts";
import { parseScenario } from "../../../src/scenario/parse.ts";
import { printScenario } from "../../../src/scenario/print.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import { simulate } from "../../../src/simulate.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { edited } from "../../laws/edited-system.ts";
import { type Case, casesOf, failureOfCase, padded, stormy } from "../cases.ts";
import type { MeasuredFigure, MeasuredSection } from "../report.ts";

const secondsMax = 60;
const paddingFaults = 200;

interface Measured {
  readonly name: string;
  readonly property: string;
  readonly shrunk: Shrunk;
  /** Decisions of the run as it was found, to its end rather than to the violation. */
  readonly inWholeRun: number;
  readonly cpuSeconds: number;
  /** Read back from its file, it breaks the same property with the same digest. */
  readonly replays: boolean;
  /** It does so in a system with edits beside it, too. */
  readonly outlivesEdits: boolean;
  /** What is left of it with and without faults that nothing hangs on; undefined: it was not asked. */
  readonly sameCore: boolean | undefined;
}

export function shrinkSection(tell: (line: string) => void): MeasuredSection {
  const measured = casesOf(["defences", "fm-001-network-timeout", "fm-005-split-brain"]).flatMap(
    (plain): readonly Measured[] => {
      const one = measure({ ...plain, scenario: stormy(plain.scenario) }, plain);
      tell(one === undefined ? `${plain.name} does not fail` : rowOf(one).join("  "));
      return one === undefined ? [] : [one];
    },
  );
  return {
    title: "Shrink",
    about: [
      "Every story whose violation is its point, in a storm: three dozen kinds of random faults on top, one each second.",
      `Those with defences off are shrunk with ${paddingFaults} faults that nothing hangs on as well, and without any.`,
      "A decision is a strike of a fault, a message that one struck, or one lost on its link.",
    ].join(" "),
    command: "npm run hunt -- shrink",
    figures: figuresOf(measured),
    columns: [
      "story",
      "property",
      "decisions",
      "to violation",
      "left",
      "faults",
      "nodes",
      "CPU s",
      "runs",
      "minimal",
      "other seeds",
    ],
    rows: measured.map((one) => rowOf(one)),
  };
}

function measure({ name, scenario, property }: Case, plain: Case): Measured | undefined {
  const failure = failureOfCase({ name, scenario, property });
  if (failure === undefined) return undefined;
  const system = systemNamed(scenario.system);
  const begunAt = cpuSeconds();
  const shrunk = shrink(failure, { system, poll: () => cpuSeconds() - begunAt > secondsMax });
  const took = cpuSeconds() - begunAt;
  if (shrunk === undefined) return undefined;
  const { scenario: small, violation } = shrunk.failure;
  const again = simulate(throughItsFile(small), { system });
  return {
    name,
    property,
    shrunk,
    // A property that no story here breaks lets the run go on to its end.
    inWholeRun: countDecisions(failure.scenario, { system, property: "NO-PANIC" }),
    cpuSeconds: took,
    replays:
      again.digest === shrunk.failure.digest && findingOf(again, property)?.violation.because === violation.because,
    outlivesEdits: findingOf(simulate(small, { system: edited }), property) !== undefined,
    sameCore: name.startsWith("mesh/defences#") ? hasSameCore(plain) : undefined,
  };
}

/** Whether 200 faults beside make any difference to what is left. */
function hasSameCore(plain: Case): boolean {
  const cores = [plain.scenario, padded(plain.scenario, paddingFaults)].map((scenario) => {
    const failure = failureOfCase({ ...plain, scenario });
    const left = failure === undefined ? undefined : shrink(failure, { system: systemNamed(scenario.system) });
    const faults = left?.failure.scenario.world.faults.map(({ action }) => action.kind) ?? ["none"];
    return faults.toSorted((a, b) => (a < b ? -1 : 1)).join(" ");
  });
  return cores[0] === cores[1];
}

function throughItsFile(scenario: Scenario): Scenario {
  const system = systemNamed(scenario.system);
  const systems = new Map([[system.name, system]]);
  const parsed = parseScenario(printScenario(scenario, system), "kept.failure.yaml", { systems });
  if (parsed.type === "refused") throw new Error(`a shrunk failure is refused: ${JSON.stringify(parsed.problems[0])}`);
  return parsed.story.base;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Of failures with ten decisions or more: where there was little to take away, a share says nothing. */
function medianRemoved(all: readonly Measured[], of: string, before: (one: Measured) => number): MeasuredFigure {
  const removed = all
    .filter((one) => before(one) >= 10)
    .map((one) => 1 - one.shrunk.after.decisions / before(one))
    .toSorted((a, b) => a - b);
  const median = removed[Math.floor(removed.length / 2)] ?? 0;
  return {
    what: `decisions removed, of those ${of}: median over ${removed.length} failures of ten or more`,
    bar: ">= 95 %",
    measured: `${(median * 100).toFixed(1)} %`,
    met: median >= 0.95,
  };
}

function figuresOf(all: readonly Measured[]): readonly MeasuredFigure[] {
  const slowest = Math.max(0, ...all.map(({ cpuSeconds: seconds }) => seconds));
  const share = (of: readonly Measured[], holds: (one: Measured) => boolean): number =>
    of.filter((one) => holds(one)).length / Math.max(1, of.length);
  const shareFigure = (
    what: string,
    of: readonly Measured[],
    min: number,
    holds: (one: Measured) => boolean,
  ): MeasuredFigure => ({
    what,
    bar: min === 1 ? "all" : `>= ${min * 100} %`,
    measured: `${of.filter((one) => holds(one)).length} of ${of.length}`,
    met: share(of, holds) >= min,
  });
  return [
    medianRemoved(all, "of the run as it was found", ({ inWholeRun }) => inWholeRun),
    medianRemoved(all, "up to the violation", ({ shrunk }) => shrunk.before.decisions),
    {
      what: "CPU time of the slowest",
      bar: `<= ${secondsMax} s`,
      measured: `${slowest.toFixed(1)} s`,
      met: slowest <= secondsMax,
    },
    shareFigure("certified 1-minimal", all, 1, ({ shrunk }) => shrunk.isMinimal),
    shareFigure("read back from their files, the same violation and digest", all, 1, ({ replays }) => replays),
    shareFigure(
      `the same core with ${paddingFaults} faults beside`,
      all.filter(({ sameCore }) => sameCore !== undefined),
      1,
      ({ sameCore }) => sameCore === true,
    ),
    shareFigure(
      "fail alike with a node type, a fact and streams more",
      all,
      0.95,
      ({ outlivesEdits }) => outlivesEdits,
    ),
  ];
}

const rowOf = ({ name, property, shrunk, inWholeRun, cpuSeconds: seconds }: Measured): readonly string[] => [
  name,
  property,
  String(inWholeRun),
  String(shrunk.before.decisions),
  String(shrunk.after.decisions),
  String(shrunk.after.faults),
  String(shrunk.after.nodes),
  seconds.toFixed(1),
  String(shrunk.tries),
  shrunk.isMinimal ? "yes" : "no",
  `${shrunk.seeds.failing} of ${shrunk.seeds.tried}`,
];
