// What has reached a node that is busy, or stands still: it waits here, first in, first out.

import type { ConnectionLoss } from "../machine/event.ts";
import type { NodeId } from "../base/ids.ts";

/** An event before it is handed over, which is when it is given the node's clocks. Never changes. */
export type Occurrence =
  /** `flight`: slot of the message. */
  | { readonly type: "message"; readonly flight: number }
  /** Stale once the timer has been set again or cancelled. */
  | { readonly type: "timer"; readonly slot: number; readonly arming: number }
  | { readonly type: "synced"; readonly sync: string }
  | { readonly type: "syncFailed"; readonly sync: string; readonly error: "io" | "full" }
  | { readonly type: "connectionLost"; readonly peer: NodeId; readonly reason: ConnectionLoss }
  | { readonly type: "stopRequested" };

export interface InboxCheckpoint {
  readonly waiting: readonly Occurrence[];
}

export class Inbox {
  #waiting: Occurrence[] = [];
  #head = 0;

  get length(): number {
    return this.#waiting.length - this.#head;
  }

  push(occurrence: Occurrence): void {
    this.#waiting.push(occurrence);
  }

  shift(): Occurrence | undefined {
    const first = this.#waiting[this.#head];
    if (first === undefined) return undefined;
    this.#head++;
    // Half of it has been read: the rest moves up, at a cost that its readers have paid for.
    if (this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }

  /** Empties it, and returns what waited. */
  clear(): readonly Occurrence[] {
    const waiting = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    return waiting;
  }

  checkpoint(): InboxCheckpoint {
    return { waiting: this.#waiting.slice(this.#head) };
  }

  restore(from: InboxCheckpoint): void {
    this.#waiting = [...from.waiting];
    this.#head = 0;
  }
}
