// The chances of messages. Each kind of chance has a stream for each link and message type, named for example
// "latency server/0>server/1 heartbeat", so that no message shifts the chances of another. A thousand nodes have
// millions of such streams and draw from each a few times: what is kept of one is a count, and itself in small worlds.

import { compareValues } from "../base/plain-order.ts";
import { Stream, type DecisionTape, type StreamKey } from "../kernel/stream.ts";
import { Streams, type Decisions, type StreamDecisions } from "../kernel/streams.ts";
import { LaneCounts } from "./lane-counts.ts";
import { drawLatency } from "./latency.ts";
import type { LatencyModel, Rate } from "./plan.ts";

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
const PURPOSES = purposes.length;
const WORD = 0x1_0000_0000;
/** What nearly every message draws from, loss and latency: their counts lie side by side. */
const OFTEN = 2;

export interface LanesCheckpoint {
  readonly seed: string;
  readonly forcedMisfits: number;
  readonly recorded: Decisions;
  readonly drawn: readonly LaneDraws[];
}

interface LaneDraws {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly purpose: number;
  readonly ordinal: number;
}

/** A stream that is kept, and whose it is. */
interface KeptLane {
  readonly from: number;
  readonly to: number;
  readonly type: LaneType;
  readonly purpose: number;
  readonly stream: Stream;
}

/** A message type: its place in the tables, and four words for each purpose. */
interface LaneType {
  readonly type: string;
  readonly index: number;
  readonly keys: Int32Array;
  /** By purpose, then sender and receiver: the streams that are kept. A list is made when the first of it is. */
  readonly kept: (Stream | undefined)[][];
}

export class Lanes {
  /** Forced outcomes that were impossible where they came up: the seed decided instead. */
  forcedMisfits = 0;
  readonly #subjects: readonly string[];
  readonly #nodes: number;
  #seed: string;
  /** Four words for each node. */
  readonly #nodeKeys: Int32Array;
  /** Four words for each purpose. */
  readonly #purposeKeys: Int32Array;
  readonly #types = new Map<string, LaneType>();
  readonly #byIndex: LaneType[] = [];
  readonly #areKept: boolean;
  readonly #isRecording: boolean;
  readonly #forced: ReadonlyMap<string, StreamDecisions>;
  readonly #tapes = new Map<string, LaneTape>();
  /** All streams that are kept, in the order in which they were first drawn from. */
  #keptLanes: KeptLane[] = [];
  /** Rows by type and sender; columns by receiver and purpose. */
  readonly #often: LaneCounts;
  readonly #seldom: LaneCounts;
  /** Stands for each stream that is not kept, while that is drawn from. */
  readonly #passing = new Stream("", [0, 0, 0, 0]);
  // The lane aimed at, and the key of its link.
  #from = 0;
  #to = 0;
  /** Where the stream of the link is among those that are kept. */
  #place = 0;
  #type: LaneType;
  #link0 = 0;
  #link1 = 0;
  #link2 = 0;
  #link3 = 0;

  /** @param subjects of nodes, by index. */
  constructor(
    seed: number | string,
    subjects: readonly string[],
    decisions: { readonly force?: Decisions; readonly record?: boolean },
  ) {
    this.#subjects = subjects;
    this.#nodes = subjects.length;
    this.#seed = String(seed);
    this.#nodeKeys = keysOf(this.#seed, "node", subjects);
    this.#purposeKeys = keysOf(this.#seed, "purpose", purposes);
    this.#isRecording = decisions.record === true;
    this.#forced = new Map((decisions.force ?? []).map((forced) => [forced.stream, forced]));
    // A stream that is watched has a tape of its own, and is kept with it.
    this.#areKept = subjects.length <= KEPT_NODES_MAX || this.#isRecording || this.#forced.size > 0;
    this.#often = new LaneCounts();
    this.#seldom = new LaneCounts();
    this.#type = this.#typeOf("");
  }

