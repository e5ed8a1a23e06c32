// Words for what claims of the mesh measure, so that a row reads like the promise it is made of.

import type { Bound, ClaimTest } from "../../claims.ts";

export const ms = (milliseconds: number): number => milliseconds * 1_000;
export const seconds = (count: number): number => count * 1_000_000;
export const percent = (share: number): number => share / 100;

export const atMost = (value: number): Bound => ({ comparison: "<=", value });
export const atLeast = (value: number): Bound => ({ comparison: ">=", value });
export const below = (value: number): Bound => ({ comparison: "<", value });

export const each = (figure: string, bound: Bound): ClaimTest => ({ type: "each", figure, bound });
export const never = (...properties: readonly string[]): ClaimTest => ({ type: "never", properties });
export const mean = (figure: string, bound: Bound): ClaimTest => ({ type: "mean", figure, bound });
export const share = (figure: string, bound: Bound): ClaimTest => ({ type: "share", figures: [figure], bound });
export const p50 = (figure: string, bound: Bound): ClaimTest => quantile(figure, 50, bound);
export const p95 = (figure: string, bound: Bound): ClaimTest => quantile(figure, 95, bound);
export const p99 = (figure: string, bound: Bound): ClaimTest => quantile(figure, 99, bound);

const quantile = (figure: string, of: number, bound: Bound): ClaimTest => ({
  type: "quantile",
  figure,
  of,
  outOf: 100,
  bound,
});

/** A share of samples of which each has a die of its own. */
export const independent = (
  figures: readonly string[],
  bound: Bound,
  independentBecause: string,
  among?: readonly string[],
): ClaimTest => ({ type: "share", figures, bound, independentBecause, ...(among === undefined ? {} : { among }) });
