// Steps of one node of a small world: from an image and what happens to it, every image that can come of it.

import { assert, unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { clonePlain } from "../../base/plain-data.ts";
import type { Effect, Fact } from "../../machine/effect.ts";
import type { DiskContents, MachineEvent, NodeClocks } from "../../machine/event.ts";
import type { Machine, NodeSpec } from "../../machine/machine.ts";
import type { Message } from "../../machine/message.ts";
import type { Bounds } from "./bounds.ts";
import {
  armTimer,
  beginSync,
  cancelTimer,
  completeSync,
  type Draft,
  goDown,
  type NodeImage,
  write,
} from "./node-image.ts";

/** What can happen to a node. */
export type NodeEvent =
  | { readonly type: "boot" }
  | { readonly type: "crash" }
  /** The soonest one. */
  | { readonly type: "timer" }
  /** The first one under way is through. */
  | { readonly type: "sync" }
  | { readonly type: "deliver"; readonly from: NodeId; readonly message: Message };

export interface Sending {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

/** One way in which an event can end. */
export interface NodeOutcome {
  readonly image: NodeImage;
  readonly sends: readonly Sending[];
  readonly facts: readonly Fact[];
}

/** What machines answer is taken from the host, as wide as an event without its clocks. */
type Told = MachineEvent extends infer Event
  ? Event extends NodeClocks
    ? Omit<Event, keyof NodeClocks>
    : never
  : never;

const drawsMax = 100;
const outcomesMax = 64;

/** A draw came that has several values to be tried, and none was given yet. */
class Undecided {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }
}

export class SmallNode {
  readonly spec: NodeSpec;
  readonly #bounds: Bounds;

  constructor(spec: NodeSpec, bounds: Bounds) {
    this.spec = spec;
    this.#bounds = bounds;
  }

  /** All outcomes, in order of what was drawn: one unless the machine draws. */
  outcomes(image: NodeImage, event: NodeEvent): readonly NodeOutcome[] {
    const found: NodeOutcome[] = [];
    const open: (readonly number[])[] = [[]];
    for (let choices = open.pop(); choices !== undefined; choices = open.pop()) {
      const step = new Step(this.spec, this.#bounds, image, choices);
      const given = choices;
      const undecided = step.take(event);
      if (undecided === undefined) found.push(step.outcome());
      else for (let at = undecided.count - 1; at >= 0; at--) open.push([...given, at]);
      assert(found.length + open.length <= outcomesMax, `an event has at most ${outcomesMax} outcomes`);
    }
    return found;
  }
}

/** One event at one node, with what its machine draws decided beforehand. */
class Step {
  readonly #spec: NodeSpec;
  readonly #bounds: Bounds;
  readonly #draft: Draft;
  readonly #choices: readonly number[];
  readonly #sends: Sending[] = [];
  readonly #facts: Fact[] = [];
  readonly #waiting: Told[] = [];
  #machine: Machine | undefined = undefined;
  #drawn = 0;
  #decided = 0;

  constructor(spec: NodeSpec, bounds: Bounds, image: NodeImage, choices: readonly number[]) {
    this.#spec = spec;
    this.#bounds = bounds;
    this.#draft = { ...image };
    this.#choices = choices;
  }

  outcome(): NodeOutcome {
    return { image: this.#draft, sends: this.#sends, facts: this.#facts };
  }

  take(event: NodeEvent): Undecided | undefined {
    const told = this.#told(event);
    if (told === undefined) return undefined;
    const { state } = this.#draft;
    this.#machine = this.#spec.start();
    if (event.type !== "boot" && state !== null) this.#machine.state = clonePlain(state);
    this.#waiting.push(told);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const undecided = this.#tell(next);
      if (undecided !== undefined) return undecided;
    }
    if (this.#machine !== undefined) this.#draft.state = this.#machine.state;
    return undefined;
  }

  /** What the machine hears of it; undefined when it hears nothing. */
  #told(event: NodeEvent): Told | undefined {
    const draft = this.#draft;
    switch (event.type) {
      case "boot":
        draft.incarnation += 1;
        draft.bootedUs = draft.nowUs;
        this.#facts.push({ fact: "nodeBooted", incarnation: draft.incarnation } as Fact);
        return { type: "booted", incarnation: draft.incarnation, disk: contentsOf(draft.durable) };
      case "crash":
        this.#end("fault");
        return undefined;
      case "timer": {
        const [{ timer, dueUs }, ...others] = draft.timers;
        draft.timers = others;
        draft.timersLeft -= 1;
        draft.nowUs = Math.max(draft.nowUs, dueUs);
        return { type: "timerFired", timer };
      }
      case "sync":
        return { type: "synced", sync: completeSync(draft) };
      case "deliver":
        return { type: "received", from: event.from, message: event.message };
      default:
        return unreachable(event);
    }
  }

  #tell(told: Told): Undecided | undefined {
    const { nowUs, bootedUs } = this.#draft;
    const event: MachineEvent = { ...told, monotonicUs: nowUs - bootedUs, wallUs: nowUs };
    const machine = this.#machine;
    if (machine === undefined) return undefined;
    let effects: readonly Effect[];
    try {
      effects = machine.step(event);
    } catch (error) {
      this.#break(error instanceof Error ? error.message : String(error), event.type);
      return undefined;
    }
    for (const effect of effects) {
      const undecided = this.#carryOut(effect);
      if (undecided !== undefined) return undecided;
      if (this.#machine === undefined) return undefined;
    }
    return undefined;
  }

  #carryOut(effect: Effect): Undecided | undefined {
    const draft = this.#draft;
    switch (effect.type) {
      case "send":
        this.#sends.push({ from: this.#spec.id, to: effect.to, message: effect.message });
        return undefined;
      case "setTimer":
        armTimer(draft, effect.timer, draft.nowUs + effect.afterUs);
        return undefined;
      case "cancelTimer":
        cancelTimer(draft, effect.timer);
        return undefined;
      case "record":
        this.#facts.push(effect);
        return undefined;
      case "draw":
        return this.#draw(effect.purpose, effect.below);
      case "append":
        write(draft, effect.file, [effect.record], false);
        return undefined;
      case "rewrite":
        write(draft, effect.file, effect.records, true);
        return undefined;
      case "sync":
        beginSync(draft, effect.sync);
        if (this.#bounds.disks === "instant") this.#waiting.push({ type: "synced", sync: completeSync(draft) });
        return undefined;
      case "halt":
        goDown(draft);
        this.#machine = undefined;
        this.#facts.push({ fact: "nodeStopped" });
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #draw(purpose: string, below: number): Undecided | undefined {
    const count = Math.min(below, this.#bounds.draws);
    this.#drawn += 1;
    if (this.#drawn > drawsMax) {
      this.#break(`a machine draws no more than ${drawsMax} times in answer to one event`, "drawn");
      return undefined;
    }
    // Where there is one value only, nobody chooses.
    if (count > 1 && this.#decided >= this.#choices.length) return new Undecided(count);
    const choice = count > 1 ? this.#choices[this.#decided++] : 0;
    const value = Math.floor((choice * below) / count);
    this.#waiting.push({ type: "drawn", purpose, value });
    return undefined;
  }

  #break(error: string, event: string): void {
    this.#facts.push({ fact: "machineBroke", error, event } as Fact);
    this.#end("machineBroke");
  }

  #end(cause: string): void {
    const lostRecords = goDown(this.#draft);
    this.#machine = undefined;
    this.#facts.push({ fact: "nodeCrashed", cause, lostRecords } as Fact);
  }
}

const contentsOf = (durable: NodeImage["durable"]): DiskContents =>
  new Map([...durable].map(([file, records]) => [file, records.map((value) => ({ type: "intact", value }) as const)]));
