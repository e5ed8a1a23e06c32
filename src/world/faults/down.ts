// Nodes that go down: crashed, restarted, asked to stop, wiped, lost. A node may be held down by several strikes; it is
// started when the last of them ends.

import type { NodeIndex } from "../controls.ts";
import type { ActionOf, Conduct, FaultSite, OpenStrike } from "./conduct.ts";
import { aimAtNodes } from "./aim.ts";

type Holding = OpenStrike<ActionOf<"crash" | "wipe" | "stop">>;

export const crash: Conduct<"crash"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin(open, site) {
    hold(open, site, (node) => crashNow(open, site, node, open.action.torn));
  },
  end: release,
};

export const wipe: Conduct<"wipe"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin(open, site) {
    hold(open, site, (node) => crashNow(open, site, node, false));
    for (const node of open.strike.nodes) site.controls.damageDisk(open.strike.number, node, "wipe", 0);
  },
  end: release,
};

export const stop: Conduct<"stop"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin(open, site) {
    hold(open, site, (node) => site.controls.requestStop(open.strike.number, node));
  },
  end(open, site) {
    // What has not left in good order by now is made to.
    for (const node of open.strike.nodes) {
      if (site.controls.isRunning(node)) crashNow(open, site, node, false);
    }
    release(open, site);
  },
};

/** Down and up again at once. What is down already stays as it is. */
export const restart: Conduct<"restart"> = {
  once: "atOnce",
  windowless: true,
  aim: aimAtNodes,
  begin(open, site) {
    for (const node of open.strike.nodes.filter((candidate) => site.controls.isRunning(candidate))) {
      crashNow(open, site, node, false);
      startUnlessHeld(open, site, node);
    }
  },
  end() {},
};

export const lose: Conduct<"lose"> = {
  once: "atOnce",
  windowless: true,
  aim: aimAtNodes,
  begin(open, site) {
    for (const node of open.strike.nodes) {
      site.addLost(node);
      if (site.controls.isRunning(node)) crashNow(open, site, node, false);
    }
  },
  end() {},
};

/** Takes the nodes that run, or that another strike holds down. One that left by itself is not held, so not started. */
function hold(open: Holding, site: FaultSite, takeDown: (node: NodeIndex) => void): void {
  open.strike.nodes = open.strike.nodes.filter(
    (node) => site.controls.isRunning(node) || holderOf(node, open, site) !== undefined,
  );
  for (const node of open.strike.nodes) if (site.controls.isRunning(node)) takeDown(node);
}

function release(open: Holding, site: FaultSite): void {
  for (const node of open.strike.nodes) startUnlessHeld(open, site, node);
}

function startUnlessHeld(open: OpenStrike, site: FaultSite, node: NodeIndex): void {
  const holder = holderOf(node, open, site);
  // The strike that keeps the node from starting now changes the run from here on.
  if (holder !== undefined) site.controls.ledger.changed(holder.strike.number);
  else if (!site.lost.includes(node)) site.controls.start(open.strike.number, node);
}

function holderOf(node: NodeIndex, apartFrom: OpenStrike, site: FaultSite): Holding | undefined {
  return site.open
    .filter(isHolding)
    .find((open) => open.strike.number !== apartFrom.strike.number && open.strike.nodes.includes(node));
}

function isHolding(open: OpenStrike): open is Holding {
  return open.action.kind === "crash" || open.action.kind === "wipe" || open.action.kind === "stop";
}

/** A process that is killed is paused no longer: the pause lets go of the node, and does not resume what runs later. */
function crashNow(open: OpenStrike, site: FaultSite, node: NodeIndex, torn: boolean): void {
  site.controls.crash(open.strike.number, node, torn);
  for (const { strike, action } of site.open) {
    if (action.kind === "pause") strike.nodes = strike.nodes.filter((held) => held !== node);
  }
}
