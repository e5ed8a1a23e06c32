// Links that lose, dawdle, choke or refuse. Each goes from every node of `from` to every other node of `to`, and not back.

import type { Controls, NodeIndex } from "../controls.ts";
import type { NodeSelector } from "../plan.ts";
import type { Conduct, OnceMeans } from "./conduct.ts";
import { selectorWords } from "./aim.ts";

interface Ends {
  readonly from: NodeSelector;
  readonly to: NodeSelector;
}

type LinkChange = Parameters<Controls["overrideLink"]>[3];
type LinkKind = "lossy" | "latency" | "bandwidth" | "refuse";

export const lossy = linkFault<"lossy">("untilHeal", ({ loss }) => ({ loss }));
export const latency = linkFault<"latency">("untilHeal", (action) => ({ latency: action.latency }));
export const bandwidth = linkFault<"bandwidth">("untilHeal", ({ bytesPerSecond }) => ({ bytesPerSecond }));
/** Without a window: open streams are reset, and may be opened again at once. */
export const refuse = linkFault<"refuse">("atOnce", () => ({ refuse: true }));

function linkFault<K extends LinkKind>(
  once: OnceMeans,
  changeOf: (action: Parameters<Conduct<K>["begin"]>[0]["action"]) => LinkChange,
): Conduct<K> {
  return {
    once,
    aim: ({ action }) => `${selectorWords(action.from)} to ${selectorWords(action.to)}`,
    begin({ strike, action }, { controls }) {
      const change = changeOf(action);
      eachLink(action, controls, (from, to) => controls.overrideLink(strike.number, from, to, change));
    },
    end({ strike, action }, { controls }) {
      eachLink(action, controls, (from, to) => controls.restoreLink(strike.number, from, to));
    },
  };
}

function eachLink(ends: Ends, controls: Controls, visit: (from: NodeIndex, to: NodeIndex) => void): void {
  const targets = controls.nodesOf(ends.to);
  for (const from of controls.nodesOf(ends.from)) for (const to of targets) if (to !== from) visit(from, to);
}
