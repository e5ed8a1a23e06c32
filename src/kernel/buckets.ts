// Where entries lie until their time comes near: 7 levels of 256 buckets, each a first-in-first-out chain of chunks in
// one typed array, with a bitmap that finds the first bucket in use. An entry is the low half of a time and a slot.

export const LEVELS = 7;
const BUCKETS = LEVELS << 8;
const CHUNK_SHIFT = 5;
/** Entries in a chunk. */
export const CHUNK = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK - 1;
const CHUNKS_AT_FIRST = 32;
const NONE = -1;

/** Everything about the buckets, as an independent copy. */
export interface BucketsCheckpoint {
  readonly entries: Int32Array;
  readonly nextChunks: Int32Array;
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  readonly bits: Int32Array;
  readonly wordsInUse: readonly [number, number];
  readonly chunksUsed: number;
  readonly freeChunk: number;
}

// A position is chunk x CHUNK + place in the chunk, and 0 stands for "no entry": chunk 0 is never used. The tail of a
// bucket is the position its next entry takes; at a multiple of CHUNK it takes the start of a new chunk instead.
export class Buckets {
  /** Two words an entry: low half of the time, slot. Replaced when it grows: never keep it across an `append`. */
  entries = new Int32Array(CHUNKS_AT_FIRST << (CHUNK_SHIFT + 1));
  readonly heads = new Int32Array(BUCKETS);
  readonly tails = new Int32Array(BUCKETS);
  /** One bit a bucket; and one bit for each word of those that is not zero, in two halves. */
  readonly #bits = new Int32Array(BUCKETS >> 5);
  #wordsLow = 0;
  #wordsHigh = 0;
  /** For each chunk the one that follows it in its bucket or in the free list. */
  #nextChunks = new Int32Array(CHUNKS_AT_FIRST);
  #chunksUsed = 1;
  #freeChunk = 0;

  append(bucket: number, timeLow: number, slot: number): void {
    let tail = this.tails[bucket];
    if ((tail & CHUNK_MASK) === 0) tail = this.#lengthen(bucket, tail);
    const entries = this.entries;
    entries[tail << 1] = timeLow;
    entries[(tail << 1) + 1] = slot;
    this.tails[bucket] = tail + 1;
  }

  /** The first bucket in use, levels from low to high, or -1. */
  first(): number {
    let word = this.#wordsLow;
    if (word !== 0) {
      word = 31 - Math.clz32(word & -word);
    } else {
      word = this.#wordsHigh;
      if (word === 0) return NONE;
      word = 63 - Math.clz32(word & -word);
    }
    const bits = this.#bits[word];
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }

  /** The first bucket in use after another one, or -1. */
  after(bucket: number): number {
    for (let next = bucket + 1; next < BUCKETS; next++) {
      if (this.#bits[next >> 5] >>> (next & 31) === 0) next |= 31;
      else if (this.tails[next] !== 0) return next;
    }
    return NONE;
  }

  /** Whether the entries of a bucket in use lie in one chunk, from its head to its tail. */
  isSmall(bucket: number): boolean {
    return this.heads[bucket] >> CHUNK_SHIFT === (this.tails[bucket] - 1) >> CHUNK_SHIFT;
  }

  /** Leaves a bucket empty. Whoever asks has read head and tail before, and leaves every entry by `leave`. */
  detach(bucket: number): void {
    this.heads[bucket] = 0;
    this.tails[bucket] = 0;
    const word = bucket >> 5;
    const bits = this.#bits[word] & ~(1 << (bucket & 31));
    this.#bits[word] = bits;
    if (bits !== 0) return;
    if (word < 32) this.#wordsLow &= ~(1 << word);
    else this.#wordsHigh &= ~(1 << (word - 32));
  }

  /** The position after one, or 0 after the last one before `tail`. A chunk that is left for good becomes free. */
  leave(position: number, tail: number): number {
    const next = position + 1;
    if ((next & CHUNK_MASK) !== 0 && next !== tail) return next;
    const chunk = position >> CHUNK_SHIFT;
    const following = next === tail ? 0 : this.#nextChunks[chunk] << CHUNK_SHIFT;
    this.#nextChunks[chunk] = this.#freeChunk;
    this.#freeChunk = chunk;
    return following;
  }

  /** The position after one, or 0 after the last one before `tail`. Nothing changes. */
  following(position: number, tail: number): number {
    const next = position + 1;
    if (next === tail) return 0;
    return (next & CHUNK_MASK) === 0 ? this.#nextChunks[position >> CHUNK_SHIFT] << CHUNK_SHIFT : next;
  }

  checkpoint(): BucketsCheckpoint {
    return {
      entries: this.entries.slice(0, this.#chunksUsed << (CHUNK_SHIFT + 1)),
      nextChunks: this.#nextChunks.slice(0, this.#chunksUsed),
      heads: this.heads.slice(),
      tails: this.tails.slice(),
      bits: this.#bits.slice(),
      wordsInUse: [this.#wordsLow, this.#wordsHigh],
      chunksUsed: this.#chunksUsed,
      freeChunk: this.#freeChunk,
    };
  }

  restore(from: BucketsCheckpoint): void {
    while (this.#nextChunks.length < from.chunksUsed) this.#grow();
    this.entries.set(from.entries);
    this.#nextChunks.set(from.nextChunks);
    this.heads.set(from.heads);
    this.tails.set(from.tails);
    this.#bits.set(from.bits);
    [this.#wordsLow, this.#wordsHigh] = from.wordsInUse;
    this.#chunksUsed = from.chunksUsed;
    this.#freeChunk = from.freeChunk;
  }

  /** Gives a bucket that is empty, or whose last chunk is full, a chunk more; returns where that starts. */
  #lengthen(bucket: number, tail: number): number {
    const chunk = this.#takeChunk();
    const start = chunk << CHUNK_SHIFT;
    if (tail !== 0) {
      this.#nextChunks[(tail - 1) >> CHUNK_SHIFT] = chunk;
      return start;
    }
    this.heads[bucket] = start;
    const word = bucket >> 5;
    this.#bits[word] |= 1 << (bucket & 31);
    if (word < 32) this.#wordsLow |= 1 << word;
    else this.#wordsHigh |= 1 << (word - 32);
    return start;
  }

  #takeChunk(): number {
    const free = this.#freeChunk;
    if (free !== 0) {
      this.#freeChunk = this.#nextChunks[free];
      return free;
    }
    if (this.#chunksUsed === this.#nextChunks.length) this.#grow();
    return this.#chunksUsed++;
  }

  #grow(): void {
    const nextChunks = new Int32Array(this.#nextChunks.length * 2);
    nextChunks.set(this.#nextChunks);
    this.#nextChunks = nextChunks;
    const entries = new Int32Array(this.entries.length * 2);
    entries.set(this.entries);
    this.entries = entries;
  }
}
