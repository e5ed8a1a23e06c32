// What makes a small world finite, and how it is walked.

export interface Bounds {
  /** Crashes over all nodes together. */
  readonly crashes: number;
  /** Roles whose nodes can crash; empty: every one. */
  readonly crashRoles: readonly string[];
  /** Messages that arrive twice. */
  readonly duplicates: number;
  /** Messages that are lost as a move of their own. One that never arrives is as good as lost, however many are allowed. */
  readonly drops: number;
  /** Timers that fire at each node, by role; "" is for roles not named. Counted from where exploration begins. */
  readonly timers: ReadonlyMap<string, number>;
  /** Values that are tried for each draw of a machine, spread evenly; 1: the lowest only. */
  readonly draws: number;
  /** Whether a sync is answered within the event that asked for it. */
  readonly disks: "instant" | "slow";
}

/** A walk over the states of a small world. */
export interface WalkOptions {
  /** Moves from the beginning, at most; undefined: as many as there are. Breadth first only. */
  readonly depthMax: number | undefined;
  readonly statesMax: number;
  readonly order: "depth" | "breadth";
  /** Off: every order of all moves. */
  readonly reduces: boolean;
}

export const boundsDefault: Bounds = {
  crashes: 0,
  crashRoles: [],
  duplicates: 0,
  drops: 0,
  timers: new Map([["", 2]]),
  draws: 1,
  disks: "slow",
};
