// What can be taken out of a scenario, shelf by shelf. Every part has a name, and a shelf says what is left with some.

import { equalPlain } from "../../base/plain-data.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { AnySystem } from "../../systems/system.ts";
import type { Fault } from "../../world/fault.ts";
import { withoutNode } from "./nodes.ts";
import { documentOf, readDocument, resettable, withReset } from "./settings.ts";

export interface Shelf {
  /** Plural, such as "faults". */
  readonly name: string;
  /** The names of its parts, each once. */
  readonly parts: readonly string[];
  /** The scenario with these parts only; undefined: there can be no such scenario. */
  readonly keeping: (kept: ReadonlySet<string>) => Scenario | undefined;
}

/** Every shelf of a scenario that has something on it. */
export function shelvesOf(scenario: Scenario, system: AnySystem): readonly Shelf[] {
  return [
    faults(scenario),
    decisions(scenario),
    ...overrides(scenario),
    values("settings", scenario, system),
    values("workload", scenario, system),
    nodes(scenario, system),
    ...messageTypes(scenario),
  ].filter(({ parts }) => parts.length > 0);
}

export const faults = (scenario: Scenario): Shelf => ({
  name: "faults",
  parts: scenario.world.faults.map(({ id }) => id),
  keeping: (kept) => withFaults(scenario, (fault) => (kept.has(fault.id) ? fault : undefined)),
});

/** By kind: all faults of one stay or go. */
export function faultKinds(scenario: Scenario): Shelf {
  return {
    name: "fault kinds",
    parts: [...new Set(scenario.world.faults.map(({ action }) => action.kind))],
    keeping: (kept) => withFaults(scenario, (fault) => (kept.has(fault.action.kind) ? fault : undefined)),
  };
}

/** By stream: all outcomes of one stay or go. */
export function streams(scenario: Scenario): Shelf {
  const forced = scenario.decisions ?? [];
  return {
    name: "streams",
    parts: forced.map(({ stream }) => stream),
    keeping: (kept) => ({ ...scenario, decisions: forced.filter(({ stream }) => kept.has(stream)) }),
  };
}

export function decisions(scenario: Scenario): Shelf {
  const forced = scenario.decisions ?? [];
  return {
    name: "decisions",
    parts: forced.flatMap(({ stream, values: outcomes }) =>
      outcomes.flatMap((value, ordinal) => (value === null ? [] : [`${ordinal} ${stream}`])),
    ),
    keeping: (kept) => {
      const left = forced
        .map(({ stream, values: outcomes }) => ({
          stream,
          values: outcomes.map((value, ordinal) => (kept.has(`${ordinal} ${stream}`) ? value : null)),
        }))
        .filter(({ values: outcomes }) => outcomes.some((value) => value !== null));
      return { ...scenario, decisions: left };
    },
  };
}

/** What differs for some links or nodes. */
function overrides(scenario: Scenario): readonly Shelf[] {
  const shelf = (name: "links" | "clocks" | "disks" | "processes"): Shelf => {
    const entries: readonly unknown[] = scenario.world[name];
    return {
      name,
      parts: entries.map((_, index) => String(index)),
      keeping: (kept) => {
        const left = entries.filter((_, index) => kept.has(String(index)));
        return { ...scenario, world: { ...scenario.world, [name]: left } };
      },
    };
  };
  return [shelf("links"), shelf("clocks"), shelf("disks"), shelf("processes")];
}

/** What is not as it is when nobody says: each value goes back to that. */
function values(part: "settings" | "workload", scenario: Scenario, system: AnySystem): Shelf {
  const preset = documentOf(system[part], undefined);
  const written = documentOf(system[part], scenario[part]);
  const paths = preset === undefined || written === undefined ? [] : resettable(written, preset);
  return {
    name: part,
    parts: paths.map(({ name }) => name),
    keeping: (kept) => {
      // Later entries of a list first, so that the places of the others stay.
      const gone = paths.filter(({ name }) => !kept.has(name)).toReversed();
      const document = gone.reduce<unknown>((soFar, { path }) => withReset(soFar, preset, path), written);
      const read = readDocument(system[part], document);
      return read === undefined || equalPlain(read.value, scenario[part])
        ? undefined
        : { ...scenario, [part]: read.value };
    },
  };
}

const nodes = (scenario: Scenario, system: AnySystem): Shelf => {
  // The last of a role first: the streams of a node are named by its place in its role.
  const names = [...scenario.nodes.values()].flatMap((ofRole) => ofRole.toReversed());
  return {
    name: "nodes",
    parts: names,
    keeping: (kept) => {
      const gone = names.filter((name) => !kept.has(name));
      const left = gone.reduce<Scenario>((soFar, name) => withoutNode(soFar, name), scenario);
      const fits = system.roles.every(({ role, countMin, countIsOdd = false }) => {
        const count = left.nodes.get(role)?.length ?? 0;
        return count >= countMin && (!countIsOdd || count % 2 === 1);
      });
      return fits ? left : undefined;
    },
  };
};

/** Of faults that strike several types of messages, each type. */
function messageTypes(scenario: Scenario): readonly Shelf[] {
  return scenario.world.faults.flatMap(({ id, action }) => {
    if (!("messages" in action) || action.messages.types.length < 2) return [];
    const { types } = action.messages;
    const keeping = (kept: ReadonlySet<string>): Scenario | undefined => {
      const left = types.filter((type) => kept.has(type));
      // None would mean all of them.
      if (left.length === 0) return undefined;
      return withFaults(scenario, (fault) =>
        fault.id === id ? { ...fault, action: { ...action, messages: { ...action.messages, types: left } } } : fault,
      );
    };
    return [{ name: `messages of ${id}`, parts: types, keeping }];
  });
}

function withFaults(scenario: Scenario, change: (fault: Fault) => Fault | undefined): Scenario {
  const left = scenario.world.faults.flatMap((fault) => change(fault) ?? []);
  return { ...scenario, world: { ...scenario.world, faults: left } };
}
