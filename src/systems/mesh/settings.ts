// Every number and every reading of the documents that a mesh run depends on. Where documents disagree (requirements
// §4.2) both readings are here and the default is the safe one. Durations are integer microseconds once parsed.

import { z } from "zod";

import { type RaftSettings, raftSettings } from "../../protocols/raft/settings.ts";
import { duration, onOff, positiveDuration } from "../quantities.ts";
import { bufferSettings, replicationSettings } from "./backup-settings.ts";
import { degradedSettings, recoveryFields } from "./degraded-settings.ts";
import { itemDefences, itemSettings } from "./item-settings.ts";
import { monitoringSettings } from "./monitoring/monitoring-settings.ts";
import { resolutionSettings, sweepSettings } from "./resolution-settings.ts";

const millimetres = z.int().min(0).max(1_000_000_000);
const on = (about: string) => onOff.prefault("on").describe(about);

const region = z.object({
  width: z
    .int()
    .min(100)
    .max(1_000_000_000)
    .default(100_000)
    .describe("Width of a region in millimetres. Region k is k*width up to (k+1)*width; server k has it at first."),
  spares: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe("Servers, the last ones, that have no region at first (MESH-F8-07, X-M-35)."),
  backups: z
    .int()
    .min(0)
    .max(6)
    .optional()
    .describe("Backups of each region; absent: 2, or as many as there are other servers (MESH-FT-05)."),
});

const health = z.object({
  heartbeat: positiveDuration.prefault("1s").describe("How often a server tells the coordinator of it (MESH-FT-01)."),
  timeout: positiveDuration
    .prefault("5s")
    .describe("Silence after which a server is suspected to have failed (MESH-FT-02, MESH-F3-03, X-M-15)."),
  check: positiveDuration.prefault("100ms").describe("How often the coordinator looks for silent servers."),
  probe: positiveDuration
    .prefault("300ms")
    .describe("After a broken connection a server is suspected when it is not heard of for this long (MESH-F3-01)."),
});

const lease = z.object({
  mode: z
    .enum(["margin", "noMargin", "none"])
    .default("margin")
    .describe(
      "A server acts only while it holds a lease. margin: counted from the question, both sides allow for drift; " +
        "noMargin: counted from the answer, and nobody allows for anything; none: no leases (MESH-F5-06, MESH-INV-05).",
    ),
  ttl: positiveDuration
    .prefault("4s")
    .describe("Length of a lease. The documents' 30s makes a failover wait as long (MESH-F5-06, X-M-20)."),
  deadlineAtStore: onOff
    .default(false)
    .describe("Writes carry the end of the lease they were made under, and the store refuses later ones (A1, A2)."),
  skew: duration
    .prefault("50ms")
    .describe("How far wall clocks are declared to differ: what a deadline at the store allows for."),
  slack: duration.prefault("10ms").describe("What the holder gives away beside drift, for what a step takes."),
});

const failover = z.object({
  decidedBy: z
    .enum(["coordinator", "nobody", "backup"])
    .default("coordinator")
    .describe(
      "Who gives a silent server's regions to others; nobody: they wait for it (MESH-F3-06); backup: a backup takes " +
        "them after a silence, and asks nobody (X-M-26).",
    ),
  handOff: z
    .enum(["twoPhase", "waitLease", "atOnce"])
    .default("twoPhase")
    .describe(
      "When a suspected server is given up: at once; when its lease has run out; or as soon as it has let go, else " +
        "when its lease has run out. Without leases a server that does not let go is waited for (X-M-20).",
    ),
  rebalanceAfter: duration
    .prefault("5s")
    .describe("A server that came back gets its regions back after this long; 0s: never (MESH-F3-08)."),
  ...recoveryFields,
});

