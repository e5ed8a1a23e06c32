// Reads a node's file at boot: the snapshot, the vote, and the log behind them. A torn end was never acknowledged; a
// rotten one may have been.

import type { DiskContents, DiskRecord } from "../../machine/event.ts";
import { FILE, type Core } from "./core.ts";
import { appendEntry, cutFrom, hasIndex, lastIndexOf, lastTermOf } from "./log.ts";
import type { DiskEntry, Entry } from "./messages.ts";

/**
 * Fills a fresh state. A last record that is torn was never covered by a sync that went well, and is cut off; any other
 * one that cannot be read is a hole in history, and nothing is invented to fill it.
 * This needs a torn write to be told from a rotten one, as by blocks that are blank until they are written: whoever cuts
 * off whatever cannot be read at the end forgets what it has acknowledged when that rots.
 * @returns the place of the record that cannot be read, or -1.
 */
export function recover(core: Core, contents: DiskContents): number {
  const found = contents.get(FILE) ?? [];
  const torn = found.at(-1)?.type === "torn";
  const records = torn ? found.slice(0, -1) : found;
  for (const [at, record] of records.entries()) if (!takeRecord(core, record)) return at;
  const { state } = core;
  const { disk } = state;
  disk.records = records.length;
  disk.written = records.length;
  // What the file shows need not be durable yet: the first sync makes it so, and until then nothing is promised on it.
  disk.voteAt = disk.written;
  if (torn) core.rewrite();
  if (state.snapshot !== null) core.application.restore(state.snapshot.content);
  sayRecovered(core);
  core.flush();
  return -1;
}

function takeRecord(core: Core, record: DiskRecord): boolean {
  if (record.type !== "intact") return false;
  const { state } = core;
  const value = record.value as DiskEntry;
  switch (value.kind) {
    case "vote":
      state.term = value.term;
      state.votedFor = value.votedFor;
      return true;
    case "snapshot":
      return takeSnapshot(core, value);
    case "command":
    case "noop":
    case "configuration":
      return takeEntry(core, value);
    default:
      return false;
  }
}

function takeSnapshot(core: Core, { snapshot, base, baseTerm }: Extract<DiskEntry, { kind: "snapshot" }>): boolean {
  const { state } = core;
  state.log.base = base;
  state.log.baseTerm = baseTerm;
  state.log.entries.length = 0;
  state.snapshot = snapshot;
  if (snapshot === null) return true;
  if (core.settings.defence.entryChecksum && snapshot.checksum !== core.checksumOfSnapshot(snapshot)) return false;
  const { index, term, configuration, configurationIndex } = snapshot;
  state.configurations.length = 0;
  // Nothing before the snapshot is ever cut off: which term the configuration was of makes no difference.
  state.configurations.push({ index: configurationIndex, term, configuration });
  state.commitIndex = index;
  state.appliedIndex = index;
  state.verifiedIndex = index;
  return true;
}

function takeEntry(core: Core, entry: Entry): boolean {
  const { log, configurations, snapshot } = core.state;
  const { index, term, checksum } = entry;
  if (index === log.base || !hasIndex(log, index - 1)) return false;
  const content = entry.kind === "noop" ? null : entry.content;
  if (core.settings.defence.entryChecksum && checksum !== core.checksumOf(index, term, content)) return false;
  if (index <= lastIndexOf(log)) {
    cutFrom(log, index);
    while (configurations.length > 1 && core.placed.index >= index) configurations.pop();
  }
  if (term < lastTermOf(log)) return false;
  appendEntry(log, entry);
  if (entry.kind === "configuration" && index > (snapshot?.index ?? 0)) {
    configurations.push({ index, term, configuration: entry.content });
  }
  return true;
}

function sayRecovered(core: Core): void {
  const { term, votedFor, log, snapshot } = core.state;
  const { base, baseTerm, entries } = log;
  const { placed } = core;
  core.record({
    type: "record",
    fact: "raft.recovered",
    term,
    votedFor,
    base,
    baseTerm,
    snapshotIndex: snapshot?.index ?? 0,
    terms: entries.map((entry) => entry.term),
    checksums: entries.map((entry) => entry.checksum),
    configuration: placed.configuration,
    configurationIndex: placed.index,
    configurationTerm: placed.term,
  });
}
