// What a process is made with, what it has in hand, and what a checkpoint keeps of it.

import type { EventHandle } from "../kernel/kernel.ts";
import type { Draws } from "./draws.ts";
import type { Ground } from "./ground.ts";
import type { InboxCheckpoint } from "./inbox.ts";
import type { Network } from "./network.ts";
import type { NodeTimeCheckpoint } from "./node-time.ts";
import type { ClockPlan, DiskPlan, ProcessPlan } from "./plan.ts";
import type { SlotsCheckpoint } from "./slots.ts";
import type { StorageCheckpoint } from "./storage.ts";
import type { Timers } from "./timers.ts";

/** A sync under way, for one incarnation of the node. Never changes. */
export interface Due {
  readonly incarnation: number;
  readonly sync: string;
  readonly mark: number;
  /** At which it is through. */
  readonly event: EventHandle;
}

export interface Pause {
  readonly strike: number;
  readonly monotonic: "runs" | "stops";
}

export interface Slowness {
  readonly strike: number;
  readonly stepUs: number;
}

export interface ProcessPlans {
  readonly clock: ClockPlan;
  readonly disk: DiskPlan;
  readonly process: ProcessPlan;
}

/** What a process shares with all others of its world. */
export interface ProcessWorld {
  readonly ground: Ground;
  readonly network: Network;
  readonly timers: Timers;
  readonly draws: Draws;
}

export interface ProcessCheckpoint {
  readonly incarnation: number;
  /** Undefined: the process is down. */
  readonly state: object | undefined;
  readonly time: NodeTimeCheckpoint;
  readonly storage: StorageCheckpoint;
  readonly inbox: InboxCheckpoint;
  readonly dues: SlotsCheckpoint<Due>;
  readonly work: number;
  readonly pause: Pause | undefined;
  readonly slownesses: readonly Slowness[];
}

/** How long it takes over each event. */
export const stepUsOf = (plan: ProcessPlan, slownesses: readonly Slowness[]): number =>
  slownesses.reduce((sum, { stepUs }) => sum + stepUs, plan.stepUs);

export const isWhole = (value: number): boolean => value >= 0 && Number.isSafeInteger(value);

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
