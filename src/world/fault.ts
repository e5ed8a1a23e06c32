// Every way the world can go wrong, as data: when (timing) and what (action). One arm, one kind; `faults/` holds how.

import type { LatencyModel, LossModel, NodeSelector, Rate } from "./plan.ts";

/**
 * Times are microseconds after the start of the run. A window is [at, at + for). "untilHeal": ends when the world heals.
 * "once", or a window of 0, means for message faults: strikes the next match only; for `restart`, `refuse`, `lose`,
 * `clockStep`, `bitRot` and `misdirectedWrite`: happens at that moment and is never undone; for the rest: until healing.
 */
export type FaultTiming =
  | { readonly type: "scripted"; readonly atUs: number; readonly forUs: number | "untilHeal" | "once" }
  /**
   * Strikes at random: exponential gaps of mean `everyUs` from one beginning to the next, each lasting `forUsMin` to
   * `forUsMax` (0: as `once`), begun in [fromUs, untilUs). Targets that say `any` are drawn anew for each strike.
   */
  | {
      readonly type: "random";
      readonly everyUs: number;
      readonly forUsMin: number;
      readonly forUsMax: number;
      readonly fromUs: number;
      readonly untilUs: number;
    };

/** Which nodes a fault strikes: all that match, or one of them drawn at each strike. */
export interface FaultTarget {
  readonly of: NodeSelector;
  readonly pick: "all" | "any";
}

/** Which messages a fault strikes, among those sent while its window is open, counted in order of sending. */
export interface MessageSelector {
  /** Message types; empty: every type. */
  readonly types: readonly string[];
  readonly from: NodeSelector;
  readonly to: NodeSelector;
  /** Matches let pass before the first strike. Like `count`, counted anew in each window. */
  readonly skip: number;
  /** Strikes at most; Infinity: no bound. */
  readonly count: number;
  /** Share of the remaining matches struck. */
  readonly rate: Rate;
}

export type PartitionShape =
  /** Nodes of different groups cannot reach each other. A node in no group reaches every one. */
  | { readonly type: "groups"; readonly groups: readonly NodeSelector[] }
  | { readonly type: "oneWay"; readonly from: NodeSelector; readonly to: NodeSelector }
  /** Both sides reach the bridge nodes, and not each other. */
  | {
      readonly type: "bridge";
      readonly left: NodeSelector;
      readonly bridge: NodeSelector;
      readonly right: NodeSelector;
    }
  /** Each reaches its two neighbours only, in the order given. */
  | { readonly type: "ring"; readonly nodes: NodeSelector }
  /** Cut off from everything. */
  | { readonly type: "isolate"; readonly target: FaultTarget }
  /**
   * The nodes are shuffled at each strike, and dealt: in two halves; so that the largest minority is cut off; so that one
   * half is not heard by the other; as two halves with a bridge; in a ring. Nodes not named reach every one.
   */
  | {
      readonly type: "dealt";
      readonly nodes: NodeSelector;
      readonly as: "halves" | "minority" | "deafHalf" | "bridge" | "ring";
    };

