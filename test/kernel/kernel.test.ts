import { describe, expect, it } from "vitest";

import { BeliefBroken } from "../../src/base/assert.ts";
import { Kernel, TIME_US_MAX, type EventHandle, type KernelLimits } from "../../src/kernel/kernel.ts";

const TICK = 1;

/** A kernel that writes down what happens, as "time:a". */
function observed(limits: Partial<KernelLimits> = {}): { kernel: Kernel; seen: string[] } {
  const kernel = new Kernel({ limits });
  const seen: string[] = [];
  kernel.on(TICK, (a) => seen.push(`${kernel.nowUs}:${a}`));
  return { kernel, seen };
}

describe("order", () => {
  it("is by time, and within one time as scheduled", () => {
    const { kernel, seen } = observed();
    for (const [a, atUs] of [30, 10, 20, 10, 30, 10].entries()) kernel.schedule(atUs, TICK, a, 0);
    kernel.runUntilIdle();
    expect(seen).toEqual(["10:1", "10:3", "10:5", "20:2", "30:0", "30:4"]);
  });

  it("puts what a handler schedules for the present behind all that wait for it", () => {
    const { kernel, seen } = observed();
    kernel.on(2, (a) => {
      seen.push(`first ${a}`);
      kernel.schedule(kernel.nowUs, TICK, a, 0);
    });
    kernel.schedule(5, 2, 7, 0);
    kernel.schedule(5, TICK, 1, 0);
    kernel.runUntilIdle();
    expect(seen).toEqual(["first 7", "5:1", "5:7"]);
  });

  it("puts an event that is moved to its own time behind the others", () => {
    const { kernel, seen } = observed();
    const first = kernel.schedule(5, TICK, 1, 0);
    kernel.schedule(5, TICK, 2, 0);
    kernel.reset(first, 5);
    kernel.runUntilIdle();
    expect(seen).toEqual(["5:2", "5:1"]);
  });

  it("holds for a hundred thousand events at one moment", () => {
    const kernel = new Kernel();
    let next = 0;
    kernel.on(TICK, (a) => {
      if (a === next) next++;
    });
    for (let a = 0; a < 100_000; a++) kernel.schedule(1_000_000, TICK, a, 0);
    kernel.runUntilIdle();
    expect(next).toBe(100_000);
  });

  it("holds over all of time", () => {
    const { kernel, seen } = observed();
    const times = [TIME_US_MAX, 2 ** 52, 2 ** 32, 2 ** 32 - 1, 2 ** 31, 2 ** 40 + 1, 2 ** 40, 0, 255, 256];
    for (const atUs of times) kernel.schedule(atUs, TICK, 0, 0);
    expect(kernel.runUntilIdle()).toEqual({ type: "idle", atUs: TIME_US_MAX });
    expect(seen).toEqual(times.toSorted((left, right) => left - right).map((atUs) => `${atUs}:0`));
  });

  it("hands over the whole range of both payload words and of kinds", () => {
    const kernel = new Kernel();
    const seen: unknown[] = [];
    for (const kind of [0, 127, 128, 255]) kernel.on(kind, (a, b) => seen.push([kind, a, b]));
    kernel.schedule(TIME_US_MAX, 255, 2 ** 31 - 1, -(2 ** 31));
    kernel.schedule(TIME_US_MAX, 0, -1, 1);
    kernel.schedule(1, 128, 0, 0);
    kernel.runUntilIdle();
    expect(seen).toEqual([
      [128, 0, 0],
      [255, 2 ** 31 - 1, -(2 ** 31)],
      [0, -1, 1],
    ]);
  });
});

describe("handles", () => {
  it("name an event until it happens, and nothing afterwards", () => {
    const { kernel } = observed();
    const handle = kernel.schedule(5, TICK, 1, 0);
    expect([handle === 0, kernel.isPending(handle), kernel.atUsOf(handle), kernel.pending]).toEqual([
      false,
      true,
      5,
      1,
    ]);
    kernel.runUntil(5);
    expect([kernel.isPending(handle), kernel.atUsOf(handle), kernel.cancel(handle), kernel.reset(handle, 9)]).toEqual([
      false,
      -1,
      false,
      0,
    ]);
  });

  it("never name the event that took the place of theirs", () => {
    const { kernel } = observed();
    const seen = new Set<EventHandle>();
    const first = kernel.schedule(1, TICK, 0, 0);
    for (let round = 0; round < 5_000; round++) {
      const handle = kernel.schedule(kernel.nowUs + 1, TICK, 0, 0);
      expect(seen.has(handle)).toBe(false);
      seen.add(handle);
      if (round % 3 === 0) kernel.cancel(handle);
      kernel.runUntil(kernel.nowUs + 1);
      expect([kernel.isPending(first), kernel.cancel(first), kernel.cancel(handle)]).toEqual([false, false, false]);
    }
  });

  it("tells a handler that its own event is no longer to come", () => {
    const kernel = new Kernel();
    let handle = 0;
    const answers: boolean[] = [];
    kernel.on(TICK, () => answers.push(kernel.isPending(handle), kernel.cancel(handle)));
    handle = kernel.schedule(1, TICK, 0, 0);
    kernel.runUntilIdle();
    expect(answers).toEqual([false, false]);
  });

  it("are never 0, nor other numbers that were not given out", () => {
    const { kernel } = observed();
    expect([kernel.isPending(0), kernel.cancel(0), kernel.atUsOf(0), kernel.reset(0, 5)]).toEqual([
      false,
      false,
      -1,
      0,
    ]);
    kernel.schedule(1, TICK, 0, 0);
    for (const number of [0, 1, 2 ** 24 - 1, 2 ** 24, 2 ** 53 - 1, -1, -(2 ** 24)]) {
      expect([kernel.isPending(number), kernel.cancel(number)]).toEqual([false, false]);
    }
    expect(kernel.pending).toBe(1);
  });
});

