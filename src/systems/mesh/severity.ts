// How bad a run is, by what it states: the mesh's scale, SEV-1 (the worst) to SEV-4 (MESH-SEV-01, MESH-MTR-02).

import type { Severity } from "./service-facts.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

/** An outage beyond this is high, an answer later than that medium (MESH-SEV-01). */
const OUTAGE_US = 5_000_000;
const LATENCY_US = 100_000;

/** Figures of the time a player was without service. */
const outages: ReadonlySet<string> = new Set(["failover.outage", "crash.toOwner"]);

/** How bad the fact is that was folded into the view last; undefined: nothing is wrong by it. */
export function severityOf(view: MeshView, fact: JudgedFact): Severity | undefined {
  switch (fact.fact) {
    // Two owners, doubled items, lost data, or nobody left.
    case "effectAccepted": {
      const grant = view.players.get(fact.player)?.grant;
      const stale = grant?.server !== fact.server || grant.token !== fact.token;
      const misplaced = view.itemsMoved.some((item) => view.items.get(item)?.places.length !== 1);
      return stale || misplaced ? 1 : undefined;
    }
    case "diskUnreadable":
      return 1;
    case "nodeCrashed":
    case "nodeStopped":
    case "leaseExpired":
      return lostServer(view, fact.fact);
    case "server_failure_detected":
    case "stateMismatch":
    case "rollbackStarted":
      return 2;
    case "playerConnected":
    case "authorityTaken": {
      const { samples, by } = view.stopwatches;
      const long = by === fact && samples.some(({ figure, value }) => outages.has(figure) && value > OUTAGE_US);
      return long ? 2 : undefined;
    }
    case "attemptFailed":
      return fact.because === "timeout" ? 3 : 4;
    case "transferDeferred":
      return 3;
    case "actionAnswered":
      return (view.players.get(fact.player)?.answeredAfterUs ?? 0) > LATENCY_US ? 3 : undefined;
    case "retryScheduled":
    case "lateMessageIgnored":
      return 4;
    default:
      return undefined;
  }
}

/** A server is gone or may not act: the worst when it was the last one that did. */
function lostServer(
  { leases, mode }: MeshView,
  how: "nodeCrashed" | "nodeStopped" | "leaseExpired",
): 1 | 2 | undefined {
  if (!leases.has(mode.at)) return undefined;
  for (const { believes } of leases.values()) if (believes) return how === "nodeCrashed" ? 2 : undefined;
  return 1;
}
