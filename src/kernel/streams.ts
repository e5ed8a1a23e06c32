// Every decision a world takes by chance is drawn from the stream of its purpose and subject: a function of (seed, name,
// ordinal) and of nothing else. What was decided can be recorded as plain data, and forced again.
import { assert } from "../base/assert.ts";
import { Digest } from "./digest.ts";
import { Stream, type DecisionTape, type StreamKey } from "./stream.ts";

export type { Stream };

/**
 * What streams decided: for each stream its outcomes, by ordinal. `null` has no opinion: there the seed decides, as it
 * does past the end. As recorded it is canonical: sorted by stream (code units), and streams without an outcome left out.
 */
export type Decisions = readonly StreamDecisions[];

/** The outcomes of the stream named "purpose subject". */
export interface StreamDecisions {
  readonly stream: string;
  readonly values: readonly (number | null)[];
}

/** Where every stream stands and what was recorded, as plain data. What is forced is no part of it. */
export interface StreamsCheckpoint {
  readonly seed: string;
  readonly isRecording: boolean;
  readonly forcedMisfits: number;
  readonly streams: readonly (StreamDecisions & { readonly ordinal: number })[];
}

export class Streams {
  /** Forced outcomes that were impossible where they came up, such as 7 below 5: the seed decided instead. */
  forcedMisfits = 0;
  #seed: string;
  #seedKey: StreamKey;
  readonly #streams = new Map<string, Map<string, Stream>>();
  /** Of each stream that was recorded or is forced, by its name. */
  readonly #tapes = new Map<string, Tape>();
  #isRecording = false;
  #isForcing = false;

  /** @param seed an integer from 0 to 2^53 - 1, or any text. */
  constructor(seed: number | string) {
    assert(
      typeof seed === "string" || (Number.isSafeInteger(seed) && seed >= 0),
      "a seed is text, or from 0 to 2^53 - 1",
    );
    this.#seed = String(seed);
    this.#seedKey = keyOf("faultline seed", this.#seed);
  }

  /** As text: the number 42 and the text "42" are one seed. */
  get seed(): string {
    return this.#seed;
  }

  /**
   * From now on every stream decides as it would under another seed, from where it stands: as if all had been that seed's
   * and what was decided so far had been forced.
   */
  reseed(seed: number | string): void {
    this.#seed = String(seed);
    this.#seedKey = keyOf("faultline seed", this.#seed);
    for (const stream of this.#all()) stream.rekey(keyOf(stream.name, "", this.#seedKey));
  }

  /**
   * The stream of a purpose (a word, without spaces) and a subject (any text); always the same object for the same two.
   * Whoever draws often keeps it.
   */
  named(purpose: string, subject: string): Stream {
    let bySubject = this.#streams.get(purpose);
    if (bySubject === undefined) {
      assert(!purpose.includes(" "), "the purpose of a stream holds no space");
      bySubject = new Map();
      this.#streams.set(purpose, bySubject);
    }
    let stream = bySubject.get(subject);
    if (stream === undefined) {
      const name = `${purpose} ${subject}`;
      stream = new Stream(name, keyOf(name, "", this.#seedKey));
      bySubject.set(subject, stream);
      this.#follow(stream);
    }
    return stream;
  }

  /** From now on every outcome is recorded; those decided before have no opinion. */
  record(): void {
    this.#isRecording = true;
    for (const stream of this.#all()) this.#follow(stream);
  }

  /** What was recorded so far, as an independent copy. */
  recorded(): Decisions {
    return this.#sorted()
      .map(({ name }) => ({ stream: name, values: this.#recordedOf(name) }))
      .filter(({ values }) => values.length > 0);
  }

  /**
   * From now on outcomes come from here, each stream's by its ordinal; where there is none, the seed decides. A forced
   * outcome takes the place of a draw, and shifts no other. Takes the place of what was forced before; `[]` ends it.
   */
  force(decisions: Decisions): void {
    for (const tape of this.#tapes.values()) tape.forced = [];
    this.#isForcing = decisions.length > 0;
    for (const { stream, values } of decisions) this.#tapeOf(stream).forced = [...values];
    for (const stream of this.#all()) this.#follow(stream);
  }

  /** Where every stream stands, as an independent copy. */
  checkpoint(): StreamsCheckpoint {
    return {
      seed: this.seed,
      isRecording: this.#isRecording,
      forcedMisfits: this.forcedMisfits,
      streams: this.#sorted()
        .filter(({ ordinal }) => ordinal > 0)
        .map(({ name, ordinal }) => ({ stream: name, ordinal, values: this.#recordedOf(name) })),
    };
  }

  /**
   * Goes back to a checkpoint, also of the time before another seed. Streams keep their identity; what is forced stays
   * forced.
   */
  restore(from: StreamsCheckpoint): void {
    if (from.seed !== this.#seed) this.reseed(from.seed);
    this.#isRecording = from.isRecording;
    this.forcedMisfits = from.forcedMisfits;
    for (const tape of this.#tapes.values()) tape.recorded = [];
    for (const stream of this.#all()) stream.ordinal = 0;
    for (const { stream: name, ordinal, values } of from.streams) {
      const space = name.indexOf(" ");
      this.named(name.slice(0, space), name.slice(space + 1)).ordinal = ordinal;
      if (values.length > 0) this.#tapeOf(name).recorded = [...values];
    }
    for (const stream of this.#all()) this.#follow(stream);
  }

  /** A stream that is neither recorded nor forced has no tape: then a draw costs nothing but itself. */
  #follow(stream: Stream): void {
    const isWatched = this.#isRecording || (this.#isForcing && this.#tapes.has(stream.name));
    stream.follow(isWatched ? this.#tapeOf(stream.name) : undefined);
  }

  #tapeOf(name: string): Tape {
    let tape = this.#tapes.get(name);
    if (tape === undefined) {
      tape = new Tape(this);
      this.#tapes.set(name, tape);
    }
    tape.isRecording = this.#isRecording;
    return tape;
  }

  #recordedOf(name: string): (number | null)[] {
    return [...(this.#tapes.get(name)?.recorded ?? [])];
  }

  *#all(): Iterable<Stream> {
    for (const bySubject of this.#streams.values()) yield* bySubject.values();
  }

  #sorted(): Stream[] {
    return [...this.#all()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}

/** What one stream is forced to decide, and what it decided. */
class Tape implements DecisionTape {
  forced: readonly (number | null)[] = [];
  recorded: (number | null)[] = [];
  isRecording = false;
  readonly #streams: { forcedMisfits: number };

  constructor(streams: { forcedMisfits: number }) {
    this.#streams = streams;
  }

  decide(ordinal: number, seeded: number, min: number, max: number): number {
    const outcome = this.#outcome(ordinal, seeded, min, max);
    if (this.isRecording) {
      while (this.recorded.length < ordinal) this.recorded.push(null);
      this.recorded[ordinal] = outcome;
    }
    return outcome;
  }

  #outcome(ordinal: number, seeded: number, min: number, max: number): number {
    const forced = ordinal < this.forced.length ? this.forced[ordinal] : null;
    if (forced === null) return seeded;
    if (Number.isSafeInteger(forced) && forced >= min && forced <= max) return forced;
    this.#streams.forcedMisfits++;
    return seeded;
  }
}

const NO_KEY: StreamKey = [0, 0, 0, 0];

function keyOf(name: string, detail: string, under: StreamKey = NO_KEY): StreamKey {
  const digest = new Digest();
  digest.mix4(...under);
  digest.mixText(name);
  digest.mixText(detail);
  return digest.words();
}
