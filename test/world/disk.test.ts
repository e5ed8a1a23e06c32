// The disk: what survives a crash, what a failed or lying sync leaves behind, how records come to harm.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues } from "../../src/base/plain-order.ts";
import { Streams } from "../../src/kernel/streams.ts";
import type { DiskContents } from "../../src/machine/event.ts";
import { NodeDisk, type SyncMode } from "../../src/world/disk.ts";
import type { DiskPlan } from "../../src/world/plan.ts";

const plan: DiskPlan = { syncLatency: { type: "constant", us: 100 }, recordsMax: 0 };
const never = { of: 0, outOf: 1 };
const always = { of: 1, outOf: 1 };

/** Files as short text: `log: 1 2 X` where X cannot be read. */
function told(contents: DiskContents): string {
  const files = [...contents].map(([file, records]) => {
    const words = records.map((record) => (record.type === "intact" ? String(record.value) : "X"));
    return `${file}: ${words.join(" ")}`.trim();
  });
  return files.join("; ");
}

function synced(disk: NodeDisk): string {
  const outcome = disk.completeSync(disk.beginSync());
  return outcome.ok ? `ok ${outcome.records}` : outcome.error;
}

function logOf(count: number, disk = new NodeDisk(plan)): NodeDisk {
  for (let record = 1; record <= count; record++) disk.append("log", record);
  return disk;
}

const streamNamed = (subject: string) => new Streams(1).named("test", subject);

describe("a crash loses exactly what was not durable", () => {
  type Step = "append" | "rewrite" | "sync" | "begin" | "complete";
  const table: readonly (readonly [story: readonly Step[], survives: string, lost: number])[] = [
    [["append"], "", 1],
    [["append", "sync"], "log: 1", 0],
    [["append", "sync", "append"], "log: 1", 1],
    [["append", "begin", "append", "complete"], "log: 1", 1],
    [["append", "begin", "append"], "", 2],
    [["append", "sync", "rewrite"], "log: 1", 2],
    [["append", "sync", "rewrite", "sync"], "log: r2 r2", 0],
    [["rewrite", "append", "sync"], "log: r1 r1 2", 0],
    [["append", "append", "begin", "rewrite", "complete", "append"], "log: 1 2", 3],
    [["sync"], "", 0],
  ];
  test.each(table)("%j leaves %j and loses %i", (story, survives, lost) => {
    const disk = new NodeDisk(plan);
    let mark = 0;
    let written = 0;
    for (const step of story) {
      if (step === "append") disk.append("log", ++written);
      if (step === "rewrite") disk.rewrite("log", [`r${++written}`, `r${written}`]);
      if (step === "begin" || step === "sync") mark = disk.beginSync();
      if (step === "complete" || step === "sync") disk.completeSync(mark);
    }
    expect(disk.crash(false)).toBe(lost);
    expect(told(disk.contents())).toBe(survives);
  });

  test("syncs that overlap settle each write once", () => {
    const disk = logOf(2);
    const first = disk.beginSync();
    disk.append("log", 3);
    const second = disk.beginSync();
    expect(disk.completeSync(second)).toMatchObject({ ok: true, records: 3 });
    expect(disk.completeSync(first)).toMatchObject({ ok: true, records: 0 });
    expect(disk.crash(false)).toBe(0);
    expect(told(disk.contents())).toBe("log: 1 2 3");
  });

  test("a sync begun before a crash and answered after it settles nothing written since", () => {
    const disk = logOf(2);
    const mark = disk.beginSync();
    disk.crash(false);
    disk.append("log", "new");
    expect(disk.completeSync(mark)).toMatchObject({ records: 0 });
    disk.crash(false);
    expect(told(disk.contents())).toBe("");
  });

  test("a process that only ends finds everything it wrote", () => {
    expect(told(logOf(3).contents())).toBe("log: 1 2 3");
  });

  test("files come back in order of their names", () => {
    const disk = new NodeDisk(plan);
    for (const file of ["b", "a", "c"]) disk.append(file, 0);
    synced(disk);
    expect([...disk.contents().keys()]).toEqual(["a", "b", "c"]);
  });
});

