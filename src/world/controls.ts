// What a fault may do to the world: the seam between `faults/` (what goes wrong) and the hosts it goes wrong in.

import type { Streams } from "../kernel/streams.ts";
import type { Transport } from "../machine/effect.ts";
import type { Message } from "../machine/message.ts";
import type { FaultKind } from "./fault.ts";
import type { LatencyModel, LossModel, NodeSelector, Rate } from "./plan.ts";

/** Nodes are dense indices inside the world, in the order of their declaration. */
export type NodeIndex = number;

/** A message about to enter the network, before the link's own chances are drawn. */
export interface Passage {
  readonly from: NodeIndex;
  readonly to: NodeIndex;
  readonly message: Message;
  readonly transport: Transport;
  readonly atUs: number;
}

/** What the message faults open at this moment make of a passage. */
export interface Interference {
  drop: boolean;
  delayUs: number;
  /** Extra copies, each with its own further delay. Of a datagram: a stream delivers each message once. */
  copiesAfterUs: number[];
  /** The message as it is on the wire; another object when damaged. */
  message: Message;
  /** The message without the damage to its bytes: what a stream, which notices that, sends again. */
  whole: Message;
  /** The damage leaves nothing that could be decoded. */
  isMalformed: boolean;
  /** Its bytes were damaged on the wire, where a frame checksum notices; damage to one field is under the checksum. */
  damagedOnWire: boolean;
  /** Kept back until the holds with these strike numbers are all released. */
  heldBy: number[];
}

/** Sees every message while at least one message fault is open; returns undefined to let it pass untouched. */
export interface MessageInterceptor {
  intercept(passage: Passage): Interference | undefined;
}

/**
 * Everything below is counted: each call that begins something returns nothing, and the part that acts on it reports
 * `touched` and `changed` for the strike number it was given (see FaultTally) through `Ledger`.
 *
 * Strikes overlap. The world keeps what it was given by strike number for links, `slow` and suppressed timers: cuts
 * and extra steps add up, of several overrides of one field of a link the latest begun counts. The fault driver nests
 * the rest and calls only when the node's state changes: crash when it first goes down and start when the last strike
 * ends, pause at the first and resume at the last, freeze likewise. One pause, freeze, failing mode and latency of a disk
 * at a time: a later call replaces the one before, in mode and in whom to credit. To end what is not there (resume a
 * node that was crashed) changes nothing.
 */
export interface Controls {
  readonly nowUs: number;
  readonly streams: Streams;
  readonly ledger: Ledger;
  nodesOf(selector: NodeSelector): readonly NodeIndex[];
  /** Stable stream subject of a node: "role/ordinal". */
  subjectOf(node: NodeIndex): string;
  nameOf(node: NodeIndex): string;
  /** States the world facts `faultBegan` and `faultEnded`: `fault` is the index into the plan, `about` for a reader. */
  stateFaultBegan(fault: number, kind: FaultKind, about: string, ratePpm: number): void;
  /** @param lateUs for how long something is late still, by what the fault did; 0: nothing is. */
  stateFaultEnded(fault: number, kind: FaultKind, lateUs: number): void;
  /** Calls back as a kernel event; `what` and `argument` are plain numbers so that a checkpoint can hold them. */
  wakeFaultsAt(atUs: number, what: number, argument: number): void;

  // network (strike numbers let the network credit what it does to the fault that asked for it)
  setInterceptor(interceptor: MessageInterceptor | undefined): void;
  releaseHeld(strike: number, order: "inOrder" | "shuffled"): void;
  cutLink(strike: number, from: NodeIndex, to: NodeIndex): void;
  mendLink(strike: number, from: NodeIndex, to: NodeIndex): void;
  overrideLink(
    strike: number,
    from: NodeIndex,
    to: NodeIndex,
    change: { loss?: LossModel; latency?: LatencyModel; bytesPerSecond?: number; refuse?: boolean },
  ): void;
  restoreLink(strike: number, from: NodeIndex, to: NodeIndex): void;

  // processes
  crash(strike: number, node: NodeIndex, torn: boolean): void;
  start(strike: number, node: NodeIndex): void;
  pause(strike: number, node: NodeIndex, monotonic: "runs" | "stops"): void;
  resume(strike: number, node: NodeIndex): void;
  slow(strike: number, node: NodeIndex, stepUs: number): void;
  unslow(strike: number, node: NodeIndex): void;
  requestStop(strike: number, node: NodeIndex): void;
  isRunning(node: NodeIndex): boolean;
  suppressTimers(strike: number, node: NodeIndex, prefixes: readonly string[]): void;
  releaseTimers(strike: number, node: NodeIndex, lost: boolean): void;

  // clocks (each call shifts from now on; true time is never touched)
  stepClock(strike: number, node: NodeIndex, byUs: number): void;
  /** Adds to the node's rate error; call again with the negative to undo. */
  addDrift(strike: number, node: NodeIndex, ppm: number): void;
  slewClock(strike: number, node: NodeIndex, byUs: number, overUs: number): void;
  freezeClock(strike: number, node: NodeIndex): void;
  unfreezeClock(strike: number, node: NodeIndex): void;

  // disks
  /** Each sync completed from now on fails, or lies, at `rate` (see NodeDisk.failSyncs). "none" ends it. */
  failSyncs(strike: number, node: NodeIndex, how: "io" | "full" | "lost" | "none", rate: Rate): void;
  slowDisk(strike: number, node: NodeIndex, latency: LatencyModel | undefined): void;
  /** Harms what is durable already, at once (see NodeDisk.damage); a machine meets it at its next boot. */
  damageDisk(strike: number, node: NodeIndex, how: "rot" | "misdirect" | "wipe", records: number): void;
}

/** Counts what each strike did. A strike is one occurrence of one fault; numbers begin at 1 and belong to the run. */
export interface Ledger {
  /** Opens a strike of `fault` (index into the plan) and counts it as injected. */
  begin(fault: number): number;
  touched(strike: number): void;
  changed(strike: number): void;
  /** What the strike has made late is late until then, at least. */
  late(strike: number, untilUs: number): void;
  /** Until when what it has made late is late; 0: nothing is. */
  lateUntilUs(strike: number): number;
}