describe("a run", () => {
  it("reaches its time, and the present moves there", () => {
    const { kernel, seen } = observed();
    kernel.schedule(10, TICK, 1, 0);
    kernel.schedule(11, TICK, 2, 0);
    expect(kernel.runUntil(10)).toEqual({ type: "reached", atUs: 10 });
    expect([seen, kernel.pending, kernel.eventsDone]).toEqual([["10:1"], 1, 1]);
    expect(kernel.runUntil(100)).toEqual({ type: "reached", atUs: 100 });
    expect([kernel.nowUs, kernel.peekUs(), kernel.step()]).toEqual([100, Infinity, false]);
  });

  it("lets events be scheduled before one that it has looked at", () => {
    const { kernel, seen } = observed();
    for (let a = 0; a < 100; a++) kernel.schedule(100_000 + a * 700, TICK, 2, 0);
    expect(kernel.peekUs()).toBe(100_000);
    kernel.runUntil(70_000);
    kernel.schedule(70_001, TICK, 1, 0);
    kernel.runUntil(99_999);
    kernel.schedule(99_999, TICK, 1, 0);
    kernel.runUntilIdle();
    expect(seen.slice(0, 3)).toEqual(["70001:1", "99999:1", "100000:2"]);
  });

  it("that is idle stays at its last event, whatever was cancelled behind it", () => {
    const { kernel, seen } = observed();
    kernel.schedule(10, TICK, 1, 0);
    const later = kernel.schedule(1_000_000, TICK, 2, 0);
    kernel.cancel(later);
    expect(kernel.runUntilIdle()).toEqual({ type: "idle", atUs: 10 });
    for (const atUs of [1_000_000, 11]) kernel.schedule(atUs, TICK, 1, 0);
    expect(kernel.runUntilIdle()).toEqual({ type: "idle", atUs: 1_000_000 });
    expect(seen).toEqual(["10:1", "11:1", "1000000:1"]);
  });

  it("ends after the event whose handler stops it, and goes on behind it", () => {
    const { kernel, seen } = observed();
    kernel.on(2, () => kernel.stop());
    kernel.schedule(1, TICK, 1, 0);
    kernel.schedule(2, 2, 0, 0);
    kernel.schedule(2, TICK, 3, 0);
    expect(kernel.runUntil(50)).toEqual({ type: "stopped", atUs: 2 });
    expect(seen).toEqual(["1:1"]);
    expect(kernel.runUntil(50)).toEqual({ type: "reached", atUs: 50 });
    expect(seen).toEqual(["1:1", "2:3"]);
  });

  it("is not ended by a stop between runs", () => {
    const { kernel, seen } = observed();
    kernel.stop();
    kernel.schedule(1, TICK, 1, 0);
    expect(kernel.runUntilIdle().type).toBe("idle");
    expect(seen).toEqual(["1:1"]);
  });

  it("lets out what a handler throws; the event counts as done, and the next run goes on behind it", () => {
    const { kernel, seen } = observed();
    kernel.on(2, () => {
      throw new RangeError("broken handler");
    });
    kernel.schedule(1, TICK, 1, 0);
    kernel.schedule(2, 2, 0, 0);
    kernel.schedule(2, TICK, 3, 0);
    expect(() => kernel.runUntil(9)).toThrow(RangeError);
    expect([kernel.nowUs, kernel.eventsDone, kernel.pending]).toEqual([2, 2, 1]);
    const quiet = new Kernel();
    for (const kind of [TICK, 2]) quiet.on(kind, () => {});
    quiet.schedule(1, TICK, 1, 0);
    quiet.schedule(2, 2, 0, 0);
    quiet.schedule(2, TICK, 3, 0);
    expect([kernel.runUntil(9), quiet.runUntil(9)].map(({ type }) => type)).toEqual(["reached", "reached"]);
    expect(seen).toEqual(["1:1", "2:3"]);
    expect(kernel.digest.hex()).toBe(quiet.digest.hex());
  });

  it("handles one event a step", () => {
    const { kernel, seen } = observed();
    kernel.schedule(3, TICK, 1, 0);
    kernel.schedule(7, TICK, 2, 0);
    expect([kernel.step(), kernel.nowUs, kernel.step(), kernel.nowUs, kernel.step(), kernel.nowUs]).toEqual([
      true,
      3,
      true,
      7,
      false,
      7,
    ]);
    expect(seen).toEqual(["3:1", "7:2"]);
  });

  it("believes that times are whole and not past, that kinds have handlers, that payloads are integers", () => {
    const { kernel } = observed();
    kernel.runUntil(10);
    for (const atUs of [9, 10.5, -1, NaN, Infinity, TIME_US_MAX + 1]) {
      expect(() => kernel.schedule(atUs, TICK, 0, 0)).toThrow(BeliefBroken);
    }
    expect(() => kernel.schedule(10, 256, 0, 0)).toThrow(BeliefBroken);
    expect(() => kernel.schedule(10, TICK, 0.5, 0)).toThrow(BeliefBroken);
    expect(() => kernel.schedule(10, TICK, 0, 2 ** 31)).toThrow(BeliefBroken);
    expect(() => kernel.runUntil(9)).toThrow(BeliefBroken);
    expect(kernel.pending).toBe(0);
    kernel.schedule(11, 77, 0, 0);
    expect(() => kernel.runUntilIdle()).toThrow("has a handler");
    kernel.on(2, () => kernel.runUntilIdle());
    kernel.schedule(12, 2, 0, 0);
    expect(() => kernel.runUntilIdle()).toThrow("does not run the kernel");
  });
});

