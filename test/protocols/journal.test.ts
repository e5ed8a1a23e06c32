// A journal releases what waits only once it is durable, in order, and a restart finds exactly what may have been said.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import type { DiskContents, DiskRecord } from "../../src/machine/event.ts";
import {
  failJournal,
  freshJournal,
  isSettled,
  type Journal,
  type JournalEffect,
  recoverJournal,
  replaceJournal,
  settleJournal,
  syncJournal,
  waitForJournal,
  writeJournal,
} from "../../src/protocols/journal.ts";

/** A disk that does what it is told, and loses at a crash what was not synced. */
class PlainDisk {
  #durable: DiskRecord[] = [];
  #written: DiskRecord[] = [];
  readonly syncs: string[] = [];

  take(effects: readonly JournalEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "append") this.#written.push({ type: "intact", value: effect.record });
      if (effect.type === "rewrite") this.#written = effect.records.map((value) => ({ type: "intact", value }));
      if (effect.type === "sync") this.syncs.push(effect.sync);
    }
  }

  sync(): string {
    this.#durable = [...this.#written];
    return this.syncs.shift() ?? "";
  }

  crash(torn = false): void {
    const lost = this.#written.length > this.#durable.length;
    this.#written = torn && lost ? [...this.#durable, { type: "torn" }] : [...this.#durable];
    this.syncs.length = 0;
  }

  rot(at: number): void {
    this.#written[at] = { type: "corrupt" };
  }

  get contents(): DiskContents {
    return new Map([["j", this.#written]]);
  }
}

const readable = (journal: Journal<string>, disk: PlainDisk) => {
  const recovered = recoverJournal(journal, disk.contents);
  if (recovered.type !== "readable") throw new Error("it could not be read");
  return recovered;
};

describe("a journal", () => {
  test("releases what waits once it is synced, and syncs for all that came meanwhile together", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    disk.take(writeJournal(journal, 1, "one"));
    disk.take(writeJournal(journal, 2, "two"));
    disk.take(waitForJournal(journal, "after two"));
    expect(disk.syncs).toHaveLength(1);
    const first = settleJournal(journal, disk.sync());
    expect(first.released).toEqual(["one"]);
    disk.take(first.effects);
    expect(settleJournal(journal, disk.sync()).released).toEqual(["two", "after two"]);
    expect(isSettled(journal)).toBe(true);
  });

  test("takes no notice of a sync it did not ask for", () => {
    const journal = freshJournal<string>("j");
    writeJournal(journal, 1, "one");
    expect(settleJournal(journal, "j:7").released).toEqual([]);
    expect(failJournal(journal, "other:1")).toBe(false);
    expect(journal.covered).toEqual(["one"]);
  });

  test("replaces the file after a failed sync, and releases then", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    disk.take(writeJournal(journal, 1, "one"));
    expect(failJournal(journal, disk.syncs.shift() ?? "")).toBe(true);
    disk.take(writeJournal(journal, 2, "two"));
    expect(disk.syncs).toEqual([]);
    disk.take(replaceJournal(journal, { all: [1, 2] }, []));
    expect(settleJournal(journal, disk.sync()).released).toEqual(["one", "two"]);
    expect(readable(freshJournal("j"), disk)).toMatchObject({ snapshot: { all: [1, 2] }, entries: [] });
  });

  test("knows after a restart which answers surely left", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    disk.take(writeJournal(journal, "a", "a"));
    disk.take(settleJournal(journal, disk.sync()).effects);
    disk.take(writeJournal(journal, "b", "b"));
    disk.sync();
    disk.crash();
    const after = freshJournal<string>("j");
    const { entries } = readable(after, disk);
    expect(entries.map(({ content, number }) => [content, number <= after.settled])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("cuts off a torn last record, and goes on behind it", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    disk.take(writeJournal(journal, "a", "a"));
    disk.take(settleJournal(journal, disk.sync()).effects);
    disk.take(writeJournal(journal, "b", "b"));
    disk.crash(true);
    const after = freshJournal<string>("j");
    const { entries, effects } = readable(after, disk);
    expect(entries.map(({ content }) => content)).toEqual(["a"]);
    disk.take(effects);
    disk.take(writeJournal(after, "c", "c"));
    disk.sync();
    expect(readable(freshJournal("j"), disk).entries.map(({ content }) => content)).toEqual(["a", "c"]);
  });

  test("refuses to read past a hole", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    for (const content of ["a", "b", "c"]) disk.take(writeJournal(journal, content, content));
    disk.rot(1);
    expect(recoverJournal(freshJournal("j"), disk.contents)).toEqual({ type: "unreadable", record: 1 });
    disk.rot(0);
    expect(recoverJournal(freshJournal("j"), disk.contents)).toEqual({ type: "unreadable", record: 0 });
  });

  test("keeps what follows a snapshot, with its numbers", () => {
    const [journal, disk] = [freshJournal<string>("j"), new PlainDisk()];
    for (const content of ["a", "b", "c"]) disk.take(writeJournal(journal, content, content));
    disk.take(replaceJournal(journal, "ab", ["c"]));
    disk.take(writeJournal(journal, "d", "d"));
    const { snapshot, entries } = readable(freshJournal("j"), disk);
    expect(snapshot).toBe("ab");
    expect(entries.map(({ number, content }) => [number, content])).toEqual([
      [3, "c"],
      [4, "d"],
    ]);
  });

  test("asks for a sync although nothing was written, for what a file shows need not be durable", () => {
    const journal = freshJournal<string>("j");
    expect(syncJournal(journal)).toEqual([{ type: "sync", sync: "j:1" }]);
    expect(syncJournal(journal)).toEqual([]);
  });
});

type Doing = "write" | "sync" | "fail" | "compact" | "crash" | "tornCrash";

property.prop([
  fc.array(fc.constantFrom<Doing>("write", "write", "write", "sync", "sync", "fail", "compact", "crash", "tornCrash"), {
    maxLength: 60,
  }),
])("whatever happens, what was released is found again, in order and once", (doings) => {
  const disk = new PlainDisk();
  let journal = freshJournal<number>("j");
  let contents: number[] = [];
  const released: number[] = [];
  let next = 0;
  for (const doing of doings) {
    if (doing === "write") {
      contents.push(++next);
      disk.take(writeJournal(journal, next, next));
    } else if (doing === "sync" && disk.syncs.length > 0) {
      const settled = settleJournal(journal, disk.sync());
      released.push(...settled.released);
      disk.take(settled.effects);
    } else if (doing === "fail" && disk.syncs.length > 0) {
      failJournal(journal, disk.syncs.shift() ?? "");
      disk.take(replaceJournal(journal, [...contents], []));
    } else if (doing === "compact") {
      disk.take(replaceJournal(journal, [...contents], []));
    } else if (doing === "crash" || doing === "tornCrash") {
      disk.crash(doing === "tornCrash");
      journal = freshJournal("j");
      const recovered = recoverJournal(journal, disk.contents);
      expect(recovered.type).toBe("readable");
      if (recovered.type !== "readable") return;
      disk.take(recovered.effects);
      const snapshot = (recovered.snapshot ?? []) as number[];
      contents = [...snapshot, ...recovered.entries.map(({ content }) => content as number)];
      // Everything that was said is there, and nothing comes twice or out of order.
      expect(contents.filter((content) => released.includes(content))).toEqual(released);
      expect(contents).toEqual([...new Set(contents)].sort((left, right) => left - right));
    }
  }
});
