// A trace for Perfetto: of the shape that the format's documents give it, and saying what the trace says.
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { systems } from "../../scenario/echo-system.ts";
import { sampleTrace } from "../../trace/sample-trace.ts";
import { exported, type Recorded, recorded, stormyStory } from "./exported.ts";

const at = { ts: z.int().min(0), pid: z.int().min(1), tid: z.int().min(1) };
const args = z.record(z.string(), z.unknown());
const named = { name: z.string().min(1), cat: z.string().min(1) };
const metadata = { ph: z.literal("M"), pid: at.pid };
/** Trace Event Format, of the phases that are written. */
const traceEvent = z.union([
  z.strictObject({ ph: z.literal("X"), dur: z.int().min(0), ...named, ...at, args: args.optional() }),
  z.strictObject({ ph: z.literal("i"), s: z.enum(["g", "p", "t"]), ...named, ...at, args }),
  z.strictObject({ ph: z.literal("s"), id: z.int(), ...named, ...at }),
  z.strictObject({ ph: z.literal("f"), id: z.int(), bp: z.literal("e"), ...named, ...at }),
  z.strictObject({
    ph: z.literal("C"),
    name: named.name,
    ts: at.ts,
    pid: at.pid,
    args: z.strictObject({ value: z.int() }),
  }),
  z.strictObject({ ...metadata, name: z.literal("process_name"), args: z.strictObject({ name: z.string() }) }),
  z.strictObject({ ...metadata, name: z.literal("process_sort_index"), args: z.strictObject({ sort_index: z.int() }) }),
  z.strictObject({
    ...metadata,
    name: z.literal("thread_name"),
    tid: at.tid,
    args: z.strictObject({ name: z.string() }),
  }),
  z.strictObject({
    ...metadata,
    name: z.literal("thread_sort_index"),
    tid: at.tid,
    args: z.strictObject({ sort_index: z.int() }),
  }),
]);
const document = z.strictObject({
  displayTimeUnit: z.literal("ms"),
  traceEvents: z.array(traceEvent),
  otherData: z.strictObject({
    scenario: z.string(),
    system: z.string(),
    seed: z.int(),
    digest: z.string(),
    ending: z.string(),
  }),
});

type Written = z.infer<typeof traceEvent>;

class Drawn {
  readonly events: readonly Written[];
  /** Names by number. */
  readonly processes = new Map<number, string>();
  /** "server-1 / lost", of each thread by its number. */
  readonly threads = new Map<number, string>();

  constructor(of: Recorded, window = { fromUs: 0, untilUs: Infinity }) {
    this.events = document.parse(JSON.parse(exported("perfetto", of, { window }))).traceEvents;
    for (const event of this.events) {
      if (event.ph !== "M") continue;
      if (event.name === "process_name") this.processes.set(event.pid, event.args.name);
      const process = this.processes.get(event.pid) ?? "nobody";
      if (event.name === "thread_name") this.threads.set(event.tid, `${process} / ${event.args.name}`);
    }
  }

  all<Phase extends Written["ph"]>(phase: Phase): readonly Extract<Written, { ph: Phase }>[] {
    return this.events.filter((event): event is Extract<Written, { ph: Phase }> => event.ph === phase);
  }

  slices(category: string) {
    return this.all("X").filter(({ cat }) => cat === category);
  }
}

const storm = recorded(stormyStory);
const drawn = new Drawn(storm);

