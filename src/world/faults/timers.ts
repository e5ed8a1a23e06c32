// Timers that do not fire.

import type { Conduct } from "./conduct.ts";
import { aimAtNodes } from "./aim.ts";

export const suppressTimers: Conduct<"suppressTimers"> = {
  once: "untilHeal",
  aim(open, site) {
    const { timers } = open.action;
    return `${timers.length === 0 ? "every timer" : timers.join(", ")} of ${aimAtNodes(open, site)}`;
  },
  begin({ strike, action }, { controls }) {
    // Every name begins with the empty one.
    const prefixes = action.timers.length === 0 ? [""] : action.timers;
    for (const node of strike.nodes) controls.suppressTimers(strike.number, node, prefixes);
  },
  end({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.releaseTimers(strike.number, node, action.lost);
  },
};