describe("limits", () => {
  it("on events end a run before the event too many, and only when there is one", () => {
    const { kernel, seen } = observed({ eventsMax: 2 });
    for (const atUs of [1, 2, 30]) kernel.schedule(atUs, TICK, atUs, 0);
    expect(kernel.runUntil(20)).toEqual({ type: "reached", atUs: 20 });
    expect(kernel.runUntil(40)).toEqual({ type: "limit", limit: "events", atUs: 20 });
    expect([kernel.step(), seen.length]).toEqual([false, 2]);
    kernel.schedule(21, TICK, 0, 0);
    expect(kernel.peekUs()).toBe(21);
  });

  it("on time end a run there", () => {
    const { kernel, seen } = observed({ timeUsMax: 100 });
    for (const atUs of [100, 101]) kernel.schedule(atUs, TICK, atUs, 0);
    expect(kernel.runUntil(500)).toEqual({ type: "limit", limit: "time", atUs: 100 });
    expect([kernel.step(), kernel.nowUs, kernel.pending, seen]).toEqual([false, 100, 1, ["100:100"]]);
    expect(kernel.runUntilIdle()).toEqual({ type: "limit", limit: "time", atUs: 100 });
    expect(observed({ timeUsMax: 100 }).kernel.runUntilIdle()).toEqual({ type: "idle", atUs: 0 });
  });

  it("on time do not let a step that is refused change the order of what follows", () => {
    const { kernel, seen } = observed({ timeUsMax: 983_100 });
    kernel.schedule(1_000_000, TICK, 0, 0);
    expect(kernel.step()).toBe(false);
    for (const atUs of [983_050, 11]) kernel.schedule(atUs, TICK, 1, 0);
    expect(kernel.runUntilIdle()).toMatchObject({ limit: "time", atUs: 983_100 });
    expect(seen).toEqual(["11:1", "983050:1"]);
  });

  it("on memory refuse the event too many, end the run behind the one in hand, and stay", () => {
    const { kernel, seen } = observed({ pendingMax: 3 });
    const answers: EventHandle[] = [];
    kernel.on(2, () => {
      for (let a = 0; a < 4; a++) answers.push(kernel.schedule(50, TICK, a, 0));
    });
    kernel.schedule(1, 2, 0, 0);
    const before = kernel.checkpoint();
    expect(kernel.runUntil(99)).toEqual({ type: "limit", limit: "memory", atUs: 1 });
    expect(answers.map((handle) => handle !== 0)).toEqual([true, true, true, false]);
    expect(kernel.runUntil(99)).toEqual({ type: "limit", limit: "memory", atUs: 1 });
    expect([kernel.step(), kernel.pending, seen]).toEqual([false, 3, []]);
    kernel.restore(before);
    kernel.on(2, () => {});
    expect(kernel.runUntil(99)).toEqual({ type: "reached", atUs: 99 });
  });

  it("of the caller are asked about every 4096 events", () => {
    const { kernel } = observed();
    kernel.on(TICK, () => void kernel.schedule(kernel.nowUs + 1, TICK, 0, 0));
    kernel.schedule(1, TICK, 0, 0);
    let asked = 0;
    expect(kernel.runUntilIdle(() => ++asked === 3)).toEqual({ type: "limit", limit: "wall", atUs: 3 * 4096 });
    expect(kernel.runUntil(4 * 4096 - 1, () => true).type).toBe("reached");
    expect(kernel.runUntil(5 * 4096, () => true)).toMatchObject({ limit: "wall" });
  });
});

