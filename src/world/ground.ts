// What every part of one world stands on: virtual time, chance, the ledger of faults, and those who watch.

import { deepFreeze } from "../base/plain-data.ts";
import { PlainHasher } from "../base/plain-hash.ts";
import type { NodeId } from "../base/ids.ts";
import { Digest } from "../kernel/digest.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Streams } from "../kernel/streams.ts";
import type { Effect, Fact } from "../machine/effect.ts";
import type { MachineEvent } from "../machine/event.ts";
import type { FactObserver, Tracer, WorldFact, MessageListener } from "../trace/trace-event.ts";
import type { Lanes } from "./lanes.ts";
import type { FaultLedger } from "./ledger.ts";
import type { NodeTable } from "./node-table.ts";

/** Kinds of kernel events, and what their payload `a` and `b` mean. */
export const eventKind = {
  /** a: node. */
  boot: 1,
  /** a: slot of the message in flight. */
  arrival: 2,
  /** a: node, b: slot of the timer. */
  timer: 3,
  /** The next event in a node's inbox has had its service. a: node. */
  work: 4,
  /** A sync is through. a: node, b: its slot. */
  due: 5,
  /** As `arrival`, on a connection. */
  segment: 6,
  /** a: slot of the connection. */
  retry: 7,
  /** A sender learns that its connection is lost. a: slot of the connection, b: why. */
  notice: 8,
  /** a and b: the fault driver's own. */
  fault: 9,
  heal: 10,
} as const;

/** What is hashed beside the kernel's events, each as a tag with a node or link, and then what it carries. */
export const effectTag = {
  datagram: 1,
  stream: 2,
  damaged: 3,
  setTimer: 4,
  cancelTimer: 5,
  drawn: 6,
  append: 7,
  rewrite: 8,
  sync: 9,
  halt: 10,
  broke: 11,
} as const;

const TAG_BITS = 4;
/** Spreads a small number over 32 bits, each of them its own. */
const SPREAD = 0x9e3779b1;

/** Where the hash of the effects stands. */
export interface GroundCheckpoint {
  readonly effectsFirst: number;
  readonly effectsSecond: number;
}

/** One step of a machine, kept in checking mode so that two runs can be compared event by event. */
export interface StepRecord {
  readonly event: number;
  readonly atUs: number;
  readonly node: NodeId;
  readonly what: MachineEvent;
  /** Of a machine that broke in this step: none. */
  readonly effects: readonly Effect[];
}

/** Name of what concerns the world as a whole. */
export const worldNode = "world" as NodeId;

export class Ground {
  readonly kernel: Kernel;
  readonly streams: Streams;
  readonly lanes: Lanes;
  readonly ledger: FaultLedger;
  readonly nodes: NodeTable;
  readonly tracer: Tracer | undefined;
  readonly listener: MessageListener | undefined;
  /** Freeze what travels, and keep the last steps. */
  readonly checks: boolean;
  readonly digests: boolean;
  /** In checking mode: what machines did in the last event in which any did something. */
  lastSteps: readonly StepRecord[] = [];
  readonly #observer: FactObserver;
  /** Runs on over the effects of the whole run. */
  readonly #effects = new PlainHasher({ remembers: true });
  readonly #names = new PlainHasher();

  constructor(parts: {
    kernel: Kernel;
    streams: Streams;
    lanes: Lanes;
    ledger: FaultLedger;
    nodes: NodeTable;
    observer: FactObserver;
    tracer: Tracer | undefined;
    listener: MessageListener | undefined;
    checks: boolean;
    digests: boolean;
  }) {
    this.kernel = parts.kernel;
    this.streams = parts.streams;
    this.lanes = parts.lanes;
    this.ledger = parts.ledger;
    this.nodes = parts.nodes;
    this.#observer = parts.observer;
    this.tracer = parts.tracer;
    this.listener = parts.listener;
    this.checks = parts.checks;
    this.digests = parts.digests;
  }

  /** States a machine's fact to those who watch. No fact is part of the digest. */
  state(node: NodeId, fact: Fact): void {
    const { nowUs, eventsDone } = this.kernel;
    if (this.checks) deepFreeze(fact);
    this.#observer.observe(nowUs, eventsDone, node, fact);
    if (this.tracer !== undefined) this.tracer.trace({ atUs: nowUs, event: eventsDone, node, kind: "fact", fact });
  }

  /** States a fact of the world itself. */
  stateOfWorld(node: NodeId, fact: WorldFact): void {
    this.state(node, fact);
  }

  /** Hashes an effect, and what it carries, after those before it. Which node is part of `about`. */
  mixContent(tag: number, about: number, content: object): void {
    this.#effects.add((about << TAG_BITS) | tag, content);
  }

  /** Hashes an effect that two words say everything about; the first is a hash, or 0. */
  mixWords(tag: number, node: number, first: number, second: number): void {
    this.#effects.addWord(((node << TAG_BITS) | tag) ^ first ^ Math.imul(second, SPREAD));
  }

  /** 32 bits of a name, for `mixWords`; computed once and kept by whoever mixes it often. */
  hashOfName(name: string): number {
    this.#names.hash(name);
    return this.#names.first;
  }

  /** The digest of everything so far: 128 bits of the kernel's events, and into them 64 bits of the effects. */
  digestHex(): string {
    const digest = new Digest();
    digest.restore(this.kernel.digest.checkpoint());
    digest.mix2(this.#effects.first, this.#effects.second);
    return digest.hex();
  }

  checkpoint(): GroundCheckpoint {
    return { effectsFirst: this.#effects.first, effectsSecond: this.#effects.second };
  }

  restore(from: GroundCheckpoint): void {
    this.#effects.first = from.effectsFirst;
    this.#effects.second = from.effectsSecond;
    this.lastSteps = [];
  }
}