describe("every node", () => {
  test("is a process, in the order of the scenario, behind the world", () => {
    expect([...drawn.processes.values()]).toEqual(["world", ...storm.header.nodes.map(({ id }) => id)]);
  });

  test("has its role as a thread; no two threads have one number, and nothing is drawn on a thread without a name", () => {
    const { threads } = drawn;
    for (const { id, role } of storm.header.nodes) expect([...threads.values()]).toContain(`${id} / ${role}`);
    expect(new Set(threads.values()).size).toBe(threads.size);
    const used = drawn.events.flatMap((event) => ("tid" in event ? [event.tid] : []));
    expect(used.filter((tid) => !threads.has(tid))).toEqual([]);
  });

  test("is down from its crash to its start, and stands still for its pause", () => {
    const states = drawn
      .slices("process")
      .map(({ name, ts, dur, pid }) => [drawn.processes.get(pid), name, ts, ts + dur]);
    expect(states).toEqual([
      ["player-1", "paused", 1_200_000, 2_000_000],
      ["server-2", "down (fault)", 3_000_000, 4_500_000],
    ]);
  });
});

describe("every message", () => {
  const deliveries = storm.events.filter((event) => event.kind === "delivered");

  test("that arrives is one flow, from its sender to its receiver, at the times of both", () => {
    const [starts, ends] = [drawn.all("s"), drawn.all("f")];
    expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length);
    expect(starts.map(({ id }) => id)).toEqual(ends.map(({ id }) => id));
    const flows = starts.map(({ ts, pid, name }, index) => [
      name,
      drawn.processes.get(pid),
      ts,
      drawn.processes.get(ends[index]?.pid ?? 0),
      ends[index]?.ts,
    ]);
    const types = new Map(
      storm.events.flatMap((event) =>
        event.kind === "sent" && "type" in event.content ? [[event.message, event.content.type] as const] : [],
      ),
    );
    expect(flows).toEqual(
      deliveries.map(({ message, from, sentUs, node, atUs }) => [types.get(message), from, sentUs, node, atUs]),
    );
    expect(flows.length).toBeGreaterThan(1000);
  });

  test("hangs on a slice at both ends", () => {
    const covered = new Set(drawn.slices("step").map(({ tid, ts }) => `${tid} ${ts}`));
    const ends = [...drawn.all("s"), ...drawn.all("f")];
    expect(ends.filter(({ tid, ts }) => !covered.has(`${tid} ${ts}`))).toEqual([]);
  });

  test("that is lost is told at its sender, with why", () => {
    const lost = drawn.all("i").filter(({ cat }) => cat === "lost");
    expect(lost.length).toBe(storm.events.filter(({ kind }) => kind === "lost").length);
    expect(lost.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^confirm .* to \S+: dropped by a fault$/),
    );
  });

  test("is counted until the first thing that becomes of it: never less than none, and in the end what is still on its way", () => {
    const counts = drawn.all("C").filter(({ name }) => name === "messages on their way");
    const values = counts.map(({ args: { value } }) => value);
    expect(Math.min(...values)).toBe(0);
    const fated = new Set(
      storm.events.flatMap((event) => (event.kind === "delivered" || event.kind === "lost" ? [event.message] : [])),
    );
    const sent = storm.events.filter((event) => event.kind === "sent").length;
    expect(values.at(-1)).toBe(sent - fated.size);
  });
});

test("slices of a thread are beside each other, or one is within the other", () => {
  const byThread = Map.groupBy(drawn.all("X"), ({ tid }) => tid);
  for (const slices of byThread.values()) {
    const open: number[] = [];
    for (const { ts, dur } of slices.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      while (open.length > 0 && (open.at(-1) ?? 0) <= ts) open.pop();
      expect(open.every((end) => ts + dur <= end)).toBe(true);
      open.push(ts + dur);
    }
  }
});

test("faults last from their beginning to their end", () => {
  const faults = drawn.slices("fault").map(({ name, ts, dur }) => [name.split(" ")[0], ts, ts + dur]);
  expect(faults.toSorted((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]))).toEqual([
    ["partition", 1_000_000, 1_800_000],
    ["drop", 1_000_000, 6_000_000],
    ["pause", 1_200_000, 2_000_000],
    ["crash", 3_000_000, 4_500_000],
    ["duplicate", 5_000_000, 5_500_000],
  ]);
});