const transfer = z.object({
  policy: z
    .enum(["lock", "version"])
    .default("lock")
    .describe(
      "Guard of the state while it moves: lock pauses the player and drains its write; version lets it act on and " +
        "compares versions before the grant (MESH-F4-07, X-M-12).",
    ),
  deadline: positiveDuration
    .prefault("100ms")
    .describe("An attempt without confirmation fails after this long (MESH-F1-01)."),
  deadlineAdapts: onOff
    .default(false)
    .describe(
      "The deadline adapts: the second attempt has two deadlines and so on, every one has four times what attempts take, " +
        "and none has more than ten deadlines (MESH-F1-10).",
    ),
  paths: z
    .int()
    .min(1)
    .max(2)
    .default(1)
    .describe(
      "Ways on which each message between servers goes: of two copies each is lost or late by itself (MESH-F2-06).",
    ),
  tick: positiveDuration
    .prefault("16ms")
    .describe("How often a server walks its active transfers for expired ones (MESH-F1-03)."),
  slots: z
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("Transfers a server takes part in at once, out and in together (MESH-F8-03, X-M-48)."),
  queueMax: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .describe("Players that wait for a slot; beyond it they try again at their next step (MESH-F8-01)."),
  whenBusy: z
    .enum(["refuse", "wait"])
    .default("refuse")
    .describe("A target without a free slot answers busy, or keeps the request waiting (MESH-F7-02)."),
  checksumCovers: z
    .enum(["state", "stateAndTimestamp"])
    .default("state")
    .describe("What the checksum covers; with a timestamp, clock skew alone is a mismatch (MESH-F4-03, X-M-13)."),
  stampUnit: positiveDuration
    .prefault("1s")
    .describe("With stateAndTimestamp: each side rounds its own wall clock down to this (X-M-13)."),
  onMismatch: z
    .enum(["rollback", "retry"])
    .default("rollback")
    .describe("After a mismatch the player is rolled back (MESH-F4-05), or the state is shipped again."),
  hysteresis: millimetres
    .default(1000)
    .describe("Millimetres beyond a border before a transfer begins, so that bouncing does not transfer (AL2)."),
  cooldown: duration
    .prefault("500ms")
    .describe("After a rollback the player is not transferred again for this long (AL2)."),
  incomingTimeout: positiveDuration
    .prefault("2s")
    .describe(
      "A target forgets a transfer, and frees its slot, when nothing was heard of it for this long (MESH-INV-10).",
    ),
});

const load = z.object({
  throttling: on("New transfers are throttled under load (MESH-F8-06)."),
  throttleAt: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(150)
    .describe("Above this depth transfers are throttled (MESH-F8-01, MESH-F8-06)."),
  resumeAt: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .describe("Throttling ends once the depth has fallen to this: below throttleAt, so that it does not flap."),
  admitRate: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe("Transfers a second that may begin while throttled (MESH-F8-06)."),
  burst: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe("Admissions that may be saved up while throttled; 1: they keep their distance."),
  gauge: z
    .enum(["all", "active", "queued"])
    .default("all")
    .describe("What depth counts: transfers with a slot, players and requests that wait for one, or both (X-M-48)."),
  scope: z
    .enum(["server", "cluster"])
    .default("server")
    .describe("Whose depth and rate: each server's own, or all servers' together, who tell each other (X-M-48)."),
  cap: z
    .enum(["hard", "soft"])
    .default("hard")
    .describe("Transfers beyond transfer.slots wait, or begin all the same and show as more than 100 % (X-M-48)."),
  inProgressFirst: on(
    "A transfer begun elsewhere gets a slot before one of the server's own that has not begun (MESH-F8-06).",
  ),
  notices: on("Players that wait for a slot are told so (MESH-F8-06, MESH-GEN-05)."),
  window: duration
    .prefault("1s")
    .describe("How often a server looks at its gauges and states them (MESH-F8-03); 0s: never."),
  eventCost: duration
    .prefault("0s")
    .describe("Declared processor time of one event, which utilisation is counted by; 0s: not known."),
  throttleLag: duration
    .prefault("0s")
    .describe("Transfers are also throttled while a server's own timer fires later than this; 0s: never (MESH-F3-02)."),
});

const retry = z.object({
  schedule: z
    .enum(["prose", "code"])
    .default("prose")
    .describe("Delays between attempts: 50/100/200 ms as the prose has it, or 100/200/400 as the code (X-M-01)."),
  base: positiveDuration.prefault("50ms").describe("First delay, doubled at each retry (MESH-F1-06, MESH-REC-05)."),
  cap: positiveDuration.prefault("1s").describe("No delay is longer (MESH-REC-05)."),
  jitter: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe("Percent of each delay added at random, so that colliding transfers part (MESH-F7-02, X-ALL-03)."),
  attemptsMax: z
    .int()
    .min(1)
    .max(20)
    .default(4)
    .describe("Sends in all before the rollback: 4 (three retries) or 3 (X-M-02, MESH-F1-09)."),
});

const rollback = z.object({
  decidedBy: z
    .enum(["coordinator", "source"])
    .default("coordinator")
    .describe("Who takes the player back: the coordinator, or the source by itself as the documents have it (X-M-09)."),
  retry: positiveDuration
    .prefault("200ms")
    .describe("The source asks the coordinator for a decision again after this long."),
});

