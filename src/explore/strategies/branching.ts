// Other futures of a promising moment: a run that reached something new is kept where it did, and goes on from there under
// several seeds. What came before is not run again.

import type { Strategy } from "../strategy.ts";

const futures = 6;
const ms = 1_000;

export const branching: Strategy = {
  name: "branching",
  about: "several futures of a moment at which something new was reached",
  propose(die, { corpus }) {
    const entry = corpus.choose(die);
    if (entry === undefined) return undefined;
    const { scenario, reseeds } = entry.proposal;
    const latestUs = scenario.world.healUs - 1;
    // Just before what was new, or just after it.
    const offUs = die.doubling(1, 1_000) * ms * (die.percent(40) ? -1 : 1);
    const atUs = Math.max(reseeds.at(-1)?.atUs ?? 0, Math.min(latestUs, entry.newAtUs + offUs), 0);
    return { scenario, reseeds, branch: { atUs, seeds: Array.from({ length: futures }, () => die.seed()) } };
  },
};
