// The disk of a node: files of records, written in order, durable only once a sync said so. A crash loses exactly what
// was not durable; faults make syncs fail or lie, writes tear, and durable records rot.

import { assert } from "../base/assert.ts";
import { clonePlain } from "../base/plain-data.ts";
import { compareValues } from "../base/plain-order.ts";
import type { Stream } from "../kernel/streams.ts";
import type { DiskContents, DiskRecord } from "../machine/event.ts";
import type { DiskPlan, LatencyModel, Rate } from "./plan.ts";

/** How syncs go: "io" and "full" answer with that error, "lost" answers well and does nothing. */
export type SyncMode = "none" | "io" | "full" | "lost";

/**
 * What became of a sync: `records` were written since the last one, `withheld` says that they are called durable and
 * are not, so that they are lost at a crash unless an honest sync follows.
 */
export type SyncOutcome =
  | { readonly ok: true; readonly records: number; readonly withheld: boolean }
  | { readonly ok: false; readonly error: "io" | "full"; readonly records: number };

export type DiskDamage = "rot" | "misdirect" | "wipe";

/** A write that no honest sync has covered yet. */
interface VolatileWrite {
  readonly file: string;
  /** True: `records` replace the file. False: the one record is added to it. */
  readonly whole: boolean;
  readonly records: readonly unknown[];
  /** Records over all files once this write is done. */
  readonly totalAfter: number;
}

/** Everything a disk remembers, as plain data. Records are shared with the disk: they never change. */
export interface DiskCheckpoint {
  readonly durable: readonly (readonly [file: string, records: readonly DiskRecord[]])[];
  readonly volatile: readonly VolatileWrite[];
  readonly written: number;
  readonly unsure: number;
  readonly mode: SyncMode;
  readonly rate: Rate;
  readonly latency: LatencyModel | undefined;
}

const always: Rate = { of: 1, outOf: 1 };

/** Files of one node. Records given to it are immutable plain data, or no one else's: it keeps them as they are. */
export class NodeDisk {
  readonly #plan: DiskPlan;
  readonly #durable = new Map<string, DiskRecord[]>();
  #volatile: VolatileWrite[] = [];
  /** Writes since the disk was new; a mark is a value of this count. */
  #written = 0;
  /** The count up to which a failed sync has tried: each write below it may or may not have reached the platter. */
  #unsure = 0;
  #mode: SyncMode = "none";
  #rate: Rate = always;
  #latency: LatencyModel | undefined = undefined;

  constructor(plan: DiskPlan) {
    this.#plan = plan;
  }

  /** Time from `beginSync` to `completeSync`. */
  get syncLatency(): LatencyModel {
    return this.#latency ?? this.#plan.syncLatency;
  }

  append(file: string, record: unknown): void {
    this.#write(file, false, [record], this.#total() + 1);
  }

  rewrite(file: string, records: readonly unknown[]): void {
    this.#write(file, true, [...records], this.#total() - this.#lengthOf(file) + records.length);
  }

  /** A mark for `completeSync`: the sync covers every write made before this call. */
  beginSync(): number {
    return this.#written;
  }

