// Whatever is scheduled, moved and cancelled, in whatever mixture: the kernel does what the plain queue does.
import { describe, expect, it } from "vitest";

import { Generator } from "../../src/base/random.ts";
import { Kernel, TIME_US_MAX, type EventHandle, type KernelCheckpoint } from "../../src/kernel/kernel.ts";
import { PlainQueue, type PlainEvent } from "./plain-queue.ts";

const KIND = 3;

/** As `expect(actual).toBe(expected)`, which is too slow for a million questions that get the right answer. */
function same(actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) expect(actual).toBe(expected);
}

/** A kernel and the oracle beside it, given the same operations; whatever either says must be the same. */
class Pair {
  readonly kernel: Kernel;
  readonly queue = new PlainQueue();
  readonly events: { readonly plain: PlainEvent; handle: EventHandle }[] = [];
  readonly generator: Generator;
  readonly spreadUs: number;
  happened = 0;
  /** How many events an event brings about when it happens. */
  offspring = 0;

  constructor(seed: number, startUs: number, spreadUs: number) {
    this.generator = new Generator(seed);
    this.spreadUs = spreadUs;
    this.kernel = new Kernel({ startUs });
    this.kernel.on(KIND, (a, b) => this.onEvent(a, b));
  }

  onEvent(a: number, b: number): void {
    const expected = this.queue.take();
    same(a, expected?.id);
    same(b, ~a);
    same(this.kernel.nowUs, expected?.atUs);
    this.happened++;
    for (let child = 0; child < this.offspring; child++) this.schedule(this.someTime());
    if (this.generator.below(4) === 0) this.cancelSome();
  }

  /** Often the present itself, often a time that others have, now and then a far one. */
  someTime(): number {
    const { nowUs } = this.kernel;
    const kind = this.generator.below(16);
    if (kind < 2) return nowUs;
    const someone = this.events[this.generator.below(this.events.length || 1)];
    if (kind < 5 && someone !== undefined && someone.plain.atUs >= nowUs) return someone.plain.atUs;
    const withinUs = kind === 15 ? this.spreadUs * 300 : this.spreadUs;
    return Math.min(nowUs + this.generator.below(2 ** 20) * (withinUs / 2 ** 20), TIME_US_MAX);
  }

  schedule(atUs: number): void {
    const id = this.events.length;
    const plain = this.queue.schedule(id, Math.floor(atUs));
    this.events.push({ plain, handle: this.kernel.schedule(Math.floor(atUs), KIND, id, ~id) });
  }

  some(): { readonly plain: PlainEvent; handle: EventHandle } | undefined {
    const recent = Math.min(this.events.length, 400);
    return this.events[this.events.length - 1 - this.generator.below(recent || 1)];
  }

  cancelSome(): void {
    const event = this.some();
    if (event === undefined) return;
    same(this.kernel.cancel(event.handle), this.queue.cancel(event.plain));
    same(this.kernel.cancel(event.handle), false);
  }

  resetSome(): void {
    const event = this.some();
    if (event === undefined) return;
    const old = event.handle;
    const atUs = Math.floor(this.someTime());
    const moved = this.kernel.reset(old, atUs);
    same(moved !== 0, this.queue.reset(event.plain, atUs));
    if (moved === 0) return;
    event.handle = moved;
    same(this.kernel.isPending(old), false);
    same(this.kernel.atUsOf(moved), atUs);
  }

  inspectSome(): void {
    const event = this.some();
    if (event === undefined) return;
    const isWaiting = this.queue.isWaiting(event.plain);
    same(this.kernel.isPending(event.handle), isWaiting);
    same(this.kernel.atUsOf(event.handle), isWaiting ? event.plain.atUs : -1);
  }

  step(): void {
    const isWaiting = this.queue.size > 0;
    same(this.kernel.step(), isWaiting);
  }

  runOn(): void {
    const untilUs = Math.min(this.kernel.nowUs + this.generator.below(this.spreadUs), TIME_US_MAX);
    const ending = this.kernel.runUntil(untilUs);
    same(ending.type, "reached");
    same(ending.atUs, untilUs);
    same((this.queue.next()?.atUs ?? Infinity) > untilUs, true);
  }

  /** One operation of many kinds. */
  operate(growth: number): void {
    const kind = this.generator.below(12 + growth);
    if (kind < 1) this.inspectSome();
    else if (kind < 3) this.cancelSome();
    else if (kind < 5) this.resetSome();
    else if (kind < 6) same(this.kernel.peekUs(), this.queue.next()?.atUs ?? Infinity);
    else if (kind < 9) this.step();
    else if (kind < 10) this.runOn();
    else this.schedule(this.someTime());
    same(this.kernel.pending, this.queue.size);
  }

  drain(): void {
    this.offspring = 0;
    this.kernel.runUntilIdle();
    same(this.queue.size, 0);
    same(this.kernel.eventsDone, this.happened);
  }
}

const starts: readonly (readonly [name: string, startUs: number])[] = [
  ["zero", 0],
  ["2^31", 2 ** 31 - 5_000],
  ["2^32", 2 ** 32 - 5_000],
  ["2^40", 2 ** 40 - 70_000],
  ["2^48", 2 ** 48 - 1],
  ["the end of time", TIME_US_MAX - 2 ** 33],
];
const spreads: readonly number[] = [1, 40, 3_000, 1_000_000, 2 ** 31, 2 ** 36];

