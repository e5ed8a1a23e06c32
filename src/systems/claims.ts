// What a system's documents promise, as data: each claim with where it comes from, the worlds that put it to the test,
// what is measured there, and the bound that it must keep. Verdicts are made of runs, by src/tune/claims.

/** Of figures: durations in microseconds, shares from 0 to 1, counts and amounts as they are. */
export interface Bound {
  readonly comparison: "<" | "<=" | ">" | ">=";
  readonly value: number;
}

/**
 * What is measured over all runs of a point, and the bound it must keep.
 * each: every sample of every run; of a count, every run. One that does not is enough to refute it.
 * never: none of these properties is violated in any run that put it to the test.
 * mean, quantile: over all samples. share: of a share, its hits among its samples; of counts, one sum over another.
 */
export type ClaimTest =
  | {
      readonly type: "each";
      readonly figure: string;
      /** Runs in which nothing of this was counted say nothing; absent: all do. */
      readonly among?: string;
      readonly bound: Bound;
    }
  | { readonly type: "never"; readonly properties: readonly string[] }
  | { readonly type: "mean"; readonly figure: string; readonly bound: Bound }
  | {
      readonly type: "quantile";
      readonly figure: string;
      readonly of: number;
      readonly outOf: number;
      readonly bound: Bound;
    }
  | {
      readonly type: "share";
      /** One share, or counts to be added up. */
      readonly figures: readonly string[];
      /** Of which counts; absent: of the samples of the share. */
      readonly among?: readonly string[];
      /**
       * Why samples of one run are independent, such as a die for each packet: without a single hit each then counts, and
       * not only each run.
       */
      readonly independentBecause?: string;
      readonly bound: Bound;
    };

/** A world in which a claim is put to the test. */
export interface ClaimPoint {
  /** What sets it apart from the other points of its claim, in a few words. */
  readonly label: string;
  /** A story, such as "claims/transfers#late". */
  readonly story: string;
  /** Values put into the story, as `--set` takes them. */
  readonly set?: readonly string[];
  /** In place of the claim's own. */
  readonly tests?: readonly ClaimTest[];
  /** Runs for each seed that is asked for: what is promised never to happen asks for more of them. 1 when absent. */
  readonly times?: number;
}

/** What every claim says, tested or not. */
interface Promised {
  /** Such as "CL-M-12a". */
  readonly id: string;
  /** What is promised, in our own words. */
  readonly promise: string;
  /** The numbers, as a person writes them. */
  readonly target: string;
  /** Ids of requirements that it comes from. */
  readonly from: readonly string[];
  /** Ids of the contradictions that qualify it. */
  readonly qualifiedBy: readonly string[];
}

export interface MeasuredClaim extends Promised {
  readonly type: "measured";
  /** The clock, or what is counted: from which fact to which fact. */
  readonly measures: string;
  /** What the points differ in, when there are several. */
  readonly factor?: string;
  readonly tests: readonly ClaimTest[];
  /** What the documents ask for and what they leave open: the verdict is made of these. In order of the factor. */
  readonly points: readonly ClaimPoint[];
  /** What would have to differ from the documents: shown beside the verdict, and no part of it. */
  readonly remedies?: readonly ClaimPoint[];
}

export interface UntestableClaim extends Promised {
  readonly type: "untestable";
  /** Why no run can decide it: what convinces a sceptic. */
  readonly because: string;
}

export type ClaimSpec = MeasuredClaim | UntestableClaim;

/** Figures of bytes that were sent, which a run does not measure unless it is asked to. */
export interface TrafficSpec {
  /** The figure of all messages. */
  readonly all: string;
  /** By figure: the types of messages that it counts. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** All that documents promise of a system. */
export interface ClaimLedger {
  /** Stories whose claims ask for such a figure are run so that there is one. */
  readonly traffic?: TrafficSpec;
  readonly claims: readonly ClaimSpec[];
}
