// How long a run of a hunt may take before it is a finding by itself.

export interface HuntLimits {
  /** Milliseconds that one run may compute. */
  readonly runMsMax: number;
  /** Events of one run: a story that says less keeps to that. */
  readonly eventsMax: number;
}

export const huntLimits: HuntLimits = { runMsMax: 60_000, eventsMax: 2_000_000 };
