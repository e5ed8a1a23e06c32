// What is promised under load (FM-008): queues that stay in bounds and in order, a throttle that holds, those in the
// middle of a transfer first, nobody starved (AL2), and no overload that outlives its cause.

import type { NodeId } from "../../../base/ids.ts";
import { printDuration } from "../../../base/units.ts";
import type { Findings, Instant } from "../../../check/property.ts";
import { account, depthOf, nextWindow, type Service, serverLoad } from "../load-view.ts";
import { calmBegins, isCalm, type MeshView } from "../mesh-view.ts";
import type { MeshSettings } from "../settings.ts";
import type { MeshProperty } from "./mesh-property.ts";

const SECOND_US = 1_000_000;

/** AL2: what share of a window a player that goes to and fro over a border is owed, in percent. */
const SERVED_PERCENT_MIN = 50;
/** A window is as long as this, and judged only if so many transfers began in it. */
const WINDOW_US = 10 * SECOND_US;
const CROSSINGS_MIN = 3;

export interface LoadBounds {
  readonly settleUs: number;
  readonly transferUs: number;
}

export const loadProperties = (settings: MeshSettings, bounds: LoadBounds): readonly MeshProperty[] => [
  queueInBounds(settings),
  throttleHolds(settings),
  inProgressFirst(settings),
  waitingAreTold,
  everyoneGetsATurn(settings, bounds),
  overloadPasses(settings, bounds),
  everyoneGetsThrough(bounds),
  noStarvation(bounds),
];

/** Counted by who is put in and who is taken out, not by what the server says of it. */
const queueInBounds = ({ transfer }: MeshSettings): MeshProperty => ({
  id: "MESH-F8-01",
  kind: "always",
  claim: "no more players wait for a slot than the queue may hold, and who asked first begins first",
  source: "MESH-F8-01",
  rules: {
    transferDeferred: (view, { player }, { node }, findings) => {
      findings.exercised();
      const { size } = serverLoad(view, node).queue;
      if (size > transfer.queueMax)
        findings.violated(node, `${player} is number ${size} in a queue for ${transfer.queueMax}`);
    },
    transferAdmitted: (view, { player }, { node }, findings) => {
      findings.exercised();
      const { firstBefore } = serverLoad(view, node);
      if (firstBefore !== player)
        findings.violated(node, `${player} began, and ${firstBefore ?? "nobody"} was the first to wait`);
    },
  },
});

/**
 * MESH-F8-06. In any second of true time, from throttling on, no more transfers begin than the rate lets pass and the
 * bucket held; the server's clock may be as fast as `driftMax` says, and faults on clocks suspend the rule.
 */
function throttleHolds({ load, coordinator }: MeshSettings): MeshProperty {
  const drift = Math.ceil((load.admitRate * coordinator.driftMax) / 1_000_000);
  return {
    id: "MESH-F8-06",
    kind: "always",
    claim: "while throttled, no more transfers begin in a second than the rate allows",
    source: "MESH-F8-06; CL-M-25",
    rules: {
      transferStarted: (view, _fact, { node }, findings) => {
        const server = serverLoad(view, node);
        if (server.throttledSinceUs === null || view.load.clockFaults > 0) return;
        findings.exercised();
        const shared = load.scope === "cluster";
        const began = (shared ? view.load.throttledStarts : server.started).length;
        const savers = shared ? throttling(view) : 1;
        const allowed = load.admitRate + drift + savers * load.burst - (shared ? 0 : 1);
        if (began <= allowed) return;
        findings.violated(node, `${began} transfers began within a second, and ${allowed} may while throttled`);
      },
    },
  };
}

function throttling({ load }: MeshView): number {
  let servers = 0;
  for (const { throttledSinceUs } of load.servers.values()) if (throttledSinceUs !== null) servers++;
  return servers;
}

/** MESH-F8-06. Judged by the slot that a transfer of the server's own takes, when those left are spoken for. */
const inProgressFirst = ({ transfer, load }: MeshSettings): MeshProperty => ({
  id: "MESH-F8-06-first",
  kind: "always",
  claim: "a server begins no transfer of its own while one begun elsewhere waits for that slot",
  source: "MESH-F8-06",
  rules: {
    lockTaken: (view, { lock, transfer: id }, { node, atUs }, findings) => {
      if (load.cap === "soft" || !lock.startsWith("slot/out/")) return;
      const server = serverLoad(view, node);
      let waiting = 0;
      for (const [other, untilUs] of server.putOff) {
        if (untilUs > atUs && view.open.has(other)) waiting++;
        else server.putOff.delete(other);
      }
      if (waiting === 0) return;
      findings.exercised();
      if (server.slotsBefore + waiting < transfer.slots) return;
      const others = waiting === 1 ? "one begun elsewhere waits" : `${waiting} begun elsewhere wait`;
      findings.violated(
        node,
        `${id} took a slot: ${server.slotsBefore} of ${transfer.slots} were taken, and ${others}`,
      );
    },
  },
});

