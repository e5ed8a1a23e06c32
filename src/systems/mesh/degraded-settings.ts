// What can be varied about degraded mode. The documents give two triggers, four levels and no mapping, no exit and no
// hysteresis (X-M-55): the table, the bound, the hold and the exit are settings.

import { z } from "zod";

import { onOff, positiveDuration, duration } from "../quantities.ts";

/** From full service to the least; each is below the one before (MESH-FT-10). */
export const levels = ["normal", "light", "moderate", "severe"] as const;

export type Level = (typeof levels)[number];

const percent = (about: string) => z.int().min(0).max(100).describe(about);

const row = z
  .strictObject({
    failures: z.int().min(0).max(1000).optional().describe("Failures in the window."),
    share: percent("Percent of the servers that have failed in the window.").optional(),
    level: z.enum(["light", "moderate", "severe"]).describe("The level they call for."),
  })
  .refine(({ failures, share }) => failures !== undefined || share !== undefined, {
    path: ["level"],
    error: "Expected a number of failures, or a share of the servers, beside the level.",
  });

export const degradedSettings = z
  .strictObject({
    window: positiveDuration.prefault("60s").describe("How long a failure counts (MESH-FT-11)."),
    atBound: z
      .enum(["reached", "exceeded"])
      .default("reached")
      .describe("Whether a trigger trips at its bound, or above it (X-M-55)."),
    levels: z
      .array(row)
      .max(20)
      .default([
        { failures: 3, level: "light" },
        { share: 30, level: "light" },
        { failures: 3, share: 30, level: "moderate" },
      ])
      .describe(
        "Which failures call for which level; of the rows that apply the highest counts. By default none calls for " +
          "severe, which takes play away from players whose servers are well (MESH-FT-11, X-M-55).",
      ),
    hold: duration
      .prefault("10s")
      .describe("A level is left when nothing has called for it for this long, so that it does not flap (X-M-55)."),
    exit: z
      .enum(["window", "recovered"])
      .default("window")
      .describe("A failure calls for its level until the window has passed; or until its server is back (X-M-55)."),
    steps: z.enum(["one", "all"]).default("one").describe("Levels are left one by one, or all at once."),
    views: z
      .strictObject({
        light: percent("At light.").default(75),
        moderate: percent("At moderate.").default(50),
        severe: percent("At severe, in critical regions; the others are suspended.").default(25),
      })
      .prefault({})
      .describe("Percent of the views that players are shown (MESH-FT-10)."),
    criticalFirst: onOff.default(true).describe("At moderate, critical regions keep the share of light (MESH-FT-10)."),
    critical: z
      .array(z.int().min(0).max(9999))
      .max(1000)
      .default([])
      .describe("Regions that are critical whoever is in them, from 0."),
    criticalShare: percent(
      "Critical are, beside those named, the fullest regions that have this share of players.",
    ).default(50),
    stopAdmissions: z
      .enum(["light", "moderate", "severe", "never"])
      .default("severe")
      .describe("From this level on nobody new is let in (MESH-FT-28)."),
  })
  .prefault({});

/** Of `failover`: in which order the regions of failed servers are recovered, and how long it may take. */
export const recoveryFields = {
  order: z
    .enum(["parallel", "sequential"])
    .default("parallel")
    .describe("The regions of servers that failed are recovered all at once, or one after the other (X-M-36)."),
  byPriority: onOff
    .default(true)
    .describe("Critical regions first, then the fuller ones; off: as they come (MESH-FT-06)."),
  pace: duration
    .prefault("0s")
    .describe("With sequential: from the beginning of one region's recovery to the next, at the least (X-M-36)."),
  bound: positiveDuration
    .prefault("30s")
    .describe(
      "A region that is not recovered so long after its server was given up is a failed failover (MESH-FT-03).",
    ),
};

export type DegradedSettings = z.infer<typeof degradedSettings>;
