// Faults by swarm: each run has a few kinds only, each with an intensity of its own. A run with everything at once is a
// run in which nothing gets far; one with pauses and late messages alone reaches what they alone reach.

import type { NodeId } from "../base/ids.ts";
import type { FaultModel, Turnovers } from "../systems/hunting.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import type { Die } from "./die.ts";
import {
  drawAction,
  drawLasting,
  drawRandomly,
  drawScripted,
  type FaultGround,
  kindsOf,
  named,
} from "./fault-draws.ts";

const ms = 1_000;
/** How often anything strikes in a run, on average. */
const strikeEveryMs = { min: 300, max: 4_000 };
/** Of a run whose leaders are to change. */
const unrestEveryMs = { min: 1_000, max: 2_500 };
const unrestForMs = { min: 1_500, max: 4_000 };
/** Percent of runs. */
const unrestShare = 90;

type Unnamed = Omit<Fault, "id">;

export function drawSwarm(die: Die, ground: FaultGround, turnovers: Turnovers | undefined): readonly Fault[] {
  const share = die.pick([15, 25, 40, 60]);
  const passing = kindsOf(ground.model).filter((kind) => !isLasting(kind, ground.model) && die.percent(share));
  const lasting = drawLoss(die, ground, share);
  const everyUs = die.doubling(strikeEveryMs.min, strikeEveryMs.max) * ms * Math.max(1, passing.length);
  const faults = passing.flatMap((kind): readonly Unnamed[] => {
    if (die.percent(25)) return Array.from({ length: die.between(1, 4) }, () => drawScripted(die, kind, ground)).flat();
    return [drawRandomly(die, kind, everyUs, ground)];
  });
  const unrest = turnovers !== undefined && die.percent(unrestShare) ? [drawUnrest(die, turnovers, ground)] : [];
  return named([...faults, ...lasting, ...unrest]);
}

const isLasting = (kind: FaultKind, { within }: FaultModel): boolean => within.get(kind)?.isLasting === true;

/** What is taken for good, from no more than a minority of each role. */
function drawLoss(die: Die, ground: FaultGround, share: number): readonly Unnamed[] {
  const kinds = kindsOf(ground.model).filter((kind) => isLasting(kind, ground.model) && die.percent(share));
  const spent = new Map<string, readonly NodeId[]>();
  return kinds.flatMap((kind) => {
    const role = die.pick(ground.model.within.get(kind)?.roles ?? []);
    const nodes = ground.nodes.get(role) ?? [];
    const before = spent.get(role) ?? [];
    if (before.length >= Math.floor((nodes.length - 1) / 2)) return [];
    const node = die.pick(nodes.filter((name) => !before.includes(name)));
    spent.set(role, [...before, node]);
    return drawLasting(die, kind, node, ground);
  });
}

const unrestKinds = ["crash", "restart", "pause", "stop", "isolate"] as const;

/** Whoever may be in charge fails again and again, for longer than others wait. */
export function drawUnrest(die: Die, { roles }: Turnovers, ground: FaultGround): Unnamed {
  const kind = die.pick(unrestKinds.filter((name) => ground.model.within.has(name === "isolate" ? "partition" : name)));
  const target = { of: { nodes: [], roles: [die.pick(roles)] }, pick: "any" } as const;
  const forUsMax = kind === "restart" ? 0 : die.doubling(unrestForMs.min, unrestForMs.max) * ms;
  const timing = {
    type: "random",
    everyUs: die.doubling(unrestEveryMs.min, unrestEveryMs.max) * ms,
    forUsMin: Math.floor(forUsMax / 2),
    forUsMax,
    fromUs: 0,
    untilUs: ground.healUs,
  } as const;
  if (kind !== "isolate") return { timing, action: drawAction(kind, die, target, ground) };
  return {
    timing,
    action: { kind: "partition", shape: { type: "isolate", target }, flapCutUs: 0, flapOpenUs: 0 },
  };
}
