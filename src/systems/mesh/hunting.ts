// How the mesh is hunted: a world of which many can be run, what may vary in it, and the faults its promises allow for.

import type { Change, FaultModel, HuntSpec, KindModel, MomentSpec, Turnovers, Variable } from "../hunting.ts";

/**
 * The world of `mesh/hunt`: whatever repeats does so seldom, so that a minute costs little. Silences and watchdogs are short
 * enough for that minute to see several of each, and players do everything that players do.
 */
const world = {
  title: "A small mesh that is hunted",
  why: "Nothing that must never happen happens under any fault of the model, and then everybody is served.",
  system: "mesh",
  until: "60s",
  heal: "30s",
  world: { nodes: { servers: 3, coordinators: 3, players: 4, monitors: 0 } },
  settings: {
    region: { width: 20_000 },
    watchdog: { bound: "3s", sweep: "1s" },
    coordinator: { heartbeat: "400ms", electionTimeout: "1200ms", electionSpread: "800ms" },
    health: { heartbeat: "1s", timeout: "3s", check: "250ms", probe: "600ms" },
    lease: { ttl: "3s" },
    failover: { rebalanceAfter: "3s" },
    sweep: { period: "5s" },
    degraded: { window: "5s", hold: "1s" },
  },
  workload: {
    players: {
      motion: { type: "border", reach: 4000 },
      speed: 2000,
      step: "1s",
      stay: "20s",
      away: "2s",
      actions: { every: "1500ms", spread: "1s", give: 1, trade: 1, spawn: 1, destroy: 1 },
    },
  },
};

const nodes = (group: string, count: number): Change => ({ path: `world.nodes.${group}`, value: count });

const link = (profile: string, transport = "datagram"): Change => ({
  path: "world.link",
  value: { profile, transport },
});

/** More who want to cross than may at once, both ways: those who come and those who go compete for the slots. */
const crowded: readonly Change[] = [
  nodes("servers", 2),
  nodes("players", 8),
  { path: "settings.transfer.slots", value: 2 },
  { path: "workload.players.step", value: "200ms" },
  { path: "workload.players.speed", value: 8000 },
];

const otherWorlds: readonly (readonly Change[])[] = [
  [nodes("servers", 2), nodes("players", 3)],
  [nodes("servers", 4)],
  [nodes("servers", 5), nodes("players", 6)],
  [nodes("coordinators", 5)],
  [nodes("coordinators", 1)],
  [nodes("players", 2)],
  crowded,
  [nodes("monitors", 1)],
  [link("datacentre", "stream")],
  [link("region"), nodes("coordinators", 5)],
  [link("home-wifi")],
  [link("region", "stream"), nodes("servers", 2)],
];

const either = (path: string, ...values: readonly unknown[]): Variable => ({ path: `settings.${path}`, values });
const within = (path: string, millisecondsMin: number, millisecondsMax: number): Variable => ({
  path: `settings.${path}`,
  millisecondsMin,
  millisecondsMax,
});
const count = (path: string, countMin: number, countMax: number): Variable => ({
  path: `settings.${path}`,
  countMin,
  countMax,
});
const people = (path: string, ...values: readonly unknown[]): Variable => ({ path: `workload.${path}`, values });

const order = (at: string, command: object): object => ({ at, ...command, reason: "a hunt" });

const variables: readonly Variable[] = [
  either("transfer.policy", "lock", "version"),
  either("transfer.whenBusy", "refuse", "wait"),
  either("transfer.onMismatch", "rollback", "retry"),
  either("transfer.deadlineAdapts", true, false),
  count("transfer.slots", 1, 4),
  count("transfer.queueMax", 0, 8),
  within("transfer.deadline", 20, 400),
  within("transfer.incomingTimeout", 500, 4000),
  either("load", { throttleAt: 0, resumeAt: 0, admitRate: 2 }, { throttleAt: 1, resumeAt: 0, admitRate: 5, burst: 2 }),
  either("retry.schedule", "prose", "code"),
  count("retry.attemptsMax", 2, 6),
  count("retry.jitter", 0, 50),
  within("watchdog.bound", 1500, 5000),
  either("watchdog.ageBase", "dequeue", "firstAttempt"),
  within("lease.ttl", 2000, 6000),
  either("failover.handOff", "twoPhase", "waitLease"),
  either("failover.order", "parallel", "sequential"),
  within("failover.rebalanceAfter", 500, 8000),
  count("region.backups", 0, 2),
  either("region.spares", 1),
  either("coordinator.reads", "index", "lease"),
  count("coordinator.snapshotEvery", 10, 200),
  within("coordinator.electionTimeout", 800, 2500),
  within("coordinator.batchDelay", 1, 100),
  count("store.snapshotEvery", 10, 200),
  count("client.pipelineMax", 1, 16),
  either("replication.mode", "none", "async", "semiSync", "sync"),
  either("replication.softActions", "score"),
  within("replication.flush", 200, 3000),
  count("buffer.maxActions", 4, 100),
  within("buffer.maxTime", 2000, 12_000),
  either("boundary.pickup", "confirmed", "optimistic"),
  within("boundary.escrow", 300, 2000),
  within("sweep.period", 1000, 10_000),
  either("degraded.levels", [{ failures: 1, level: "severe" }], [{ failures: 2, level: "moderate" }]),
  people("players.stay", "0s", "5s", "12s"),
  people("players.step", "200ms", "500ms"),
  people("players.speed", 4000, 8000),
  people("players.actions.every", "100ms", "300ms", "600ms"),
  people("players.motion", { type: "patrol", from: 8000, to: 52_000 }, { type: "spawn", before: 1000 }),
  people("itemsAt", "middles", "borders"),
  people("items", 1, 4, 16),
  people(
    "operator",
    [order("6s", { freeze: 1 }), order("11s", { unfreeze: 1 })],
    [order("5s", { drain: "server-2" }), order("16s", { resume: "server-2" })],
    [order("4s", { stopAdmissions: true }), order("14s", { openAdmissions: true })],
    [3, 7, 11, 15, 19].map((second) => order(`${second}s`, { forceRollback: `player-${(second % 2) + 1}` })),
  ),
];

