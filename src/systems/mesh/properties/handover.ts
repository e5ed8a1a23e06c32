// What is handed over: the state the source shipped, which is the state the store had committed (MESH-INV-07).

import { firstDifference } from "../../../base/plain-data.ts";
import type { Findings } from "../../../check/property.ts";
import type { MeshView, ShippedState, TransferView } from "../mesh-view.ts";
import type { PlayerState } from "../player-state.ts";
import { type MeshProperty, onGrant } from "./mesh-property.ts";

/** What the store keeps of a player. Where it stands is shipped with it, and is durable only with the next effect. */
const keptFields = ["score", "items", "session", "sequence"] as const;

/**
 * MESH-INV-07. The cut is the player's committed state at the instant the transfer's grant is committed (nothing but
 * zero effects is version 0). Judged once both the grant and the target's adopted state are known, whichever comes
 * second: the adopted state equals, field by field and by checksum, what the source shipped in that attempt, and, but
 * for its place, the cut when it is of the cut's version. Of another version it may be where the source has been given up,
 * or the target has lost what it adopted for the grant: then it has to load. When the target takes the authority under the
 * granted token, the version it starts from is the cut's, whether it was shipped or loaded.
 * What a target adopted for an attempt that came to nothing is not judged. When a message comes so late that the transfer
 * has ended, and another one after it, the checksum alone is compared.
 */
export const handedOverWhole: MeshProperty = {
  id: "MESH-INV-07",
  kind: "always",
  claim: "a completed transfer leaves the target with the source's state at the cut",
  source: "MESH-INV-07; MESH-F4-03",
  rules: {
    ...onGrant((_player, { transfer: id }, at, findings, view) => {
      const transfer = view.transfers.get(id);
      if (transfer?.grant?.event === at.event && transfer.adopted !== null)
        judgeAdopted(transfer, transfer.adopted, findings);
    }),
    stateAdopted: (view, fact, _at, findings) => {
      const transfer = view.transfers.get(fact.transfer);
      if (transfer === undefined || transfer.grant === null || transfer.adopted === null) return;
      judgeAdopted(transfer, transfer.adopted, findings);
    },
    authorityTaken: (view, fact, at, findings) => {
      const grant = startOf(view, fact.transfer, fact.token);
      if (grant === undefined || at.node !== grant.target) return;
      findings.exercised();
      const version = grant.cutVersion;
      if (fact.version === version) return;
      const evidence = grant.grant === null ? [] : [grant.grant.event];
      findings.violated(
        fact.player,
        `${at.node} starts from version ${fact.version}, and the cut is at ${version}`,
        evidence,
      );
    },
  },
};

/** The transfer whose grant a server takes up for the first time: nothing has been accepted under it yet. */
function startOf(view: MeshView, id: string, token: number): TransferView | undefined {
  const transfer = view.transfers.get(id);
  if (transfer?.grant?.token !== token) return undefined;
  return view.players.get(transfer.player)?.actedUnder.has(token) === true ? undefined : transfer;
}

function judgeAdopted(transfer: TransferView, adopted: NonNullable<TransferView["adopted"]>, findings: Findings): void {
  findings.exercised();
  const shipped = transfer.shipped.findLast(({ attempt }) => attempt === adopted.attempt);
  const evidence = [shipped?.event, adopted.event, transfer.grant?.event].filter((event) => event !== undefined);
  const wrong =
    differenceFromShipped(shipped, adopted) ??
    (shipped?.state === null ? undefined : differenceFromCut(adopted.state, transfer.cut));
  if (wrong !== undefined)
    findings.violated(transfer.player, `${transfer.target} adopted for ${transfer.id} ${wrong}`, evidence);
}

function differenceFromShipped(
  shipped: ShippedState | undefined,
  adopted: NonNullable<TransferView["adopted"]>,
): string | undefined {
  if (shipped === undefined) return `a state that attempt ${adopted.attempt} never shipped`;
  const difference = shipped.state === null ? undefined : firstDifference(adopted.state, shipped.state);
  if (difference !== undefined) return `a state whose ${difference.path} is not as it was shipped`;
  return adopted.checksum === shipped.checksum
    ? undefined
    : `a state under checksum ${adopted.checksum}, not ${shipped.checksum}`;
}

function differenceFromCut(state: PlayerState, cut: PlayerState | null): string | undefined {
  if (cut === null) return state.version === 0 ? undefined : `version ${state.version} of a state with no effect`;
  // What it starts from is judged when it takes the authority.
  if (state.version !== cut.version) return undefined;
  for (const field of keptFields) {
    if (firstDifference(state[field], cut[field]) !== undefined)
      return `a state whose ${field} is not that of the store at the cut`;
  }
  return undefined;
}
