// Clocks that jump, drift, are led astray or stand still.

import type { Conduct, FaultSite } from "./conduct.ts";
import { giveWay } from "./latest.ts";
import type { Strike } from "./strike.ts";
import { aimAtNodes, shiftWords } from "./aim.ts";

/** A clock led by 1 us takes this long: 500 ppm, the most that ntpd slews. */
const slewUsPerUs = 2_000;

/** Each node's jump is drawn on its own: nodes that jump alike do not differ afterwards. */
export const clockStep: Conduct<"clockStep"> = {
  once: "atOnce",
  aim(open, site) {
    const { strike, action, id } = open;
    const { controls } = site;
    const names = aimAtNodes(open, site);
    strike.amounts = strike.nodes.map((node) =>
      controls.streams
        .named("faultAmount", `${id} ${controls.subjectOf(node)}`)
        .between(action.byUsMin, action.byUsMax),
    );
    return strike.nodes.length === 0
      ? names
      : strike.nodes.map((node, at) => `${controls.nameOf(node)} ${shiftWords(strike.amounts[at] ?? 0)}`).join(", ");
  },
  begin({ strike }, site) {
    shiftEach(strike, site, 1);
  },
  end({ strike }, site) {
    // Without a window the clock stays where it jumped to.
    if (strike.window !== "once") shiftEach(strike, site, -1);
  },
};

function shiftEach(strike: Strike, { controls }: FaultSite, sign: 1 | -1): void {
  strike.nodes.forEach((node, at) => controls.stepClock(strike.number, node, sign * (strike.amounts[at] ?? 0)));
}

export const clockDrift: Conduct<"clockDrift"> = {
  once: "untilHeal",
  aim: (open, site) => `${aimAtNodes(open, site)} by ${open.action.ppm} ppm`,
  begin({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.addDrift(strike.number, node, action.ppm);
  },
  end({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.addDrift(strike.number, node, -action.ppm);
  },
};

export const clockSlew: Conduct<"clockSlew"> = {
  once: "untilHeal",
  aim: (open, site) => `${aimAtNodes(open, site)} ${shiftWords(open.action.byUs)}`,
  begin({ strike, action }, site) {
    leadEach(strike, site, action.byUs);
  },
  end({ strike, action }, site) {
    leadEach(strike, site, -action.byUs);
  },
};

function leadEach(strike: Strike, { controls }: FaultSite, byUs: number): void {
  const overUs = strike.forUs > 0 ? strike.forUs : Math.abs(byUs) * slewUsPerUs;
  for (const node of strike.nodes) controls.slewClock(strike.number, node, byUs, overUs);
}

export const clockFreeze: Conduct<"clockFreeze"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin({ strike }, { controls }) {
    for (const node of strike.nodes) controls.freezeClock(strike.number, node);
  },
  end(open, site) {
    giveWay(["clockFreeze"], open, site, {
      resume: (other, node) => site.controls.freezeClock(other.strike.number, node),
      clear: (node) => site.controls.unfreezeClock(open.strike.number, node),
    });
  },
};