/** MESH-GEN-05 for those who wait: in the step that lets them wait. */
const waitingAreTold: MeshProperty = {
  id: "MESH-F8-06-told",
  kind: "eventually",
  claim: "a player that has to wait for a slot is told so at once",
  source: "MESH-F8-06; MESH-GEN-05; CL-M-32",
  rules: {
    transferDeferred: (_view, { player }, { atUs }, findings) =>
      findings.owe(player, atUs, `${player} waits for a slot and was not told`),
    noticeSent: (_view, { player, notice }, _at, findings) => {
      if (notice === "waiting") findings.paid(player);
    },
    transferTurnedAway: (_view, { player }, { atUs }, findings) =>
      findings.owe(player, atUs, `${player} was turned away and was not told`),
  },
};

function forgiveQueue({ load }: MeshView, findings: Findings): void {
  for (const id of load.lastQueue) findings.forgiven(id);
}

function forgiveServers({ load }: MeshView, findings: Findings): void {
  for (const id of load.servers.keys()) findings.forgiven(id);
}

/** How long a server with so many before it may need: by its rate, and by its slots if each is held to the bound. */
function queueUs({ load, transfer }: MeshSettings, { transferUs }: LoadBounds, before: number): number {
  const byRate = load.throttling ? Math.ceil((before * SECOND_US) / load.admitRate) : 0;
  return byRate + Math.ceil(before / transfer.slots) * transferUs;
}

/** AL2 for the queue. As MESH-INV-06, a fault suspends the clock, and the end of the last one starts it anew. */
function everyoneGetsATurn(settings: MeshSettings, bounds: LoadBounds): MeshProperty {
  const owe = (player: string, place: number, fromUs: number, findings: Findings): void => {
    const boundUs = bounds.settleUs + queueUs(settings, bounds, place);
    findings.owe(player, fromUs + boundUs, `${player} has waited for a slot for ${printDuration(boundUs)} of calm`);
  };
  const oweAll = (view: MeshView, { atUs }: Instant, findings: Findings): void => {
    if (!calmBegins(view, atUs)) return;
    for (const { queue } of view.load.servers.values()) {
      let place = 0;
      for (const player of queue) owe(player, ++place, view.calmSinceUs, findings);
    }
  };
  return {
    id: "AL2-queue",
    kind: "eventually",
    claim: "who waits for a slot gets one within B and what all before it may need",
    source: "properties.md AL2; MESH-F8-01",
    rules: {
      transferDeferred: (view, { player }, { node, atUs }, findings) => {
        if (!isCalm(view)) return;
        owe(player, serverLoad(view, node).queue.size, Math.max(atUs, view.calmSinceUs), findings);
      },
      transferAdmitted: (_view, { player }, _at, findings) => findings.paid(player),
      transferWithdrawn: (_view, { player }, _at, findings) => findings.forgiven(player),
      faultBegan: (view, _fact, _at, findings) => {
        for (const { queue } of view.load.servers.values()) for (const id of queue) findings.forgiven(id);
      },
      faultEnded: (view, _fact, at, findings) => oweAll(view, at, findings),
      healed: (view, _fact, at, findings) => oweAll(view, at, findings),
      nodeCrashed: (view, _fact, _at, findings) => forgiveQueue(view, findings),
      nodeStopped: (view, _fact, _at, findings) => forgiveQueue(view, findings),
      serverExpelled: (view, _fact, _at, findings) => forgiveQueue(view, findings),
    },
  };
}

/**
 * "Recovered" from an overload: B, and what the queue may need, after the last who was new wanted a slot of a server, its
 * depth is not above the upper mark any more. Players that were rolled back and ask again are not new: they are the
 * overload's echo, and one that feeds itself is what this is about (X-M-49).
 */
