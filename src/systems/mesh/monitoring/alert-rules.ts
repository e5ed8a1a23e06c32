// The alerts of the mesh as data: the eight of the failure catalogue, and the thresholds of its key metrics. Where the
// documents can be read in two ways, or what is written is not what can be meant, the settings choose.

import type { Measure, Scope } from "./series.ts";
import type { MonitoringSettings } from "./monitoring-settings.ts";

/** Every alert there is, by name. */
export const alertNames = [
  "AuthorityTransferTimeoutHigh",
  "InterServerPacketLossHigh",
  "ServerNodeUnhealthy",
  "AuthorityTransferStateMismatch",
  "SplitBrainDetected",
  "ItemDuplicationDetected",
  "AuthorityTransferStuck",
  "AuthorityTransferHighConcurrency",
  "InterServerLatencyHigh",
  "AuthorityTransferLatencyHigh",
  "AuthorityTransferLatencyCritical",
  "AuthorityTransferSuccessLow",
  "AuthorityTransferSuccessCritical",
  "AuthorityTransferConcurrencyCritical",
  "AuthorityTransferRollbackHigh",
  "ItemLossDetected",
] as const;

export type AlertName = (typeof alertNames)[number];
export type Severity = "warning" | "critical";
/** What a value of a rule counts in: `ppm` millionths of all, `ppmPerSecond` millionths a second. */
export type AlertUnit = "times" | "players" | "us" | "ppm" | "ppmPerSecond" | "flag";

export interface AlertRule {
  readonly name: AlertName;
  /** Requirement ids. */
  readonly source: string;
  readonly severity: Severity;
  /** Whether somebody is woken. */
  readonly pages: boolean;
  readonly scope: Scope;
  readonly measure: Measure;
  readonly unit: AlertUnit;
  readonly when: "above" | "atLeast" | "below";
  readonly bound: number;
  /** So long without a break before it fires; 0: at once. */
  readonly holdUs: number;
}

const splitBrain = "authority_transfer_split_brain_detected";
const itemDuplication = "authority_transfer_item_duplication_detected";
const itemLoss = "item_loss_detected";
type DetectionMetric = typeof splitBrain | typeof itemDuplication | typeof itemLoss;

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const PERCENT_PPM = 10_000;
const ALL_PPM = 1_000_000;
const MS_US = 1_000;

const warning = { severity: "warning", pages: false } as const;
const critical = { severity: "critical", pages: false } as const;
const page = { severity: "critical", pages: true } as const;

export const alertRules = (settings: MonitoringSettings): readonly AlertRule[] => [
  timeoutRule(settings),
  {
    name: "InterServerPacketLossHigh",
    source: "MESH-F2-07",
    ...warning,
    scope: "each",
    measure: {
      type: "share",
      metric: "inter_server_packet_loss_total",
      outOf: ["inter_server_packets_sent_total"],
      windowUs: settings.window,
    },
    unit: "ppm",
    when: "above",
    bound: PERCENT_PPM,
    holdUs: 2 * MINUTE_US,
  },
  {
    name: "ServerNodeUnhealthy",
    source: "MESH-F3-10, X-M-41",
    ...critical,
    scope: "each",
    measure: { type: "up" },
    unit: "flag",
    when: "below",
    bound: 1,
    holdUs: settings.unhealthyHold,
  },
  mismatchRule(settings),
  { ...detectionRule("SplitBrainDetected", "MESH-F5-14, MESH-MON-07, X-M-54", splitBrain, settings), ...page },
  { ...detectionRule("ItemDuplicationDetected", "MESH-F6-12, X-M-54", itemDuplication, settings), ...page },
  {
    name: "AuthorityTransferStuck",
    source: "MESH-F7-08, X-M-47",
    ...warning,
    ...(settings.stuck === "longest"
      ? { scope: "each", measure: { type: "latest", metric: "authority_transfer_longest" } }
      : { scope: "all", measure: { type: "latest", metric: "authority_transfer_duration_seconds" } }),
    unit: "us",
    when: "above",
    bound: 10 * SECOND_US,
    holdUs: 0,
  },
  ...concurrencyRules(settings),
  ...latencyRules(settings),
  ...successRules(settings),
  detectionRule("ItemLossDetected", "MESH-MON-06, X-M-53", itemLoss, settings),
];

/** X-M-38: what is written is a rate, which any busy mesh is above for ever, and what is printed a percentage. */
function timeoutRule({ timeouts, window }: MonitoringSettings): AlertRule {
  const rule = {
    name: "AuthorityTransferTimeoutHigh",
    source: "MESH-F1-11, X-M-38",
    ...warning,
    scope: "each",
    when: "above",
    holdUs: 2 * MINUTE_US,
  } as const;
  const metric = "authority_transfer_timeout_total";
  const outOf = ["authority_transfer_attempts_total"] as const;
  return timeouts === "perAttempt"
    ? { ...rule, measure: { type: "share", metric, outOf, windowUs: window }, unit: "ppm", bound: PERCENT_PPM / 2 }
    : { ...rule, measure: { type: "rate", metric, windowUs: window }, unit: "ppmPerSecond", bound: 5_000 };
}

