// Bugs are planted from outside: a machine whose steps are meddled with, settings that the judge does not know of.

import type { Effect } from "../machine/effect.ts";
import type { MachineEvent } from "../machine/event.ts";
import type { Machine, NodeSpec } from "../machine/machine.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Plant } from "./mutant.ts";

/** One step of a machine that is meddled with. */
export interface Meddled {
  readonly node: NodeSpec;
  readonly event: MachineEvent;
  /** What the machine remembers, without what is wrapped around it. It may be changed. */
  readonly state: object;
  /** What the bug remembers: plain data, gone with the incarnation. */
  readonly memory: Map<string, unknown>;
  /** The step as it should be, after this event or another one; may be taken several times, or never. */
  go(event?: MachineEvent): readonly Effect[];
}

export type Meddler = (step: Meddled) => readonly Effect[];

interface MeddledState {
  readonly process: object;
  readonly memory: Map<string, unknown>;
}

class MeddledMachine implements Machine {
  readonly #inner: Machine;
  readonly #node: NodeSpec;
  readonly #meddler: Meddler;
  #memory = new Map<string, unknown>();

  constructor(inner: Machine, node: NodeSpec, meddler: Meddler) {
    this.#inner = inner;
    this.#node = node;
    this.#meddler = meddler;
  }

  get state(): MeddledState {
    return { process: this.#inner.state, memory: this.#memory };
  }

  set state({ process, memory }: MeddledState) {
    this.#inner.state = process;
    this.#memory = memory;
  }

  step(event: MachineEvent): readonly Effect[] {
    const inner = this.#inner;
    return this.#meddler({
      node: this.#node,
      event,
      state: innermost(inner.state),
      memory: this.#memory,
      go: (changed = event) => inner.step(changed),
    });
  }
}

/** Meters and other bugs are wrapped around what they watch, and keep it as their `process`. */
function innermost(state: object): object {
  let found = state;
  while ("process" in found && typeof found.process === "object" && found.process !== null) found = found.process;
  return found;
}

/** Meddles with every step of the nodes of these roles. */
export const meddling =
  (roles: readonly string[], meddler: Meddler): Plant =>
  (system) => ({
    ...system,
    nodes: (input) =>
      system.nodes(input).map((node) => {
        if (!roles.includes(node.role)) return node;
        return { ...node, start: () => new MeddledMachine(node.start(), node, meddler) };
      }),
  });

/** What nodes of these roles do is something else: none, one or several effects in place of each. */
export const doing = (
  roles: readonly string[],
  change: (effect: Effect, step: Meddled) => Effect | readonly Effect[],
): Plant => meddling(roles, (step) => step.go().flatMap((effect) => change(effect, step)));

/** What nodes of these roles hear is something else; undefined: they do not hear of it. */
export const hearing = (
  roles: readonly string[],
  change: (event: MachineEvent, step: Meddled) => MachineEvent | undefined,
): Plant =>
  meddling(roles, (step) => {
    const heard = change(step.event, step);
    return heard === undefined ? [] : step.go(heard);
  });

/** The machines have other settings than the judge, and everybody else, believes. `path` is as in "defence.fencing". */
export const setting =
  (path: string, value: unknown): Plant =>
  (system) => ({
    ...system,
    nodes: (input) => system.nodes({ ...input, settings: changedAt(input.settings, path.split("."), value) }),
  });

function changedAt(from: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const before: Readonly<Record<string, unknown>> = typeof from === "object" && from !== null ? { ...from } : {};
  return { ...before, [key]: changedAt(before[key], rest, value) };
}

/** Several at once. */
export const together =
  (...plants: readonly Plant[]): Plant =>
  (system: AnySystem) =>
    plants.reduce<AnySystem>((planted, plant) => plant(planted), system);
