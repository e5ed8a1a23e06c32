// Every planted bug, by where it lies.

import { meshDefences } from "./mesh-defences.ts";
import type { Mutant } from "./mutant.ts";
import { raftDefences } from "./raft-defences.ts";

export const catalogue: readonly Mutant[] = [...raftDefences, ...meshDefences];