const watchdog = z.object({
  bound: positiveDuration.prefault("10s").describe("Age at which a transfer is stuck (MESH-F7-03)."),
  sweep: positiveDuration.prefault("1s").describe("How often the watchdog looks (MESH-F7-03)."),
  ageBase: z
    .enum(["enqueue", "dequeue", "firstAttempt", "thisAttempt"])
    .default("dequeue")
    .describe(
      "What age counts from: the wish for a slot (then a long queue is stuck), the slot, the first attempt, or this " +
        "one (then retries hide a stuck transfer) (X-M-45).",
    ),
});

const coordinator = z.object({
  electionTimeout: positiveDuration
    .prefault("250ms")
    .describe("Silence of the leader after which another coordinator wants to lead; at least two heartbeats."),
  electionSpread: duration
    .prefault("250ms")
    .describe("Added to the election timeout at random, up to this, so that candidates part."),
  heartbeat: positiveDuration.prefault("50ms").describe("How often the leader lets the others know of it."),
  batchDelay: duration
    .prefault("0s")
    .describe("How long the first decision or question waits for others, to be replicated together (group commit)."),
  reads: z
    .enum(["index", "lease"])
    .default("index")
    .describe("How the leader makes sure that it still is one before it answers: a round of heartbeats, or a lease."),
  driftMax: z
    .int()
    .min(0)
    .max(500_000)
    .default(200)
    .describe("How far clocks are declared to err in rate, in parts per million: what leases allow for."),
  sealRetry: positiveDuration
    .prefault("100ms")
    .describe("The coordinator asks the store to seal again after this long."),
  snapshotEvery: z
    .int()
    .min(10)
    .max(10_000_000)
    .default(10_000)
    .describe("Commands after which the log is replaced by a snapshot."),
});

const store = z.object({
  snapshotEvery: z
    .int()
    .min(10)
    .max(10_000_000)
    .default(10_000)
    .describe("Records after which the journal is replaced by a snapshot."),
  batchMax: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Requests that wait for the disk; beyond it they are dropped, and their senders ask again."),
});

const server = z.object({
  writeRetry: positiveDuration.prefault("200ms").describe("A write without an answer is sent again after this long."),
  askRetry: positiveDuration
    .prefault("100ms")
    .describe("Adopt, load and rejoin are sent again after this long (MESH-GEN-06)."),
  queueMax: z
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe("Actions of one player that wait at its server; beyond it they are dropped, and the client asks again."),
  sourceFence: on("A server writes nothing under a token when it knows of a newer one."),
  viewEvery: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe("Every how many steps of a player its server shows it where it stands; 0: never."),
});

const client = z.object({
  pipelineMax: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("How far a player goes on acting past its oldest action without an answer."),
  retry: positiveDuration.prefault("300ms").describe("An unanswered action is sent again after this long."),
  askRetry: positiveDuration
    .prefault("300ms")
    .describe("A join, locate or hello without an answer is sent again after this long."),
  silence: positiveDuration
    .prefault("1s")
    .describe("A player that hears nothing for this long asks the coordinator for its owner."),
});

const defence = z.object({
  attemptCheck: on(
    "Messages of another transfer or attempt are ignored; off: taken at face value for the player's current transfer.",
  ),
  fencing: on("The store refuses tokens below the highest it has seen (MESH-F5-07)."),
  sealBeforeGrant: on("A grant commits only once the store is sealed against older tokens."),
  checksum: on("The target compares checksums before it adopts a state (MESH-F4-03)."),
  stateGuard: on("The state is guarded while it moves: pause and drain, or versions compared (MESH-F4-07)."),
  idempotency: on("The store knows repeated actions and answers them as the first time (MESH-GEN-06)."),
  sessionOrder: on("Actions of a session take effect in the client's order."),
  durableGrants: on("The coordinator answers only what is on its disk (X-M-24)."),
  ackAfterStore: on("A player is told `done` only once the store has accepted the effect (MESH-GEN-02)."),
  watchdog: on("Transfers older than the bound are rolled back by force (MESH-F7-06)."),
  clientTokenCheck: on("Clients ignore what comes under a token lower than the highest they saw (X-M-21)."),
  suspension: on("In a suspended region nothing is written (X-M-56, properties.md P4)."),
  itemLedger: on("The store lets an item be picked up only from the ground, and dropped only from the inventory."),
  quorum: on(
    "The coordinator answers what a majority has; off: what it has itself, and it leads until it hears of another.",
  ),
  sweep: on("The leader asks the servers which players they have, and compares (MESH-F5-08)."),
  mergeCheck: on("Of merged items the store takes those that are nowhere else; off: all of them (X-M-31)."),
  ...itemDefences,
});

