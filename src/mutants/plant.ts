// Finds a bug of the catalogue by its name, and plants it.

import type { HostedSystem } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { catalogue } from "./catalogue.ts";
import type { Mutant } from "./mutant.ts";

export const mutantNamed = (id: string): Mutant | undefined => catalogue.find((mutant) => mutant.id === id);

/** The system with the bug of this name; as it is, when the bug is one of another system. Undefined: there is none. */
export function plantedSystem(system: AnySystem, id: string): HostedSystem | undefined {
  const mutant = mutantNamed(id);
  if (mutant === undefined) return undefined;
  return mutant.system === system.name ? mutant.plant(system) : system;
}
