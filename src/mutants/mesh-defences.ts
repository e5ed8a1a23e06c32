// The mesh with one of its defences off, while everybody believes it on: the bugs that each of them is there for.

import { mesh } from "../systems/mesh/mesh.ts";
import { setting } from "./meddling.ts";
import type { Mutant } from "./mutant.ts";
import { kebab } from "./words.ts";

const declared: readonly Mutant[] = mesh.defences.map(({ setting: path, about }) => ({
  id: `mesh/no-${kebab(path.slice(path.indexOf(".") + 1))}`,
  system: "mesh",
  where: "logic",
  about: `not so: ${about}`,
  source: `settings.${path}`,
  plant: setting(path, false),
}));

export const meshDefences: readonly Mutant[] = declared;
