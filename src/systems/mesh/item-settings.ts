// What can be varied about items: borders and replicas, pickups beyond a border, and what is done about duplicates.

import { z } from "zod";

import { duration, onOff, positiveDuration } from "../quantities.ts";

const boundary = z.object({
  zone: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(10_000)
    .describe("Millimetres from a border up to which what lies there is replicated to the neighbour (MESH-F6-05)."),
  resync: positiveDuration
    .prefault("1s")
    .describe("How often servers compare what lies on the ground with the store, and replicas with each other."),
  pickup: z
    .enum(["confirmed", "optimistic"])
    .default("confirmed")
    .describe(
      "When the replica goes that a player picks up: with the authority's word, or at once, before any answer " +
        "(MESH-F6-08, X-M-42).",
    ),
  retry: onOff.default(true).describe("A pickup that the authority does not answer is asked for again (X-M-42)."),
  idempotencyKey: onOff
    .default(true)
    .describe("A pickup asked for again is known to be the same one; off: each time it is another (X-M-42)."),
  requestRetry: positiveDuration
    .prefault("60ms")
    .describe("A pickup without an answer is asked for again after this long."),
  timeout: positiveDuration
    .prefault("500ms")
    .describe("The authority, or the other side of a trade, is waited for no longer than this."),
  escrow: positiveDuration
    .prefault("1s")
    .describe("What the authority has reserved, and nobody has taken, goes back to the ground after this long (IL1)."),
});

const duplicates = z.object({
  detector: z
    .enum(["global", "local"])
    .default("global")
    .describe(
      "Who finds an item in two places: only servers, each at home and among its replicas, or the store too, by id " +
        "over everything there is (MESH-F6-03, X-M-40).",
    ),
  freeze: onOff.default(true).describe("Nothing is done with an item known to be in two places (MESH-F6-09)."),
  resolveAfter: duration.prefault("150ms").describe("From there to the audit that leaves one of them (MESH-F6-10)."),
  resolution: z
    .enum(["record", "creation", "never"])
    .default("record")
    .describe(
      "Which is kept: the one on record; or the first by creation time and place, which copies share (X-M-43); or " +
        "all of them, for ever.",
    ),
});

/** Two groups among those of the mesh. */
export const itemSettings = { boundary: boundary.strict().prefault({}), duplicates: duplicates.strict().prefault({}) };

const on = (about: string) => onOff.default(true).describe(about);

/** Among the defences of the mesh. */
export const itemDefences = {
  itemFencing: on("The store refuses changes of a region's ground under an epoch older than it has seen (MESH-F5-07)."),
  replicaGuard: on(
    "Servers act on items of their own; off: also on a neighbour's, in the neighbour's name (MESH-F6-05).",
  ),
  tradeWhole: on("Both legs of a trade take effect, or none (properties.md I4)."),
};

interface ItemSettings {
  readonly boundary: z.infer<typeof boundary>;
}

/** From the instant nothing goes wrong any more to that at which no item waits in escrow, beside what players wait for. */
export const itemsUs = ({ boundary: { resync, timeout, escrow } }: ItemSettings): number =>
  3 * resync + timeout + escrow;
