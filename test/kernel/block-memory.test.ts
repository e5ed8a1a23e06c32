import { describe, expect, it } from "vitest";

import { BeliefBroken } from "../../src/base/assert.ts";
import { BlockMemory, type BlockMemoryCheckpoint } from "../../src/kernel/block-memory.ts";

/** A memory whose blocks fit none of the sizes it grows to. */
class Memory extends BlockMemory {
  constructor() {
    super({ block: 50_000, table: 7, first: 60_000, max: 700_000 });
  }

  get size(): number {
    return this.words.length;
  }

  take(mark: number): number {
    const block = this.takeBlock();
    this.words.fill(mark, block, block + 50_000);
    return block;
  }

  markOf(block: number): number {
    const [first] = this.words.subarray(block);
    return this.words.subarray(block, block + 50_000).every((word) => word === first) ? first : NaN;
  }

  release(block: number): void {
    this.releaseBlock(block);
  }

  checkpoint(): BlockMemoryCheckpoint {
    return this.checkpointMemory();
  }

  restore(from: BlockMemoryCheckpoint): void {
    this.restoreMemory(from);
  }
}

describe("a memory", () => {
  it("grows, and keeps what is in its blocks, up to its bound", () => {
    const memory = new Memory();
    const blocks = Array.from({ length: 13 }, (_, mark) => memory.take(mark));
    expect(blocks.map((block) => memory.markOf(block))).toEqual(blocks.map((_, mark) => mark));
    expect(memory.size).toBe(700_000);
    expect(() => memory.take(13)).toThrow(BeliefBroken);
  });

  it("gives out again what was given back, and grows no further", () => {
    const memory = new Memory();
    const blocks = [1, 2, 3].map((mark) => memory.take(mark));
    const { size } = memory;
    memory.release(blocks[0]);
    memory.release(blocks[2]);
    expect(new Set([memory.take(4), memory.take(5)])).toEqual(new Set([blocks[0], blocks[2]]));
    expect([memory.size, memory.markOf(blocks[1])]).toEqual([size, 2]);
  });

  it("goes back to a checkpoint, its own or another's", () => {
    const memory = new Memory();
    const [first, second] = [memory.take(1), memory.take(2)];
    memory.release(first);
    const checkpoint = structuredClone(memory.checkpoint());
    for (let mark = 3; mark < 9; mark++) memory.take(mark);
    for (const other of [memory, new Memory()]) {
      other.restore(checkpoint);
      expect([other.markOf(second), other.take(3), other.take(4)]).toEqual([2, first, second + 50_000]);
    }
  });
});