export const meshSettings = z.strictObject({
  region: region.strict().prefault({}),
  transfer: transfer.strict().prefault({}),
  load: load
    .strict()
    .refine(({ resumeAt, throttleAt }) => resumeAt <= throttleAt, {
      path: ["resumeAt"],
      error: "Expected at most throttleAt: the lower of the two marks.",
    })
    .prefault({}),
  retry: retry.strict().prefault({}),
  rollback: rollback.strict().prefault({}),
  watchdog: watchdog.strict().prefault({}),
  health: health
    .strict()
    .refine(({ heartbeat, timeout }) => heartbeat * 2 <= timeout, {
      path: ["heartbeat"],
      error: "Expected at most half of the timeout, or one lost heartbeat is a failure.",
    })
    .prefault({}),
  lease: lease
    .strict()
    .refine(({ slack, ttl }) => slack * 2 <= ttl, {
      path: ["slack"],
      error: "Expected at most half of the lease: a margin as long as the lease leaves nothing of it.",
    })
    .prefault({}),
  failover: failover.strict().prefault({}),
  degraded: degradedSettings,
  coordinator: coordinator
    .strict()
    .refine(({ heartbeat, electionTimeout }) => heartbeat * 2 <= electionTimeout, {
      path: ["heartbeat"],
      error: "Expected at most half of the election timeout, or a lost heartbeat is an election.",
    })
    .refine(({ batchDelay, heartbeat }) => batchDelay < heartbeat, {
      path: ["batchDelay"],
      error: "Expected less than a heartbeat, which carries everything that waits.",
    })
    .prefault({}),
  store: store.strict().prefault({}),
  server: server.strict().prefault({}),
  client: client.strict().prefault({}),
  sweep: sweepSettings,
  resolution: resolutionSettings,
  ...itemSettings,
  defence: defence.strict().prefault({}),
  replication: replicationSettings,
  buffer: bufferSettings,
  monitoring: monitoringSettings,
});

export type MeshSettings = z.infer<typeof meshSettings>;

/** Whether servers and the coordinator tell each other that they are there. */
export const watchesServers = ({ lease: { mode }, failover: { decidedBy } }: MeshSettings): boolean =>
  mode !== "none" || decidedBy !== "nobody";

/** Backups of each region in a mesh of `servers`. */
export const backupsOf = ({ region: { backups } }: MeshSettings, servers: number): number =>
  Math.min(backups ?? 2, servers - 1);

/** How far a player goes on acting past its oldest action whose outcome it does not know. */
export const windowOf = ({ client: { pipelineMax }, replication: { softActions, tailMax } }: MeshSettings): number =>
  pipelineMax + (softActions === "none" ? 0 : tailMax);

/** How long a lease is in the holder's own time, from the instant it asked. */
export const leaseHeldUs = ({ lease: { ttl, slack, mode }, coordinator: group }: MeshSettings): number =>
  mode === "margin" ? ttl - driftOver(ttl, group.driftMax) - slack : ttl;

/** How long the coordinator keeps a lease's promise in its own time, from the instant it answered. */
export const leaseKeptUs = ({ lease: { ttl, mode }, coordinator: group }: MeshSettings): number =>
  mode === "margin" ? ttl + driftOver(ttl, group.driftMax) : ttl;

/** How long a suspected server that does not let go is waited for, at the most, in the coordinator's time. */
export function failoverWaitUs(settings: MeshSettings): number {
  const { handOff } = settings.failover;
  if (settings.lease.mode !== "none") return handOff === "atOnce" ? 0 : leaseKeptUs(settings);
  return handOff === "twoPhase" ? Infinity : 0;
}

const driftOver = (us: number, ppm: number): number => Math.ceil((us * ppm) / 1_000_000);

/** The coordinators' group. */
export function groupSettings({ coordinator: group, defence: { durableGrants, quorum } }: MeshSettings): RaftSettings {
  return raftSettings({
    electionTimeoutUs: group.electionTimeout,
    electionSpreadUs: group.electionSpread,
    heartbeatUs: group.heartbeat,
    batchDelayUs: group.batchDelay,
    snapshotEvery: group.snapshotEvery,
    reads: group.reads,
    driftPpm: group.driftMax,
    defence: {
      voteFsync: durableGrants,
      stableCampaign: durableGrants,
      appendFsync: durableGrants,
      selfFsync: durableGrants,
      checkQuorum: quorum,
    },
  });
}

/** Delay before retry number `retry` (from 1): the k-th retry doubles the base k-1 times, or k times as the code has it. */
export function backoffUs(settings: MeshSettings["retry"], retryNumber: number): number {
  const doublings = settings.schedule === "prose" ? retryNumber - 1 : retryNumber;
  let delayUs = settings.base;
  for (let step = 0; step < doublings && delayUs < settings.cap; step += 1) delayUs *= 2;
  return Math.min(delayUs, settings.cap);
}
