// What clients saw of hunted runs, put to the checker of linearizability: it knows nothing of the mesh but DESIGN §7, and
// nothing of what the judge thinks.

import { canonicalJson } from "../../../src/base/canonical-json.ts";
import { checkHistory } from "../../../src/check/linearizability/linearizability.ts";
import { models } from "../../../src/check/linearizability/models.ts";
import { configurationsMaxDefault } from "../../../src/check/linearizability/search.ts";
import { Corpus } from "../../../src/explore/corpus.ts";
import { Die } from "../../../src/explore/die.ts";
import { basesOf, huntSpecOf, worldsOf } from "../../../src/explore/hunt-spec.ts";
import { swarm } from "../../../src/explore/strategies/swarm.ts";
import { mutantNamed } from "../../../src/mutants/plant.ts";
import { type HostedSystem, simulate } from "../../../src/simulate.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import type { MeasuredSection } from "../report.ts";

/** Runs without a planted bug, and with each. */
const runs = 1_000;
const runsPlanted = 100;
const eventsMax = 1_000_000;
const tellEvery = 100;

/** Bugs that clients can see by themselves: somebody acts who may not, something is twice, or gone. */
const planted = [
  "mesh/no-fencing",
  "mesh/no-idempotency",
  "mesh/no-item-ledger",
  "mesh/no-trade-whole",
  "mesh/no-ack-after-store",
  "mesh/fence-forgotten-at-restart",
  "mesh/outcomes-forgotten-at-restart",
  "mesh/source-takes-back",
];

interface Told {
  readonly runs: number;
  readonly operations: number;
  /** Runs with an object of which there is no order. */
  readonly impossible: number;
  /** Runs with an object of which the search did not end. */
  readonly open: number;
  /** Runs in which the judge found a property broken. */
  readonly violated: number;
}

export function historiesSection(tell: (line: string) => void): MeasuredSection {
  const sound = historiesOf(systemNamed("mesh"), runs, tell);
  const rows = planted.map((id) => {
    const mutant = mutantNamed(id);
    if (mutant === undefined) throw new Error(`${id} is no planted bug`);
    const told = historiesOf(mutant.plant(systemNamed("mesh")), runsPlanted, () => {});
    tell(`${id}: ${told.impossible} of ${told.runs}`);
    return { id, told };
  });
  const broken = rows.filter(({ told }) => told.violated > 0);
  const seen = broken.filter(({ told }) => told.impossible > 0).length;
  return {
    title: "Histories",
    about: [
      `${runs} runs of worlds, settings and faults drawn by swarm, every defence on, and ${runsPlanted} with each of some planted bugs:`,
      "what clients saw is read as registers, locks and items, and an order is looked for in which each answer is right.",
      `${sound.operations} operations without a planted bug.`,
    ].join(" "),
    command: "npm run hunt -- histories",
    figures: [
      {
        what: "histories that are not linearizable, nothing planted",
        bar: `0 of ${runs}`,
        measured: `${sound.impossible} of ${sound.runs}`,
        met: sound.impossible === 0,
      },
      { what: "of which nobody can say", bar: "0", measured: String(sound.open), met: sound.open === 0 },
      {
        what: "planted bugs that the judge found in these runs, and histories show by themselves",
        bar: "all",
        measured: `${seen} of ${broken.length}`,
        met: seen > 0 && seen === broken.length,
      },
    ],
    columns: ["planted", "runs", "not linearizable", "broken in the eyes of the judge"],
    rows: [{ id: "nothing", told: sound }, ...rows].map(({ id, told }) => [
      id,
      String(told.runs),
      String(told.impossible),
      String(told.violated),
    ]),
  };
}

function historiesOf(system: HostedSystem, count: number, tell: (line: string) => void): Told {
  const spec = huntSpecOf(system);
  const bases = basesOf(worldsOf(spec, system).stories, spec, system, eventsMax);
  const hunting = { system, spec, bases, corpus: new Corpus() };
  let [operations, impossible, open, violated] = [0, 0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const { scenario } = swarm.propose(new Die("histories", index), hunting);
    const lines: string[] = [];
    const run = simulate(scenario, { system, digest: false, history: (entry) => lines.push(canonicalJson(entry)) });
    const judged = checkHistory(lines.join("\n"), { models, configurationsMax: configurationsMaxDefault });
    if (judged.type === "malformed") throw new Error(canonicalJson(judged.mistakes[0]));
    const verdicts = new Set(judged.objects.map(({ verdict }) => verdict.type));
    operations += judged.objects.reduce((sum, { history }) => sum + history.operations.length, 0);
    if (verdicts.has("impossible")) impossible += 1;
    else if (verdicts.has("inconclusive")) open += 1;
    if (run.outcome === "violated") violated += 1;
    if ((index + 1) % tellEvery === 0) tell(`${index + 1} of ${count} histories`);
  }
  return { runs: count, operations, impossible, open, violated };
}
