// What soft actions, backups and buffers promise (properties.md P2, P3; MESH-INV-08, MESH-INV-09).

import type { Findings } from "../../../check/property.ts";
import { backupsWanted } from "../backup-folds.ts";
import type { SoftLoss } from "../backup-view.ts";
import type { MeshView } from "../mesh-view.ts";
import { backupsOf, type MeshSettings } from "../settings.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onEffect } from "./mesh-property.ts";

/** Rounds of flushing over which what is lost at once may have been acknowledged; messages are late, too. */
const ROUNDS_LOST_MAX = 10;

/** Copies beyond the primary's that sync waits for: in a mesh of few servers they are fewer than the settings ask for. */
const copiesOfSync = (settings: MeshSettings, { backups: { covers } }: MeshView): number =>
  [...covers.values()].reduce((least, { wanted }) => Math.min(least, wanted), backupsOf(settings, Infinity));

/**
 * P2. A durable action is never lost (MESH-INV-03 judges that). A soft one may be, when more copies of it are gone than
 * the mode allows for: the primary's and one backup's under sync, the primary's under semiSync, none under async. Then
 * what is lost is the end of what was acknowledged, no longer than the tail and no older than some rounds of flushing.
 * A copy is gone when its server's memory is, or when nobody could ask for it. Exercised by each soft action that is
 * durable at last, and by each that is lost.
 */
const durabilityClass = (settings: MeshSettings): MeshProperty => {
  const { mode, tailMax, flush } = settings.replication;
  const wrongIn = ({ soft, copiesGone, acceptedUpTo, count, spanUs }: SoftLoss, view: MeshView): string | undefined => {
    const survives = mode === "sync" ? copiesOfSync(settings, view) : mode === "semiSync" ? 1 : 0;
    if (copiesGone <= survives) return `${copiesGone} copies were gone, and ${mode} survives ${survives}`;
    if (acceptedUpTo > soft.sequence) return `action ${acceptedUpTo} of its session is there`;
    if (count > tailMax) return `${count} were lost at once, and the tail holds ${tailMax}`;
    if (spanUs > ROUNDS_LOST_MAX * flush) return `they had been acknowledged over ${spanUs} us`;
    return undefined;
  };
  return {
    id: "P2",
    kind: "always",
    claim: "what is acknowledged survives what its class promises; what may be lost is a bounded suffix",
    source: "properties.md P2; X-M-32",
    rules: {
      actionLost: (view, { player, action }, _at, findings) => {
        const { lost } = view.backups;
        if (lost === null) return;
        findings.exercised();
        const wrong = wrongIn(lost, view);
        if (wrong !== undefined) findings.violated(player, `${action} is lost, though ${wrong}`, [lost.soft.event]);
      },
      ...onEffect((_player, { action }, _at, findings, view) => {
        if (view.backups.soft.has(action)) findings.exercised();
      }),
    },
  };
};

/** P2, its last part: no soft action is lost in silence. A client that left, or crashed, has nobody to be told. */
const lossesTold = (settleUs: number): MeshProperty => {
  const owe = (view: MeshView, action: string, atUs: number, findings: Findings): void => {
    const soft = view.backups.soft.get(action);
    if (view.healedUs === null || soft === undefined) return;
    const dueUs = Math.max(atUs, view.healedUs) + settleUs;
    findings.owe(action, dueUs, `${action} was acknowledged, and its client was never told what became of it`, [
      soft.event,
    ]);
  };
  return {
    id: "P2-told",
    kind: "eventually",
    claim: "a client is told of each soft action that it is durable, or that it is lost",
    source: "properties.md P2",
    rules: {
      actionNoted: (view, { action }, { atUs }, findings) => owe(view, action, atUs, findings),
      healed: (view, _fact, { atUs }, findings) => {
        for (const action of view.backups.soft.keys()) owe(view, action, atUs, findings);
      },
      actionAnswered: (_view, { action }, _at, findings) => findings.paid(action),
      actionUnanswered: (_view, { action }, _at, findings) => findings.forgiven(action),
      playerLeft: (view, _fact, _at, findings) => forgive(view, findings),
      nodeCrashed: (view, _fact, _at, findings) => forgive(view, findings),
      nodeStopped: (view, _fact, _at, findings) => forgive(view, findings),
    },
  };
};

function forgive({ backups }: MeshView, findings: Findings): void {
  for (const action of backups.forgotten) findings.forgiven(action);
}

/** P3. Exercised by each effect of an action that was asked for again after a failover, and by each that is recognised. */
const noDoubleReplay: MeshProperty = {
  id: "P3",
  kind: "always",
  claim: "an action that is asked for again after a failover has one effect",
  source: "properties.md P3; X-M-60",
  rules: {
    ...onEffect((player, { action }, _at, findings, { backups, effectBefore }) => {
      const replayed = backups.replayed.get(action);
      if (replayed === undefined) return;
      findings.exercised();
      if (effectBefore === null) return;
      findings.violated(player.id, `${action} was asked for again, and took effect again`, [
        effectBefore.event,
        replayed.event,
      ]);
    }),
    effectRepeated: ({ backups }, { action }, _at, findings) => {
      if (backups.replayed.has(action)) findings.exercised();
    },
  },
};

