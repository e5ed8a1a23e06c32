// What a diagram of one run is drawn from: lanes, messages with their fate, what happened, what lasted. Columns of
// integers and one table of texts, because there are many; equal runs give equal timelines.

import type { LossReason } from "../trace/trace-event.ts";

/** What became of one copy of a message. `late`: it took `lateUs` or more. `never`: it was on its way when all ended. */
export const fates = [
  "delivered",
  "late",
  "duplicate",
  "changed",
  "never",
  "loss",
  "partition",
  "dropFault",
  "queueFull",
  "corruptFrame",
  "malformed",
  "receiverDown",
  "connectionReset",
  "refused",
] as const satisfies readonly (LossReason | "delivered" | "late" | "duplicate" | "changed" | "never")[];

export type Fate = (typeof fates)[number];

/** `detail`: stated by a machine, and worth no line in a story. */
export const happeningKinds = ["fact", "detail", "world", "fault", "violation", "timer"] as const;

export type HappeningKind = (typeof happeningKinds)[number];

/** Columns of one length. Those named with `Step` hold differences to the entry before, the first one to 0. */
export interface MessageColumns {
  /** True time at which it was sent, microseconds. */
  readonly atUsStep: readonly number[];
  /** From there to its arrival, or to where it was lost. */
  readonly tookUs: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Place in `fates`. */
  readonly fate: readonly number[];
  /** Place in `texts`. */
  readonly text: readonly number[];
  /** Ordinal of the event in which it was sent. */
  readonly eventStep: readonly number[];
  /** From there to the event in which it arrived; 0: it did not. */
  readonly eventsTook: readonly number[];
}

export interface HappeningColumns {
  readonly atUsStep: readonly number[];
  readonly eventStep: readonly number[];
  /** Place in `lanes`; -1: the world. */
  readonly lane: readonly number[];
  readonly kind: readonly number[];
  readonly text: readonly number[];
  /** Of a timer: how many events before it was set; 0: unknown. */
  readonly setBefore: readonly number[];
}

export interface SpanColumns {
  readonly lane: readonly number[];
  readonly row: readonly number[];
  readonly key: readonly number[];
  readonly label: readonly number[];
  /** 1: no other should be of its row and key at a time; 0 otherwise. */
  readonly exclusive: readonly number[];
  /** 0 plain, 1 good, 2 bad. */
  readonly tone: readonly number[];
  readonly fromUs: readonly number[];
  readonly toUs: readonly number[];
  /** Events with which it began and ended; an end of 0: it went on. */
  readonly beganWith: readonly number[];
  readonly endedWith: readonly number[];
}

export interface Timeline {
  readonly startUs: number;
  readonly endUs: number;
  /** From when on a message is told to be late, microseconds. */
  readonly lateUs: number;
  readonly lanes: readonly { readonly name: string; readonly role: string }[];
  readonly texts: readonly string[];
  readonly messages: MessageColumns;
  readonly happenings: HappeningColumns;
  readonly spans: SpanColumns;
  /** Faults, and those of them that cut links. */
  readonly faults: readonly {
    readonly fromUs: number;
    readonly toUs: number;
    readonly words: string;
    readonly isPartition: boolean;
  }[];
  /** When a node was down or stood still. */
  readonly states: readonly {
    readonly lane: number;
    readonly state: "down" | "paused";
    readonly fromUs: number;
    readonly toUs: number;
  }[];
  /** The first ones of each property, in order. */
  readonly violations: readonly {
    readonly property: string;
    readonly atUs: number;
    readonly event: number;
    readonly lane: number;
    readonly because: string;
    readonly evidence: readonly number[];
    /** It does not fail the run: it was expected, or is only reported. */
    readonly isExcused: boolean;
  }[];
}