  /**
   * Ends the sync begun with this mark. Its writes become durable, unless the disk is full or a fault is on; then they
   * stay volatile, and a later honest sync makes them durable after all. The stream is drawn from only while syncs fail
   * at a rate between never and always.
   */
  completeSync(mark: number, stream?: Stream): SyncOutcome {
    const covered = Math.max(0, mark - this.#settled());
    assert(covered <= this.#volatile.length, "a sync covers only writes that were made");
    const records = countRecords(this.#volatile, covered);
    const mode = this.#mode === "none" || !struck(this.#rate, stream) ? "none" : this.#mode;
    if (mode === "lost") return { ok: true, records, withheld: records > 0 };
    const error = mode === "none" && this.#fullAt(covered) ? "full" : mode;
    if (error !== "none") {
      this.#unsure = Math.max(this.#unsure, mark);
      return { ok: false, error, records };
    }
    for (let at = 0; at < covered; at++) {
      const write = this.#volatile[at];
      this.#apply(write, write.records.length, false);
    }
    this.#volatile.splice(0, covered);
    return { ok: true, records, withheld: false };
  }

  /**
   * Power is gone. Volatile writes are lost, but for those that a failed sync has tried to write: of these the stream
   * draws how many reached the platter, none without a stream. `torn`: the platter took writes in its own order when
   * the power went. One volatile write, drawn, is caught half done: of an append the end reads as torn, a rewrite has
   * not happened. Those before it in its file are whole, and of each other file a drawn beginning survives.
   * @returns records that are no longer there, or there and torn.
   */
  crash(torn: boolean, stream?: Stream): number {
    const writes = this.#volatile;
    const unsure = Math.max(0, Math.min(this.#unsure - this.#settled(), writes.length));
    this.#volatile = [];
    this.#unsure = 0;
    const before = countRecords(writes);
    if (torn && writes.length > 0) return before - this.#tear(writes, stream);
    const survivors = unsure > 0 && stream !== undefined ? stream.below(unsure + 1) : 0;
    for (const write of writes.slice(0, survivors)) this.#apply(write, write.records.length, false);
    return before - countRecords(writes, survivors);
  }

  /** What a process that opens its files reads: everything written, durable or not, in order of file names. */
  contents(): DiskContents {
    const view = new Map<string, DiskRecord[]>();
    for (const [file, records] of this.#durable) view.set(file, [...records]);
    for (const write of this.#volatile) applyTo(view, write, write.records.length, false);
    const files = [...view].sort(([left], [right]) => compareValues(left, right));
    return new Map(files.map(([file, records]) => [file, records.map((record) => clonePlain(record))]));
  }

  /** Syncs completed from now on go this way, at this rate; "none" makes them honest again. */
  failSyncs(mode: SyncMode, rate: Rate = always): void {
    this.#mode = mode;
    this.#rate = rate;
  }

  /** Replaces the plan's sync latency; undefined: the plan's again. */
  setLatency(model: LatencyModel | undefined): void {
    this.#latency = model;
  }

  /**
   * Harms what is durable. "rot": up to `records` drawn intact records become corrupt. "misdirect": the newest record
   * of a drawn file is found in the place of another drawn record, its own place is corrupt. "wipe": the disk is new.
   * @returns how many durable records were harmed.
   */
  damage(how: DiskDamage, records: number, stream: Stream): number {
    switch (how) {
      case "rot":
        return this.#rot(records, stream);
      case "misdirect":
        return this.#misdirect(stream);
      case "wipe":
        return this.#wipe();
    }
  }

  checkpoint(): DiskCheckpoint {
    return {
      durable: [...this.#durable].map(([file, records]) => [file, [...records]]),
      volatile: [...this.#volatile],
      written: this.#written,
      unsure: this.#unsure,
      mode: this.#mode,
      rate: this.#rate,
      latency: this.#latency,
    };
  }

  restore(checkpoint: DiskCheckpoint): void {
    this.#durable.clear();
    for (const [file, records] of checkpoint.durable) this.#durable.set(file, [...records]);
    this.#volatile = [...checkpoint.volatile];
    this.#written = checkpoint.written;
    this.#unsure = checkpoint.unsure;
    this.#mode = checkpoint.mode;
    this.#rate = checkpoint.rate;
    this.#latency = checkpoint.latency;
  }

  /** Writes that are durable or lost: what `#volatile` begins after. */
  #settled(): number {
    return this.#written - this.#volatile.length;
  }

  #write(file: string, whole: boolean, records: readonly unknown[], totalAfter: number): void {
    this.#volatile.push({ file, whole, records, totalAfter });
    this.#written++;
  }

  /** Records over all files as the process sees them. */
  #total(): number {
    const last = this.#volatile.at(-1);
    if (last !== undefined) return last.totalAfter;
    let total = 0;
    for (const records of this.#durable.values()) total += records.length;
    return total;
  }

  #lengthOf(file: string): number {
    let length = this.#durable.get(file)?.length ?? 0;
    for (const write of this.#volatile) {
      if (write.file === file) length = (write.whole ? 0 : length) + write.records.length;
    }
    return length;
  }

  #fullAt(covered: number): boolean {
    const last = this.#volatile[covered - 1];
    return last !== undefined && this.#plan.recordsMax > 0 && last.totalAfter > this.#plan.recordsMax;
  }

  #apply(write: VolatileWrite, intact: number, torn: boolean): void {
    applyTo(this.#durable, write, intact, torn);
  }

  /** Lets a drawn part of the writes reach the platter, one of them half done. Returns the records that survive whole. */
  #tear(writes: readonly VolatileWrite[], stream: Stream | undefined): number {
    const caught = stream === undefined ? writes.length - 1 : stream.below(writes.length);
    const reach = this.#drawReach(writes, caught, stream);
    let survivors = 0;
    writes.forEach((write, at) => {
      if (at > (reach.get(write.file) ?? -1)) return;
      const half = at === caught;
      // A rewrite is all or nothing (Effect "rewrite"): half done, it has not happened.
      if (half && write.whole) return;
      const intact = !half ? write.records.length : stream === undefined ? 0 : stream.below(write.records.length + 1);
      const whole = half ? Math.min(intact, Math.max(0, write.records.length - 1)) : intact;
      this.#apply(write, whole, half);
      survivors += whole;
    });
    return survivors;
  }

  /** For each file the place, among all volatile writes, of the last that reaches the platter; -1: none does. */
  #drawReach(
    writes: readonly VolatileWrite[],
    caught: number,
    stream: Stream | undefined,
  ): ReadonlyMap<string, number> {
    const places = new Map<string, number[]>();
    writes.forEach((write, at) => places.set(write.file, [...(places.get(write.file) ?? []), at]));
    const reach = new Map<string, number>();
    for (const [file, at] of [...places].sort(([left], [right]) => compareValues(left, right))) {
      const kept = stream === undefined ? at.length : stream.below(at.length + 1);
      reach.set(file, at.includes(caught) ? caught : (at[kept - 1] ?? -1));
    }
    return reach;
  }

  #rot(records: number, stream: Stream): number {
    let harmed = 0;
    while (harmed < records) {
      const intact = this.#places((record) => record.type === "intact");
      const place = intact[intact.length > 1 ? stream.below(intact.length) : 0];
      if (place === undefined) break;
      place.records[place.at] = { type: "corrupt" };
      harmed++;
    }
    return harmed;
  }

  #misdirect(stream: Stream): number {
    const files = this.#sortedFiles().filter(([, records]) => records.length > 0);
    const chosen = files[files.length > 1 ? stream.below(files.length) : 0];
    if (chosen === undefined) return 0;
    const [, source] = chosen;
    const astray = source[source.length - 1];
    const others = this.#places(() => true).filter(
      (place) => place.records !== source || place.at !== source.length - 1,
    );
    const victim = others[others.length > 1 ? stream.below(others.length) : 0];
    source[source.length - 1] = { type: "corrupt" };
    if (victim === undefined || astray === undefined) return 1;
    victim.records[victim.at] = astray;
    return 2;
  }

