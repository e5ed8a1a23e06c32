// What finished transfers leave behind (MESH-INV-10).

import { isCalm, type MeshView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";

/**
 * MESH-INV-10. At the end of a run that reached its end in calm, no lock is held and no timer armed for a transfer that
 * is over (ended, or abandoned by its source's process) since more than `graceUs`, counted from its end or from the
 * beginning of the calm, whichever is later. A timer names its transfer after the first colon: "retry:p1/7". Locks of a
 * process that ended went with it. Exercised by each lock released.
 */
export const nothingLeft = (graceUs: number): MeshProperty => {
  return {
    id: "MESH-INV-10",
    kind: "always",
    claim: "no locks or timers remain for transfers that are over",
    source: "MESH-INV-10",
    rules: {
      lockReleased: (_view, _fact, _at, findings) => findings.exercised(),
      timerLeft: (view, fact, at, findings) => {
        const transfer = fact.timer.slice(fact.timer.indexOf(":") + 1);
        const sinceUs = overSinceUs(view, transfer);
        if (sinceUs === undefined || at.atUs - sinceUs <= graceUs) return;
        findings.violated(
          transfer,
          `${at.node} still has the timer ${fact.timer} of a transfer that is over`,
          endOf(view, transfer),
        );
      },
    },
    atEnd: (view, at, findings, settled) => {
      if (!settled) return;
      for (const { node, lock, transfer, event } of view.locks.values()) {
        const sinceUs = overSinceUs(view, transfer);
        if (sinceUs === undefined || at.atUs - sinceUs <= graceUs) continue;
        findings.violated(transfer, `${node} still holds the lock ${lock} of a transfer that is over`, [
          event,
          ...endOf(view, transfer),
        ]);
      }
    },
  };
};

/** Since when the transfer is over and the world calm; undefined while either is not so. */
function overSinceUs(view: MeshView, id: string): number | undefined {
  const transfer = view.transfers.get(id);
  if (transfer === undefined || transfer.phase === "open" || !isCalm(view)) return undefined;
  return Math.max(transfer.closedUs, view.calmSinceUs);
}

function endOf(view: MeshView, transfer: string): readonly number[] {
  const end = view.transfers.get(transfer)?.end ?? null;
  return end === null ? [] : [end.event];
}
