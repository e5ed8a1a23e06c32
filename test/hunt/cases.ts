// Failures whose cause is known: the stories with a defence off, as they are, in a storm, and among idle faults.

import { nodeId } from "../../src/base/ids.ts";
import { type Failure, findingOf } from "../../src/explore/failure.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { Fault } from "../../src/world/fault.ts";
import { faultProfiles } from "../../src/world/profiles.ts";
import { storiesOf } from "../laws/stories.ts";

export interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  readonly property: string;
}

/** Stories about a violation, of these files of scenarios/mesh. */
export function casesOf(files: readonly string[]): readonly Case[] {
  return files
    .flatMap((file) => storiesOf(`mesh/${file}.yaml`))
    .filter(({ expect }) => expect.violated.length > 0)
    .map((scenario) => ({ name: scenario.name, scenario, property: scenario.expect.violated[0] ?? "" }));
}

/** The first of a few seeds under which it fails. */
export function failureOfCase({ scenario, property }: Case, seeds = 8): Failure | undefined {
  const system = systemNamed(scenario.system);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const failure = findingOf(simulate(scenario, { seed, system }), property);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

const withMore = (scenario: Scenario, more: readonly Fault[]): Scenario => ({
  ...scenario,
  world: { ...scenario.world, faults: [...scenario.world.faults, ...more] },
});

/** With three dozen kinds of random faults on top, one a second. */
export const stormy = (scenario: Scenario): Scenario =>
  withMore(scenario, faultProfiles.get("storm")?.([], scenario.world.healUs) ?? []);

/** With this many faults on top that nothing hangs on: monitors that stand still, wall clocks of players that jump. */
export const padded = (scenario: Scenario, count: number): Scenario =>
  withMore(
    scenario,
    Array.from({ length: count }, (_, index): Fault => {
      const whom = index % 2 === 0 ? "monitor-1" : "player-1";
      const target = { of: { nodes: [nodeId(whom)], roles: [] }, pick: "all" } as const;
      const action: Fault["action"] =
        index % 2 === 0
          ? { kind: "pause", target, monotonic: "runs" }
          : { kind: "clockStep", target, byUsMin: 1_000, byUsMax: 1_000 };
      return { id: `padding-${index}`, timing: { type: "scripted", atUs: index * 2_000, forUs: 1_000 }, action };
    }),
  );
