// How the mesh is monitored: the scrape, and the readings of alerts about which the documents are unclear or unwise.

import { z } from "zod";

import { duration, positiveDuration } from "../../quantities.ts";

export const monitoringSettings = z
  .strictObject({
    scrape: positiveDuration
      .prefault("15s")
      .describe("How often the monitor asks everybody for their metrics, and evaluates its rules (X-ALL-06)."),
    timeout: positiveDuration
      .prefault("5s")
      .describe("Whoever has not answered a scrape after this long is down; at most the time between scrapes."),
    askAgain: positiveDuration.prefault("1s").describe("Until then it is asked again this often."),
    window: positiveDuration.prefault("5m").describe("Rates, shares, means and percentiles are taken over this long."),
    hold: duration
      .prefault("1m")
      .describe("How long a threshold of the key metrics is crossed before its alert fires (MESH-MON-01 to 05)."),
    unhealthyHold: duration
      .prefault("30s")
      .describe("How long a server is down before ServerNodeUnhealthy fires: longer than a recovery takes (X-M-41)."),
    timeouts: z
      .enum(["perAttempt", "perSecond"])
      .default("perAttempt")
      .describe(
        "AuthorityTransferTimeoutHigh looks at 0.5 % of attempts, or, as written, at 0.005 timeouts a second (X-M-38).",
      ),
    mismatches: z
      .enum(["share", "any"])
      .default("share")
      .describe("AuthorityTransferStateMismatch fires above 0.01 % of states, or, as written, for any one (X-M-39)."),
    stuck: z
      .enum(["longest", "atScrape"])
      .default("longest")
      .describe(
        "AuthorityTransferStuck looks, server by server, at the longest transfer of the last minute, or, as written, at the oldest one at the scrape, of whatever server (X-M-47).",
      ),
    concurrency: z
      .enum(["server", "mesh"])
      .default("server")
      .describe(
        "Concurrency alerts look at the slots taken of each server, 75 % and all of them, or, as written, at the transfers of the whole mesh, above 150 and 200 (X-M-48).",
      ),
    success: z
      .enum(["transfers", "attempts"])
      .default("transfers")
      .describe("The success rate is that of transfers in the end, or of single attempts (X-M-53)."),
    detections: z
      .enum(["recent", "ever"])
      .default("recent")
      .describe(
        "Split brain, item duplication and item loss are alerts while the window holds one, or, as written, for ever after (X-M-54).",
      ),
  })
  .refine(({ timeout, scrape }) => timeout <= scrape, {
    path: ["timeout"],
    error: "Expected at most the time between scrapes, or the next one begins before this one has ended.",
  })
  .prefault({});

export type MonitoringSettings = z.infer<typeof monitoringSettings>;
