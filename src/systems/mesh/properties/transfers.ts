// How transfers end: once, with the state they began with, and with nothing left behind (A7, MESH-INV-06,
// MESH-INV-07, MESH-INV-10, MESH-GEN-05).
//
// The memory of a transfer is its source's process. When that process ends (crash, stop), the transfer is abandoned:
// nobody owes its end any more, a grant the coordinator has committed for it stays, and so do the locks it left at the
// target, which must be gone once the world has been calm for the grace. Should a source that came back end it after
// all, that is its one end.

import { printDuration } from "../../../base/units.ts";
import type { Findings } from "../../../check/property.ts";
import { calmBegins, isCalm, type MeshView, ownerIsAble, type PlayerView, type TransferView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onEffect, onGrant } from "./mesh-property.ts";

/**
 * A7. Judged against committed grants: "completed" needs a grant to the target, and a token from that grant's up to the
 * latest one's, for the source may hear of it late; "rolled back" needs that the current grant is not this transfer's. A target that hears of an undone grant late may believe what it
 * likes (its writes are A1's). Exercised by each end and by each ignored late message.
 */
export const transferEndsOnce: MeshProperty = {
  id: "A7",
  kind: "always",
  claim:
    "a transfer ends once, as the coordinator has committed it, and nothing that comes after its end changes anything",
  source: "properties.md A7; X-M-09",
  rules: {
    transferEnded: (view, fact, _at, findings) => {
      const transfer = view.transfers.get(fact.transfer);
      findings.exercised();
      if (transfer === undefined || transfer.end === null) {
        return findings.violated(fact.player, `${fact.transfer} ended and had never started`);
      }
      if (transfer.ends > 1) {
        const { outcome, event } = transfer.end;
        return findings.violated(
          fact.player,
          `${fact.transfer} ended as ${fact.outcome} after it had ended as ${outcome}`,
          [event],
        );
      }
      const player = view.players.get(fact.player);
      const wrong =
        fact.outcome === "completed" ? falseCompletion(transfer, player, fact.token) : falseRollback(transfer, player);
      if (wrong !== undefined) findings.violated(fact.player, wrong, [transfer.startedEvent, ...grantEvents(transfer)]);
    },
    ...onGrant((player, { transfer: id, server, token }, _at, findings, view) => {
      const end = view.transfers.get(id)?.end ?? null;
      if (end === null) return;
      findings.violated(
        player.id,
        `${server} was granted token ${token} for ${id} after it had ended as ${end.outcome}`,
        [end.event],
      );
    }),
    lateMessageIgnored: (_view, _fact, _at, findings) => findings.exercised(),
  },
};

function falseCompletion(
  { id, grant, target }: TransferView,
  player: PlayerView | undefined,
  token: number,
): string | undefined {
  if (grant === null) return `${id} ended as completed, and ${target} was never granted the player`;
  if (token >= grant.token && token <= (player?.tokenGranted.value ?? -1)) return undefined;
  return `${id} ended as completed under token ${token}, and ${target} was granted ${grant.token}`;
}

function falseRollback({ id, grant, target }: TransferView, player: PlayerView | undefined): string | undefined {
  if (grant === null || player?.grant?.token !== grant.token) return undefined;
  return `${id} ended as rolled back, and the current grant is ${target}'s, token ${grant.token}`;
}

const grantEvents = ({ grant }: TransferView): readonly number[] => (grant === null ? [] : [grant.event]);

/**
 * The second half of A7: once a transfer has ended, the owner by the committed grants shows within `settleUs` that it
 * can act, by taking the authority under that token or by having an effect accepted. The clock starts at the end of the
 * transfer or at healing, whichever is later. A crash of the owner pays nothing: somebody must be able. A player that
 * left is owed nothing.
 */
