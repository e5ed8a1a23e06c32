// The log that orders commands to the authority register. One interface for a single disk and, later, for a group that
// agrees by majority: a command is applied when it comes back as committed, never when it is proposed.

import type { DiskContents } from "../../machine/event.ts";
import {
  failJournal,
  freshJournal,
  type Journal,
  type JournalEffect,
  recoverJournal,
  replaceJournal,
  settleJournal,
  syncJournal,
  writeJournal,
  writeUnawaited,
} from "../../protocols/journal.ts";

export interface Committed<C> {
  readonly index: number;
  readonly command: C;
  /** Whether what follows from it was told to anyone: only a restart has to ask. */
  readonly told: "never" | "perhaps" | "surely";
}

export interface LogStep<C> {
  readonly effects: readonly JournalEffect[];
  /** In order of index. */
  readonly committed: readonly Committed<C>[];
  /** The log wants to be replaced: answer with `snapshot` once everything committed has been applied. */
  readonly wantsSnapshot: boolean;
}

export type Restored<C> =
  | ({ readonly type: "readable"; readonly snapshot: unknown } & LogStep<C>)
  | { readonly type: "unreadable"; readonly file: string; readonly record: number };

/** S is the log's own state: plain data inside its machine's state. */
export interface CommandLog<C, S> {
  fresh(): S;
  /** Brings back the snapshot; every command after it comes back as committed, at once or when the log serves. */
  restore(log: S, disk: DiskContents): Restored<C>;
  /** Whether everything committed before now has come back: until then nothing is proposed, and nobody answered. */
  serving(log: S): boolean;
  propose(log: S, command: C): LogStep<C>;
  synced(log: S, sync: string): LogStep<C>;
  syncFailed(log: S, sync: string): LogStep<C>;
  /** `register` is the state after every command committed so far. */
  snapshot(log: S, register: unknown): readonly JournalEffect[];
}

export interface DiskLogState<C> {
  readonly journal: Journal<Committed<C>>;
  serving: boolean;
}

/** The log of a single coordinator: on its disk first, applied then. `durable` off: applied at once (X-M-24). */
export class DiskLog<C> implements CommandLog<C, DiskLogState<C>> {
  readonly #durable: boolean;
  readonly #snapshotEvery: number;

  constructor({ durable, snapshotEvery }: { durable: boolean; snapshotEvery: number }) {
    this.#durable = durable;
    this.#snapshotEvery = snapshotEvery;
  }

  fresh(): DiskLogState<C> {
    return { journal: freshJournal("log"), serving: false };
  }

  restore(log: DiskLogState<C>, disk: DiskContents): Restored<C> {
    const { journal } = log;
    const recovered = recoverJournal(journal, disk);
    if (recovered.type === "unreadable") return { type: "unreadable", file: journal.file, record: recovered.record };
    const { snapshot, entries, effects } = recovered;
    // What the file shows need not be durable yet, so it is committed by the first sync of this incarnation.
    for (const { number, content, surely } of entries) {
      journal.waiting.push({ index: number, command: content as C, told: surely ? "surely" : "perhaps" });
    }
    log.serving = journal.written === 0;
    const sync = log.serving ? [] : syncJournal(journal);
    return { type: "readable", snapshot, effects: [...effects, ...sync], committed: [], wantsSnapshot: false };
  }

  serving(log: DiskLogState<C>): boolean {
    return log.serving;
  }

  propose({ journal }: DiskLogState<C>, command: C): LogStep<C> {
    const committed: Committed<C> = { index: journal.written + 1, command, told: "never" };
    if (this.#durable) {
      return { effects: writeJournal(journal, command, committed), committed: [], wantsSnapshot: false };
    }
    return { effects: writeUnawaited(journal, command), committed: [committed], wantsSnapshot: false };
  }

  synced(log: DiskLogState<C>, sync: string): LogStep<C> {
    const { released, effects } = settleJournal(log.journal, sync);
    log.serving = true;
    return { effects, committed: released, wantsSnapshot: log.journal.records > this.#snapshotEvery };
  }

  syncFailed({ journal }: DiskLogState<C>, sync: string): LogStep<C> {
    return { effects: [], committed: [], wantsSnapshot: failJournal(journal, sync) };
  }

  snapshot({ journal }: DiskLogState<C>, register: unknown): readonly JournalEffect[] {
    const unapplied = [...journal.covered, ...journal.waiting].map(({ command }) => command);
    return replaceJournal(journal, register, unapplied);
  }
}
