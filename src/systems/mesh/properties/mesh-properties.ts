// Every property a mesh run is judged by. MESH-INV-12 (same seed, same trace) takes two runs: the command line has it.

import {
  effectsInTokenOrder,
  noLateWrite,
  oneActor,
  outputsInTokenOrder,
  singleWriter,
  singleWriterWeak,
  tokensGuard,
  tokensRise,
} from "./authority.ts";
import { coverage } from "./coverage.ts";
import { durabilityProperties } from "./durability.ts";
import { handedOverWhole } from "./handover.ts";
import { coordinatorsAgree } from "./group.ts";
import { oneLayer, oneOpener, replicasAuthoriseNothing, replicasFresh } from "./ground.ts";
import {
  balance,
  conservation,
  escrowEnds,
  frozenStays,
  noResurrection,
  oneLocation,
  originalKept,
  tradesWhole,
} from "./items.ts";
import { exclusiveEmits, leaseIncluded } from "./leases.ts";
import { loadProperties } from "./load.ts";
import { nothingLeft } from "./leftovers.ts";
import type { MeshProperty } from "./mesh-property.ts";
import type { MeshSettings } from "../settings.ts";
import { meshSettleUs } from "../settle.ts";
import { exactlyOnce, nothingVanishes, sessionOrder, truthfulAnswers } from "./operations.ts";
import { progress } from "./progress.ts";
import { mapAgreed, onePrimary } from "./regions.ts";
import { nothingMeanwhile, oneDecision, resolutionEnds } from "./split-brain.ts";
import { cutOffInTime, recoveryInOrder, serviceReturns, suspendedIsStill } from "./service.ts";
import { keptInformed, ownerAfterTransfer, transferEndsOnce, transfersTerminate } from "./transfers.ts";

/** Microseconds of true time, from the settings of the run. */
export interface MeshBounds {
  /** B of AL1: how long after healing players are served and transfers end; also for A7-owner. */
  readonly settleUs: number;
  /** MESH-INV-06: the watchdog's bound, its sweep, and the round trips of a rollback. */
  readonly transferUs: number;
  /** I3: how long a replica may outlive what it shows. */
  readonly staleUs: number;
  /** MESH-INV-10: how long locks and timers may outlive their transfer. */
  readonly leftoverUs: number;
}

/** The bounds that the settings of a run imply. With the watchdog off they stay as they are, and are missed. */
export function meshBounds(settings: MeshSettings): MeshBounds {
  const { watchdog, rollback, coordinator, server, transfer } = settings;
  const settleUs = meshSettleUs(settings);
  // An abort asks the coordinator, which seals the store; each is asked again when the first goes astray.
  const undoneUs = 2 * (rollback.retry + coordinator.sealRetry + server.askRetry) + server.writeRetry;
  const transferUs = watchdog.bound + 2 * watchdog.sweep + undoneUs + transfer.deadline;
  const { resync, escrow } = settings.boundary;
  const staleUs = 3 * resync + escrow;
  return { settleUs, staleUs, transferUs, leftoverUs: transfer.incomingTimeout + 2 * watchdog.sweep + undoneUs };
}

/** `bounds`: others than the settings imply, for who tests the properties themselves. */
export function meshProperties(settings: MeshSettings, bounds = meshBounds(settings)): readonly MeshProperty[] {
  return [
    ...promises(bounds),
    ...loadProperties(settings, bounds),
    leaseIncluded(settings),
    exclusiveEmits(settings),
    suspendedIsStill,
    cutOffInTime(settings),
    serviceReturns(settings),
    recoveryInOrder,
    ...durabilityProperties(settings, bounds.settleUs),
    ...coordinatorsAgree(settings),
    ...coverage,
  ];
}

const promises = ({ settleUs, transferUs, leftoverUs, staleUs }: MeshBounds): readonly MeshProperty[] => [
  singleWriter,
  singleWriterWeak,
  noLateWrite,
  tokensRise,
  effectsInTokenOrder,
  outputsInTokenOrder,
  transferEndsOnce,
  ownerAfterTransfer(settleUs),
  exactlyOnce,
  truthfulAnswers,
  sessionOrder,
  progress(settleUs),
  conservation,
  balance,
  replicasAuthoriseNothing,
  replicasFresh(settleUs, staleUs),
  tradesWhole,
  noResurrection,
  escrowEnds(settleUs),
  oneLayer,
  oneOpener,
  frozenStays,
  originalKept,
  onePrimary,
  oneActor,
  oneLocation,
  nothingVanishes,
  tokensGuard,
  transfersTerminate(transferUs),
  handedOverWhole,
  nothingLeft(leftoverUs),
  mapAgreed(settleUs),
  keptInformed,
  nothingMeanwhile,
  oneDecision,
  resolutionEnds(settleUs),
];
