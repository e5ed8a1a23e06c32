// What a hunt knows of a system that says nothing about itself: worlds of its default size, under the faults that every
// process has to survive.

import { printDuration } from "../base/units.ts";
import { presetsOf } from "../scenario/story-schema.ts";
import { storyOf } from "../scenario/vary.ts";
import type { Problem } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import { type Base, baseOf } from "./candidate.ts";

/** What is due when the system has settled is due before the run ends. */
const settledUs = 1_000_000;
/** Time for faults, before the system has as long as it says it needs to settle. */
const faultsUs = 20_000_000;

const lasting = "nobody has said that the system does without a node, or without what it wrote";

const survivable = [
  "drop",
  "delay",
  "duplicate",
  "corrupt",
  "reorder",
  "hold",
  "partition",
  "lossy",
  "latency",
  "bandwidth",
  "refuse",
  "crash",
  "restart",
  "pause",
  "slow",
  "stop",
  "clockStep",
  "clockDrift",
  "clockSlew",
  "clockFreeze",
  "diskError",
  "diskFull",
  "diskSlow",
  "suppressTimers",
];

export function huntSpecOf(system: AnySystem): HuntSpec {
  if (system.hunt !== undefined) return system.hunt;
  const settleUs = system.settleUs(presetsOf(system).settings);
  const roles = system.roles.map(({ role }) => role);
  return {
    world: {
      title: system.title,
      why: "What is promised holds under every fault that a process survives.",
      system: system.name,
      until: printDuration(faultsUs + settleUs + settledUs),
      heal: printDuration(faultsUs),
    },
    otherWorlds: [],
    variables: [],
    model: {
      within: new Map(survivable.map((kind) => [kind, { roles }])),
      outside: new Map(["wipe", "lose", "lostSync", "bitRot", "misdirectedWrite"].map((kind) => [kind, lasting])),
      fields: [],
      driftPpmMax: 100,
      isAssumed: true,
    },
    moments: [],
    turnovers: undefined,
    subjects: [],
    unreachable: new Map(),
  };
}

/**
 * The worlds that a system's own hunts take place in, the usual one first, with `set` as on a command line. The problems
 * are those of the usual one; another that cannot be set so is left out.
 */
export function worldsOf(
  { world, otherWorlds }: HuntSpec,
  system: AnySystem,
  set: readonly string[] = [],
): { readonly stories: readonly Scenario[]; readonly problems: readonly Problem[] } {
  const options = { set, schemas: new Map() };
  const usual = storyOf(world, [], system, options);
  if (usual.type === "refused") return { stories: [], problems: usual.problems };
  const others = otherWorlds.map((changes) => storyOf(world, changes, system, options));
  const stories = [usual, ...others].flatMap((read) => (read.type === "parsed" ? [read.story.base] : []));
  return { stories, problems: [] };
}

const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`);

/** What is set is no longer the hunt's to vary, nor is what it is part of, or what is part of it. */
export function withoutVarying(spec: HuntSpec, set: readonly string[]): HuntSpec {
  const paths = set.map((argument) => argument.split("=", 1)[0] ?? "");
  const variables = spec.variables.filter(
    (variable) => !paths.some((path) => isWithin(variable.path, path) || isWithin(path, variable.path)),
  );
  return { ...spec, variables };
}

/** What the hunt of stories is drawn from. They end late enough for the system to settle, and expect nothing of figures. */
export const basesOf = (
  stories: readonly Scenario[],
  { variables }: HuntSpec,
  system: AnySystem,
  eventsMax: number,
): readonly Base[] =>
  stories.map((story) => {
    const { world, expect, settings } = story;
    const untilUs = Math.max(world.untilUs, world.healUs + system.settleUs(settings) + settledUs);
    const limits = { ...world.limits, eventsMax: Math.min(world.limits.eventsMax, eventsMax) };
    const hunted: Scenario = {
      ...story,
      world: { ...world, untilUs, limits },
      expect: { exercised: [], violated: expect.violated, figures: [], alerts: [] },
    };
    return baseOf(hunted, variables, system);
  });
