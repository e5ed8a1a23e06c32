// From samples to lines of a report: medians, ratios in the same round, and whether the goal was met.

import type { FigureRow, Goal, Section, SpeedRow } from "../sections/section.ts";
import type { Job } from "./job.ts";
import { steadyRate, type Measurements, type Sample } from "./rounds.ts";
import { median } from "./statistics.ts";

export type Line =
  | {
      readonly type: "speed";
      readonly name: string;
      readonly rate: number;
      readonly rates: readonly number[];
      readonly peakRssBytes: number;
      /** Ours / this: the median of the rounds. Absent for ourselves. */
      readonly ratio?: number;
      readonly ratios?: readonly number[];
      readonly goal?: Goal;
      readonly isMet?: boolean;
      /** Digest of the run, when all rounds agree on it. */
      readonly digest?: string;
    }
  | {
      readonly type: "figure";
      readonly name: string;
      readonly unit: string;
      readonly value: number;
      readonly values: readonly number[];
      readonly goal?: Goal;
      readonly isMet?: boolean;
    }
  | { readonly type: "absent"; readonly name: string; readonly because: string; readonly install?: string };

export interface JudgedSection {
  readonly title: string;
  readonly counts: string;
  readonly lines: readonly Line[];
}

export function judge(section: Section, measurements: Measurements): JudgedSection {
  const [first] = section.rows;
  const ours = first.type === "speed" ? samplesOf(first.job, measurements) : "no speed here";
  const lines = section.rows.map((row) =>
    row.type === "figure" ? figureLine(row, measurements) : speedLine(row, ours, row === first, measurements),
  );
  return { title: section.title, counts: section.counts, lines };
}

function judged(goal: Goal | undefined, value: number): { readonly goal?: Goal; readonly isMet?: boolean } {
  return goal === undefined ? {} : { goal, isMet: isMet(goal, value) };
}

function isMet({ atLeast = -Infinity, atMost = Infinity }: Goal, value: number): boolean {
  return value >= atLeast && value <= atMost;
}

function speedLine(row: SpeedRow, ours: readonly Sample[] | string, isOurs: boolean, measurements: Measurements): Line {
  const { name, goal } = row;
  const samples = samplesOf(row.job, measurements);
  if (typeof samples === "string") {
    return { type: "absent", name, because: samples, ...("install" in row.job && { install: row.job.install }) };
  }
  const line = {
    type: "speed" as const,
    name,
    rate: median(samples.map((sample) => sample.rate)),
    rates: samples.map((sample) => sample.rate),
    peakRssBytes: median(samples.map((sample) => sample.peakRssBytes)),
    ...digestOf(samples),
  };
  if (isOurs || typeof ours === "string") return line;
  const ratios = samples.slice(0, ours.length).map((sample, round) => steadyRate(ours[round]) / steadyRate(sample));
  const ratio = median(ratios);
  return { ...line, ratio, ratios, ...judged(goal, ratio) };
}

function figureLine(row: FigureRow, measurements: Measurements): Line {
  const { name, unit, goal } = row;
  const perJob: (readonly Sample[])[] = [];
  for (const job of row.jobs) {
    const samples = samplesOf(job, measurements);
    if (typeof samples === "string") return { type: "absent", name, because: samples };
    perJob.push(samples);
  }
  const rounds = Math.min(...perJob.map((samples) => samples.length));
  const values = Array.from({ length: rounds }, (_, round) => row.of(perJob.map((samples) => samples[round])));
  const value = median(values);
  return { type: "figure", name, unit, value, values, ...judged(goal, value) };
}

function samplesOf(job: SpeedRow["job"], { results }: Measurements): readonly Sample[] | string {
  if (!isJob(job)) return job.because;
  const result = results.get(job.id);
  if (result === undefined) return "not run";
  return result.type === "failed" ? result.because : result.samples;
}

export function isJob(job: SpeedRow["job"]): job is Job {
  return "command" in job;
}

function digestOf(samples: readonly Sample[]): { digest?: string } {
  const digests = new Set(samples.map(({ more }) => more.get("digest")));
  const [digest] = digests;
  if (digest === undefined) return {};
  return { digest: digests.size === 1 ? String(digest) : "DIFFERS BETWEEN ROUNDS" };
}
