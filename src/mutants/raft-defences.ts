// Raft with one of its defences off, while everybody believes it on: faults that have been made before (see its settings).

import { raftSettings } from "../protocols/raft/settings.ts";
import { raftSystemSettings } from "../systems/raft/settings.ts";
import { setting } from "./meddling.ts";
import type { Mutant } from "./mutant.ts";
import { kebab } from "./words.ts";

/** Those that need several events in one order, and how many, in the shortest story known (test/protocols/raft). */
const depths: Readonly<Record<string, number>> = {
  stableCampaign: 5,
  syncKnowsTruncation: 5,
  ownTermCommitOnly: 6,
  conflictOnlyTruncate: 3,
  commitClamp: 3,
  prevCheck: 4,
  replyTermCheck: 5,
  quietStart: 4,
  readAfterNoop: 3,
  leaseMargin: 3,
  leaseEndsAtTransfer: 4,
  snapshotGuard: 4,
  sessionsInSnapshot: 3,
};

const about = raftSystemSettings.shape.defence.unwrap().shape;

/** Joint consensus makes up for it: it shows where members change one at a time (raft/single-server-changes). */
const coveredByOthers: readonly string[] = ["changeAfterNoop"];

const alone = Object.keys(raftSettings().defence).filter((name) => !coveredByOthers.includes(name));

export const raftDefences: readonly Mutant[] = alone.map((name) => {
  const depth = depths[name];
  return {
    id: `raft/no-${kebab(name)}`,
    system: "raft",
    where: "logic",
    about: `not so: ${about[name as keyof typeof about].description ?? name}`,
    source: `settings.defence.${name}`,
    ...(depth === undefined ? {} : { depth }),
    plant: setting(`defence.${name}`, false),
  };
});
