// A file of numbered records whose consequences wait for the disk: many writers share one sync, answers leave in order,
// and a restart knows which answers may never have left. Failed syncs and compaction replace the file by a snapshot.

import { assert } from "../base/assert.ts";
import type { DiskContents, DiskRecord } from "../machine/event.ts";

/** What one record of the file holds. `settled`: every record up to it had been answered when this one was written. */
export type JournalRecord =
  | { readonly type: "entry"; readonly number: number; readonly settled: number; readonly content: unknown }
  /** Stands for all records up to `number`. */
  | { readonly type: "snapshot"; readonly number: number; readonly settled: number; readonly content: unknown };

/** Plain data, part of the state of its machine. T is what waits for the disk, such as answers. */
export interface Journal<T> {
  readonly file: string;
  /** Number of the last record written; the first is 1. */
  written: number;
  /** Records up to this one are durable, and what waited for them has been released. */
  settled: number;
  /** Records in the file now: what compaction looks at. */
  records: number;
  /** Waits for a sync that has not been asked for yet. */
  waiting: T[];
  /** Waits for the sync under way, which covers records up to `coveredTo`. */
  covered: T[];
  coveredTo: number;
  syncs: number;
  syncing: boolean;
  /** The last sync failed: what the file holds is unknown until it has been replaced. */
  unsure: boolean;
}

/** The part of `Effect` a journal uses. */
export type JournalEffect =
  | { readonly type: "append"; readonly file: string; readonly record: unknown }
  | { readonly type: "rewrite"; readonly file: string; readonly records: readonly unknown[] }
  | { readonly type: "sync"; readonly sync: string };

export const freshJournal = <T>(file: string): Journal<T> => ({
  file,
  written: 0,
  settled: 0,
  records: 0,
  waiting: [],
  covered: [],
  coveredTo: 0,
  syncs: 0,
  syncing: false,
  unsure: false,
});

export type Recovered =
  /** `entries` follow the snapshot. What waited for one up to `Journal.settled` was released before the restart. */
  | {
      readonly type: "readable";
      readonly snapshot: unknown;
      readonly entries: readonly { readonly number: number; readonly content: unknown }[];
      readonly effects: readonly JournalEffect[];
    }
  | { readonly type: "unreadable"; readonly record: number };

/**
 * Reads the file at boot. A last record that is torn was never answered, and is cut off; any other one that cannot be
 * read is a hole in history. Afterwards nothing is known to be durable until the next sync.
 */
export function recoverJournal<T>(journal: Journal<T>, disk: DiskContents): Recovered {
  const found = disk.get(journal.file) ?? [];
  const torn = found.at(-1)?.type === "torn";
  const intact = torn ? found.slice(0, -1) : found;
  const records: JournalRecord[] = [];
  for (const [at, record] of intact.entries()) {
    const read = readRecord(record);
    if (read === undefined || (at > 0 && read.number !== (records.at(-1)?.number ?? 0) + 1)) {
      return { type: "unreadable", record: at };
    }
    records.push(read);
  }
  const last = records.at(-1);
  const first = records[0];
  if (first !== undefined && first.type === "entry" && first.number !== 1) return { type: "unreadable", record: 0 };
  journal.written = last?.number ?? 0;
  journal.settled = last?.settled ?? 0;
  journal.records = records.length;
  const entries = records
    .filter((record) => record.type === "entry")
    .map(({ number, content }) => ({ number, content }));
  const effects: JournalEffect[] = torn ? [{ type: "rewrite", file: journal.file, records }] : [];
  return { type: "readable", snapshot: first?.type === "snapshot" ? first.content : undefined, entries, effects };
}

/** Writes a record; `waiter` is released once it is durable. */
export function writeJournal<T>(journal: Journal<T>, content: unknown, waiter: T): readonly JournalEffect[] {
  journal.written += 1;
  journal.records += 1;
  const record: JournalRecord = { type: "entry", number: journal.written, settled: journal.settled, content };
  journal.waiting.push(waiter);
  // An unsure file is about to be replaced as a whole, this record included.
  if (journal.unsure) return [];
  const append: JournalEffect = { type: "append", file: journal.file, record };
  return journal.syncing ? [append] : [append, startSync(journal)];
}

/** Asks for a sync although nothing was written: what a file held at boot need not be durable yet. */
export function syncJournal<T>(journal: Journal<T>): readonly JournalEffect[] {
  return syncWhenIdle(journal);
}

/** Whether nothing waits for the disk. */
export function isSettled<T>(journal: Journal<T>): boolean {
  return journal.waiting.length === 0 && journal.covered.length === 0 && !journal.unsure;
}

/** Puts `waiter` behind everything that waits, without a record of its own. */
export function waitForJournal<T>(journal: Journal<T>, waiter: T): readonly JournalEffect[] {
  journal.waiting.push(waiter);
  return syncWhenIdle(journal);
}

/** A sync went well: what it released, in order, and the next sync if more waits. */
export function settleJournal<T>(
  journal: Journal<T>,
  sync: string,
): { released: readonly T[]; effects: readonly JournalEffect[] } {
  if (!journal.syncing || sync !== syncName(journal)) return { released: [], effects: [] };
  const released = journal.covered;
  journal.covered = [];
  journal.syncing = false;
  journal.settled = Math.max(journal.settled, journal.coveredTo);
  return { released, effects: journal.waiting.length > 0 ? [startSync(journal)] : [] };
}

/** A sync failed: nothing is released, and the file has to be replaced (`replaceJournal`) before the next. */
export function failJournal<T>(journal: Journal<T>, sync: string): boolean {
  if (!journal.syncing || sync !== syncName(journal)) return false;
  journal.syncing = false;
  journal.waiting = [...journal.covered, ...journal.waiting];
  journal.covered = [];
  journal.unsure = true;
  return true;
}

/**
 * Replaces the file by a snapshot that stands for all records but the last `tail.length`, which follow it as they are.
 * Whatever waits, waits for this.
 */
export function replaceJournal<T>(
  journal: Journal<T>,
  snapshot: unknown,
  tail: readonly unknown[],
): readonly JournalEffect[] {
  const number = journal.written - tail.length;
  assert(number >= 0, "a snapshot stands for records that were written");
  const { settled, file } = journal;
  const records: JournalRecord[] = [{ type: "snapshot", number, settled, content: snapshot }];
  tail.forEach((content, at) => records.push({ type: "entry", number: number + 1 + at, settled, content }));
  journal.records = records.length;
  journal.unsure = false;
  const rewrite: JournalEffect = { type: "rewrite", file, records };
  return journal.syncing ? [rewrite] : [rewrite, startSync(journal)];
}

const syncName = (journal: { readonly file: string; readonly syncs: number }): string =>
  `${journal.file}:${journal.syncs}`;

function syncWhenIdle<T>(journal: Journal<T>): readonly JournalEffect[] {
  return journal.syncing || journal.unsure ? [] : [startSync(journal)];
}

function startSync<T>(journal: Journal<T>): JournalEffect {
  assert(!journal.syncing, "one sync is under way at a time");
  journal.syncs += 1;
  journal.syncing = true;
  journal.covered = journal.waiting;
  journal.coveredTo = journal.written;
  journal.waiting = [];
  return { type: "sync", sync: syncName(journal) };
}

function readRecord(record: DiskRecord): JournalRecord | undefined {
  if (record.type !== "intact") return undefined;
  const value = record.value as JournalRecord;
  return value.type === "entry" || value.type === "snapshot" ? value : undefined;
}
