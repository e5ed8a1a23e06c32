// What machines draw: by what stream, and what was drawn in a step and is still to be told, in the next. Nothing comes
// between the two, and it takes no time.

import type { Stream, Streams } from "../kernel/streams.ts";
import { NameIndex } from "./name-index.ts";

/** Places for the names of purposes. */
const PLACES = 256;

export class Draws {
  /** Draws that are still to be told; none between kernel events. */
  waiting = 0;
  readonly purposes: string[] = [];
  readonly values: number[] = [];
  readonly #streams: Streams;
  readonly #purposes = new NameIndex(PLACES);
  /** By purpose, and then by node: kept, for machines draw often. */
  readonly #kept: (Stream | undefined)[][] = [];

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** Draws for a node an integer from 0 to below `below`, an integer from 1 to 2^53. It waits from here on. */
  draw(node: number, subject: string, purpose: string, below: number): number {
    const known = this.#purposes.numberOf(purpose);
    const stream = (known < 0 ? undefined : this.#kept[known][node]) ?? this.#keep(node, subject, purpose);
    const value = stream.below(below);
    const at = this.waiting++;
    this.purposes[at] = purpose;
    this.values[at] = value;
    return value;
  }

  #keep(node: number, subject: string, purpose: string): Stream {
    let known = this.#purposes.numberOf(purpose);
    if (known < 0) {
      known = this.#kept.push([]) - 1;
      this.#purposes.set(purpose, known);
    }
    const byNode = this.#kept[known];
    while (byNode.length <= node) byNode.push(undefined);
    const stream = this.#streams.named("draw", `${subject} ${purpose}`);
    byNode[node] = stream;
    return stream;
  }
}
