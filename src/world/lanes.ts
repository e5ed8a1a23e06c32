// The chances of messages. Each kind of chance has a stream for each link and message type, named for example
// "latency server/0>server/1 heartbeat", so that no message shifts the chances of another. A thousand nodes have
// millions of such streams and draw from each a few times: what is kept of one is a count, and itself in small worlds.

import { compareValues } from "../base/plain-order.ts";
import { Stream, type DecisionTape, type StreamKey } from "../kernel/stream.ts";
import { Streams, type Decisions, type StreamDecisions } from "../kernel/streams.ts";

/** What a chance of a message is about. */
export const lane = {
  loss: 0,
  latency: 1,
  duplicate: 2,
  reorder: 3,
  corrupt: 4,
  damage: 5,
  lateness: 6,
  copy: 7,
  faultCopy: 8,
  swizzle: 9,
} as const;

const purposes = [
  "loss",
  "latency",
  "duplicate",
  "reorder",
  "corrupt",
  "damage",
  "lateness",
  "copy",
  "fault-copy",
  "swizzle",
] as const;

/** Up to this many nodes streams are kept as they are: quicker, and few enough. */
const KEPT_NODES_MAX = 64;
const WORD = 0x1_0000_0000;
/** Words of a key, as a shift. */
const KEY_SHIFT = 2;
/** What nearly every message draws from, loss and latency: their counts lie side by side. */
const OFTEN_SHIFT = 1;
const OFTEN = 1 << OFTEN_SHIFT;

/** The lanes of one sender and message type. */
export interface LaneRow {
  readonly from: number;
  readonly type: string;
  /** Four words for each purpose. */
  readonly keys: Int32Array;
  /** By receiver, then purpose: how much was drawn. Made when the first stream is not kept. */
  often: Uint32Array | undefined;
  /** By purpose, then receiver: the same for all other purposes. */
  readonly seldom: (Uint32Array | undefined)[];
  /** By purpose, then receiver: streams that are kept. */
  readonly kept: ((Stream | undefined)[] | undefined)[];
}

export interface LanesCheckpoint {
  readonly forcedMisfits: number;
  readonly recorded: Decisions;
  readonly rows: readonly {
    readonly from: number;
    readonly type: string;
    readonly drawn: readonly (readonly [purpose: number, to: number, ordinal: number])[];
  }[];
}

export class Lanes {
  /** Forced outcomes that were impossible where they came up: the seed decided instead. */
  forcedMisfits = 0;
  readonly #subjects: readonly string[];
  /** Never recorded nor forced: the keys of nodes, purposes and types come from here. */
  readonly #keys: Streams;
  /** Four words for each node. */
  readonly #nodeKeys: Int32Array;
  readonly #rows: readonly Map<string, LaneRow>[];
  readonly #areKept: boolean;
  /** Stands for each stream that is not kept, while that is drawn from. */
  readonly #passing = new Stream("", [0, 0, 0, 0]);
  readonly #isRecording: boolean;
  readonly #forced: ReadonlyMap<string, StreamDecisions>;
  readonly #tapes = new Map<string, LaneTape>();

  /** @param subjects of nodes, by index. */
  constructor(
    seed: number | string,
    subjects: readonly string[],
    decisions: { readonly force?: Decisions; readonly record?: boolean },
  ) {
    this.#subjects = subjects;
    this.#keys = new Streams(seed);
    this.#nodeKeys = Int32Array.from(subjects.flatMap((subject) => this.#keyOf("node", subject)));
    this.#rows = subjects.map(() => new Map<string, LaneRow>());
    this.#isRecording = decisions.record === true;
    this.#forced = new Map((decisions.force ?? []).map((forced) => [forced.stream, forced]));
    // A stream that is watched has a tape of its own, and is kept with it.
    this.#areKept = subjects.length <= KEPT_NODES_MAX || this.#isRecording || this.#forced.size > 0;
  }

