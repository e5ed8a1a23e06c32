// Watches a run that is hunted: which states it came through, from which others, under which faults, who was told what in
// which state; and how often somebody else came to be in charge. Everything comes from facts and from messages that were
// delivered, and is the same on every thread.

import type { NodeId } from "../base/ids.ts";
import type { PropertyResult } from "../check/property.ts";
import type { Fact } from "../machine/effect.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { FactObserver } from "../trace/trace-event.ts";
import { Coverage, type CoverageCheckpoint, mixed, type Reached } from "./coverage.ts";

// What a place of the map is about: the first word of each.
const BY_NODE = 0x1001;
const BY_SUBJECT = 0x2003;
const UNDER_FAULT = 0x3007;
const FAULT_AT = 0x4009;
const TOLD = 0x500b;
const TESTED = 0x600d;

/** A text that is longer is no name of a state. */
const wordLengthMax = 24;

interface Shape {
  readonly word: number;
  /** Fields whose values tell one such fact from another, as "rolledBack" does and "player-1" does not. */
  readonly telling: readonly string[];
  /** The field that names what it is about. */
  readonly subject: string | undefined;
}

export interface WatchCheckpoint {
  readonly coverage: CoverageCheckpoint;
  readonly byNode: ReadonlyMap<NodeId, number>;
  readonly bySubject: ReadonlyMap<string, number>;
  readonly openFaults: readonly (readonly [fault: number, kind: number])[];
  readonly lastWord: number;
  readonly turnovers: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** One run after another, of one scenario. */
export class Watch implements FactObserver {
  readonly #spec: HuntSpec;
  readonly #roles: ReadonlyMap<NodeId, number>;
  readonly #coverage = new Coverage();
  readonly #shapes = new Map<string, Shape>();
  readonly #words = new Map<string, number>();
  /** The last that each node stated, and that was stated about each subject. */
  #byNode = new Map<NodeId, number>();
  #bySubject = new Map<string, number>();
  #openFaults: (readonly [fault: number, kind: number])[] = [];
  #lastWord = 0;
  #turnovers = 0;

  constructor(spec: HuntSpec, { nodes }: Pick<Scenario, "nodes">) {
    this.#spec = spec;
    this.#roles = new Map([...nodes].flatMap(([role, names]) => names.map((name) => [name, wordOf(role)] as const)));
  }

  observe(atUs: number, _event: number, node: NodeId, fact: Fact): void {
    const { fact: name } = fact;
    const fields = fact as unknown as Fields;
    if (name === "faultBegan" || name === "faultEnded") return this.#onFault(atUs, name === "faultBegan", fields);
    const shape = this.#shapes.get(name) ?? this.#learn(name, fields);
    let word = shape.word;
    for (let at = 0; at < shape.telling.length; at++) word = mixed(word, this.#telling(fields[shape.telling[at]]));

    const coverage = this.#coverage;
    coverage.hit(mixed(mixed(BY_NODE ^ (this.#roles.get(node) ?? 0), this.#byNode.get(node) ?? 0), word), atUs);
    this.#byNode.set(node, word);
    if (shape.subject !== undefined) {
      const subject = String(fields[shape.subject]);
      coverage.hit(mixed(mixed(BY_SUBJECT, this.#bySubject.get(subject) ?? 0), word), atUs);
      this.#bySubject.set(subject, word);
    }
    const fault = this.#openFaults.at(-1);
    if (fault !== undefined) coverage.hit(mixed(mixed(UNDER_FAULT, fault[1]), word), atUs);
    this.#lastWord = word;
    if (this.#spec.turnovers?.facts.has(name) === true) this.#turnovers += 1;
  }

  /** A message reached a machine. */
  told(atUs: number, node: NodeId, type: string): void {
    let word = this.#words.get(type);
    if (word === undefined) {
      word = wordOf(type);
      this.#words.set(type, word);
    }
    this.#coverage.hit(mixed(mixed(TOLD, word), this.#byNode.get(node) ?? 0), atUs);
  }

  /** How often each property could have been broken, roughly, is part of what was reached. */
  finish(atUs: number, properties: readonly PropertyResult[]): void {
    for (const { id, exercised } of properties) {
      const word = mixed(TESTED, wordOf(id));
      for (let left = exercised; left > 0; left = Math.floor(left / 4))
        this.#coverage.hit(mixed(word, left > 3 ? 4 : left), atUs);
    }
  }

  /** Changes of who is in charge, beside those that every run begins with. */
  get turnovers(): number {
    const first = [...(this.#spec.turnovers?.facts.values() ?? [])].reduce((sum, count) => sum + count, 0);
    return Math.max(0, this.#turnovers - first);
  }

  /** What nothing before had reached, in order of time. */
  newIn(reached: Reached): ReturnType<Coverage["newIn"]> {
    return this.#coverage.newIn(reached);
  }

  checkpoint(): WatchCheckpoint {
    return {
      coverage: this.#coverage.checkpoint(),
      byNode: new Map(this.#byNode),
      bySubject: new Map(this.#bySubject),
      openFaults: this.#openFaults,
      lastWord: this.#lastWord,
      turnovers: this.#turnovers,
    };
  }

  restore({ coverage, byNode, bySubject, openFaults, lastWord, turnovers }: WatchCheckpoint): void {
    this.#coverage.restore(coverage);
    this.#byNode = new Map(byNode);
    this.#bySubject = new Map(bySubject);
    this.#openFaults = [...openFaults];
    this.#lastWord = lastWord;
    this.#turnovers = turnovers;
  }

  #onFault(atUs: number, began: boolean, fields: Fields): void {
    const fault = Number(fields["fault"]);
    const kind = wordOf(String(fields["kind"]));
    if (!began) {
      // The one that began first ends first, among equals.
      const at = this.#openFaults.findIndex(([open]) => open === fault);
      this.#openFaults = this.#openFaults.filter((_, place) => place !== at);
      return;
    }
    this.#openFaults = [...this.#openFaults, [fault, kind]];
    this.#coverage.hit(mixed(mixed(FAULT_AT, kind), this.#lastWord), atUs);
  }

  /** What the first fact of a name in a run has is what is looked at in all of them. */
  #learn(name: string, fields: Fields): Shape {
    const texts = Object.keys(fields).filter((key) => key !== "fact" && this.#isTelling(fields[key]));
    const subject = this.#spec.subjects.find((key) => fields[key] !== undefined && fields[key] !== null);
    const shape = { word: wordOf(name), telling: texts.toSorted(byText), subject };
    this.#shapes.set(name, shape);
    return shape;
  }

  #telling(value: unknown): number {
    if (typeof value !== "string") return 0;
    let word = this.#words.get(value);
    if (word === undefined) {
      word = this.#isTelling(value) ? wordOf(value) : 0;
      this.#words.set(value, word);
    }
    return word;
  }

  /** Names of nodes, and whatever is numbered, name one of many, and no state. */
  #isTelling(value: unknown): boolean {
    if (typeof value !== "string" || value.length > wordLengthMax || /\d/.test(value)) return false;
    return !this.#roles.has(value as NodeId);
  }
}

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

function wordOf(text: string): number {
  let word = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
  return mixed(word, text.length);
}
