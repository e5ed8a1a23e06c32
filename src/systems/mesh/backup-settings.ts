// How regions are followed by backups, and how clients bridge the time without a server: the numbers and readings of
// MESH-FT-05, MESH-FT-13 and X-M-32, X-M-35, X-M-57 to X-M-60.

import { z } from "zod";

import { positiveDuration } from "../quantities.ts";

export const replicationSettings = z
  .strictObject({
    mode: z
      .enum(["none", "async", "semiSync", "sync"])
      .default("async")
      .describe(
        "How backups follow: not at all; behind the primary; or so that a soft action is acknowledged only once one " +
          "backup has it (semiSync), or all of them (sync) (X-M-32).",
      ),
    every: positiveDuration
      .prefault("1s")
      .describe("How often a primary sends its backups what has changed, and lets them know of it."),
    retry: positiveDuration.prefault("200ms").describe("What a backup has not acknowledged is sent again after this."),
    softActions: z
      .enum(["none", "score"])
      .default("none")
      .describe("Actions that are acknowledged before the store has them; the store gets them in the background."),
    flush: positiveDuration
      .prefault("500ms")
      .describe("How often soft actions are written to the store: how much can be lost, in time (properties.md P2)."),
    tailMax: z
      .int()
      .min(1)
      .max(1000)
      .default(32)
      .describe("Soft actions of one player that the store does not have yet: how much can be lost, in length."),
    recallTimeout: positiveDuration
      .prefault("1s")
      .describe("A new primary waits this long for what backups have of soft actions before it serves without it."),
    keep: positiveDuration
      .prefault("30s")
      .describe("A backup forgets copies that a former primary of the region sent after this long."),
  })
  .prefault({});

export const bufferSettings = z
  .strictObject({
    mode: z
      .enum(["always", "onFailover"])
      .default("always")
      .describe(
        "Whether a client keeps every action until it is answered, or begins to when it notices that its server is " +
          "gone: what it asked for before is lost then (X-M-58).",
      ),
    maxActions: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe("Actions a client keeps; what is done beyond them is lost (MESH-FT-13)."),
    maxTime: positiveDuration
      .prefault("10s")
      .describe("An action without an answer for this long is withdrawn (MESH-FT-13)."),
    source: z
      .enum(["backup", "client"])
      .default("backup")
      .describe(
        "After a failover soft actions come from the backups, or from the client too, which repeats them (X-M-59).",
      ),
  })
  .prefault({});
