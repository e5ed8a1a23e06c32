// Every system, by name. A new system is one folder and one line here.

import { assert } from "../base/assert.ts";
import { mesh } from "./mesh/mesh.ts";
import { raft } from "./raft/raft.ts";
import type { AnySystem } from "./system.ts";

// Each system parses its settings and workload by its own schemas, and judges only facts of its own machines: what it
// is handed is what it asked for, though the types no longer say so.
const systems: ReadonlyMap<string, AnySystem> = new Map(
  [mesh as unknown as AnySystem, raft as unknown as AnySystem].map((system) => [system.name, system]),
);

/** The system of that name; whether there is one is for `systemNames` to say first. */
export function systemNamed(name: string): AnySystem {
  const system = systems.get(name);
  assert(system !== undefined, "a system that was asked for is registered");
  return system;
}

/** Names of all systems, in order of registration. */
export const systemNames: readonly string[] = [...systems.keys()];
