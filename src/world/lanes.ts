// The chances of messages. Each kind of chance has a stream for each link and message type, named for example
// "latency server/0>server/1 heartbeat", and messages of one type on one link are numbered as they are sent: the chances
// of a message are those of its number, whatever was drawn for those before it, and whatever becomes of it. So no message
// and no fault shifts the chances of another message. A thousand nodes have millions of such streams and draw from each
// a few times: what is kept of them is one count for each link and type, and themselves in small worlds.

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
  lossAgain: 10,
  latencyAgain: 11,
  corruptAgain: 12,
  burst: 13,
  mixture: 14,
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
  "loss-again",
  "latency-again",
  "corrupt-again",
  "burst",
  "mixture",
] as const;

/** Up to this many nodes streams are kept as they are: quicker, and few enough. */
const KEPT_NODES_MAX = 64;
const WORD = 0x1_0000_0000;
/** Places in a lane for each message, where one may be asked for several times: for copies, and for each time it is sent. */
const TIMES = 32;
/** Places for each of those, where an outcome may take several draws: a mixture of latencies, a burst, damage. */
const DRAWS = 4;

export interface LanesCheckpoint {
  readonly seed: string;
  readonly forcedMisfits: number;
  readonly recorded: Decisions;
  readonly sent: readonly LaneSent[];
}

/** How many messages of a type were sent on a link. */
interface LaneSent {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly count: number;
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
  /** By sender and receiver, in a small world: how many were sent. */
  readonly sent: Int32Array;
}