test("what is scraped are counters of whoever was scraped", () => {
  const ups = drawn.all("C").filter(({ name, pid }) => name === "up" && drawn.processes.get(pid) === "server-2");
  expect(ups.map(({ ts, args: { value } }) => [ts, value]).slice(0, 6)).toEqual(
    [1, 1, 1, 0, 0, 1].map((value, second) => [second * 1_000_000, value]),
  );
});

test("what lasts, as the system says, has a row of its own, and ends with its process", () => {
  const marked = new Drawn({
    ...storm,
    system: {
      ...storm.system,
      spans: (fact) => {
        const { fact: name, ...fields } = fact as { fact: string; server?: string };
        return name === "leaseRenewed" ? [{ row: "lease", key: "own", label: `lease of ${fields.server ?? ""}` }] : [];
      },
    },
  });
  const leases = marked
    .slices("lease")
    .map(({ name, ts, dur, tid }) => [marked.threads.get(tid), name, ts < 3_000_000, ts + dur]);
  expect(leases).toEqual([
    ["server-2 / lease", "lease of server-2", true, 3_000_000],
    ["server-1 / lease", "lease of server-1", true, 12_000_000],
    ["server-2 / lease", "lease of server-2", false, 12_000_000],
  ]);
});

test("a violation is a mark over everything", () => {
  const violation = {
    property: "A1",
    claim: "c",
    atUs: 5,
    event: 3,
    node: "n1",
    about: "player-1",
    because: "two </script> have it\n",
    evidence: [],
  };
  const { events } = new Drawn({ ...storm, events: [], end: { ...storm.end, violations: [violation] } });
  expect(events.at(-1)).toMatchObject({
    ph: "i",
    s: "g",
    ts: 5,
    name: String.raw`A1 IS VIOLATED: two </script> have it\u000a`,
  });
});

test("of a window there is what touches it, and no flow with one end", () => {
  const window = { fromUs: 1_100_000, untilUs: 1_500_000 };
  const part = new Drawn(storm, window);
  const inside = (ts: number): boolean => ts >= window.fromUs && ts <= window.untilUs;
  const stamped = [...part.all("i"), ...part.all("C"), ...part.all("s"), ...part.all("f"), ...part.slices("step")];
  expect(stamped.filter(({ ts }) => !inside(ts))).toEqual([]);
  expect(part.all("s").map(({ id }) => id)).toEqual(part.all("f").map(({ id }) => id));
  expect(part.slices("fault").map(({ name }) => name.split(" ")[0])).toEqual(["partition", "pause", "drop"]);
  expect(part.all("s").length).toBe(
    storm.events.filter((event) => event.kind === "delivered" && inside(event.atUs) && inside(event.sentUs)).length,
  );
});

test("every kind of event is drawn, of nodes that nobody announced, too", () => {
  const { header, events, end } = sampleTrace;
  const few = new Drawn({
    header: { ...header, nodes: [] },
    events,
    system: systems[0] ?? storm.system,
    end: { ...end, violations: [] },
  });
  expect([...few.processes.values()]).toEqual(["world", "n1", "n2"]);
  expect(few.slices("step").map(({ name, ts }) => [name, ts])).toEqual([
    ["boot", 0],
    ["ship from n1", 9],
    ["ship from n1", 9],
    ["synced 1", 11],
    ["could not sync 2", 12],
    ["timer deadline:p1/1", 100_006],
  ]);
});

test("no two processes have one number, whatever a trace from elsewhere calls its nodes", () => {
  const { header, events, end } = sampleTrace;
  const nodes = ["n1", "world", "n1"].map((id) => ({ id, role: "server" }));
  const text = exported("perfetto", {
    header: { ...header, nodes },
    events,
    system: systems[0] ?? storm.system,
    end: { ...end, violations: [] },
  });
  const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly { name: string; pid: number }[] };
  const pids = traceEvents.filter(({ name }) => name === "process_name").map(({ pid }) => pid);
  expect(pids).toEqual([1, 2, 3]);
});
