// Where bugs are looked for: by system, and for judges, stories whose end is known.

import type { Mutant } from "./mutant.ts";

/** A story to look in, by the name it has on a command line; and for judges the bug that makes it a bad one. */
export interface GroundName {
  readonly reference: string;
  readonly knownBad: string | null;
}

const good = (...references: readonly string[]): readonly GroundName[] =>
  references.map((reference) => ({ reference, knownBad: null }));

const variants = (file: string, ...names: readonly string[]): readonly string[] =>
  names.map((name) => (name === "" ? `${file}#base` : `${file}#${name}`));

const raftGrounds = good(
  ...variants("raft/close-calls", "", "slow-disks", "damaged-entries", "elections", "tails", "members"),
  ...variants("raft/tempest", "", "members", "leases", "small-steps", "impatient", "long-logs", "four"),
  ...variants("raft/reads", "", "tight-leases", "restarts-under-leases", "hand-overs", "far-leader"),
);

const meshGrounds = good(
  ...variants(
    "mesh/close-calls",
    "",
    "echoes",
    "repeats",
    "unseen",
    "bad-disks",
    "hands",
    "regions-move",
    "hasty",
    "hasty-clocks",
    "frozen",
    "cut-in-two",
    "one-coordinator",
    "bare",
    "soft",
    "busy",
  ),
  ...variants("mesh/defences", ""),
  ...variants("mesh/weather", "storm"),
  ...variants("mesh/fm-005-split-brain", "checked-union"),
  ...variants("mesh/fm-006-item-duplication", "duplicate-far-away"),
);

const worldGrounds = good(...variants("raft/tempest", "by-the-clock", "", "members"));

const meshJudged: readonly GroundName[] = good(
  ...variants(
    "mesh/defences",
    "base",
    "without-attempt-check",
    "without-fencing",
    "without-seal-before-grant",
    "without-checksum",
    "without-idempotency",
    "without-session-order",
    "without-durable-grants",
    "without-ack-after-store",
    "without-watchdog",
    "without-client-token-check",
    "without-item-ledger",
    "without-replica-guard",
    "without-trade-whole",
  ),
  ...variants("mesh/close-calls", "repeats", "bad-disks"),
);

const bad = (knownBad: string, reference: string): GroundName => ({ reference, knownBad: `raft/${knownBad}` });

const raftJudged: readonly GroundName[] = [
  ...good("raft/tempest#base", "raft/tempest#forgotten-sessions"),
  bad("no-append-fsync", "raft/tempest#base"),
  bad("no-log-up-to-date", "raft/tempest#leases"),
  bad("no-joint-consensus", "raft/tempest#members"),
  bad("no-sessions-in-snapshot", "raft/tempest#base"),
  bad("no-session-dedupe", "raft/tempest#small-steps"),
  bad("no-snapshot-guard", "raft/tempest#small-steps"),
  bad("asking-raises-the-term", "raft/tempest#base"),
  bad("vote-counts-twice", "raft/tempest#base"),
  bad("no-entry-checksum", "raft/close-calls#damaged-entries"),
  bad("term-forgotten", "raft/tempest#base"),
];

/** In this order, each under the first seed, then each under the next one. */
export function groundsOf({ where, system }: Mutant): readonly GroundName[] {
  if (where === "world") return worldGrounds;
  if (where === "judge") return system === "raft" ? raftJudged : meshJudged;
  return system === "raft" ? raftGrounds : meshGrounds;
}
