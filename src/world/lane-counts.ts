// How many draws each lane has taken: a table of small integers that is nearly all zeros, and made piece by piece.

/** Rows in a block, as a shift. Memory that nobody writes to is not taken from the machine. */
const BLOCK_SHIFT = 6;
const BLOCK = 1 << BLOCK_SHIFT;

export class LaneCounts {
  readonly #width: number;
  #blocks: (Uint32Array | undefined)[] = [];

  /** @param width of a row. */
  constructor(width: number) {
    this.#width = width;
  }

  get(row: number, column: number): number {
    const block = this.#blocks[row >>> BLOCK_SHIFT];
    return block === undefined ? 0 : block[(row & (BLOCK - 1)) * this.#width + column];
  }

  set(row: number, column: number, count: number): void {
    const block = this.#blocks[row >>> BLOCK_SHIFT] ?? this.#addBlock(row >>> BLOCK_SHIFT);
    block[(row & (BLOCK - 1)) * this.#width + column] = count;
  }

  clear(): void {
    this.#blocks = [];
  }

  /** Every count that is not zero, by row and column. */
  *entries(): Iterable<readonly [row: number, column: number, count: number]> {
    for (const [index, block] of this.#blocks.entries()) {
      if (block === undefined) continue;
      for (const [at, count] of block.entries()) {
        if (count > 0) yield [index * BLOCK + Math.floor(at / this.#width), at % this.#width, count];
      }
    }
  }

  #addBlock(index: number): Uint32Array {
    while (this.#blocks.length <= index) this.#blocks.push(undefined);
    const block = new Uint32Array(this.#width * BLOCK);
    this.#blocks[index] = block;
    return block;
  }
}
