// Small worlds of which every interleaving is seen, and the shortest way when a defence is off.

import { saidBy } from "../command.ts";
import type { MeasuredSection } from "../report.ts";

interface Said {
  readonly outcome: "held" | "violated" | "inconclusive";
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly violation: { readonly properties: readonly string[]; readonly steps: number } | null;
}

interface Walk {
  readonly about: string;
  readonly typed: string;
  readonly awaited: Said["outcome"];
}

const world = "mesh/transfer --from transferStarted";

const walks: readonly Walk[] = [
  {
    about: "one transfer: any number of losses, one duplicate, one crash of any node",
    typed: `${world} --timers 0 --duplicates 1 --crashes 1`,
    awaited: "held",
  },
  {
    about: "one transfer: any number of losses, one crash, one timer of each server",
    typed: `${world} --timers 0 --timers server=1 --crashes 1`,
    awaited: "held",
  },
  {
    about: "the same world without fencing: the shortest way to a violation",
    typed: `${world} --timers player=1 --set settings.defence.fencing=off --set settings.transfer.policy=version`,
    awaited: "violated",
  },
];

export function exploreSection(tell: (line: string) => void): MeasuredSection {
  const done = walks.map((walk) => {
    const said = saidBy(["explore", ...walk.typed.split(" ")]) as Said;
    tell(`${walk.about}: ${said.outcome}`);
    return { walk, said };
  });
  return {
    title: "Explore",
    about:
      "Two servers, a coordinator, a player and an item, from the moment at which a transfer begins; every message may be lost.",
    command: "npm run hunt -- explore",
    figures: done.map(({ walk, said }) => ({
      what: walk.about,
      bar: walk.awaited === "held" ? "all of it seen, and held" : "found",
      measured: said.violation === null ? said.outcome : said.violation.properties.join(", "),
      met: said.outcome === walk.awaited,
    })),
    columns: ["faultline explore", "states", "transitions", "depth", "steps to the violation"],
    rows: done.map(({ walk, said }) => [
      walk.typed,
      String(said.states),
      String(said.transitions),
      String(said.depth),
      String(said.violation?.steps ?? "none"),
    ]),
  };
}
