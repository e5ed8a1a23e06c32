// The two clocks of a node: an oscillator with a rate error drives both. The monotonic one counts from each boot and
// may be stopped; the wall clock may be stepped, slewed and frozen. Exact integers: a year of run time loses no part.

import { assert } from "../base/assert.ts";
import type { ClockPlan } from "./plan.ts";

const MILLION = 1_000_000;
/** A clock runs at half and at one and a half of its speed at the most, however many drifts add up. */
const RATE_PPM_MAX = 500_000;

/** A slew under way: `byUs` is added to the wall clock in equal parts over `overUs` of true time. */
interface Slew {
  readonly fromUs: number;
  readonly overUs: number;
  readonly byUs: number;
}

/** Everything a clock remembers, as plain data. */
export interface ClockCheckpoint {
  readonly ratePpm: number;
  readonly driftPpm: number;
  readonly anchorTrueUs: number;
  readonly anchorUs: number;
  readonly anchorMillionths: number;
  readonly bootUs: number;
  readonly plannedBootUs: number;
  readonly stoppedAtUs: number;
  readonly wallBaseUs: number;
  readonly slews: readonly Slew[];
  readonly frozenAtUs: number | undefined;
  readonly plain: boolean;
}

const driftPpmMax = 100_000;

/** Whole microseconds that an oscillator counts in some true time, beginning at `millionths` past a whole one. */
function countOf(elapsedUs: number, millionths: number, ppm: number): number {
  const seconds = Math.floor(elapsedUs / MILLION);
  const rest = elapsedUs - seconds * MILLION;
  return seconds * (MILLION + ppm) + Math.floor((millionths + rest * (MILLION + ppm)) / MILLION);
}

/** How far into the next microsecond it is then: 0 <= millionths < 1 000 000. */
function phaseOf(elapsedUs: number, millionths: number, ppm: number): number {
  return (millionths + (elapsedUs % MILLION) * (MILLION + ppm)) % MILLION;
}

/** True microseconds until an oscillator at `millionths` past a whole microsecond has counted `localUs` further ones. */
function trueTimeOf(localUs: number, millionths: number, ppm: number): number {
  const rate = MILLION + ppm;
  const turns = Math.floor(localUs / rate);
  const rest = localUs - turns * rate;
  return Math.max(0, turns * MILLION + Math.ceil((rest * MILLION - millionths) / rate));
}

/** floor(byUs * elapsedUs / overUs), exact although the product may exceed 2^53. */
function shareOf(slew: Slew, nowUs: number): number {
  const elapsedUs = nowUs - slew.fromUs;
  if (elapsedUs >= slew.overUs) return slew.byUs;
  const product = BigInt(slew.byUs) * BigInt(elapsedUs);
  const over = BigInt(slew.overUs);
  const quotient = product / over;
  return Number(product < 0n && quotient * over !== product ? quotient - 1n : quotient);
}

/**
 * The clocks of one node. Times named `nowUs` are true time and never decrease from call to call of what changes the
 * clock; readings may be asked for any time since the last change.
 */
export class NodeClock {
  readonly #plan: ClockPlan;
  readonly #startUs: number;
  #ratePpm: number;
  /** All drifts together, as the plan and faults have it; the rate keeps within bounds. */
  #driftPpm: number;
  #anchorTrueUs: number;
  /** What the oscillator had counted at the last change of this clock: whole microseconds and millionths of one. */
  #anchorUs = 0;
  #anchorMillionths = 0;
  /** Oscillator count at which the monotonic clock stood at 0, moved on for as long as that clock was stopped. */
  #bootUs = 0;
  /** The same for a clock that no fault ever touched. */
  #plannedBootUs = 0;
  /** Oscillator count at which the monotonic clock was stopped; -1: it runs. */
  #stoppedAtUs = -1;
  /** Wall reading minus oscillator count, without the slews under way. */
  #wallBaseUs: number;
  #slews: readonly Slew[] = [];
  #frozenAtUs: number | undefined = undefined;
  #plain: boolean;

  constructor(plan: ClockPlan, startUs: number) {
    assert(Math.abs(plan.driftPpm) <= driftPpmMax, "a clock drifts by 100 000 ppm at most");
    this.#plan = plan;
    this.#startUs = startUs;
    this.#ratePpm = plan.driftPpm;
    this.#driftPpm = plan.driftPpm;
    this.#anchorTrueUs = startUs;
    this.#wallBaseUs = startUs + plan.offsetUs;
    this.#plain = plan.driftPpm === 0;
  }

  /** No drift, and no fault has touched it yet: both clocks run with true time. */
  get isPlain(): boolean {
    return this.#plain;
  }