  #wipe(): number {
    let harmed = 0;
    for (const records of this.#durable.values()) harmed += records.length;
    this.#durable.clear();
    this.#volatile = [];
    this.#unsure = 0;
    return harmed;
  }

  #places(wanted: (record: DiskRecord) => boolean): readonly { records: DiskRecord[]; at: number }[] {
    return this.#sortedFiles().flatMap(([, records]) =>
      records.flatMap((record, at) => (wanted(record) ? [{ records, at }] : [])),
    );
  }

  #sortedFiles(): readonly (readonly [file: string, records: DiskRecord[]])[] {
    return [...this.#durable].sort(([left], [right]) => compareValues(left, right));
  }
}

/** Carries out a write; `intact` of its records arrive, and after them, when torn, one that cannot be read. */
function applyTo(files: Map<string, DiskRecord[]>, write: VolatileWrite, intact: number, torn: boolean): void {
  let file = files.get(write.file);
  if (file === undefined || write.whole) {
    file = [];
    files.set(write.file, file);
  }
  for (let at = 0; at < intact; at++) file.push({ type: "intact", value: write.records[at] });
  if (torn) file.push({ type: "torn" });
}

function struck(rate: Rate, stream: Stream | undefined): boolean {
  if (rate.of >= rate.outOf) return true;
  if (rate.of <= 0) return false;
  assert(stream !== undefined, "a disk whose syncs fail now and then is given a stream to draw from");
  return stream.chance(rate.of, rate.outOf);
}

/** Records of the first `count` writes. */
function countRecords(writes: readonly VolatileWrite[], count = writes.length): number {
  let records = 0;
  for (let at = 0; at < count; at++) records += writes[at].records.length;
  return records;
}