describe("the kernel agrees with a plain queue", () => {
  for (const [name, startUs] of starts) {
    for (const spreadUs of spreads) {
      it(`around ${name}, events within ${spreadUs} us`, () => {
        const pair = new Pair((startUs % 1_000_003) + spreadUs, startUs, spreadUs);
        for (const growth of [1, 12, 60, 0, 12]) {
          pair.offspring = growth > 12 ? 0 : 1;
          for (let operation = 0; operation < 400; operation++) pair.operate(growth);
        }
        pair.drain();
        expect(pair.happened).toBeGreaterThan(500);
      });
    }
  }

  it("when thousands wait for a few moments", () => {
    const pair = new Pair(7, 0, 100);
    for (let count = 0; count < 5_000; count++) pair.schedule(pair.someTime());
    pair.offspring = 1;
    for (let operation = 0; operation < 3_000; operation++) pair.operate(8);
    pair.drain();
    expect(pair.happened).toBeGreaterThan(5_000);
  });

  it("when thousands are spread over seconds, and many are cancelled", () => {
    const pair = new Pair(8, 123_456_789, 3_000_000);
    for (let count = 0; count < 20_000; count++) {
      pair.schedule(pair.someTime());
      if (count % 3 !== 0) pair.cancelSome();
    }
    for (let operation = 0; operation < 3_000; operation++) pair.operate(0);
    pair.drain();
    expect(pair.happened).toBeGreaterThan(5_000);
  });
});

describe("a checkpoint", () => {
  /** A world in miniature: it draws from a generator that is part of what must be put back. */
  function play(kernel: Kernel, memory: { state: number; handles: EventHandle[] }): void {
    const draw = (n: number): number => {
      memory.state = (Math.imul(memory.state, 1_664_525) + 1_013_904_223) | 0;
      return (memory.state >>> 8) % n;
    };
    kernel.on(1, (a) => {
      const spread = [10, 1_000, 500_000, 2 ** 23][draw(4)];
      for (let child = draw(5) === 0 ? 0 : draw(3); child >= 0; child--) {
        memory.handles[draw(64)] = kernel.schedule(kernel.nowUs + draw(spread), 1, a + 1, draw(1_000));
      }
      for (let victim = draw(4); victim > 0; victim--) kernel.cancel(memory.handles[draw(64)] ?? 0);
      const moved = draw(64);
      const handle = kernel.reset(memory.handles[moved] ?? 0, kernel.nowUs + draw(spread));
      if (handle !== 0) memory.handles[moved] = handle;
    });
  }

  function continued(kernel: Kernel): readonly unknown[] {
    const ending = kernel.runUntil(kernel.nowUs + 30_000_000);
    return [ending, kernel.digest.hex(), kernel.eventsDone, kernel.pending, kernel.nowUs, kernel.peekUs()];
  }

  it("goes on the same, in its own kernel and in a fresh one, however often", () => {
    const kernel = new Kernel({ startUs: 2 ** 32 - 40_000_000, limits: { eventsMax: 60_000 } });
    const memory = { state: 5, handles: [] as EventHandle[] };
    play(kernel, memory);
    for (let count = 0; count < 500; count++) kernel.schedule(kernel.nowUs + count * 70_001, 1, 0, count);
    for (let round = 0; round < 6; round++) {
      kernel.runUntil(kernel.nowUs + 5_000_000 + round);
      const checkpoint: KernelCheckpoint = kernel.checkpoint();
      const copy = structuredClone({ checkpoint, memory });
      const expected = continued(kernel);
      const handlesAfter = [...memory.handles];

      Object.assign(memory, { state: copy.memory.state, handles: [...copy.memory.handles] });
      kernel.restore(checkpoint);
      expect(continued(kernel)).toEqual(expected);
      expect(memory.handles).toEqual(handlesAfter);

      const fresh = new Kernel({ limits: { eventsMax: 60_000 } });
      const freshMemory = { state: copy.memory.state, handles: [...copy.memory.handles] };
      play(fresh, freshMemory);
      fresh.restore(checkpoint);
      expect(continued(fresh)).toEqual(expected);
      expect(freshMemory.handles).toEqual(handlesAfter);
      expect(checkpoint).toEqual(copy.checkpoint);
    }
    expect(kernel.eventsDone).toBeGreaterThan(5_000);
  });

  it("shrinks a kernel back to what it was", () => {
    const kernel = new Kernel();
    kernel.on(1, () => {});
    const early = kernel.schedule(10, 1, 0, 0);
    const checkpoint = kernel.checkpoint();
    for (let count = 0; count < 10_000; count++) kernel.schedule(count * 1_000, 1, count, 0);
    const late = kernel.schedule(9_999_999, 1, 0, 0);
    kernel.runUntil(5_000_000);
    kernel.restore(checkpoint);
    expect(kernel.isPending(late)).toBe(false);
    expect([kernel.nowUs, kernel.pending, kernel.isPending(early), kernel.peekUs()]).toEqual([0, 1, true, 10]);
    expect(kernel.runUntilIdle()).toEqual({ type: "idle", atUs: 10 });
  });
});
