// Processes that stand still, or go slowly.

import type { NodeIndex } from "../controls.ts";
import type { ActionOf, Conduct, FaultSite, OpenStrike } from "./conduct.ts";
import { giveWay } from "./latest.ts";
import { aimAtNodes } from "./aim.ts";

/** Only what runs can be paused; a crash ends the pause of that node (see down.ts). */
export const pause: Conduct<"pause"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin(open, site) {
    open.strike.nodes = open.strike.nodes.filter((node) => site.controls.isRunning(node));
    for (const node of open.strike.nodes) holdStill(open, site, node);
  },
  end(open, site) {
    giveWay(["pause"], open, site, {
      resume: (other, node) => holdStill(other, site, node),
      clear: (node) => site.controls.resume(open.strike.number, node),
    });
  },
};

export const slow: Conduct<"slow"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.slow(strike.number, node, action.stepUs);
  },
  end({ strike }, { controls }) {
    for (const node of strike.nodes) controls.unslow(strike.number, node);
  },
};

function holdStill({ strike, action }: OpenStrike<ActionOf<"pause">>, { controls }: FaultSite, node: NodeIndex): void {
  controls.pause(strike.number, node, action.monotonic);
}