export type FaultAction =
  // single messages
  | { readonly kind: "drop"; readonly messages: MessageSelector }
  | { readonly kind: "delay"; readonly messages: MessageSelector; readonly byUsMin: number; readonly byUsMax: number }
  | {
      readonly kind: "duplicate";
      readonly messages: MessageSelector;
      readonly copies: number;
      readonly withinUs: number;
    }
  /** Field path such as "state.x" ("" damages bytes at random); the value is replaced by `to`, or damaged when absent. */
  | { readonly kind: "corrupt"; readonly messages: MessageSelector; readonly field: string; readonly to?: unknown }
  | { readonly kind: "reorder"; readonly messages: MessageSelector; readonly withinUs: number }
  /** Kept back until the window ends ("clog"), then released in order, or shuffled ("swizzle"). */
  | { readonly kind: "hold"; readonly messages: MessageSelector; readonly release: "inOrder" | "shuffled" }
  // links: from every node of `from` to every other of `to`, in that direction only
  | {
      readonly kind: "partition";
      readonly shape: PartitionShape;
      /** Both above 0: the cut opens and closes in turn, beginning closed. Otherwise it stays. */
      readonly flapCutUs: number;
      readonly flapOpenUs: number;
    }
  | { readonly kind: "lossy"; readonly from: NodeSelector; readonly to: NodeSelector; readonly loss: LossModel }
  | { readonly kind: "latency"; readonly from: NodeSelector; readonly to: NodeSelector; readonly latency: LatencyModel }
  | {
      readonly kind: "bandwidth";
      readonly from: NodeSelector;
      readonly to: NodeSelector;
      readonly bytesPerSecond: number;
    }
  /** Streams between them are reset at once; sends during the window are refused. */
  | { readonly kind: "refuse"; readonly from: NodeSelector; readonly to: NodeSelector }
  // processes: down for the window, then started again (`forUs: "once"` or healing: see each kind)
  | { readonly kind: "crash"; readonly target: FaultTarget; readonly torn: boolean }
  /** Down and up again at once: volatile state is lost. */
  | { readonly kind: "restart"; readonly target: FaultTarget }
  /** No event is handled during the window; clocks go on, or the monotonic one stops with the process. */
  | { readonly kind: "pause"; readonly target: FaultTarget; readonly monotonic: "runs" | "stops" }
  /** Every event takes this much longer. */
  | { readonly kind: "slow"; readonly target: FaultTarget; readonly stepUs: number }
  /** Graceful: `stopRequested`, down once it halts (or after the window), started again when the window ends. */
  | { readonly kind: "stop"; readonly target: FaultTarget }
  /** Down for the window like `crash`, and back with an empty disk: the machine was replaced. */
  | { readonly kind: "wipe"; readonly target: FaultTarget }
  /** Down for good, not started even when the world heals. */
  | { readonly kind: "lose"; readonly target: FaultTarget }
  // clocks
  /** The wall clock jumps; when a window ends it jumps back. */
  | { readonly kind: "clockStep"; readonly target: FaultTarget; readonly byUsMin: number; readonly byUsMax: number }
  | { readonly kind: "clockDrift"; readonly target: FaultTarget; readonly ppm: number }
  /**
   * The wall clock is led to be off by `byUs` gradually over the window, and led back as slowly after it. A fault
   * without a window leads it at 500 ppm, as ntpd does.
   */
  | { readonly kind: "clockSlew"; readonly target: FaultTarget; readonly byUs: number }
  /** The wall clock stands still for the window, then jumps to where it belongs. */
  | { readonly kind: "clockFreeze"; readonly target: FaultTarget }
  // disks
  /** Syncs fail at this rate. */
  | { readonly kind: "diskError"; readonly target: FaultTarget; readonly rate: Rate }
  | { readonly kind: "diskFull"; readonly target: FaultTarget }
  | { readonly kind: "diskSlow"; readonly target: FaultTarget; readonly latency: LatencyModel }
  /** Syncs are answered and not done: what they covered is lost at a crash. */
  | { readonly kind: "lostSync"; readonly target: FaultTarget }
  /** This many drawn durable records can no longer be read. */
  | { readonly kind: "bitRot"; readonly target: FaultTarget; readonly records: number }
  /** The newest durable record of a drawn file lies in the place of another one, and cannot be read in its own. */
  | { readonly kind: "misdirectedWrite"; readonly target: FaultTarget }
  // timers
  /**
   * Timers whose name begins with one of `timers` (empty: every timer) do not fire during the window; they fire when it
   * ends unless `lost`.
   */
  | {
      readonly kind: "suppressTimers";
      readonly target: FaultTarget;
      readonly timers: readonly string[];
      readonly lost: boolean;
    };

export type FaultKind = FaultAction["kind"];

export interface Fault {
  /** Stable name for streams, ledgers and stories; unique in a scenario. */
  readonly id: string;
  readonly timing: FaultTiming;
  readonly action: FaultAction;
}

/**
 * How much a fault did. A strike is `injected`; it `touched` something live when a message, a running process, an armed
 * timer or a clock that was read met it; it `changed` the outcome when the world then did something else than it would
 * have done at that decision (a copy not delivered or at another time or with other content, an event deferred or lost,
 * state or writes lost, a clock reading off).
 */
export interface FaultTally {
  readonly id: string;
  readonly kind: FaultKind;
  readonly injected: number;
  readonly touched: number;
  readonly changed: number;
}

/** By how much a fault makes monotonic clocks err in rate, in parts per million: what protocols declare a bound for. */
export function rateErrorPpm(action: FaultAction): number {
  if (action.kind === "clockDrift") return Math.abs(action.ppm);
  return action.kind === "pause" && action.monotonic === "stops" ? 1_000_000 : 0;
}
