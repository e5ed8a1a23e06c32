// Whether anything is found where nothing is planted: each such finding is a bug of the mesh or an alarm that is false.

import { saidBy } from "../command.ts";
import type { MeasuredSection } from "../report.ts";

interface Said {
  readonly findings: readonly unknown[];
  readonly ledger: {
    readonly runs: number;
    readonly inconclusive: number;
    readonly runsPerSecond: number;
    readonly simulatedSecondsPerSecond: number;
    readonly turnovers: { readonly enough: number; readonly runsWithEnough: number };
    readonly kinds: Readonly<
      Record<string, { readonly runs: number; readonly injected: number; readonly changed: number }>
    >;
    readonly inert: { readonly kinds: readonly string[]; readonly properties: readonly string[] };
  };
}

const runs = 20_000;
const seed = 2026;
const typed = `fuzz --runs ${runs} --seed ${seed} --workers 2`;

export function alarmsSection(): MeasuredSection {
  const { findings, ledger } = saidBy(typed.split(" ")) as Said;
  const { turnovers, inert } = ledger;
  const share = turnovers.runsWithEnough / Math.max(1, ledger.runs);
  return {
    title: "Nothing planted",
    about: [
      `faultline ${typed}: worlds, settings and faults of every kind drawn anew, every defence on.`,
      `${Math.round(ledger.runsPerSecond)} runs and ${Math.round(ledger.simulatedSecondsPerSecond)} simulated seconds a second.`,
    ].join(" "),
    command: "npm run hunt -- alarms",
    figures: [
      {
        what: "findings",
        bar: `0 of ${runs}`,
        measured: `${findings.length} of ${ledger.runs}`,
        met: findings.length === 0 && ledger.runs >= runs,
      },
      { what: "inconclusive", bar: "0", measured: String(ledger.inconclusive), met: ledger.inconclusive === 0 },
      {
        what: `runs with ${turnovers.enough} promotions or changes of the leader, or more`,
        bar: ">= 50 %",
        measured: `${(share * 100).toFixed(1)} %`,
        met: share >= 0.5,
      },
      {
        what: "kinds of fault, and properties, that stayed inert",
        bar: "none",
        measured: [...inert.kinds, ...inert.properties].join(", ") || "none",
        met: inert.kinds.length === 0 && inert.properties.length === 0,
      },
    ],
    columns: ["fault", "runs with it", "struck", "changed something"],
    rows: Object.entries(ledger.kinds)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, tally]) => [kind, String(tally.runs), String(tally.injected), String(tally.changed)]),
  };
}
