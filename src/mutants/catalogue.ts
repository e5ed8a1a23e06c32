// Every planted bug, by where it lies.

import { meshDefences } from "./mesh-defences.ts";
import type { Mutant } from "./mutant.ts";

export const catalogue: readonly Mutant[] = [...meshDefences];
