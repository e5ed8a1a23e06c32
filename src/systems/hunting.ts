// How a system is hunted, as data: worlds small enough to run many of, what may vary in them, under which faults its
// promises are made, and at which moments a fault finds something live.

/** A value that a hunt may put into a story, by its path, as a file would write it. */
export interface Change {
  /** Below the top of a story, such as "settings.transfer.slots". */
  readonly path: string;
  readonly value: unknown;
}

/** What a hunt may vary. Outcomes that contradict each other are found by the system's schemas and `explain`. */
export type Variable = { readonly path: string } & (
  | { readonly values: readonly unknown[] }
  /** Whole milliseconds, drawn so that each doubling is as likely as the next. */
  | { readonly millisecondsMin: number; readonly millisecondsMax: number }
  | { readonly countMin: number; readonly countMax: number }
);

/** A kind of fault under which the promises are made. */
export interface KindModel {
  /** Whom it may strike; of message and link faults either end of what it strikes. */
  readonly roles: readonly string[];
  /**
   * What it takes is not given back: over a run it strikes at most a minority of each role's nodes, together with all
   * other kinds that say so.
   */
  readonly isLasting?: true;
}

/** The faults under which every promise has to hold: what is drawn, and what is not, and why. */
export interface FaultModel {
  /** By the name of the kind: see `faultline list faults`. */
  readonly within: ReadonlyMap<string, KindModel>;
  /** Kinds that take away what the promises rest on, and why. */
  readonly outside: ReadonlyMap<string, string>;
  /** Fields of messages that may be damaged where no frame notices it, because the system does. */
  readonly fields: readonly { readonly message: string; readonly field: string }[];
  /** How far clocks may run fast or slow, in parts per million. */
  readonly driftPpmMax: number;
  /** True: the system says nothing of faults, and has no use for some, as one without a disk. No kind has to bite then. */
  readonly isAssumed?: boolean;
}

/** An instant at which something is live, and who is concerned. */
export interface MomentSpec {
  /** Such as "leader elected". */
  readonly name: string;
  /** The fact that is stated then, or the type of a message that is sent. */
  readonly on: { readonly fact: string } | { readonly message: string };
  /** The node that states it or sends it; or the one that this field of the fact names. */
  readonly whose: "self" | { readonly field: string };
  /** Milliseconds after which what begins then is over, such as a lease; absent: it is the instant that matters. */
  readonly lastsMs?: number;
}

/** Changes of who is in charge: what a campaign counts to show that its worlds did not stand still. */
export interface Turnovers {
  readonly about: string;
  /** Facts that state one, and how many of each a run begins with, which are none. */
  readonly facts: ReadonlyMap<string, number>;
  /** Whose failing brings one about. */
  readonly roles: readonly string[];
  /** So many in half of the runs are enough. */
  readonly enough: number;
}

export interface HuntSpec {
  /** A story as a file has it: the usual world. */
  readonly world: Readonly<Record<string, unknown>>;
  /** Other worlds, each by what differs from the usual one. */
  readonly otherWorlds: readonly (readonly Change[])[];
  readonly variables: readonly Variable[];
  readonly model: FaultModel;
  readonly moments: readonly MomentSpec[];
  readonly turnovers: Turnovers | undefined;
  /** Fields of facts that name what a fact is about; the first that a fact has counts. */
  readonly subjects: readonly string[];
  /** Properties that no world within the fault model puts to the test, and why. */
  readonly unreachable: ReadonlyMap<string, string>;
}