  /** Microseconds since the boot of this incarnation, on the node's own oscillator. Never goes back. */
  monotonicUs(nowUs: number): number {
    if (this.#plain) return nowUs - this.#startUs - this.#bootUs;
    return (this.#stoppedAtUs >= 0 ? this.#stoppedAtUs : this.#countAt(nowUs)) - this.#bootUs;
  }

  /** What the node believes the time to be. May jump and go back. */
  wallUs(nowUs: number): number {
    if (this.#plain) return nowUs + this.#plan.offsetUs;
    return this.#frozenAtUs ?? this.#runningWallUs(nowUs);
  }

  /**
   * True time from now until a timer of `localDelayUs` on the monotonic clock fires: the smallest after which the clock
   * has advanced by that much. Of a stopped monotonic clock: as if it went on now. Ask again after each change of rate.
   */
  trueDelayUs(localDelayUs: number, nowUs: number): number {
    assert(localDelayUs >= 0, "a timer is never set into the past");
    if (this.#plain || localDelayUs === 0) return localDelayUs;
    const phase = phaseOf(nowUs - this.#anchorTrueUs, this.#anchorMillionths, this.#ratePpm);
    return trueTimeOf(localDelayUs, phase, this.#ratePpm);
  }

  /** A new incarnation: the monotonic clock restarts at 0 and runs. The wall clock, being the machine's, goes on. */
  onIncarnation(nowUs: number): void {
    if (this.#plain) {
      this.#bootUs = nowUs - this.#startUs;
      this.#plannedBootUs = this.#bootUs;
      return;
    }
    this.#stoppedAtUs = -1;
    this.#bootUs = this.#countAt(nowUs);
    this.#plannedBootUs = this.#plannedCountUs(nowUs);
  }

  /** The wall clock jumps by `byUs`, back when negative. */
  step(byUs: number, nowUs: number): void {
    this.#change(nowUs);
    this.#wallBaseUs += byUs;
  }

  /** Both clocks run faster by `ppm` from now on, slower when negative: up to half as fast again, and down to half. */
  addDrift(ppm: number, nowUs: number): void {
    this.#change(nowUs);
    this.#driftPpm += ppm;
    this.#ratePpm = Math.max(-RATE_PPM_MAX, Math.min(RATE_PPM_MAX, this.#driftPpm));
  }

  /** The wall clock is led by `byUs` gradually over the next `overUs` of true time. */
  slew(byUs: number, overUs: number, nowUs: number): void {
    this.#change(nowUs);
    if (overUs <= 0) this.#wallBaseUs += byUs;
    else this.#slews = [...this.#slews, { fromUs: nowUs, overUs, byUs }];
  }

  /** The wall clock stands still. */
  freeze(nowUs: number): void {
    this.#change(nowUs);
    this.#frozenAtUs ??= this.#runningWallUs(nowUs);
  }

  /** The wall clock jumps to where it would be had it never been frozen. */
  unfreeze(nowUs: number): void {
    this.#change(nowUs);
    this.#frozenAtUs = undefined;
  }

  /** The monotonic clock stops with a paused process; the oscillator and the wall clock go on. */
  stopMonotonic(nowUs: number): void {
    this.#change(nowUs);
    if (this.#stoppedAtUs < 0) this.#stoppedAtUs = this.#anchorUs;
  }

  resumeMonotonic(nowUs: number): void {
    this.#change(nowUs);
    if (this.#stoppedAtUs < 0) return;
    this.#bootUs += this.#anchorUs - this.#stoppedAtUs;
    this.#stoppedAtUs = -1;
  }

  /** A reading taken now differs from what it would be had no fault ever touched this clock. */
  distorted(nowUs: number): boolean {
    if (this.#plain) return false;
    const plannedCountUs = this.#plannedCountUs(nowUs);
    return (
      this.monotonicUs(nowUs) !== plannedCountUs - this.#plannedBootUs ||
      this.wallUs(nowUs) !== plannedCountUs + this.#startUs + this.#plan.offsetUs
    );
  }

  checkpoint(): ClockCheckpoint {
    return {
      ratePpm: this.#ratePpm,
      driftPpm: this.#driftPpm,
      anchorTrueUs: this.#anchorTrueUs,
      anchorUs: this.#anchorUs,
      anchorMillionths: this.#anchorMillionths,
      bootUs: this.#bootUs,
      plannedBootUs: this.#plannedBootUs,
      stoppedAtUs: this.#stoppedAtUs,
      wallBaseUs: this.#wallBaseUs,
      slews: this.#slews,
      frozenAtUs: this.#frozenAtUs,
      plain: this.#plain,
    };
  }

  restore(checkpoint: ClockCheckpoint): void {
    this.#ratePpm = checkpoint.ratePpm;
    this.#driftPpm = checkpoint.driftPpm;
    this.#anchorTrueUs = checkpoint.anchorTrueUs;
    this.#anchorUs = checkpoint.anchorUs;
    this.#anchorMillionths = checkpoint.anchorMillionths;
    this.#bootUs = checkpoint.bootUs;
    this.#plannedBootUs = checkpoint.plannedBootUs;
    this.#stoppedAtUs = checkpoint.stoppedAtUs;
    this.#wallBaseUs = checkpoint.wallBaseUs;
    this.#slews = checkpoint.slews;
    this.#frozenAtUs = checkpoint.frozenAtUs;
    this.#plain = checkpoint.plain;
  }

  #countAt(nowUs: number): number {
    assert(nowUs >= this.#anchorTrueUs, "a clock is not read at a time before its last change");
    return this.#anchorUs + countOf(nowUs - this.#anchorTrueUs, this.#anchorMillionths, this.#ratePpm);
  }

  #plannedCountUs(nowUs: number): number {
    return countOf(nowUs - this.#startUs, 0, this.#plan.driftPpm);
  }

  #runningWallUs(nowUs: number): number {
    let wallUs = this.#countAt(nowUs) + this.#wallBaseUs;
    for (const slew of this.#slews) wallUs += shareOf(slew, nowUs);
    return wallUs;
  }

  /** Moves the anchor to now, so that what changes next counts from here only; ends slews that are through. */
  #change(nowUs: number): void {
    this.#plain = false;
    const countUs = this.#countAt(nowUs);
    this.#anchorMillionths = phaseOf(nowUs - this.#anchorTrueUs, this.#anchorMillionths, this.#ratePpm);
    this.#anchorUs = countUs;
    this.#anchorTrueUs = nowUs;
    for (const slew of this.#slews) if (nowUs - slew.fromUs >= slew.overUs) this.#wallBaseUs += slew.byUs;
    this.#slews = this.#slews.filter((slew) => nowUs - slew.fromUs < slew.overUs);
  }
}
