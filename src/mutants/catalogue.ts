// Every planted bug, by where it lies.

import { judgeMutants } from "./judge.ts";
import { meshDefences } from "./mesh-defences.ts";
import { meshSubtle } from "./mesh-subtle.ts";
import type { Mutant } from "./mutant.ts";
import { raftDefences } from "./raft-defences.ts";
import { raftSubtle } from "./raft-subtle.ts";
import { worldMutants } from "./world.ts";

export const catalogue: readonly Mutant[] = [
  ...raftDefences,
  ...raftSubtle,
  ...meshDefences,
  ...meshSubtle,
  ...worldMutants,
  ...judgeMutants,
];