describe("failed syncs", () => {
  const modes: readonly (readonly [SyncMode, string])[] = [
    ["io", "io"],
    ["full", "full"],
    ["lost", "ok 2"],
    ["none", "ok 2"],
  ];
  test.each(modes)("mode %s answers %s", (mode, answer) => {
    const disk = logOf(2);
    disk.failSyncs(mode);
    expect(synced(disk)).toBe(answer);
    disk.crash(false);
    expect(told(disk.contents())).toBe(mode === "none" ? "log: 1 2" : "");
  });

  test("leave writes volatile until an honest sync succeeds", () => {
    for (const mode of ["io", "full", "lost"] as const) {
      const disk = logOf(2);
      disk.failSyncs(mode);
      synced(disk);
      disk.append("log", 3);
      disk.failSyncs("none");
      expect(synced(disk)).toBe("ok 3");
      disk.crash(false);
      expect(told(disk.contents())).toBe("log: 1 2 3");
    }
  });

  test("leave some writes on the platter and some not, as drawn at the crash", () => {
    const seen = new Set<string>();
    for (let at = 0; at < 200; at++) {
      const disk = logOf(2);
      disk.failSyncs("io");
      synced(disk);
      disk.append("log", 3);
      const lost = disk.crash(false, streamNamed(`failed ${at}`));
      const survivors = told(disk.contents());
      seen.add(survivors);
      expect(survivors.split(" ").length - 1).toBe(3 - lost);
    }
    // The third write was never tried: it never survives.
    expect([...seen].sort(compareValues)).toEqual(["", "log: 1", "log: 1 2"]);
  });

  test("a lying sync never lets a write survive, and says that it withheld it", () => {
    const disk = logOf(2);
    disk.failSyncs("lost");
    expect(disk.completeSync(disk.beginSync())).toEqual({ ok: true, records: 2, withheld: true });
    expect(disk.crash(false, streamNamed("lying"))).toBe(2);
    disk.failSyncs("none");
    expect(disk.completeSync(disk.beginSync())).toEqual({ ok: true, records: 0, withheld: false });
  });

  test("come at their rate", () => {
    const stream = streamNamed("rate");
    const disk = new NodeDisk(plan);
    disk.failSyncs("io", { of: 1, outOf: 4 });
    let failed = 0;
    for (let at = 0; at < 4_000; at++) if (!disk.completeSync(disk.beginSync(), stream).ok) failed++;
    expect(failed).toBeGreaterThan(900);
    expect(failed).toBeLessThan(1_100);
    disk.failSyncs("io", never);
    expect(synced(disk)).toBe("ok 0");
    disk.failSyncs("io", always);
    expect(synced(disk)).toBe("io");
  });

  test("a disk that is too full fails its syncs until a rewrite makes room", () => {
    const disk = new NodeDisk({ ...plan, recordsMax: 3 });
    logOf(3, disk);
    expect(synced(disk)).toBe("ok 3");
    disk.append("other", 4);
    expect(synced(disk)).toBe("full");
    disk.rewrite("log", ["all"]);
    expect(synced(disk)).toBe("ok 2");
    expect(told(disk.contents())).toBe("log: all; other: 4");
  });
});

describe("torn crashes", () => {
  test("catch one write half done; what was before it in its file is whole, and durable records are untouched", () => {
    const seen = new Set<string>();
    for (let at = 0; at < 300; at++) {
      const disk = logOf(1);
      synced(disk);
      disk.append("log", 2);
      disk.append("log", 3);
      const lost = disk.crash(true, streamNamed(`torn ${at}`));
      const survivors = told(disk.contents());
      seen.add(`${survivors}, lost ${lost}`);
    }
    expect([...seen].sort(compareValues)).toEqual(["log: 1 2 X, lost 1", "log: 1 X, lost 2"]);
  });

  test("may let a later write to another file survive an earlier one, as real disks do", () => {
    const seen = new Set<string>();
    for (let at = 0; at < 300; at++) {
      const disk = new NodeDisk(plan);
      disk.append("a", 1);
      disk.append("b", 2);
      disk.crash(true, streamNamed(`files ${at}`));
      seen.add(told(disk.contents()));
    }
    expect([...seen].sort(compareValues)).toEqual(["a: 1; b: X", "a: X", "a: X; b: 2", "b: X"]);
  });

  test("leave of a rewrite the old file whole, for a rewrite is all or nothing", () => {
    const seen = new Set<string>();
    for (let at = 0; at < 300; at++) {
      const disk = logOf(1);
      synced(disk);
      disk.rewrite("log", ["n1", "n2"]);
      disk.crash(true, streamNamed(`rewrite ${at}`));
      seen.add(told(disk.contents()));
    }
    expect([...seen].sort(compareValues)).toEqual(["log: 1"]);
  });

  test("with nothing unsynced tear nothing", () => {
    const disk = logOf(2);
    synced(disk);
    expect(disk.crash(true, streamNamed("nothing"))).toBe(0);
    expect(told(disk.contents())).toBe("log: 1 2");
  });
});

