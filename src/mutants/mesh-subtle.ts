// The mesh as somebody might have written it: bugs that a reader of the code could overlook, planted from outside in what
// a node hears, remembers or says.

import type { NodeId } from "../base/ids.ts";
import type { MachineEvent } from "../machine/event.ts";
import type { Registration } from "../systems/mesh/authority-register.ts";
import type { CoordinatorState } from "../systems/mesh/coordinator-state.ts";
import type { StoredPlayer } from "../systems/mesh/ledger.ts";
import type { MeshMessage } from "../systems/mesh/messages.ts";
import type { PlayerState } from "../systems/mesh/player-state.ts";
import type { Region } from "../systems/mesh/region-map.ts";
import type { ServerState } from "../systems/mesh/server-state.ts";
import type { StoreState } from "../systems/mesh/store.ts";
import { hearing, meddling, type Meddled, setting, together } from "./meddling.ts";
import type { Mutant, Plant } from "./mutant.ts";

// Each role of the system "mesh" has one machine, and this is what it remembers.
const coordinatorOf = ({ state }: Meddled): CoordinatorState => state as CoordinatorState;
const serverOf = ({ state }: Meddled): ServerState => state as ServerState;
const storeOf = ({ state }: Meddled): StoreState => state as StoreState;

type Heard<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

const heard = <Type extends MeshMessage["type"]>(
  event: MachineEvent,
  ...types: readonly Type[]
): Heard<Type> | undefined => {
  if (event.type !== "received") return undefined;
  // Nodes of the mesh say nothing else.
  const message = event.message as MeshMessage;
  return types.some((type) => type === message.type) ? (message as Heard<Type>) : undefined;
};

/** What nodes of a role hear of one type of message is something else; undefined: they do not hear it. */
const mishearing = <Type extends MeshMessage["type"]>(
  role: string,
  type: Type,
  change: (message: Heard<Type>, step: Meddled, event: MachineEvent) => MeshMessage | undefined,
): Plant =>
  hearing([role], (event, step) => {
    const message = heard(event, type);
    if (message === undefined || event.type !== "received") return event;
    const changed = change(message, step, event);
    return changed === undefined ? undefined : { ...event, message: changed };
  });

const registrationOf = (step: Meddled, player: NodeId): Registration | undefined =>
  coordinatorOf(step).register.players.get(player);

/** After each restart the store has these of its players in another form. */
const storeForgets = (change: (stored: StoredPlayer) => StoredPlayer): Plant =>
  meddling(["store"], (step) => {
    const effects = step.go();
    if (step.event.type !== "booted") return effects;
    const { players } = storeOf(step).ledger;
    for (const [player, stored] of players) players.set(player, change(stored));
    return effects;
  });

/** A server goes on with the state that it had of a player when it had it last. */
const loadsFromMemory: Plant = meddling(["server"], (step) => {
  const { event, memory } = step;
  const loaded = heard(event, "loaded");
  if (loaded === undefined || event.type !== "received") return step.go();
  const key = `state ${loaded.player}`;
  // It was put there by this very step, some time ago.
  const before = memory.get(key) as PlayerState | undefined;
  memory.set(key, loaded.state);
  if (before === undefined) return step.go();
  const message: MeshMessage = { ...loaded, state: before };
  return step.go({ ...event, message });
});

/** A server that is slow to hear of a write tells the player that it has failed. */
const slowMeansFailed: Plant = meddling(["server"], (step) => {
  const { event } = step;
  const effects = step.go();
  if (event.type !== "timerFired" || !event.timer.startsWith("write:")) return effects;
  const player = event.timer.slice("write:".length) as NodeId;
  const held = serverOf(step).held.get(player);
  if (held === undefined || held.write === null) return effects;
  const { session, sequence } = held.write.action;
  const { token, state } = held;
  const answer: MeshMessage = { type: "acted", session, sequence, outcome: "failed", token, version: state.version };
  return [...effects, { type: "send", to: player, message: answer }];
});

/** The target confirms as soon as it has the state. */
const confirmsBeforeGrant: Plant = meddling(["server"], (step) => {
  const { event } = step;
  const ship = heard(event, "ship");
  const effects = step.go();
  if (ship === undefined || event.type !== "received") return effects;
  const { transfer, attempt, player, fromToken } = ship;
  const early: MeshMessage = { type: "confirm", transfer, attempt, player, token: fromToken + 1 };
  return [...effects, { type: "send", to: event.from, message: early }];
});

