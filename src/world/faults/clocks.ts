// Clocks that jump, drift, are led astray or stand still.

import type { Conduct, FaultSite } from "./conduct.ts";
import { giveWay } from "./latest.ts";
import type { Strike } from "./strike.ts";
import { namesOf, shiftWords } from "./words.ts";

/** A clock led by 1 us takes this long: 500 ppm, the most that ntpd slews. */
const slewUsPerUs = 2_000;

/** Each node's jump is drawn on its own: nodes that jump alike do not differ afterwards. */
export const clockStep: Conduct<"clockStep"> = {
  once: "atOnce",
  begin({ strike, action, id }, site) {
    const { controls } = site;
    strike.nodes = site.aim(action.target, id);
    strike.amounts = strike.nodes.map((node) =>
      controls.streams
        .named("faultAmount", `${id} ${controls.subjectOf(node)}`)
        .between(action.byUsMin, action.byUsMax),
    );
    shiftEach(strike, site, 1);
    return strike.nodes.length === 0
      ? "no node"
      : strike.nodes.map((node, at) => `${controls.nameOf(node)} ${shiftWords(strike.amounts[at] ?? 0)}`).join(", ");
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
  begin({ strike, action, id }, site) {
    strike.nodes = site.aim(action.target, id);
    for (const node of strike.nodes) site.controls.addDrift(strike.number, node, action.ppm);
    return `${namesOf(site.controls, strike.nodes)} by ${action.ppm} ppm`;
  },
  end({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.addDrift(strike.number, node, -action.ppm);
  },
};

export const clockSlew: Conduct<"clockSlew"> = {
  once: "untilHeal",
  begin({ strike, action, id }, site) {
    strike.nodes = site.aim(action.target, id);
    leadEach(strike, site, action.byUs);
    return `${namesOf(site.controls, strike.nodes)} ${shiftWords(action.byUs)}`;
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
  begin({ strike, action, id }, site) {
    strike.nodes = site.aim(action.target, id);
    for (const node of strike.nodes) site.controls.freezeClock(strike.number, node);
    return namesOf(site.controls, strike.nodes);
  },
  end(open, site) {
    giveWay(["clockFreeze"], open, site, {
      resume: (other, node) => site.controls.freezeClock(other.strike.number, node),
      clear: (node) => site.controls.unfreezeClock(open.strike.number, node),
    });
  },
};
