// What every program of the bench shares: its arguments, the clock around its timed part, and one line of JSON at the end.

import { readFileSync } from "node:fs";

/** `<nodes> <warm-up events> <timed events> <seed> [variant]`, the same for every program in every language. */
export interface ProgramArguments {
  readonly nodes: number;
  readonly warmupEvents: number;
  readonly timedEvents: number;
  readonly seed: number;
  readonly variant: string;
}

export function programArguments(): ProgramArguments {
  const [nodes, warmupEvents, timedEvents, seed] = process.argv.slice(2, 6).map(Number);
  if (![nodes, warmupEvents, timedEvents, seed].every(Number.isSafeInteger)) {
    throw new Error("usage: <nodes> <warm-up events> <timed events> <seed> [variant]");
  }
  return { nodes, warmupEvents, timedEvents, seed, variant: process.argv[6] ?? "" };
}

/** Seconds that this process has computed: what else runs on the machine counts as little as can be. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Counts events; the clock runs from the last event of the warm-up to the last timed one. */
export class Meter {
  readonly #timed: number;
  #left: number;
  #isWarming = true;
  #begunAt = 0;
  #seconds = 0;

  constructor({ warmupEvents, timedEvents }: ProgramArguments) {
    this.#timed = timedEvents;
    this.#left = warmupEvents;
  }

  /** True from the last timed event on: the program then stops. */
  count(): boolean {
    if (--this.#left > 0) return false;
    return this.#turn();
  }

  /** Prints the line that the harness reads. */
  report(more: Readonly<Record<string, number | string>> = {}): void {
    report({ events: this.#timed, seconds: this.#seconds, ...more });
  }

  #turn(): boolean {
    const now = cpuSeconds();
    if (this.#isWarming) {
      this.#isWarming = false;
      this.#left = this.#timed;
      this.#begunAt = now;
      return false;
    }
    if (this.#left === 0) this.#seconds = now - this.#begunAt;
    return true;
  }
}

export function report(fields: Readonly<Record<string, number | string>>): void {
  process.stdout.write(`${JSON.stringify({ ...fields, peakRssBytes: peakRssBytes() })}\n`);
}

/** Collects garbage, when the program was started with --expose-gc; measurements of memory are. */
export function collectGarbage(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

function peakRssBytes(): number {
  try {
    // Where there is /proc: elsewhere's figure includes what the harness held when it started this process.
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No /proc here.
  }
  return process.resourceUsage().maxRSS * 1024;
}
