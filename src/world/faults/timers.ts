// Timers that do not fire.

import type { Conduct } from "./conduct.ts";
import { namesOf } from "./words.ts";

export const suppressTimers: Conduct<"suppressTimers"> = {
  once: "untilHeal",
  begin({ strike, action, id }, site) {
    strike.nodes = site.aim(action.target, id);
    // Every name begins with the empty one.
    const prefixes = action.timers.length === 0 ? [""] : action.timers;
    for (const node of strike.nodes) site.controls.suppressTimers(strike.number, node, prefixes);
    return `${action.timers.length === 0 ? "every timer" : action.timers.join(", ")} of ${namesOf(site.controls, strike.nodes)}`;
  },
  end({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.releaseTimers(strike.number, node, action.lost);
  },
};