export const ownerAfterTransfer = (settleUs: number): MeshProperty => {
  const owe = (player: PlayerView, fromUs: number, findings: Findings): void => {
    if (player.left || player.grant === null) return;
    if (ownerIsAble(player)) return findings.exercised();
    const { server, token, event } = player.grant;
    findings.owe(player.id, fromUs + settleUs, `${server} holds token ${token} for ${player.id} and never took it up`, [
      event,
    ]);
  };
  return {
    id: "A7-owner",
    kind: "eventually",
    claim: "after a transfer has ended, the player's one owner can act within the bound",
    source: "properties.md A7",
    rules: {
      transferEnded: (view, fact, at, findings) => {
        const player = view.players.get(fact.player);
        if (view.healedUs !== null && player !== undefined) owe(player, at.atUs, findings);
      },
      healed: (view, _fact, at, findings) => {
        for (const player of view.players.values()) if (player.transfersEnded > 0) owe(player, at.atUs, findings);
      },
      authorityTaken: (view, fact, _at, findings) => {
        const player = view.players.get(fact.player);
        if (player !== undefined && ownerIsAble(player)) findings.paid(fact.player);
      },
      ...onEffect((player, { server, token }, _at, findings) => {
        if (player.grant?.server === server && player.grant.token === token) findings.paid(player.id);
      }),
      playerLeft: (_view, fact, _at, findings) => findings.forgiven(fact.player),
    },
  };
};

/**
 * MESH-INV-06. A transfer ends within `transferUs` (the watchdog's bound, its sweep, and the round trips of a rollback)
 * of its start or of the instant since which no fault is open, whichever is later. A fault that begins suspends the
 * clock of every open transfer, and the end of the last open fault starts it anew: what went wrong before a calm period
 * must be mended within one. So a transfer whose timers were suppressed, and which has no watchdog, is found even when
 * everything else is well again.
 */
export const transfersTerminate = (transferUs: number): MeshProperty => {
  const bound = printDuration(transferUs);
  const oweOne = (view: MeshView, { id, player, startedUs, startedEvent }: TransferView, findings: Findings): void => {
    const dueUs = Math.max(startedUs, view.calmSinceUs) + transferUs;
    findings.owe(id, dueUs, `the transfer ${id} of ${player} has not ended after ${bound} of calm`, [startedEvent]);
  };
  /** When a calm begins; within one, each transfer was owed from its start. */
  const oweAll = (view: MeshView, atUs: number, findings: Findings): void => {
    if (!calmBegins(view, atUs)) return;
    for (const id of view.open) {
      const transfer = view.transfers.get(id);
      if (transfer !== undefined) oweOne(view, transfer, findings);
    }
  };
  return {
    id: "MESH-INV-06",
    kind: "eventually",
    claim: "every transfer ends within the hard bound plus the watchdog's sweep once faults stop",
    source: "MESH-INV-06; MESH-F7-05",
    rules: {
      transferStarted: (view, fact, at, findings) => {
        const transfer = view.transfers.get(fact.transfer);
        if (isCalm(view) && transfer?.startedEvent === at.event) oweOne(view, transfer, findings);
      },
      transferEnded: (_view, fact, _at, findings) => findings.paid(fact.transfer),
      faultBegan: (view, _fact, _at, findings) => {
        if (view.faultsOpen === 1) for (const id of view.open) findings.forgiven(id);
      },
      faultEnded: (view, _fact, at, findings) => oweAll(view, at.atUs, findings),
      healed: (view, _fact, at, findings) => oweAll(view, at.atUs, findings),
      nodeCrashed: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
      nodeStopped: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
      serverExpelled: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
    },
  };
};

function forgiveAbandoned(view: MeshView, findings: Findings): void {
  for (const id of view.abandoned) findings.forgiven(id);
}

/**
 * MESH-GEN-05. Service is back when the player is resumed; by that instant a notice about the transfer was sent, and
 * when it is its source that goes on, having begun to roll it back, one that says so. A pause at a server whose process
 * ends is over with it.
 */
export const keptInformed: MeshProperty = {
  id: "MESH-GEN-05",
  kind: "eventually",
  claim: "a player is told of each pause, move and rollback no later than service is back",
  source: "MESH-GEN-05",
  rules: {
    playerResumed: (view, fact, at, findings) => {
      const transfer = view.transfers.get(fact.transfer);
      if (transfer === undefined) return;
      const undone = transfer.rollingBack && at.node === transfer.source;
      const told = undone ? transfer.notices.includes("rolledBack") : transfer.notices.length > 0;
      if (told) return findings.exercised();
      const key = undone ? rollbackKey(transfer.id) : transfer.id;
      const what = undone ? `the rollback of ${transfer.id}` : transfer.id;
      findings.owe(key, at.atUs, `${fact.player} was back in play and had not been told of ${what}`, [
        transfer.startedEvent,
      ]);
    },
    noticeSent: (_view, fact, _at, findings) => {
      findings.paid(fact.transfer);
      if (fact.notice === "rolledBack") findings.paid(rollbackKey(fact.transfer));
    },
  },
};

const rollbackKey = (transfer: string): string => `rollback of ${transfer}`;
