// The contract of pure logic: an event in, effects out. The same machine runs in the simulated and in the live host.

import type { NodeId } from "../base/ids.ts";
import type { Effect, Fact } from "./effect.ts";
import type { MachineEvent } from "./event.ts";
import type { Message } from "./message.ts";

/** One process. It changes only its own `state`, never waits, and knows nothing that an event did not tell it. */
export interface Machine<M extends Message = Message, F extends Fact = Fact> {
  /**
   * Everything the machine remembers, as plain data (numbers, text, booleans, null, arrays, plain objects, Map, Set),
   * so that a host can clone, restore, hash and compare it (DESIGN §3.2). A host may assign a clone at any time.
   */
  state: object;
  step(event: MachineEvent<M>): readonly Effect<M, F>[];
}

/** A node to be hosted: who it is, and how each of its incarnations starts. */
export interface NodeSpec<M extends Message = Message, F extends Fact = Fact> {
  readonly id: NodeId;
  /** The kind of node, such as "server": scenario groups and fault selectors name it. */
  readonly role: string;
  /**
   * Place among the nodes of this role, from 0. Random streams are named by (role, ordinal), never by `id`, so that
   * renaming a node, or adding one at the end, shifts no draw (DESIGN §3.4).
   */
  readonly ordinal: number;
  /** A machine in its initial state; what must survive a crash comes with the `booted` event. */
  readonly start: () => Machine<M, F>;
}
