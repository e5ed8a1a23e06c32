// The layers that keep authority exclusive, and every way to combine them.

/** A value of a layer, and the settings that make it. */
export interface Choice {
  readonly name: string;
  readonly set: readonly string[];
}

export interface Layer {
  readonly name: string;
  readonly about: string;
  readonly choices: readonly Choice[];
}

const choice = (name: string, ...set: readonly string[]): Choice => ({ name, set });

/** Not layers of authority, and off in all combinations: knowing an action again, or its place in its session, hides a late write. */
export const apart: readonly string[] = ["settings.defence.idempotency=off", "settings.defence.sessionOrder=off"];

/** From nothing to everything. */
export const layers: readonly Layer[] = [
  {
    name: "hand-off",
    about: "when a suspected server's players are granted to another",
    choices: [
      choice("at once", "settings.failover.handOff=atOnce"),
      choice("wait out lease", "settings.failover.handOff=waitLease"),
      choice("two-phase", "settings.failover.handOff=twoPhase"),
    ],
  },
  {
    name: "lease",
    about: "whether a server stops by its own clock, and what both sides allow for",
    choices: [
      choice("none", "settings.lease.mode=none"),
      choice("no margin", "settings.lease.mode=noMargin"),
      choice("margin", "settings.lease.mode=margin"),
    ],
  },
  {
    name: "fencing",
    about:
      "who compares tokens: nobody, the writing server, the store with the highest it has seen, the store told first",
    choices: [
      choice(
        "none",
        "settings.server.sourceFence=off",
        "settings.defence.fencing=off",
        "settings.defence.sealBeforeGrant=off",
      ),
      choice("at source", "settings.defence.fencing=off", "settings.defence.sealBeforeGrant=off"),
      choice("max-seen", "settings.defence.sealBeforeGrant=off"),
      choice("raised at grant"),
    ],
  },
  {
    name: "deadline",
    about: "whether the store refuses what comes after the end of the lease it was written under",
    choices: [choice("no", "settings.lease.deadlineAtStore=off"), choice("yes", "settings.lease.deadlineAtStore=on")],
  },
];

/** One choice of each layer, in the order of the layers. */
export type Combination = readonly Choice[];

export const combinations: readonly Combination[] = layers.reduce<readonly Combination[]>(
  (all, { choices }) => all.flatMap((combination) => choices.map((one) => [...combination, one])),
  [[]],
);

/** What a combination is judged by: properties.md §1. A5 is that of servers, whatever their clients believe. */
export const judgedBy = ["A1", "A2", "A4", "A5-emits"] as const;