/** Servers look at no lease; whoever gives them out goes by them. */
const actsWithoutLease: Plant = (system) => ({
  ...system,
  nodes: (input) => {
    const free = setting("lease.mode", "none")(system).nodes(input);
    return system.nodes(input).map((node, at) => (node.role === "server" ? (free[at] ?? node) : node));
  },
});

/** Who was asked to let go has let go. */
const askedIsReleased: Plant = meddling(["coordinator"], (step) => {
  const effects = step.go();
  for (const effect of effects) {
    if (effect.type !== "send" || effect.message.type !== "revoke") continue;
    const pulse = coordinatorOf(step).pulses.get(effect.to);
    if (pulse !== undefined) pulse.released = true;
  }
  return effects;
});

/** A leader begins as if nobody held a lease. */
const knowsNoLeases: Plant = meddling(["coordinator"], (step) => {
  const effects = step.go();
  const { serving, pulses } = coordinatorOf(step);
  if (serving && step.memory.get("served") !== true) for (const pulse of pulses.values()) pulse.leaseUntilUs = 0;
  step.memory.set("served", serving);
  return effects;
});

/** The promise that goes with a lease ends before the lease does. */
const promisesTooLittle: Plant = meddling(["coordinator"], (step) => {
  const effects = step.go();
  for (const pulse of coordinatorOf(step).pulses.values()) {
    pulse.leaseUntilUs = Math.min(pulse.leaseUntilUs, pulse.heardUs + 2_000_000);
  }
  return effects;
});

/** A region goes to another server under the epoch that it had. */
const epochStays: Plant = meddling(["coordinator"], (step) => {
  const state = coordinatorOf(step);
  const before = state.register.map.regions;
  const effects = step.go();
  const { map } = state.register;
  if (map.regions === before) return effects;
  const kept = (region: Region, at: number): Region => ({ ...region, epoch: before[at]?.epoch ?? region.epoch });
  state.register.map = { ...map, regions: map.regions.map(kept) };
  return effects;
});

const failedSyncsCount = (role: string): Plant =>
  hearing([role], (event) =>
    event.type === "syncFailed"
      ? { type: "synced", sync: event.sync, monotonicUs: event.monotonicUs, wallUs: event.wallUs }
      : event,
  );

const never = (role: string, prefix: string): Plant =>
  hearing([role], (event) => (event.type === "timerFired" && event.timer.startsWith(prefix) ? undefined : event));

const meshMutant = (id: string, about: string, source: string, plant: Plant, depth?: number): Mutant => ({
  id: `mesh/${id}`,
  system: "mesh",
  where: "logic",
  about,
  source,
  plant,
  ...(depth === undefined ? {} : { depth }),
});

