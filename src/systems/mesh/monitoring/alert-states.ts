// What becomes of an alert at each evaluation: inactive, pending while it is held back, firing. As Prometheus has it; an
// alert that is held back and goes away is never spoken of again.

import type { AlertRule } from "./alert-rules.ts";
import type { Fraction } from "./series.ts";

/** Plain data. An inactive alert has no state. */
export interface AlertState {
  readonly phase: "pending" | "firing";
  /** When its condition was first met, without a break since. */
  readonly sinceUs: number;
}

export interface AlertStep {
  readonly state: AlertState | undefined;
  /** What there is to say. */
  readonly says: "pending" | "fired" | "resolved" | undefined;
}

/** Whether the value is on the wrong side of the bound; exactly, for nothing is rounded. */
export function isMet({ when, bound }: Pick<AlertRule, "when" | "bound">, { of, outOf }: Fraction): boolean {
  const limit = bound * outOf;
  switch (when) {
    case "above":
      return of > limit;
    case "atLeast":
      return of >= limit;
    case "below":
      return of < limit;
  }
}

export function stepAlert(
  state: AlertState | undefined,
  { met, nowUs, holdUs }: { readonly met: boolean; readonly nowUs: number; readonly holdUs: number },
): AlertStep {
  if (!met) return { state: undefined, says: state?.phase === "firing" ? "resolved" : undefined };
  const sinceUs = state?.sinceUs ?? nowUs;
  if (state?.phase === "firing") return { state, says: undefined };
  if (nowUs - sinceUs >= holdUs) return { state: { phase: "firing", sinceUs }, says: "fired" };
  return { state: { phase: "pending", sinceUs }, says: state === undefined ? "pending" : undefined };
}
