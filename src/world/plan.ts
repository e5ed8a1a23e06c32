// What a world is made of, as data: links, clocks, disks and limits. The scenario layer builds it from YAML.

import type { NodeId } from "../base/ids.ts";
import type { Transport } from "../machine/effect.ts";
import type { Fault } from "./fault.ts";

/** A chance as a fraction of integers: `of` in `outOf`, 0 <= of <= outOf. */
export interface Rate {
  readonly of: number;
  readonly outOf: number;
}

/** One-way delay in integer microseconds; every arm yields an integer >= 0 (DESIGN §4). */
export type LatencyModel =
  | { readonly type: "constant"; readonly us: number }
  | { readonly type: "uniform"; readonly minUs: number; readonly maxUs: number }
  /** Bell-shaped, cut at `minUs`. */
  | { readonly type: "normal"; readonly meanUs: number; readonly deviationUs: number; readonly minUs: number }
  /** `minUs` plus an exponential of mean `meanUs`. */
  | { readonly type: "exponential"; readonly minUs: number; readonly meanUs: number }
  /** Log-normal: half of all below `medianUs`, one in a hundred above `p99Us`. */
  | { readonly type: "longTailed"; readonly medianUs: number; readonly p99Us: number }
  | { readonly type: "bimodal"; readonly usual: LatencyModel; readonly rare: LatencyModel; readonly rareRate: Rate }
  /** Quantiles at equal steps from 0 to 1, at least two, rising; drawn with linear interpolation. */
  | { readonly type: "table"; readonly quantilesUs: readonly number[] };

export type LossModel =
  | { readonly type: "none" }
  | { readonly type: "independent"; readonly rate: Rate }
  /** Gilbert-Elliott: a good and a bad state, each message first moves the state, then is lost at the state's rate. */
  | {
      readonly type: "bursty";
      readonly toBad: Rate;
      readonly toGood: Rate;
      readonly lossGood: Rate;
      readonly lossBad: Rate;
    };

/** How one directed link behaves while no fault touches it. */
export interface LinkPlan {
  readonly latency: LatencyModel;
  readonly loss: LossModel;
  readonly duplicate: Rate;
  /** At this rate a datagram is held back by a further draw of up to `reorderWithinUs`. */
  readonly reorder: Rate;
  readonly reorderWithinUs: number;
  /** At this rate bytes of the frame are damaged. */
  readonly corrupt: Rate;
  /** A damaged frame is noticed and discarded by the receiving host; off: it is decoded as it came. */
  readonly frameChecksum: boolean;
  /** 0: unlimited. Otherwise messages queue for their size (canonical encoding) at this rate. */
  readonly bytesPerSecond: number;
  /** Messages queued for bandwidth beyond this are lost ("queueFull"). */
  readonly queueMax: number;
  readonly transport: Transport;
  /** Streams: first retransmission after this, doubling; the connection is lost after `connectionTimeoutUs`. */
  readonly retransmitUs: number;
  readonly connectionTimeoutUs: number;
}

/** Links from any node matched by `from` to any matched by `to`; later entries win; both directions unless `oneWay`. */
export interface LinkOverride {
  readonly from: NodeSelector;
  readonly to: NodeSelector;
  readonly oneWay: boolean;
  readonly link: Partial<LinkPlan>;
}

/** Nodes by name or by role; empty means every node. */
export interface NodeSelector {
  readonly nodes: readonly NodeId[];
  readonly roles: readonly string[];
}

export interface ClockPlan {
  /** Wall clock minus true time at the start, microseconds, may be negative. */
  readonly offsetUs: number;
  /** Rate error of both clocks in parts per million, |ppm| <= 100 000. */
  readonly driftPpm: number;
}

export interface DiskPlan {
  /** Time from `sync` to `synced`. */
  readonly syncLatency: LatencyModel;
  /** 0: unlimited. Otherwise a write that exceeds this many records over all files fails its sync with "full". */
  readonly recordsMax: number;
}

export interface ProcessPlan {
  /** Time a node is busy with each event; events wait their turn. 0: none. */
  readonly stepUs: number;
  /** Events waiting beyond this are lost (messages: "queueFull") or deferred (timers, disk). */
  readonly inboxMax: number;
}

export interface NodeOverride<P> {
  readonly nodes: NodeSelector;
  readonly plan: Partial<P>;
}

export interface WorldLimits {
  readonly eventsMax: number;
  /** Pending kernel events (timers, messages in flight): the memory limit. */
  readonly pendingMax: number;
}

export interface WorldPlan {
  /** True time at which the run begins (shifting it changes no verdict). The times below are counted from it. */
  readonly startUs: number;
  /** Events up to and including this time happen. */
  readonly untilUs: number;
  /**
   * From here on the world is fair: see WorldFact "healed". Faults still open are ended. <= untilUs; equal to it: the
   * run ends without healing.
   */
  readonly healUs: number;
  readonly link: LinkPlan;
  readonly links: readonly LinkOverride[];
  readonly clock: ClockPlan;
  readonly clocks: readonly NodeOverride<ClockPlan>[];
  readonly disk: DiskPlan;
  readonly disks: readonly NodeOverride<DiskPlan>[];
  readonly process: ProcessPlan;
  readonly processes: readonly NodeOverride<ProcessPlan>[];
  readonly faults: readonly Fault[];
  readonly limits: WorldLimits;
}