  /** The lanes of a sender and message type; the rest of the calls ask for them. */
  rowOf(from: number, type: string): LaneRow {
    return this.#rows[from].get(type) ?? this.#makeRow(from, type);
  }

  /** The stream of a lane, where it stands. Drawn from at once, and then given back with `leave`. */
  enter(row: LaneRow, purpose: number, to: number): Stream {
    if (this.#areKept) return row.kept[purpose]?.[to] ?? this.#keep(row, purpose, to);
    const stream = this.#passing;
    const { keys } = row;
    const nodeKeys = this.#nodeKeys;
    const at = purpose << KEY_SHIFT;
    const node = to << KEY_SHIFT;
    stream.become(
      mix(keys[at], nodeKeys[node]),
      mix(keys[at + 1], nodeKeys[node + 1]),
      mix(keys[at + 2], nodeKeys[node + 2]),
      mix(keys[at + 3], nodeKeys[node + 3]),
      this.#drawn(row, purpose, to),
    );
    return stream;
  }

  leave(row: LaneRow, purpose: number, to: number, stream: Stream): void {
    if (this.#areKept) return;
    const { length } = this.#subjects;
    if (purpose < OFTEN)
      (row.often ??= new Uint32Array(length * OFTEN))[(to << OFTEN_SHIFT) + purpose] = stream.ordinal;
    else (row.seldom[purpose] ??= new Uint32Array(length))[to] = stream.ordinal;
  }

  /** Whether a chance comes true. */
  chance(row: LaneRow, purpose: number, to: number, rate: { readonly of: number; readonly outOf: number }): boolean {
    if (rate.of === 0) return false;
    const stream = this.enter(row, purpose, to);
    const comesTrue = stream.chance(rate.of, rate.outOf);
    this.leave(row, purpose, to, stream);
    return comesTrue;
  }

  below(row: LaneRow, purpose: number, to: number, n: number): number {
    const stream = this.enter(row, purpose, to);
    const value = stream.below(n);
    this.leave(row, purpose, to, stream);
    return value;
  }

  /** What was recorded, sorted by stream; none of them is a stream of anybody else. */
  recorded(): Decisions {
    return [...this.#tapes]
      .map(([stream, tape]) => ({ stream, values: [...tape.recorded] }))
      .filter(({ values }) => values.length > 0)
      .sort((left, right) => compareValues(left.stream, right.stream));
  }

  checkpoint(): LanesCheckpoint {
    const rows = this.#rows.flatMap((byType) => [...byType.values()]);
    return {
      forcedMisfits: this.forcedMisfits,
      recorded: this.recorded(),
      rows: rows.map((row) => ({ from: row.from, type: row.type, drawn: this.#drawnIn(row) })),
    };
  }

  restore(from: LanesCheckpoint): void {
    for (const byType of this.#rows) byType.clear();
    this.#tapes.clear();
    this.forcedMisfits = from.forcedMisfits;
    for (const { stream, values } of from.recorded) this.#tapeOf(stream).recorded = [...values];
    for (const { from: sender, type, drawn } of from.rows) {
      const row = this.#makeRow(sender, type);
      for (const [purpose, to, ordinal] of drawn) {
        const stream = this.enter(row, purpose, to);
        stream.ordinal = ordinal;
        this.leave(row, purpose, to, stream);
      }
    }
  }

  #drawn(row: LaneRow, purpose: number, to: number): number {
    if (this.#areKept) return row.kept[purpose]?.[to]?.ordinal ?? 0;
    if (purpose < OFTEN) return row.often === undefined ? 0 : row.often[(to << OFTEN_SHIFT) + purpose];
    return row.seldom[purpose]?.[to] ?? 0;
  }

  #drawnIn(row: LaneRow): (readonly [number, number, number])[] {
    return purposes.flatMap((_, purpose) =>
      this.#subjects.flatMap((__, to) => {
        const ordinal = this.#drawn(row, purpose, to);
        return ordinal > 0 ? [[purpose, to, ordinal] as const] : [];
      }),
    );
  }

  #makeRow(from: number, type: string): LaneRow {
    const sender = [...this.#nodeKeys.subarray(from << KEY_SHIFT, (from + 1) << KEY_SHIFT)];
    const typeKey = this.#keyOf("type", type);
    const keys = purposes.flatMap((purpose) => joined(joined(sender, this.#keyOf("purpose", purpose)), typeKey));
    const row: LaneRow = {
      from,
      type,
      keys: Int32Array.from(keys),
      often: undefined,
      seldom: purposes.map(() => undefined),
      kept: purposes.map(() => undefined),
    };
    this.#rows[from].set(type, row);
    return row;
  }

  #keep(row: LaneRow, purpose: number, to: number): Stream {
    const key = [...row.keys.subarray(purpose << KEY_SHIFT, (purpose + 1) << KEY_SHIFT)];
    const node = [...this.#nodeKeys.subarray(to << KEY_SHIFT, (to + 1) << KEY_SHIFT)];
    const name = this.#nameOf(row, purpose, to);
    const stream = new Stream(name, joined(key, node));
    if (this.#isRecording || this.#forced.has(name)) stream.follow(this.#tapeOf(name));
    (row.kept[purpose] ??= new Array<undefined>(this.#subjects.length).fill(undefined))[to] = stream;
    return stream;
  }

  #nameOf({ from, type }: LaneRow, purpose: number, to: number): string {
    return `${purposes[purpose]} ${this.#subjects[from]}>${this.#subjects[to]} ${type}`;
  }

  #tapeOf(name: string): LaneTape {
    let tape = this.#tapes.get(name);
    if (tape === undefined) {
      tape = new LaneTape(this, this.#forced.get(name)?.values ?? [], this.#isRecording);
      this.#tapes.set(name, tape);
    }
    return tape;
  }

  #keyOf(kind: string, subject: string): StreamKey {
    const stream = this.#keys.named(`lane-${kind}`, subject);
    stream.ordinal = 0;
    return [stream.below(WORD) | 0, stream.below(WORD) | 0, stream.below(WORD) | 0, stream.below(WORD) | 0];
  }
}

/** What one lane is forced to decide, and what it decided. */
class LaneTape implements DecisionTape {
  recorded: (number | null)[] = [];
  readonly #lanes: Lanes;
  readonly #forced: readonly (number | null)[];
  readonly #isRecording: boolean;

  constructor(lanes: Lanes, forced: readonly (number | null)[], isRecording: boolean) {
    this.#lanes = lanes;
    this.#forced = forced;
    this.#isRecording = isRecording;
  }

  decide(ordinal: number, seeded: number, min: number, max: number): number {
    const outcome = this.#outcome(ordinal, seeded, min, max);
    if (this.#isRecording) {
      while (this.recorded.length < ordinal) this.recorded.push(null);
      this.recorded[ordinal] = outcome;
    }
    return outcome;
  }

  #outcome(ordinal: number, seeded: number, min: number, max: number): number {
    const forced = ordinal < this.#forced.length ? this.#forced[ordinal] : null;
    if (forced === null) return seeded;
    if (Number.isSafeInteger(forced) && forced >= min && forced <= max) return forced;
    this.#lanes.forcedMisfits++;
    return seeded;
  }
}

/** The key of two keys in order: another one for each pair, and for the pair the other way round. */
function joined(first: readonly number[], second: readonly number[]): StreamKey {
  return [mix(first[0], second[0]), mix(first[1], second[1]), mix(first[2], second[2]), mix(first[3], second[3])];
}

function mix(first: number, second: number): number {
  let word = Math.imul(first ^ (first >>> 16), 0x85ebca6b) + second;
  word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
  word = Math.imul(word ^ (word >>> 12), 0x297a2d39);
  return word ^ (word >>> 15);
}
