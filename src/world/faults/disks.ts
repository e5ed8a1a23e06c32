// Disks that fail, fill up, dawdle, lie and rot.

import type { Rate } from "../plan.ts";
import type { ActionOf, Conduct, FaultSite, OpenStrike } from "./conduct.ts";
import { giveWay } from "./latest.ts";
import { aimAtNodes } from "./aim.ts";

type FailingKind = "diskError" | "diskFull" | "lostSync";

const failingKinds: readonly FailingKind[] = ["diskError", "diskFull", "lostSync"];
const always: Rate = { of: 1, outOf: 1 };

export const diskError: Conduct<"diskError"> = failing<"diskError">();
export const diskFull: Conduct<"diskFull"> = failing<"diskFull">();
export const lostSync: Conduct<"lostSync"> = failing<"lostSync">();

function failing<K extends FailingKind>(): Conduct<K> {
  return {
    once: "untilHeal",
    aim: aimAtNodes,
    begin(open, site) {
      failSyncs(open, site, open.strike.nodes);
    },
    end(open, site) {
      giveWay(failingKinds, open, site, {
        resume: (other, node) => failSyncs(other, site, [node]),
        clear: (node) => site.controls.failSyncs(open.strike.number, node, "none", always),
      });
    },
  };
}

function failSyncs(
  { strike, action }: OpenStrike<ActionOf<FailingKind>>,
  { controls }: FaultSite,
  nodes: readonly number[],
): void {
  const how = action.kind === "diskError" ? "io" : action.kind === "diskFull" ? "full" : "lost";
  const rate = action.kind === "diskError" ? action.rate : always;
  for (const node of nodes) controls.failSyncs(strike.number, node, how, rate);
}

export const diskSlow: Conduct<"diskSlow"> = {
  once: "untilHeal",
  aim: aimAtNodes,
  begin({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.slowDisk(strike.number, node, action.latency);
  },
  end(open, site) {
    giveWay(["diskSlow"], open, site, {
      resume: (other, node) => site.controls.slowDisk(other.strike.number, node, other.action.latency),
      clear: (node) => site.controls.slowDisk(open.strike.number, node, undefined),
    });
  },
};

export const bitRot: Conduct<"bitRot"> = {
  once: "atOnce",
  windowless: true,
  aim: aimAtNodes,
  begin({ strike, action }, { controls }) {
    for (const node of strike.nodes) controls.damageDisk(strike.number, node, "rot", action.records);
  },
  end() {},
};

export const misdirectedWrite: Conduct<"misdirectedWrite"> = {
  once: "atOnce",
  windowless: true,
  aim: aimAtNodes,
  begin({ strike }, { controls }) {
    for (const node of strike.nodes) controls.damageDisk(strike.number, node, "misdirect", 1);
  },
  end() {},
};