/**
 * MESH-INV-09. What a client had buffered when it was back in play, in bounds, is done, or refused for what it asked, in
 * the time that a fair world needs. What it withdrew is not owed.
 */
const bufferedIsDone = (settleUs: number): MeshProperty => {
  const owe = ({ healedUs, backups }: MeshView, action: string, atUs: number, findings: Findings): void => {
    const replayed = backups.replayed.get(action);
    if (healedUs === null || replayed === undefined) return;
    findings.owe(action, Math.max(atUs, healedUs) + settleUs, `${action} was buffered, and is not done`, [
      replayed.event,
    ]);
  };
  return {
    id: "MESH-INV-09",
    kind: "eventually",
    claim: "a buffered action takes effect at most once, and exactly once within the buffer's bounds",
    source: "MESH-INV-09; MESH-FT-13; MESH-FT-14",
    rules: {
      player_reconnected: (view, { actions }, { atUs }, findings) => {
        for (const action of actions) owe(view, action, atUs, findings);
      },
      healed: (view, _fact, { atUs }, findings) => {
        for (const action of view.backups.open) owe(view, action, atUs, findings);
      },
      ...onEffect((player, { action }, _at, findings, { backups, effectBefore }) => {
        if (effectBefore === null || !backups.replayed.has(action)) return;
        findings.violated(player.id, `${action} was buffered, and took effect twice`, [effectBefore.event]);
      }),
      actionAnswered: ({ backups, players }, { player, action, outcome }, _at, findings) => {
        const replayed = backups.replayed.get(action);
        if (replayed === undefined) return;
        findings.exercised();
        findings.paid(action);
        const refused = players.get(player)?.declined === action;
        if (outcome === "done" || refused || backups.expired.has(action)) return;
        findings.violated(player, `${action} was buffered in bounds, and was not done`, [replayed.event]);
      },
      actionUnanswered: (_view, { action }, _at, findings) => findings.forgiven(action),
      playerLeft: (view, _fact, _at, findings) => forgive(view, findings),
      nodeCrashed: (view, _fact, _at, findings) => forgive(view, findings),
      nodeStopped: (view, _fact, _at, findings) => forgive(view, findings),
    },
  };
};

/**
 * MESH-INV-08. Within `settleUs` of healing, or of the instant since when it lacks any, a region's primary has all the
 * backups it is to have, or as many as servers are left for. Exercised by each region that gets there.
 */
const fullyBacked = (settleUs: number): MeshProperty => {
  const judge = (view: MeshView, region: number, atUs: number, findings: Findings): void => {
    const cover = view.backups.covers.get(region);
    if (view.healedUs === null || cover === undefined) return;
    const wanted = backupsWanted(view, cover);
    if (cover.inStep.size >= wanted) {
      findings.paid(`region ${region}`);
      return findings.exercised();
    }
    // One that lacks a server which came since has nothing noted yet.
    const dueUs = Math.max(cover.lacksSinceUs ?? atUs, view.healedUs) + settleUs;
    const because = `region ${region} has ${cover.inStep.size} backups in step, and ${wanted} could be`;
    // What fell due before has been found broken.
    if (dueUs >= atUs) findings.owe(`region ${region}`, dueUs, because);
  };
  const judgeAll = (view: MeshView, atUs: number, findings: Findings): void => {
    for (const region of view.backups.covers.keys()) judge(view, region, atUs, findings);
  };
  return {
    id: "MESH-INV-08",
    kind: "eventually",
    claim: "a region has a primary and all its backups in step, once faults have stopped and servers are left",
    source: "MESH-INV-08; MESH-FT-05; MESH-FT-20",
    rules: {
      healed: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
      regionServed: (view, { region }, { atUs }, findings) => judge(view, region, atUs, findings),
      backup_created: (view, { region }, { atUs }, findings) => judge(view, region, atUs, findings),
      backupLost: (view, { region }, { atUs }, findings) => judge(view, region, atUs, findings),
      nodeCrashed: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
      nodeStopped: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
      serverExpelled: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
      serverDrained: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
      serverResumed: (view, _fact, { atUs }, findings) => judgeAll(view, atUs, findings),
    },
  };
};

/** What backups and buffers promise; without backups nothing is promised of them. */
export const durabilityProperties = (settings: MeshSettings, settleUs: number): readonly MeshProperty[] => [
  durabilityClass(settings),
  lossesTold(settleUs),
  noDoubleReplay,
  bufferedIsDone(settleUs),
  fullyBacked(settleUs),
];