function overloadPasses(settings: MeshSettings, bounds: LoadBounds): MeshProperty {
  const { throttleAt, resumeAt } = settings.load;
  const owe = (view: MeshView, node: NodeId, atUs: number, findings: Findings): void => {
    const { wantedUs, wantedDepth } = serverLoad(view, node);
    const boundUs = bounds.settleUs + queueUs(settings, bounds, wantedDepth);
    // Only somebody new, or a fault, makes the time begin again: an overload that comes and goes is one.
    const dueUs = Math.max(atUs, wantedUs + boundUs, view.calmSinceUs + boundUs);
    findings.owe(node, dueUs, `nobody new came to ${node} for ${printDuration(boundUs)}, and it is overloaded`);
  };
  const oweOrPay = (view: MeshView, { node, atUs }: Instant, findings: Findings): void => {
    const depth = depthOf(serverLoad(view, node));
    if (depth <= resumeAt) findings.paid(node);
    else if (depth > throttleAt && isCalm(view)) owe(view, node, atUs, findings);
  };
  const oweAll = (view: MeshView, { atUs }: Instant, findings: Findings): void => {
    if (!calmBegins(view, atUs)) return;
    for (const [node, server] of view.load.servers) {
      if (depthOf(server) > throttleAt) owe(view, node, atUs, findings);
    }
  };
  return {
    id: "P5-overload",
    kind: "eventually",
    claim: "an overload ends within the bound once nobody adds to it",
    source: "properties.md §3 recovered (overload); X-M-49",
    rules: {
      transferDeferred: (view, _fact, at, findings) => oweOrPay(view, at, findings),
      lockTaken: (view, _fact, at, findings) => oweOrPay(view, at, findings),
      lockReleased: (view, _fact, at, findings) => oweOrPay(view, at, findings),
      transferWithdrawn: (view, _fact, at, findings) => oweOrPay(view, at, findings),
      faultBegan: (view, _fact, _at, findings) => forgiveServers(view, findings),
      faultEnded: (view, _fact, at, findings) => oweAll(view, at, findings),
      healed: (view, _fact, at, findings) => oweAll(view, at, findings),
      nodeCrashed: (_view, _fact, { node }, findings) => findings.forgiven(node),
      nodeStopped: (_view, _fact, { node }, findings) => findings.forgiven(node),
      serverExpelled: (_view, _fact, { node }, findings) => findings.forgiven(node),
    },
  };
}

/**
 * "Recovered" means that goodput returns. Who was rolled back and goes on trying gets through within B of the first
 * rollback, or of the last fault. Depth alone does not tell: an overload that feeds itself can be shallow (X-M-49).
 */
const everyoneGetsThrough = ({ settleUs }: LoadBounds): MeshProperty => ({
  id: "P5-goodput",
  kind: "eventually",
  claim: "who was rolled back and goes on trying gets through within the bound",
  source: "properties.md §3 recovered (overload); X-M-49",
  rules: {
    transferStarted: (view, { player }, { atUs }, findings) => {
      const rolledBack = view.load.rolledBack.get(player);
      if (rolledBack === undefined || !isCalm(view)) return;
      const dueUs = Math.max(rolledBack.firstUs, view.calmSinceUs) + settleUs;
      findings.owe(player, Math.max(atUs, dueUs), `${player} has tried for ${printDuration(settleUs)} and got nowhere`);
    },
    transferEnded: (_view, { player, outcome }, _at, findings) => {
      if (outcome === "completed") findings.paid(player);
      // Should it try again, it still has the same time.
      else findings.forgiven(player);
    },
    faultBegan: (view, _fact, _at, findings) => {
      for (const player of view.load.rolledBack.keys()) findings.forgiven(player);
    },
    nodeCrashed: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
    nodeStopped: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
    serverExpelled: (view, _fact, _at, findings) => forgiveAbandoned(view, findings),
  },
});

/** Of a source that is gone: nobody tries any more. */
function forgiveAbandoned({ abandoned, transfers }: MeshView, findings: Findings): void {
  for (const id of abandoned) findings.forgiven(transfers.get(id)?.player ?? id);
}

/**
 * AL2. Of every window of ten seconds without faults in which a player began three transfers or more, an owner that can
 * act has it for more than half, not counting the time for which it is paused. What a fault has left is mended within B.
 */
const noStarvation = ({ settleUs }: LoadBounds): MeshProperty => ({
  id: "AL2",
  kind: "always",
  claim: `a player that goes to and fro over a border has an owner that can act for ${SERVED_PERCENT_MIN} % of the time`,
  source: "properties.md AL2",
  rules: {
    transferEnded: (view, { player }, { atUs }, findings) => {
      const service = account(view, player, atUs);
      if (service === undefined || service.spanUs < WINDOW_US) return;
      const settledUs = view.load.hadFaults ? view.calmSinceUs + settleUs : 0;
      if (atUs - service.spanUs >= settledUs) judgeWindow(player, service, findings);
      nextWindow(service);
    },
  },
});

const servedPercent = ({ servedUs, spanUs }: Service): number => Math.floor((servedUs * 100) / spanUs);

function judgeWindow(player: string, service: Service, findings: Findings): void {
  if (service.transfers < CROSSINGS_MIN) return;
  findings.exercised();
  const percent = servedPercent(service);
  if (percent >= SERVED_PERCENT_MIN) return;
  findings.violated(
    player,
    `${player} had an owner that could act for ${percent} % of ${printDuration(service.spanUs)}, in ${service.transfers} transfers`,
  );
}
