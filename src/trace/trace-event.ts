// The evidence: everything a judge, a report or a reader of stories may know about a run. Plain data, in order.

import type { NodeId } from "../base/ids.ts";
import type { Fact, Transport } from "../machine/effect.ts";

/** Why a message, or one copy of it, never reached a machine. */
export type LossReason =
  | "loss"
  | "partition"
  | "dropFault"
  | "queueFull"
  | "corruptFrame"
  | "malformed"
  | "receiverDown"
  | "connectionReset"
  | "refused";

/** What the world did, told as facts to the judge beside those of the machines. `node` on the observation says to whom. */
export type WorldFact =
  | { readonly fact: "nodeBooted"; readonly incarnation: number }
  | { readonly fact: "nodeCrashed"; readonly cause: string; readonly lostRecords: number }
  | { readonly fact: "nodeStopped" }
  | { readonly fact: "nodePaused" }
  | { readonly fact: "nodeResumed" }
  /** A machine threw or broke an assertion: always a violation (the judge's property "NO-PANIC"). */
  | { readonly fact: "machineBroke"; readonly error: string; readonly event: string }
  /** `ratePpm`: by how much it makes monotonic clocks err in rate, at the most; a million: they stand still. */
  | {
      readonly fact: "faultBegan";
      readonly fault: number;
      readonly kind: string;
      readonly about: string;
      readonly ratePpm: number;
    }
  /** `lateUs`: for how long something is late by it still; absent: nothing is. */
  | { readonly fact: "faultEnded"; readonly fault: number; readonly kind: string; readonly lateUs?: number }
  /** From now on the world is fair: nothing is lost or late by fault, every node runs (properties AL1, X7). */
  | { readonly fact: "healed" }
  /** One for each timer still armed when the run ends, for leak checks (MESH-INV-10). */
  | { readonly fact: "timerLeft"; readonly timer: string }
  | { readonly fact: "runEnded"; readonly ending: string };

/** A fact with when and where it was stated. `atUs` is true time, which no machine knows. */
export interface Observation<F extends Fact = Fact> {
  readonly atUs: number;
  /** Ordinal of the kernel event during which it was stated: equal for facts of one step. */
  readonly event: number;
  readonly node: NodeId;
  readonly fact: F;
}

/** Receives facts as they are stated. The judge is one; it must not keep the observation object, only the fact. */
export interface FactObserver {
  observe(atUs: number, event: number, node: NodeId, fact: Fact): void;
}

/** Hears which kind of message reached which node, and when: for whoever needs no trace. */
export interface MessageListener {
  told(atUs: number, node: NodeId, type: string): void;
}

/** One line of a full trace. Written only when asked for; a run without a tracer pays nothing. */
export type TraceEvent = { readonly atUs: number; readonly event: number; readonly node: NodeId } & (
  | { readonly kind: "fact"; readonly fact: Fact }
  /** `node` sent it. `message` counts sends over the run from 1 and names it in `delivered` and `lost`. */
  | {
      readonly kind: "sent";
      readonly message: number;
      readonly to: NodeId;
      readonly via: Transport;
      readonly content: object;
    }
  /** `node` received it; `content` is present only when a fault changed it on the way. */
  | {
      readonly kind: "delivered";
      readonly message: number;
      readonly from: NodeId;
      readonly sentUs: number;
      readonly copy: number;
      readonly content?: object;
    }
  | { readonly kind: "lost"; readonly message: number; readonly to: NodeId; readonly reason: LossReason }
  | { readonly kind: "timerSet"; readonly timer: string; readonly dueUs: number }
  | { readonly kind: "timerFired"; readonly timer: string }
  | { readonly kind: "timerCancelled"; readonly timer: string }
  | { readonly kind: "timerSuppressed"; readonly timer: string }
  | { readonly kind: "synced"; readonly sync: string; readonly records: number }
  | { readonly kind: "syncFailed"; readonly sync: string; readonly error: string }
);

/** Takes trace events as they happen. */
export interface Tracer {
  trace(event: TraceEvent): void;
}