describe("damage", () => {
  test("rot makes drawn records unreadable, each once, and no more than there are", () => {
    const disk = logOf(5);
    synced(disk);
    expect(disk.damage("rot", 2, streamNamed("rot"))).toBe(2);
    expect(told(disk.contents()).split("X").length - 1).toBe(2);
    expect(disk.damage("rot", 9, streamNamed("more rot"))).toBe(3);
    expect(told(disk.contents())).toBe("log: X X X X X");
    expect(disk.damage("rot", 1, streamNamed("no more rot"))).toBe(0);
  });

  test("a misdirected write lies in the place of another record, and not in its own", () => {
    const disk = logOf(3);
    synced(disk);
    expect(disk.damage("misdirect", 1, streamNamed("astray"))).toBe(2);
    expect(["log: 3 2 X", "log: 1 3 X"]).toContain(told(disk.contents()));
  });

  test("a wiped disk is empty, and takes records again", () => {
    const disk = logOf(3);
    synced(disk);
    disk.append("log", 4);
    expect(disk.damage("wipe", 0, streamNamed("wipe"))).toBe(3);
    expect(told(disk.contents())).toBe("");
    disk.append("log", 5);
    expect(synced(disk)).toBe("ok 1");
    disk.crash(false);
    expect(told(disk.contents())).toBe("log: 5");
  });
});

test("what a disk gives back is no one else's: changing it changes nothing on the disk", () => {
  const disk = new NodeDisk(plan);
  disk.append("log", { deep: { value: 1 } });
  synced(disk);
  const [record] = disk.contents().get("log") ?? [];
  if (record?.type === "intact") (record.value as { deep: { value: number } }).deep.value = 2;
  expect(disk.contents().get("log")).toEqual([{ type: "intact", value: { deep: { value: 1 } } }]);
});

test("a latency given by a fault replaces the plan's until it is taken back", () => {
  const disk = new NodeDisk(plan);
  disk.setLatency({ type: "constant", us: 9 });
  expect(disk.syncLatency).toEqual({ type: "constant", us: 9 });
  disk.setLatency(undefined);
  expect(disk.syncLatency).toBe(plan.syncLatency);
});

type Op = "append" | "rewrite" | "sync" | "failedSync" | "crash" | "tornCrash";
const someOps = fc.array(fc.constantFrom<Op>("append", "rewrite", "sync", "failedSync", "crash", "tornCrash"), {
  maxLength: 40,
});

function carryOut(disk: NodeDisk, ops: readonly Op[], subject: string): string {
  const stream = streamNamed(subject);
  let story = "";
  ops.forEach((op, at) => {
    if (op === "append") disk.append(`file ${at % 2}`, at);
    else if (op === "rewrite") disk.rewrite(`file ${at % 2}`, [at, at + 1]);
    else if (op === "crash" || op === "tornCrash") story += ` lost ${disk.crash(op === "tornCrash", stream)}`;
    else {
      disk.failSyncs(op === "sync" ? "none" : "io");
      story += ` ${synced(disk)}`;
    }
  });
  return `${story} ${told(disk.contents())}`;
}

test("a disk goes on from a checkpoint as it would have without", () => {
  fc.assert(
    fc.property(someOps, someOps, (before, after) => {
      const original = new NodeDisk(plan);
      carryOut(original, before, "before");
      const copy = new NodeDisk(plan);
      copy.restore(structuredClone(original.checkpoint()));
      expect(carryOut(copy, after, "after")).toBe(carryOut(original, after, "after"));
    }),
  );
});

test("no acknowledged record is ever lost, and none appears twice, whatever fails around it", () => {
  fc.assert(
    fc.property(someOps, (ops) => {
      const disk = new NodeDisk(plan);
      const stream = streamNamed("model");
      const acknowledged = new Set<number>();
      let pending: number[] = [];
      ops.forEach((op, at) => {
        if (op === "append" || op === "rewrite") {
          disk.append("log", at);
          pending.push(at);
        } else if (op === "crash" || op === "tornCrash") {
          disk.crash(op === "tornCrash", stream);
          pending = [];
        } else {
          disk.failSyncs(op === "sync" ? "none" : "full");
          if (!disk.completeSync(disk.beginSync()).ok) return;
          for (const record of pending) acknowledged.add(record);
          pending = [];
        }
      });
      const found = (disk.contents().get("log") ?? []).flatMap((record) =>
        record.type === "intact" ? [record.value] : [],
      );
      expect(new Set(found).size).toBe(found.length);
      for (const record of acknowledged) expect(found).toContain(record);
    }),
  );
});
