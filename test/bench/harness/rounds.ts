// Runs the jobs of a plan in rounds, one after another, each between two runs of a fixed reference program. What the
// reference says of the machine just then is taken out of the rate, so that drift does not pass for a difference.

import { JobFailure, run, type Job, type Outcome } from "./job.ts";
import { median } from "./statistics.ts";

export interface Sample extends Outcome {
  /** Events per CPU second of the timed part, as measured. */
  readonly rate: number;
  /** Speed of the machine around this sample, as the reference program saw it: 1 is the median of the whole bench. */
  readonly machineSpeed: number;
}

/** What came of a job: a sample for each round, or why there is none. */
export type JobResult =
  | { readonly type: "measured"; readonly samples: readonly Sample[] }
  | { readonly type: "failed"; readonly because: string };

export interface Measurements {
  readonly results: ReadonlyMap<string, JobResult>;
  /** Steps per second of every run of the reference program, in order. */
  readonly referenceRates: readonly number[];
}

/** Progress, for people: what is about to run, and how much of the whole is done. */
export type Progress = (jobsDone: number, jobs: number, round: number, jobId: string) => void;

interface Bracketed {
  readonly jobId: string;
  readonly outcome: Outcome;
  readonly referenceRate: number;
}

export async function measure(
  jobs: readonly Job[],
  reference: Job,
  rounds: number,
  progress: Progress,
): Promise<Measurements> {
  const bracketed: Bracketed[] = [];
  const failures = new Map<string, string>();
  const referenceRates = [rateOf(await run(reference))];
  let done = 0;
  const runs = jobs.reduce((sum, job) => sum + (job.once === true ? 1 : rounds), 0);
  for (let round = 1; round <= rounds; round++) {
    for (const job of jobs) {
      if (round > 1 && job.once === true) continue;
      progress(done++, runs, round, job.id);
      if (failures.has(job.id)) continue;
      const before = referenceRates[referenceRates.length - 1];
      const outcome = await attempt(job, failures);
      const after = rateOf(await run(reference));
      referenceRates.push(after);
      // The faster of the two: one that was held up says nothing about the job beside it.
      if (outcome !== undefined) bracketed.push({ jobId: job.id, outcome, referenceRate: Math.max(before, after) });
    }
  }
  return { results: resultsOf(jobs, bracketed, failures, median(referenceRates)), referenceRates };
}

async function attempt(job: Job, failures: Map<string, string>): Promise<Outcome | undefined> {
  try {
    return await run(job);
  } catch (error) {
    // A peer that does not run is no reason to lose the rest of the bench.
    if (!(error instanceof JobFailure || error instanceof SyntaxError)) throw error;
    failures.set(job.id, error.message);
    return undefined;
  }
}

function resultsOf(
  jobs: readonly Job[],
  bracketed: readonly Bracketed[],
  failures: ReadonlyMap<string, string>,
  usual: number,
): ReadonlyMap<string, JobResult> {
  const results = new Map<string, JobResult>();
  for (const { id } of jobs) {
    const because = failures.get(id);
    if (because !== undefined) {
      results.set(id, { type: "failed", because });
      continue;
    }
    const samples = bracketed
      .filter(({ jobId }) => jobId === id)
      .map(({ outcome, referenceRate }) => ({
        ...outcome,
        rate: rateOf(outcome),
        machineSpeed: referenceRate / usual,
      }));
    results.set(id, { type: "measured", samples });
  }
  return results;
}

/** The rate that the sample would have had on the machine at its usual speed. */
export function steadyRate({ rate, machineSpeed }: Sample): number {
  return rate / machineSpeed;
}

function rateOf(outcome: Outcome): number {
  return outcome.events / outcome.seconds;
}
