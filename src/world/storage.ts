// The disk of a node as its machine meets it: writes at once, syncs that take their time, and the faults upon both.

import { deepFreeze } from "../base/plain-data.ts";
import type { NodeId } from "../base/ids.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { Stream } from "../kernel/streams.ts";
import type { DiskContents } from "../machine/event.ts";
import { NodeDisk, type DiskCheckpoint, type DiskDamage, type SyncMode } from "./disk.ts";
import { effectTag, type Ground } from "./ground.ts";
import type { Occurrence } from "./inbox.ts";
import { drawLatency } from "./latency.ts";
import type { DiskPlan, LatencyModel, Rate } from "./plan.ts";

export interface StorageCheckpoint {
  /** Undefined: it was never used. */
  readonly disk: DiskCheckpoint | undefined;
  readonly failStrike: number;
  readonly slowStrike: number;
  readonly lastSyncUs: number;
}

export class Storage {
  readonly #ground: Ground;
  readonly #node: number;
  readonly #id: NodeId;
  readonly #subject: string;
  readonly #plan: DiskPlan;
  /** Made when first written to, or meddled with: many a node never does. */
  #made: NodeDisk | undefined = undefined;
  /** Strikes to credit for what happens to syncs; 0: none. */
  #failStrike = 0;
  #slowStrike = 0;
  #lastSyncUs = 0;
  /** Its streams, from the first sync on. */
  #latencies: Stream | undefined = undefined;
  #faults: Stream | undefined = undefined;

  constructor(ground: Ground, node: { index: number; id: NodeId; subject: string }, plan: DiskPlan) {
    this.#ground = ground;
    this.#node = node.index;
    this.#id = node.id;
    this.#subject = node.subject;
    this.#plan = plan;
  }

  append(file: string, record: unknown): void {
    const ground = this.#ground;
    if (ground.checks) deepFreeze(record);
    if (ground.digests) ground.mixContent(effectTag.append, this.#node, [file, record]);
    this.#disk.append(file, record);
  }

  rewrite(file: string, records: readonly unknown[]): void {
    const ground = this.#ground;
    if (ground.checks) for (const record of records) deepFreeze(record);
    if (ground.digests) ground.mixContent(effectTag.rewrite, this.#node, [file, records]);
    this.#disk.rewrite(file, records);
  }

  /** Begins a sync: its mark, and when it will be through. Syncs end in the order in which they began. */
  beginSync(sync: string): { readonly mark: number; readonly atUs: number } {
    const ground = this.#ground;
    if (ground.digests) ground.mixWords(effectTag.sync, this.#node, ground.hashOfName(sync), 0);
    if (this.#slowStrike > 0) ground.ledger.changed(this.#slowStrike);
    this.#latencies ??= ground.streams.named("sync", this.#subject);
    const latencyUs = drawLatency(this.#disk.syncLatency, this.#latencies);
    this.#lastSyncUs = Math.max(this.#lastSyncUs, ground.kernel.nowUs + latencyUs);
    if (this.#slowStrike > 0) ground.ledger.late(this.#slowStrike, this.#lastSyncUs);
    return { mark: this.#disk.beginSync(), atUs: this.#lastSyncUs };
  }

  /** A sync is through; what the machine will hear of it. */
  completeSync(sync: string, mark: number): Occurrence {
    this.#faults ??= this.#ground.streams.named("sync-fault", this.#subject);
    const outcome = this.#disk.completeSync(mark, this.#faults);
    const { tracer, ledger, kernel } = this.#ground;
    if (this.#failStrike > 0) {
      if (!outcome.ok || outcome.withheld) ledger.changed(this.#failStrike);
      else ledger.touched(this.#failStrike);
    }
    if (tracer !== undefined) {
      const when = { atUs: kernel.nowUs, event: kernel.eventsDone, node: this.#id, sync };
      if (outcome.ok) tracer.trace({ ...when, kind: "synced", records: outcome.records });
      else tracer.trace({ ...when, kind: "syncFailed", error: outcome.error });
    }
    return outcome.ok ? { type: "synced", sync } : { type: "syncFailed", sync, error: outcome.error };
  }

  /** The process or its host is gone. Returns how many records went with it; no later sync waits for one of before. */
  crash(torn: boolean): number {
    this.#lastSyncUs = 0;
    return this.#made?.crash(torn, this.#ground.streams.named("crash", this.#subject)) ?? 0;
  }

  contents(): DiskContents {
    return this.#made?.contents() ?? new Map();
  }

  failSyncs(strike: number, how: SyncMode, rate: Rate): void {
    this.#disk.failSyncs(how, rate);
    this.#failStrike = how === "none" ? 0 : strike;
  }

  slow(strike: number, latency: LatencyModel | undefined): void {
    this.#disk.setLatency(latency);
    this.#slowStrike = latency === undefined ? 0 : strike;
  }

  damage(strike: number, how: DiskDamage, records: number): void {
    const harmed = this.#disk.damage(how, records, this.#ground.streams.named("damage", this.#subject));
    if (harmed > 0) this.#ground.ledger.changed(strike);
    else this.#ground.ledger.touched(strike);
  }

  /** From now on the disk is honest, and as quick as planned. */
  heal(): void {
    this.#made?.failSyncs("none");
    this.#made?.setLatency(undefined);
    this.#failStrike = this.#slowStrike = 0;
  }

  /** A sync that is under way as the world heals is through at once. Returns its event. */
  hasten(sync: EventHandle): EventHandle {
    const { kernel } = this.#ground;
    this.#lastSyncUs = 0;
    return kernel.isPending(sync) ? kernel.reset(sync, kernel.nowUs) : sync;
  }

  checkpoint(): StorageCheckpoint {
    return {
      disk: this.#made?.checkpoint(),
      failStrike: this.#failStrike,
      slowStrike: this.#slowStrike,
      lastSyncUs: this.#lastSyncUs,
    };
  }

  restore(from: StorageCheckpoint): void {
    if (from.disk === undefined) this.#made = undefined;
    else this.#disk.restore(from.disk);
    this.#failStrike = from.failStrike;
    this.#slowStrike = from.slowStrike;
    this.#lastSyncUs = from.lastSyncUs;
  }

  get #disk(): NodeDisk {
    this.#made ??= new NodeDisk(this.#plan);
    return this.#made;
  }
}