export class Lanes {
  /** Forced outcomes that were impossible where they came up: the seed decided instead. */
  forcedMisfits = 0;
  readonly #subjects: readonly string[];
  readonly #nodes: number;
  /** What keys of types are drawn from: each is asked for once. */
  #keyring: Streams;
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
  readonly #isSmall: boolean;
  /** In a large world: how many messages were sent. Rows by type and sender; columns by receiver. */
  readonly #sent = new LaneCounts();
  /** Stands for each stream that is not kept, while that is drawn from. */
  readonly #passing = new Stream("", [0, 0, 0, 0]);
  // The message aimed at, and the key of its link.
  #from = 0;
  #to = 0;
  /** Where the stream of the link is among those that are kept. */
  #place = 0;
  #type: LaneType;
  #number = 0;
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
    this.#keyring = new Streams(seed);
    this.#nodeKeys = keysOf(this.#keyring.seed, "node", subjects);
    this.#purposeKeys = keysOf(this.#keyring.seed, "purpose", purposes);
    this.#isRecording = decisions.record === true;
    this.#forced = new Map((decisions.force ?? []).map((forced) => [forced.stream, forced]));
    // A stream that is watched has a tape of its own, and is kept with it.
    this.#isSmall = subjects.length <= KEPT_NODES_MAX;
    this.#areKept = this.#isSmall || this.#isRecording || this.#forced.size > 0;
    this.#type = this.#typeOf("");
  }

  /** From now on every chance is drawn as under another seed: see `Streams.reseed`. */
  reseed(seed: number | string): void {
    this.#keyring = new Streams(seed);
    this.#nodeKeys.set(keysOf(this.#keyring.seed, "node", this.#subjects));
    this.#purposeKeys.set(keysOf(this.#keyring.seed, "purpose", purposes));
    for (const type of this.#byIndex) type.keys.set(this.#keysOfType(type.type));
    for (const { from, to, type, purpose, stream } of this.#keptLanes) {
      stream.rekey(this.#keyOfKept(type, from, to, purpose));
    }
    this.aim(this.#from, this.#to, this.#type.type, this.#number);
  }

  /** A message of this type is sent: the calls that follow are about its chances. Returns its number, from 0. */
  next(from: number, to: number, type: string): number {
    this.aim(from, to, type, 0);
    if (this.#isSmall) {
      this.#number = this.#type.sent[this.#place]++;
    } else {
      const row = this.#row();
      this.#number = this.#sent.get(row, to);
      this.#sent.set(row, to, this.#number + 1);
    }
    return this.#number;
  }

  /** The calls that follow are about the chances of a message that was sent before. */
  aim(from: number, to: number, type: string, number: number): void {
    if (this.#type.type !== type) this.#type = this.#typeOf(type);
    this.#from = from;
    this.#to = to;
    this.#number = number;
    this.#place = this.#placeOf(from, to);
    if (!this.#areKept) this.#mixLink(from * 4, to * 4);
  }

  /** Whether a chance comes true. */
  chance(purpose: number, rate: Rate): boolean {
    return rate.of > 0 && this.#enter(purpose, this.#number).chance(rate.of, rate.outOf);
  }

  below(purpose: number, n: number): number {
    return this.#enter(purpose, this.#number).below(n);
  }

  latencyUs(purpose: number, model: LatencyModel): number {
    if (model.type !== "bimodal") return drawLatency(model, this.#enter(purpose, this.#number));
    return this.drawAgain(lane.mixture, purpose, (stream) => drawLatency(model, stream));
  }

  /** Lets somebody else draw, up to four times; the stream is not to be kept. */
  draw<T>(purpose: number, take: (stream: Stream) => T): T {
    return take(this.#enter(purpose, this.#number * DRAWS));
  }

  /** As `draw`, for one of several times that the same is asked of a message: there are chances for 32 of them. */
  drawAgain<T>(purpose: number, time: number, take: (stream: Stream) => T): T {
    return take(this.#enter(purpose, (this.#number * TIMES + (time % TIMES)) * DRAWS));
  }

  /** What was recorded, sorted by stream; none of them is a stream of anybody else. */
  recorded(): Decisions {
    return [...this.#tapes]
      .map(([stream, tape]) => ({ stream, values: [...tape.recorded] }))
      .filter(({ values }) => values.length > 0)
      .sort((left, right) => compareValues(left.stream, right.stream));
  }

  checkpoint(): LanesCheckpoint {
    const sent = this.#isSmall ? this.#sentInSmall() : [...this.#sentInLarge()];
    return { seed: this.#keyring.seed, forcedMisfits: this.forcedMisfits, recorded: this.recorded(), sent };
  }

  restore(from: LanesCheckpoint): void {
    if (from.seed !== this.#keyring.seed) this.reseed(from.seed);
    this.#forget();
    this.forcedMisfits = from.forcedMisfits;
    for (const { stream, values } of from.recorded) this.#tapeOf(stream).recorded = [...values];
    for (const { from: sender, to, type, count } of from.sent) {
      this.aim(sender, to, type, 0);
      if (this.#isSmall) this.#type.sent[this.#place] = count;
      else this.#sent.set(this.#row(), to, count);
    }
  }

  /** Nothing has been sent. Streams that record are made anew with their tapes. */
  #forget(): void {
    this.#sent.clear();
    for (const { sent } of this.#byIndex) sent.fill(0);
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

  /** The stream of the message that is aimed at, where the draw at `place` is the next. */
  #enter(purpose: number, place: number): Stream {
    if (!this.#areKept) return this.#pass(purpose, place);
    const stream = this.#type.kept[purpose][this.#place] ?? this.#keep(purpose);
    stream.at(place);
    return stream;
  }

  #pass(purpose: number, place: number): Stream {
    const { keys } = this.#type;
    const at = purpose * 4;
    this.#passing.become(
      mix(this.#link0, keys[at]),
      mix(this.#link1, keys[at + 1]),
      mix(this.#link2, keys[at + 2]),
      mix(this.#link3, keys[at + 3]),
      place,
    );
    return this.#passing;
  }

  #row(): number {
    return this.#type.index * this.#nodes + this.#from;
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

  #sentInSmall(): readonly LaneSent[] {
    const all: LaneSent[] = [];
    for (const { type, sent } of this.#byIndex) {
      for (const [place, count] of sent.entries()) {
        if (count > 0) all.push({ from: Math.floor(place / this.#nodes), to: place % this.#nodes, type, count });
      }
    }
    return all;
  }

  *#sentInLarge(): Iterable<LaneSent> {
    for (const [row, to, count] of this.#sent.entries()) {
      const { type } = this.#byIndex[Math.floor(row / this.#nodes)];
      yield { from: row % this.#nodes, to, type, count };
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
      sent: new Int32Array(this.#isSmall ? this.#nodes * this.#nodes : 0),
    };
    this.#types.set(type, learnt);
    this.#byIndex.push(learnt);
    return learnt;
  }

  #keysOfType(type: string): Int32Array {
    const own = keyOf(this.#keyring, "type", type);
    const keys = new Int32Array(this.#purposeKeys.length);
    for (let at = 0; at < keys.length; at++) keys[at] = mix(this.#purposeKeys[at], own[at % 4]);
    return keys;
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

// Streams of keys are neither recorded nor forced, and those of many nodes are not kept.

function keysOf(seed: string, kind: string, subjects: readonly string[]): Int32Array {
  const keyring = new Streams(seed);
  return Int32Array.from(subjects.flatMap((subject) => keyOf(keyring, kind, subject)));
}

/** The key of a node, a type or a purpose: a function of the seed and of what it is called. */
function keyOf(keyring: Streams, kind: string, subject: string): StreamKey {
  const stream = keyring.named(`lane-${kind}`, subject);
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