describe("memory", () => {
  it("stays flat while timers are set and cancelled", () => {
    const { kernel } = observed();
    const handles: EventHandle[] = [];
    const sizeOf = (): number => kernel.checkpoint().queue.memory.words.length;
    for (let round = 0; round < 300_000; round++) {
      kernel.cancel(handles[round % 100] ?? 0);
      handles[round % 100] = kernel.schedule(kernel.nowUs + 20_000 + (round % 977), TICK, 0, 0);
      if (round % 16 === 0) kernel.runUntil(kernel.nowUs + 1);
    }
    expect(kernel.pending).toBe(100);
    expect(sizeOf()).toBeLessThan(16 * 1_024);
  });

  it("stays flat over hundreds of thousands of events", () => {
    const kernel = new Kernel();
    kernel.on(
      TICK,
      (a) => void kernel.schedule(kernel.nowUs + 1 + ((a * 7_919) % 100_003), TICK, (a * 31 + 7) & 0xffff, 0),
    );
    for (let a = 0; a < 500; a++) kernel.schedule(a, TICK, a, 0);
    const sizes: number[] = [];
    for (let part = 0; part < 4; part++) {
      while (kernel.eventsDone < 100_000 * (part + 1)) kernel.runUntil(kernel.nowUs + 1_000_000);
      sizes.push(kernel.checkpoint().queue.memory.words.length);
    }
    expect(Math.max(...sizes)).toBeLessThan(40_000);
    expect(sizes[3]).toBe(sizes[1]);
  });

  it("takes at most 64 bytes an event, all told", () => {
    const kernel = new Kernel();
    for (const count of [50_000, 100_000, 200_000]) {
      while (kernel.pending < count) kernel.schedule(kernel.pending * 37, TICK, 0, 0);
      expect(kernel.checkpoint().queue.memory.words.byteLength / count).toBeLessThan(44);
    }
  });
});

describe("the digest of a run", () => {
  const history = (...events: (readonly [atUs: number, a: number, b: number])[]): string => {
    const { kernel } = observed();
    for (const [atUs, a, b] of events) kernel.schedule(atUs, TICK, a, b);
    kernel.runUntilIdle();
    return kernel.digest.hex();
  };

  it("covers time, kind, both payload words, and order", () => {
    const kernel = new Kernel();
    kernel.on(2, () => {});
    kernel.schedule(1, 2, 0, 0);
    kernel.runUntilIdle();
    const digests = [
      history([1, 0, 0]),
      history([2, 0, 0]),
      history([1 + 2 ** 32, 0, 0]),
      history([1, 1, 0]),
      history([1, 0, 1]),
      history([1, 0, 0], [1, 1, 0]),
      history([1, 1, 0], [1, 0, 0]),
      kernel.digest.hex(),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(history([1, 0, 0])).toBe(digests[0]);
  });

  it("is the same for ever", () => {
    expect(history([5, 1, 2], [2 ** 40 + 7, -1, 3], [5, 9, 9])).toMatchInlineSnapshot(
      `"2d5b8c61e1aec10456a3a2ffb6901970"`,
    );
  });

  it("does not depend on how the run is cut up, on cancelled events, on looking, on checkpoints", () => {
    const kernel = new Kernel();
    kernel.on(TICK, () => {});
    for (let a = 0; a < 300; a++) {
      kernel.schedule(a * 1_000, TICK, a, 0);
      kernel.cancel(kernel.schedule(a * 1_000, TICK, a, 1));
    }
    for (let part = 0; part < 40; part++) {
      kernel.runUntil(part * 3_333);
      kernel.peekUs();
      kernel.restore(kernel.checkpoint());
      kernel.step();
    }
    kernel.runUntilIdle();
    const events = Array.from({ length: 300 }, (_, a) => [a * 1_000, a, 0] as const);
    expect(kernel.digest.hex()).toBe(history(...events));
  });

  it("is left out when nobody wants it", () => {
    const kernel = new Kernel({ digest: false });
    kernel.on(TICK, () => {});
    kernel.schedule(1, TICK, 0, 0);
    kernel.runUntilIdle();
    expect(kernel.digest.hex()).toBe(new Kernel().digest.hex());
  });
});
