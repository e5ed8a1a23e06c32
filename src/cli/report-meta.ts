// What two reports on the same runs differ in: when, how long, and where.

import { hostname } from "node:os";

import type { ReportMeta } from "../report/campaign-report.ts";
import { version } from "./version.ts";

/** Begins now. @returns what to call at the end. */
export function startClock(workers: number): () => ReportMeta {
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  return () => ({
    faultline: version,
    startedAt,
    tookMs: performance.now() - startMs,
    host: hostname(),
    node: process.version,
    workers,
  });
}
