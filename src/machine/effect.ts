// What a machine asks of its host. Effects are carried out in the order in which they are returned.

import type { NodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";

/** A statement about the run, for the judge: a name and fields of plain data. It never influences the run. */
export interface Fact {
  readonly fact: string;
}

export type Transport = "datagram" | "stream";

export type Effect<M extends Message = Message, F extends Fact = Fact> =
  | {
      readonly type: "send";
      readonly to: NodeId;
      readonly message: M;
      /** Absent: the link's own transport, as the scenario sets it. */
      readonly via?: Transport;
    }
  | {
      /** (Re)arms the node's timer of that name: it fires once, after `afterUs` to `afterUs + spreadUs` on its clock. */
      readonly type: "setTimer";
      readonly timer: string;
      readonly afterUs: number;
      /** Absent or 0: exactly `afterUs`. Otherwise the host draws within the range. */
      readonly spreadUs?: number;
    }
  /** Cancelling a timer that is not armed changes nothing. */
  | { readonly type: "cancelTimer"; readonly timer: string }
  /** Answered at once with a `drawn` event: a uniform integer in 0 .. below-1. */
  | { readonly type: "draw"; readonly purpose: string; readonly below: number }
  /** Adds a record to a file. Durable only once a later `sync` has been answered. */
  | { readonly type: "append"; readonly file: string; readonly record: unknown }
  /** Replaces a whole file, all or nothing at a crash. Durable only once a later `sync` has been answered. */
  | { readonly type: "rewrite"; readonly file: string; readonly records: readonly unknown[] }
  /** Answered with `synced` or `syncFailed` naming `sync`; covers every write before it. */
  | { readonly type: "sync"; readonly sync: string }
  | ({ readonly type: "record" } & F)
  /** The process ends in good order. */
  | { readonly type: "halt" };