const everybody = ["coordinator", "store", "server", "player"];
const durable = ["coordinator", "store"];
const anyone = { roles: everybody };

/** README.md, "The disk": what is confirmed is kept, a coordinator that lost its disk is not the member it was. */
const model: FaultModel = {
  within: new Map<string, KindModel>([
    ["drop", anyone],
    ["delay", anyone],
    ["duplicate", anyone],
    ["corrupt", anyone],
    ["reorder", anyone],
    ["hold", anyone],
    ["partition", anyone],
    ["lossy", anyone],
    ["latency", anyone],
    ["bandwidth", anyone],
    ["refuse", anyone],
    ["crash", anyone],
    ["restart", anyone],
    ["pause", anyone],
    ["slow", anyone],
    ["stop", anyone],
    ["wipe", { roles: ["server", "player"] }],
    ["lose", { roles: ["coordinator", "server"], isLasting: true }],
    ["clockStep", anyone],
    ["clockDrift", anyone],
    ["clockSlew", anyone],
    ["clockFreeze", anyone],
    ["diskError", { roles: durable }],
    ["diskFull", { roles: durable }],
    ["diskSlow", { roles: durable }],
    ["bitRot", { roles: ["coordinator"], isLasting: true }],
    ["misdirectedWrite", { roles: ["coordinator"], isLasting: true }],
    ["suppressTimers", anyone],
  ]),
  outside: new Map([
    ["lostSync", "a disk that confirms what it has not kept takes back what was acknowledged: nothing rests on less"],
  ]),
  fields: ["state.score", "state.x", "state.version", "checksum"].map((field) => ({ message: "ship", field })),
  driftPpmMax: 200,
};

const self = "self" as const;

const moments: readonly MomentSpec[] = [
  { name: "leader elected", on: { fact: "raft.leaderElected" }, whose: self, lastsMs: 500 },
  { name: "lease held", on: { fact: "leaseRenewed" }, whose: self, lastsMs: 2000 },
  { name: "transfer begun", on: { fact: "transferStarted" }, whose: self, lastsMs: 100 },
  { name: "transfer begun towards", on: { fact: "transferStarted" }, whose: { field: "target" }, lastsMs: 100 },
  { name: "grant committed", on: { fact: "granted" }, whose: self },
  { name: "granted", on: { fact: "granted" }, whose: { field: "server" }, lastsMs: 2000 },
  { name: "authority taken", on: { fact: "authorityTaken" }, whose: self, lastsMs: 2000 },
  { name: "rollback begun", on: { fact: "rollbackStarted" }, whose: self, lastsMs: 200 },
  { name: "store sealed", on: { fact: "fenceRaised" }, whose: self },
  { name: "server suspected", on: { fact: "server_failure_detected" }, whose: { field: "server" }, lastsMs: 2000 },
  { name: "region given", on: { fact: "failover_initiated" }, whose: { field: "server" }, lastsMs: 1000 },
  { name: "effect durable", on: { fact: "effectAccepted" }, whose: self },
  { name: "ship", on: { message: "ship" }, whose: self },
  { name: "adopt", on: { message: "adopt" }, whose: self },
  { name: "fence", on: { message: "fence" }, whose: self },
  { name: "fenced", on: { message: "fenced" }, whose: self },
  { name: "grant told", on: { message: "granted" }, whose: self },
  { name: "confirm", on: { message: "confirm" }, whose: self },
  { name: "abort", on: { message: "abort" }, whose: self },
  { name: "write", on: { message: "write" }, whose: self },
  { name: "written", on: { message: "wrote" }, whose: self },
  { name: "lease told", on: { message: "leased" }, whose: self },
  { name: "vote", on: { message: "raft.voted" }, whose: self },
];

const turnovers: Turnovers = {
  about: "another leader of the coordinators, or another server for a region",
  facts: new Map([
    ["raft.leaderElected", 1],
    ["failover_initiated", 0],
  ]),
  roles: ["coordinator"],
  enough: 3,
};

const needsTwoOwners = "nobody has two owners while any of the defences against it is on";
const needsCopies = "items are in two places only where the workload puts them there";

export const meshHunt: HuntSpec = {
  world,
  otherWorlds,
  variables,
  model,
  moments,
  turnovers,
  subjects: ["transfer", "player", "region", "server"],
  unreachable: new Map([
    ["MESH-F5-09", needsTwoOwners],
    ["MESH-F5-10", needsTwoOwners],
    ["MESH-F5-12", needsTwoOwners],
    ["MESH-F6-09", needsCopies],
    ["MESH-F6-10", needsCopies],
  ]),
};