  /** From now on every chance is drawn as under another seed: see `Streams.reseed`. */
  reseed(seed: number | string): void {
    this.#seed = String(seed);
    this.#nodeKeys.set(keysOf(this.#seed, "node", this.#subjects));
    this.#purposeKeys.set(keysOf(this.#seed, "purpose", purposes));
    for (const type of this.#byIndex) type.keys.set(this.#keysOfType(type.type));
    for (const { from, to, type, purpose, stream } of this.#keptLanes) {
      stream.rekey(this.#keyOfKept(type, from, to, purpose));
    }
    this.aim(this.#from, this.#to, this.#type.type);
  }

  /** Says whose chances the calls that follow are about. */
  aim(from: number, to: number, type: string): void {
    if (this.#type.type !== type) this.#type = this.#typeOf(type);
    this.#from = from;
    this.#to = to;
    this.#place = this.#placeOf(from, to);
    if (!this.#areKept) this.#mixLink(from * 4, to * 4);
  }

  /** Whether a chance comes true. */
  chance(purpose: number, rate: Rate): boolean {
    if (rate.of === 0) return false;
    const stream = this.#enter(purpose);
    const comesTrue = stream.chance(rate.of, rate.outOf);
    if (!this.#areKept) this.#leave(purpose, stream);
    return comesTrue;
  }

  below(purpose: number, n: number): number {
    const stream = this.#enter(purpose);
    const value = stream.below(n);
    if (!this.#areKept) this.#leave(purpose, stream);
    return value;
  }

  latencyUs(purpose: number, model: LatencyModel): number {
    const stream = this.#enter(purpose);
    const us = drawLatency(model, stream);
    if (!this.#areKept) this.#leave(purpose, stream);
    return us;
  }

  /** Lets somebody else draw; the stream is not to be kept. */
  draw<T>(purpose: number, take: (stream: Stream) => T): T {
    const stream = this.#enter(purpose);
    const taken = take(stream);
    if (!this.#areKept) this.#leave(purpose, stream);
    return taken;
  }

  /** What was recorded, sorted by stream; none of them is a stream of anybody else. */
  recorded(): Decisions {
    return [...this.#tapes]
      .map(([stream, tape]) => ({ stream, values: [...tape.recorded] }))
      .filter(({ values }) => values.length > 0)
      .sort((left, right) => compareValues(left.stream, right.stream));
  }

  checkpoint(): LanesCheckpoint {
    const drawn = this.#areKept
      ? this.#drawnOfKept()
      : [...this.#drawn(this.#often, 0), ...this.#drawn(this.#seldom, OFTEN)];
    return { seed: this.#seed, forcedMisfits: this.forcedMisfits, recorded: this.recorded(), drawn };
  }

  restore(from: LanesCheckpoint): void {
    if (from.seed !== this.#seed) this.reseed(from.seed);
    this.#forget();
    this.forcedMisfits = from.forcedMisfits;
    for (const { stream, values } of from.recorded) this.#tapeOf(stream).recorded = [...values];
    for (const { from: sender, to, type, purpose, ordinal } of from.drawn) {
      this.aim(sender, to, type);
      const stream = this.#enter(purpose);
      stream.ordinal = ordinal;
      this.#leave(purpose, stream);
    }
  }

  /** Nothing has been drawn. Streams that record are made anew with their tapes, others begin again. */
  #forget(): void {
    this.#often.clear();
    this.#seldom.clear();
    for (const { stream } of this.#keptLanes) stream.ordinal = 0;
    if (!this.#isRecording) return;
    for (const { from, to, type, purpose } of this.#keptLanes) type.kept[purpose][this.#placeOf(from, to)] = undefined;
    this.#keptLanes = [];
    this.#tapes.clear();
  }

  #mixLink(source: number, target: number): void {
    const keys = this.#nodeKeys;
    this.#link0 = mix(keys[source], keys[target]);
    this.#link1 = mix(keys[source + 1], keys[target + 1]);
    this.#link2 = mix(keys[source + 2], keys[target + 2]);
    this.#link3 = mix(keys[source + 3], keys[target + 3]);
  }

  #enter(purpose: number): Stream {
    if (!this.#areKept) return this.#pass(purpose);
    return this.#type.kept[purpose][this.#place] ?? this.#keep(purpose);
  }

  #pass(purpose: number): Stream {
    const { keys } = this.#type;
    const at = purpose * 4;
    this.#passing.become(
      mix(this.#link0, keys[at]),
      mix(this.#link1, keys[at + 1]),
      mix(this.#link2, keys[at + 2]),
      mix(this.#link3, keys[at + 3]),
      this.#countsOf(purpose).get(this.#row(), this.#column(purpose)),
    );
    return this.#passing;
  }

  #leave(purpose: number, stream: Stream): void {
    if (!this.#areKept) this.#countsOf(purpose).set(this.#row(), this.#column(purpose), stream.ordinal);
  }

  #countsOf(purpose: number): LaneCounts {
    return purpose < OFTEN ? this.#often : this.#seldom;
  }

  #row(): number {
    return this.#type.index * this.#nodes + this.#from;
  }

  #column(purpose: number): number {
    return purpose < OFTEN ? this.#to * OFTEN + purpose : this.#to * (PURPOSES - OFTEN) + purpose - OFTEN;
  }

  #placeOf(from: number, to: number): number {
    return from * this.#nodes + to;
  }

  #keep(purpose: number): Stream {
    const { kept } = this.#type;
    // Nobody asks for the name of a stream that is neither recorded nor forced.
    const isNamed = this.#isRecording || this.#forced.size > 0;
    const name = isNamed ? this.#nameOf(purpose) : "";
    const stream = new Stream(name, this.#keyOfKept(this.#type, this.#from, this.#to, purpose));
    if (this.#isRecording || (isNamed && this.#forced.has(name))) stream.follow(this.#tapeOf(name));
    if (kept[purpose].length === 0) kept[purpose] = this.#noneKept();
    kept[purpose][this.#place] = stream;
    this.#keptLanes.push({ from: this.#from, to: this.#to, type: this.#type, purpose, stream });
    return stream;
  }

  #nameOf(purpose: number): string {
    return `${purposes[purpose]} ${this.#subjects[this.#from]}>${this.#subjects[this.#to]} ${this.#type.type}`;
  }

  #keyOfKept({ keys: own }: LaneType, from: number, to: number, purpose: number): StreamKey {
    const keys = this.#nodeKeys;
    const [source, target, at] = [from * 4, to * 4, purpose * 4];
    return [
      mix(mix(keys[source], keys[target]), own[at]),
      mix(mix(keys[source + 1], keys[target + 1]), own[at + 1]),
      mix(mix(keys[source + 2], keys[target + 2]), own[at + 2]),
      mix(mix(keys[source + 3], keys[target + 3]), own[at + 3]),
    ];
  }

  #drawnOfKept(): readonly LaneDraws[] {
    const drawn: LaneDraws[] = [];
    for (const { from, to, type, purpose, stream } of this.#keptLanes) {
      const { ordinal } = stream;
      if (ordinal > 0) drawn.push({ from, to, type: type.type, purpose, ordinal });
    }
    return drawn;
  }

  *#drawn(counts: LaneCounts, firstPurpose: number): Iterable<LaneDraws> {
    const width = firstPurpose === 0 ? OFTEN : PURPOSES - OFTEN;
    for (const [row, column, ordinal] of counts.entries()) {
      const { type } = this.#byIndex[Math.floor(row / this.#nodes)];
      const purpose = firstPurpose + (column % width);
      yield { from: row % this.#nodes, to: Math.floor(column / width), type, purpose, ordinal };
    }
  }

  #typeOf(type: string): LaneType {
    return this.#types.get(type) ?? this.#learn(type);
  }

  #learn(type: string): LaneType {
    const learnt: LaneType = {
      type,
      index: this.#byIndex.length,
      keys: this.#keysOfType(type),
      kept: purposes.map(() => []),
    };
    this.#types.set(type, learnt);
    this.#byIndex.push(learnt);
    return learnt;
  }

  #keysOfType(type: string): Int32Array {
    const own = keysOf(this.#seed, "type", [type]);
    return this.#purposeKeys.map((word, at) => mix(word, own[at % 4]));
  }

  /** With gaps, where most are never asked for: of a large world that keeps streams because it records them. */
  #noneKept(): (Stream | undefined)[] {
    return this.#nodes <= KEPT_NODES_MAX ? new Array<undefined>(this.#nodes * this.#nodes).fill(undefined) : [];
  }

  #tapeOf(name: string): LaneTape {
    let tape = this.#tapes.get(name);
    if (tape === undefined) {
      tape = new LaneTape(this, this.#forced.get(name)?.values ?? [], this.#isRecording);
      this.#tapes.set(name, tape);
    }
    return tape;
  }
}

// Streams for the moment: these are neither recorded nor forced, and nobody asks for them again.

function keysOf(seed: string, kind: string, subjects: readonly string[]): Int32Array {
  const streams = new Streams(seed);
  return Int32Array.from(subjects.flatMap((subject) => keyOf(streams, kind, subject)));
}

/** The key of a node, a type or a purpose: a function of the seed and of what it is called. */
function keyOf(streams: Streams, kind: string, subject: string): StreamKey {
  const stream = streams.named(`lane-${kind}`, subject);
  return [stream.below(WORD) | 0, stream.below(WORD) | 0, stream.below(WORD) | 0, stream.below(WORD) | 0];
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

/** A word of the key of two keys in order: another one for each pair, and for the pair the other way round. */
function mix(first: number, second: number): number {
  let word = Math.imul(first ^ (first >>> 16), 0x85ebca6b) + second;
  word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
  word = Math.imul(word ^ (word >>> 12), 0x297a2d39);
  return word ^ (word >>> 15);
}
