// How fast transfers may begin under load (MESH-F8-06): a throttle with two marks, and behind it a bucket of admissions
// that fills at a steady rate. Integers only, and no clock of its own.

/** Plain data: part of its server's state. */
export interface Throttle {
  isOn: boolean;
  /** When it was last switched. */
  switchedUs: number;
  /** What the bucket held at `filledUs`, in millionths of a share. */
  level: number;
  filledUs: number;
}

export interface ThrottleRules {
  /** On above this depth, off again at the lower one or below. */
  readonly throttleAt: number;
  readonly resumeAt: number;
  /** Admissions a second, over all that share the rate. */
  readonly admitRate: number;
  /** Admissions that may be saved up; 1: they keep their distance. */
  readonly burst: number;
  /** How many share the rate, each an equal part of it. */
  readonly sharers: number;
}

export type Switched = "on" | "off" | "unchanged";

const MILLION = 1_000_000;

export const openThrottle = (): Throttle => ({ isOn: false, switchedUs: 0, level: 0, filledUs: 0 });

/** Looks at the depth: above the upper mark, or `isStrained`, it goes on; once it has fallen to the lower one, off. */
export function watchDepth(
  throttle: Throttle,
  { depth, isStrained, nowUs }: { readonly depth: number; readonly isStrained: boolean; readonly nowUs: number },
  rules: ThrottleRules,
): Switched {
  const shouldBeOn = isStrained || depth > (throttle.isOn ? rules.resumeAt : rules.throttleAt);
  if (shouldBeOn === throttle.isOn) return "unchanged";
  throttle.isOn = shouldBeOn;
  throttle.switchedUs = nowUs;
  // What was not used while nothing was counted is not saved up: the first may go at once, and no more.
  throttle.level = costOf(rules);
  throttle.filledUs = nowUs;
  return shouldBeOn ? "on" : "off";
}

/** Time until the next admission, 0: now. The throttle is on. */
export function untilAdmissionUs(throttle: Throttle, nowUs: number, rules: ThrottleRules): number {
  fill(throttle, nowUs, rules);
  return Math.ceil(Math.max(0, costOf(rules) - throttle.level) / rules.admitRate);
}

/** Takes one admission out of the bucket. */
export function takeAdmission(throttle: Throttle, nowUs: number, rules: ThrottleRules): void {
  fill(throttle, nowUs, rules);
  throttle.level = Math.max(0, throttle.level - costOf(rules));
}

/** An admission is a million for each that shares the rate, of which every microsecond brings `admitRate`. */
const costOf = ({ sharers }: ThrottleRules): number => sharers * MILLION;

function fill(throttle: Throttle, nowUs: number, rules: ThrottleRules): void {
  const capacity = rules.burst * costOf(rules);
  const missingUs = Math.ceil((capacity - throttle.level) / rules.admitRate);
  const passedUs = nowUs - throttle.filledUs;
  throttle.level = passedUs >= missingUs ? capacity : throttle.level + passedUs * rules.admitRate;
  throttle.filledUs = nowUs;
}