export const meshSubtle: readonly Mutant[] = [
  meshMutant(
    "lease-from-the-answer",
    "a server counts its lease from when the answer came, not from when it asked",
    "MESH-F5-06; properties.md A6",
    mishearing("server", "leased", (leased, _step, { monotonicUs }) => ({ ...leased, sentUs: monotonicUs })),
    3,
  ),
  meshMutant(
    "new-leader-knows-no-leases",
    "a new leader of the coordinators does not wait for leases that the one before gave out",
    "MESH-F5-06; properties.md A6",
    knowsNoLeases,
    4,
  ),
  meshMutant(
    "promise-shorter-than-lease",
    "the coordinator gives players to others before the lease of their server is over",
    "MESH-INV-05; properties.md A6",
    promisesTooLittle,
    3,
  ),
  meshMutant(
    "asked-is-released",
    "a server that was asked to let go is taken to have let go",
    "X-M-20; properties.md trap 7",
    askedIsReleased,
    3,
  ),
  meshMutant(
    "released-in-another-life",
    "a server that let go in an earlier life is taken to have let go in this one",
    "properties.md A6",
    mishearing("coordinator", "released", (released, step, event) => {
      if (event.type !== "received") return released;
      const incarnation = coordinatorOf(step).register.incarnations.get(event.from) ?? 0;
      return { ...released, incarnation };
    }),
    4,
  ),
  meshMutant(
    "fence-off-by-one",
    "the store takes a write under the token before the one it was sealed for",
    "MESH-F5-07; properties.md trap 6",
    mishearing("store", "write", (write, step) => {
      const fence = storeOf(step).ledger.players.get(write.player)?.fence ?? 0;
      return write.token === fence - 1 ? { ...write, token: fence } : write;
    }),
    3,
  ),
  meshMutant(
    "fence-forgotten-at-restart",
    "a restarted store knows states and no fences",
    "MESH-F5-07; properties.md A4",
    storeForgets((stored) => ({ ...stored, fence: 0 })),
    4,
  ),
  meshMutant(
    "outcomes-forgotten-at-restart",
    "a restarted store does not know which actions it has answered",
    "MESH-GEN-06; properties.md A8",
    storeForgets((stored) => ({ ...stored, outcomes: [] })),
    3,
  ),
  meshMutant(
    "any-seal-will-do",
    "the coordinator commits a grant when the store has been sealed for an earlier one",
    "properties.md trap 8",
    mishearing("coordinator", "fenced", (fenced, step) => {
      const pending = registrationOf(step, fenced.player)?.pending;
      return pending === undefined || pending === null ? fenced : { ...fenced, token: pending.token };
    }),
    4,
  ),
  meshMutant(
    "adopt-without-compare",
    "the coordinator grants a target what it asks for, whoever has the player by now",
    "MESH-F1-05; properties.md A7",
    mishearing("coordinator", "adopt", (adopt, step) => {
      const owner = registrationOf(step, adopt.player)?.owner;
      return owner === undefined || owner === null ? adopt : { ...adopt, fromToken: owner.token, source: owner.server };
    }),
    4,
  ),
  meshMutant(
    "confirm-before-grant",
    "the target tells the source that it has the player before it was granted it",
    "MESH-F1-02; X-M-09",
    confirmsBeforeGrant,
  ),
  meshMutant(
    "loads-from-memory",
    "a server that gets a player back goes on with what it remembers of it",
    "MESH-INV-03",
    loadsFromMemory,
    3,
  ),
  meshMutant(
    "slow-means-failed",
    "a player is told that its action has failed when the store is slow",
    "properties.md A9; X-M-64",
    slowMeansFailed,
  ),
  meshMutant(
    "rollback-unheard",
    "a source that rolled a transfer back does not notice that it has the player again",
    "MESH-F1-09; MESH-INV-06",
    mishearing("server", "granted", (granted) => (granted.cause === "rollback" ? undefined : granted)),
  ),
  meshMutant("epoch-stays", "a region goes to another server under the epoch it had", "properties.md P1", epochStays),
  meshMutant(
    "failed-sync-counts",
    "the store takes a sync that failed for one that went well",
    "fsyncgate (PostgreSQL, 2018)",
    failedSyncsCount("store"),
    3,
  ),
  meshMutant(
    "tails-forgotten",
    "a new primary asks the backups for what they have, and does not use it",
    "MESH-FT-08; properties.md P2",
    mishearing("server", "recalled", (recalled) => ({
      ...recalled,
      copies: recalled.copies.map((copy) => ({ ...copy, tail: [] })),
    })),
    3,
  ),
  meshMutant(
    "escrow-never-ends",
    "nobody puts back what waits in escrow for somebody who does not come",
    "properties.md IL1",
    together(
      never("server", "escrow:"),
      mishearing("server", "parcel", () => undefined),
    ),
  ),
  meshMutant(
    "promotes-after-silence",
    "a backup takes a region over after a silence, and asks nobody",
    "X-M-26",
    setting("failover.decidedBy", "backup"),
    3,
  ),
  meshMutant(
    "source-takes-back",
    "a source whose attempts are used up takes the player back by itself, and the store lets it",
    "X-M-09",
    together(setting("rollback.decidedBy", "source"), setting("defence.fencing", false)),
    3,
  ),
  meshMutant(
    "no-leases",
    "servers act whether their lease is over or not, and clients believe whoever speaks",
    "MESH-INV-05; X-M-20; X-M-21: without the second, clients make up for the first",
    together(actsWithoutLease, setting("defence.clientTokenCheck", false)),
    3,
  ),
  meshMutant(
    "no-lease-margin",
    "leases allow neither for drift nor for the way of the answer",
    "MESH-F5-06; properties.md A6",
    setting("lease.mode", "noMargin"),
    3,
  ),
  meshMutant(
    "handed-off-at-once",
    "a suspected server's players are granted to others at once",
    "X-M-20",
    setting("failover.handOff", "atOnce"),
    3,
  ),
  meshMutant(
    "naive-union",
    "of a player with two owners the items of both are kept, also those that are elsewhere",
    "X-M-31",
    setting("defence.mergeCheck", false),
    4,
  ),
  meshMutant(
    "first-copy-is-the-original",
    "of two instances of an item the one that was made first is kept",
    "X-M-43",
    setting("duplicates.resolution", "creation"),
    3,
  ),
  meshMutant(
    "everything-at-once",
    "transfers begun elsewhere wait behind those of one's own",
    "MESH-F8-06",
    setting("load.inProgressFirst", false),
  ),
];
