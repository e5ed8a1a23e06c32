// How players with two owners are looked for, and how each gets one again: the periods, and the readings of the documents.

import { z } from "zod";

import { positiveDuration } from "../quantities.ts";

export const sweepSettings = z
  .strictObject({
    period: positiveDuration
      .prefault("10s")
      .describe("How often the leader asks every server which players it has (MESH-F5-08, X-M-27)."),
    compares: z
      .enum(["tokens", "presence"])
      .default("tokens")
      .describe("What makes two servers' claims a duplicate: their tokens, or that there are two (X-M-28)."),
    reports: z
      .enum(["all", "first"])
      .default("all")
      .describe("Every duplicate that a sweep finds, or the first one only (MESH-F5-03)."),
    partMax: z.int().min(1).max(100_000).default(500).describe("Players that one answer names at most."),
  })
  .prefault({});

export const resolutionSettings = z
  .strictObject({
    decidedBy: z
      .enum(["coordinator", "nobody"])
      .default("coordinator")
      .describe("Who gives a player with two owners one again; nobody: it is reported and left (MESH-REC-04)."),
    policy: z
      .enum(["vectorClock", "timestamp", "store"])
      .default("vectorClock")
      .describe(
        "Which state counts: what contains the others, else the last; the last; the store's (MESH-F5-10, X-M-30).",
      ),
    patience: positiveDuration
      .prefault("2s")
      .describe("Without leases, a server that does not say what it has is waited for so long (X-M-22)."),
    retry: positiveDuration.prefault("100ms").describe("Who has not said what it has is asked again after this long."),
  })
  .prefault({});
