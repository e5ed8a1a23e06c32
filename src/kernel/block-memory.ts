// One typed array, cut into blocks that are given out and taken back: no allocation while it does not grow.
import { assert } from "../base/assert.ts";

/** A whole memory, as an independent copy. */
export interface BlockMemoryCheckpoint {
  readonly words: Int32Array;
  readonly freeBlock: number;
}

/** From this length on the memory grows by a quarter, not to the double: what lies idle is at most a fifth of it. */
const LARGE = 2 ** 17;

/**
 * The memory of one subclass, which lays out the words and is the same object, so that it reaches them at no cost. A block
 * is known by the address of its first word.
 */
export abstract class BlockMemory {
  /** All words. Another array when it has grown: nobody keeps it across a `takeBlock`. */
  protected words: Int32Array;
  readonly #blockWords: number;
  readonly #wordsMax: number;
  #end: number;
  /** The first of the free blocks, each of which begins with the next one; or 0. */
  #freeBlock = 0;

  /** @param size in words: of a block, of the table before all blocks, of the memory at first, of the memory at most. */
  constructor(size: { block: number; table: number; first: number; max: number }) {
    this.words = new Int32Array(size.first);
    this.#blockWords = size.block;
    this.#wordsMax = size.max;
    this.#end = size.table;
  }

  /** Words given out ever: no address lies behind them. */
  protected get end(): number {
    return this.#end;
  }

  /** A block that is nobody else's, with whatever is in it. */
  protected takeBlock(): number {
    const block = this.#freeBlock;
    if (block !== 0) {
      this.#freeBlock = this.words[block];
      return block;
    }
    const end = this.#end;
    if (end + this.#blockWords > this.words.length) this.#grow();
    this.#end = end + this.#blockWords;
    return end;
  }

  /** Takes a block back. Its first word is the memory's from now on. */
  protected releaseBlock(block: number): void {
    this.words[block] = this.#freeBlock;
    this.#freeBlock = block;
  }

  protected checkpointMemory(): BlockMemoryCheckpoint {
    return { words: this.words.slice(0, this.#end), freeBlock: this.#freeBlock };
  }

  protected restoreMemory(from: BlockMemoryCheckpoint): void {
    while (this.words.length < from.words.length) this.#grow();
    this.words.set(from.words);
    this.#end = from.words.length;
    this.#freeBlock = from.freeBlock;
  }

  #grow(): void {
    const { length } = this.words;
    assert(length < this.#wordsMax, "whoever fills the memory has bounded what it holds");
    const grown = new Int32Array(Math.min(length < LARGE ? length * 2 : Math.ceil(length * 1.25), this.#wordsMax));
    grown.set(this.words);
    this.words = grown;
  }
}