/** X-M-39: at 0.01 % of a hundred transfers a second, any one would be critical for ever. */
function mismatchRule({ mismatches, window }: MonitoringSettings): AlertRule {
  const rule = {
    name: "AuthorityTransferStateMismatch",
    source: "MESH-F4-08, X-M-39",
    ...critical,
    scope: "each",
    when: "above",
    holdUs: MINUTE_US,
  } as const;
  const metric = "authority_transfer_state_mismatch_total";
  const outOf = [metric, "authority_transfer_state_adopted_total"] as const;
  return mismatches === "share"
    ? { ...rule, measure: { type: "share", metric, outOf, windowUs: window }, unit: "ppm", bound: PERCENT_PPM / 100 }
    : { ...rule, measure: { type: "rate", metric, windowUs: window }, unit: "ppmPerSecond", bound: 0 };
}

/** X-M-54: a counter that is looked at as a gauge never comes down again. */
function detectionRule(
  name: AlertName,
  source: string,
  metric: DetectionMetric,
  { detections, window }: MonitoringSettings,
): AlertRule {
  const measure: Measure =
    detections === "recent" ? { type: "increase", metric, windowUs: window } : { type: "latest", metric };
  return { name, source, ...critical, scope: "each", measure, unit: "times", when: "above", bound: 0, holdUs: 0 };
}

/** X-M-48: of one server 200 is all there are; of the whole mesh it is no limit of anything. */
function concurrencyRules({ concurrency, hold }: MonitoringSettings): readonly AlertRule[] {
  const high = {
    name: "AuthorityTransferHighConcurrency",
    source: "MESH-F8-09, MESH-MON-04, X-M-48",
    ...warning,
  } as const;
  const all = { name: "AuthorityTransferConcurrencyCritical", source: "MESH-MON-04, X-M-48", ...critical } as const;
  if (concurrency === "mesh") {
    const measure = { type: "latestSum", metric: "authority_transfer_active_count" } as const;
    const rule = { scope: "all", measure, unit: "players", when: "above" } as const;
    return [
      { ...high, ...rule, bound: 150, holdUs: MINUTE_US },
      { ...all, ...rule, bound: 200, holdUs: hold },
    ];
  }
  const measure = { type: "latest", metric: "authority_transfer_saturation" } as const;
  const rule = { scope: "each", measure, unit: "ppm" } as const;
  return [
    { ...high, ...rule, when: "above", bound: 75 * PERCENT_PPM, holdUs: MINUTE_US },
    { ...all, ...rule, when: "atLeast", bound: ALL_PPM, holdUs: hold },
  ];
}

/** X-M-51: a mean above 50 ms between servers and one above 80 ms of transfers are two things, and both are watched. */
function latencyRules({ window, hold }: MonitoringSettings): readonly AlertRule[] {
  const rule = { scope: "all", unit: "us", when: "above", holdUs: hold } as const;
  return [
    {
      name: "InterServerLatencyHigh",
      source: "MESH-F1-10, X-M-51",
      ...warning,
      ...rule,
      measure: {
        type: "mean",
        sum: "inter_server_round_trip_us_total",
        count: "inter_server_round_trips_total",
        windowUs: window,
      },
      bound: 50 * MS_US,
    },
    {
      name: "AuthorityTransferLatencyHigh",
      source: "MESH-MON-01, X-M-51",
      ...warning,
      ...rule,
      measure: {
        type: "mean",
        sum: "authority_transfer_latency_us_total",
        count: "authority_transfer_completed_total",
        windowUs: window,
      },
      bound: 80 * MS_US,
    },
    {
      name: "AuthorityTransferLatencyCritical",
      source: "MESH-MON-02, X-M-51",
      ...critical,
      ...rule,
      measure: { type: "latencyPercentile", percent: 99, windowUs: window },
      bound: 100 * MS_US,
    },
  ];
}

/** X-M-53: of transfers in the end, or of attempts, of which many more fail. */
function successRules({ success, window, hold }: MonitoringSettings): readonly AlertRule[] {
  const ended = ["authority_transfer_completed_total", "authority_transfer_rollback_total"] as const;
  const rolledBack = { type: "share", metric: ended[1], outOf: ended, windowUs: window } as const;
  const failed = {
    type: "share",
    metric: "authority_transfer_attempt_failures_total",
    outOf: ["authority_transfer_attempts_total"],
    windowUs: window,
  } as const;
  // What does not succeed is looked at: more than 1 % of that is less than 99 % of success.
  const measure = success === "transfers" ? rolledBack : failed;
  const rule = { scope: "all", unit: "ppm", when: "above", holdUs: hold } as const;
  return [
    {
      name: "AuthorityTransferSuccessLow",
      source: "MESH-MON-03, X-M-53",
      ...warning,
      ...rule,
      measure,
      bound: PERCENT_PPM,
    },
    {
      name: "AuthorityTransferSuccessCritical",
      source: "MESH-MON-03, X-M-53",
      ...critical,
      ...rule,
      measure,
      bound: 5 * PERCENT_PPM,
    },
    {
      name: "AuthorityTransferRollbackHigh",
      source: "MESH-MON-05",
      ...warning,
      ...rule,
      measure: rolledBack,
      bound: PERCENT_PPM,
    },
  ];
}
