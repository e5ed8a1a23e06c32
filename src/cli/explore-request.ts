// What `faultline explore` was asked to do, checked.

import { type Bounds, boundsDefault } from "../explore/exhaustive/bounds.ts";
import type { Exploration } from "../explore/exhaustive/explore.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { shown } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import { shellWord } from "../report/shell.ts";
import { readCount } from "./arguments.ts";
import { argumentMistake } from "./exit-codes.ts";
import type { FailureFlags } from "./one-failure.ts";

/** Options as they were typed. */
export interface ExploreFlags extends Omit<FailureFlags, "seed" | "property"> {
  readonly from?: string | undefined;
  readonly crashes?: string | undefined;
  readonly crash?: readonly string[] | undefined;
  readonly duplicates?: string | undefined;
  readonly drops?: string | undefined;
  readonly timers?: readonly string[] | undefined;
  readonly draws?: string | undefined;
  readonly disks?: string | undefined;
  readonly depth?: string | undefined;
  readonly states?: string | undefined;
  readonly reduction?: boolean | undefined;
  readonly save?: string | undefined;
  readonly resume?: string | undefined;
  readonly trail?: string | undefined;
}

const statesDefault = 1_000_000;
const countMax = 20;

export function explorationOf(flags: ExploreFlags, scenario: Scenario, system: AnySystem): Exploration {
  const depthMax = flags.depth === undefined ? undefined : readCount("--depth", flags.depth, { min: 1, max: 10_000 });
  const states = { min: 1, max: 100_000_000 };
  return {
    scenario,
    system,
    from: flags.from,
    bounds: boundsOf(flags, system),
    walk: {
      depthMax,
      statesMax: flags.states === undefined ? statesDefault : readCount("--states", flags.states, states),
      // Deep first, a state met late would hide what is within the depth behind it.
      order: depthMax === undefined ? "depth" : "breadth",
      reduces: flags.reduction ?? true,
    },
  };
}

function boundsOf(flags: ExploreFlags, system: AnySystem): Bounds {
  const count = (option: string, written: string | undefined, otherwise: number): number =>
    written === undefined ? otherwise : readCount(option, written, { min: 0, max: countMax });
  const roles = system.roles.map(({ role }) => role);
  for (const role of flags.crash ?? []) if (!roles.includes(role)) throw unknownRole(`--crash ${role}`, role, roles);
  return {
    crashes: count("--crashes", flags.crashes, boundsDefault.crashes),
    crashRoles: flags.crash ?? boundsDefault.crashRoles,
    duplicates: count("--duplicates", flags.duplicates, boundsDefault.duplicates),
    drops: count("--drops", flags.drops, boundsDefault.drops),
    timers: flags.timers === undefined ? boundsDefault.timers : timersOf(flags.timers, roles),
    draws:
      flags.draws === undefined ? boundsDefault.draws : readCount("--draws", flags.draws, { min: 1, max: countMax }),
    disks: disksOf(flags.disks),
  };
}

/** "2" for every role that no other names, "player=1" for one. */
function timersOf(written: readonly string[], roles: readonly string[]): Bounds["timers"] {
  return new Map(
    written.map((entry) => {
      const [role, number] = entry.includes("=") ? entry.split("=", 2) : ["", entry];
      if (role !== "" && !roles.includes(role)) throw unknownRole(`--timers ${entry}`, role, roles);
      return [role, readCount("--timers", number, { min: 0, max: 1000 })];
    }),
  );
}

function disksOf(written: string | undefined): Bounds["disks"] {
  if (written === undefined) return boundsDefault.disks;
  if (written === "slow" || written === "instant") return written;
  throw argumentMistake(`--disks ${written}`, {
    code: "UNKNOWN_DISKS",
    what: `There are no ${shown(written)} disks.`,
    expected: "Expected slow (a sync takes its time) or instant (it is done at once).",
    fix: "leave it out, or write --disks instant.",
  });
}

const unknownRole = (argument: string, role: string, roles: readonly string[]): Error =>
  argumentMistake(argument, {
    code: "UNKNOWN_ROLE",
    what: `No node has the role ${shown(role)}.`,
    expected: `Expected one of ${roles.join(", ")}.`,
    fix: "name one of these.",
  });

/** The options that a world depends on, as they have to be typed again. */
export function typedBounds(flags: ExploreFlags): readonly string[] {
  const single = (["from", "crashes", "duplicates", "drops", "draws", "disks", "depth"] as const).flatMap((name) => {
    const written = flags[name];
    return written === undefined ? [] : [`--${name} ${shellWord(written)}`];
  });
  const several = (["crash", "timers"] as const).flatMap((name) =>
    (flags[name] ?? []).map((written) => `--${name} ${shellWord(written)}`),
  );
  return [...single, ...several, ...(flags.reduction === false ? ["--no-reduction"] : [])];
}
