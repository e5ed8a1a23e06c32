// What the documents promise of single transfers: lost and late messages, retries, rollbacks, damaged states, stuck ones.

import type { ClaimPoint, ClaimSpec } from "../../claims.ts";
import {
  atLeast,
  atMost,
  below,
  each,
  independent,
  mean,
  ms,
  p50,
  p95,
  p99,
  percent,
  seconds,
  share,
} from "./tests.ts";

const story = (variant: string): string => `claims/transfers#${variant}`;

const asCode = "settings.retry.schedule=code";
const threeSends = "settings.retry.attemptsMax=3";

/** Losses that a retry meets: alike at every attempt, in spells of packets, and in spells of time under both schedules. */
const losses: readonly ClaimPoint[] = [
  {
    label: "each packet by itself, 1 %",
    story: story("independent"),
    set: ["faults[0].lossy.loss=1%", "world.nodes.players=8"],
    times: 3,
  },
  { label: "each packet by itself, 10 %", story: story("independent") },
  { label: "bursts of 4 packets", story: story("bursts") },
  { label: "outages up to 400 ms", story: story("outages") },
  { label: "outages, delays of the code", story: story("outages"), set: [asCode] },
  { label: "outages, 3 sends in all", story: story("outages"), set: [threeSends] },
];

const retryShare = (retry: 1 | 2 | 3, target: string, from: string): Omit<ClaimShape, "tests"> => ({
  id: `CL-M-12${["a", "b", "c"][retry - 1] ?? ""}`,
  promise: `Of the transfers whose first attempt fails, this share completes at retry ${retry}.`,
  target,
  from: [from],
});

type ClaimShape = Pick<Extract<ClaimSpec, { type: "measured" }>, "id" | "promise" | "target" | "from" | "tests">;

const ofFailed = (shape: ClaimShape, qualifiedBy: readonly string[]): ClaimSpec => ({
  type: "measured",
  ...shape,
  qualifiedBy,
  measures: "transfers by how they ended, of those of which an attempt failed",
  factor: "what is lost",
  points: losses,
});

const lateOrLost = (of: string): readonly ClaimPoint[] => [
  { label: "late", story: story("late"), set: of === "" ? [] : [of] },
  { label: "lost", story: story("lost"), set: of === "" ? [] : [of] },
];

/** The three readings of a time to recovery, under both readings of the schedule (X-ALL-01, X-M-01, X-M-04). */
const clocks = (variant: string, targetMs: number): readonly ClaimPoint[] =>
  [
    ["prose", []],
    ["code", [asCode]],
  ].flatMap(([schedule, set]) =>
    [
      ["from detection to service", "repair.detectionToService"],
      ["from fault to service", "repair.faultToService"],
      ["from fault to the end of the transfer", "repair.faultToEnd"],
    ].map(([clock, figure = ""]) => ({
      label: `${clock}, delays of the ${schedule as string}`,
      story: story(variant),
      set: set as readonly string[],
      tests: [mean(figure, atMost(ms(targetMs)))],
    })),
  );

const ownDie = "each message has a delay, and each packet a fate, of its own";

/** Each row of the matrix of risks says how often it happens, and not to whom: what it hangs on is varied (X-ALL-05). */
const frequencies: readonly ClaimSpec[] = [
  {
    type: "measured",
    id: "CL-M-01a",
    promise: "So many transfers meet a timeout.",
    target: "0.12 %",
    from: ["MESH-RSK-01", "MESH-F1-04"],
    qualifiedBy: ["X-ALL-05", "X-M-07"],
    measures:
      "transfers that completed at the first attempt, of those that ended; nothing is lost, and messages take their time",
    factor: "the network",
    tests: [independent(["transfer.firstTry"], atLeast(percent(99.88)), ownDie)],
    points: ["loopback", "datacentre", "region", "inter-region", "congested"].map((link) => ({
      label: link,
      story: story("base"),
      set: [`world.link={ profile: ${link}, loss: 0% }`],
    })),
  },
  {
    type: "measured",
    id: "CL-M-01b",
    promise: "So many transfers meet a loss.",
    target: "0.08 %",
    from: ["MESH-RSK-02", "MESH-F2-04"],
    qualifiedBy: ["X-ALL-05", "X-M-07"],
    measures: "transfers that completed at the first attempt, of those that ended; packets between servers are lost",
    factor: "packets lost",
    tests: [independent(["transfer.firstTry"], atLeast(percent(99.92)), ownDie)],
    points: ["1 in 1000000", "1 in 1000", "1 in 100"].map((loss) => ({
      label: loss,
      story: story("packets"),
      set: [`faults[0].lossy.loss=${loss}`],
    })),
  },
  {
    type: "measured",
    id: "CL-M-01c",
    promise: "So many transfers meet a server that is gone.",
    target: "0.03 %",
    from: ["MESH-RSK-03", "MESH-F3-04"],
    qualifiedBy: ["X-ALL-05", "X-M-14"],
    measures:
      "transfers rolled back in a run in which one of four servers goes: so many for each crash, whatever their share",
    factor: "how many transfers there are for each crash",
    tests: [],
    points: [1_000, 10_000, 100_000].map((transfers) => ({
      label: `one crash in ${transfers} transfers`,
      story: "claims/failover#walking",
      tests: [mean("transfer.rolledBack", atMost(transfers * percent(0.03)))],
    })),
  },
  {
    type: "measured",
    id: "CL-M-01d",
    promise: "So many transfers meet a state that does not match.",
    target: "< 0.01 %",
    from: ["MESH-RSK-04", "MESH-F4-04"],
    qualifiedBy: ["X-ALL-05", "X-M-12"],
    measures: "states that failed their check, of transfers begun",
    factor: "states damaged on their way",
    tests: [independent(["mismatch.found"], below(percent(0.01)), ownDie, ["transfer.started"])],
    points: ["1 in 1000000", "1 in 1000"].map((rate) => ({
      label: rate,
      story: story("damaged-seldom"),
      set: [`faults[0].corrupt.rate=${rate}`],
      ...(rate === "1 in 1000" ? {} : { times: 2 }),
    })),
  },
];

const stuck: ClaimPoint = { label: "timers lost", story: story("stuck") };

export const transferClaims: readonly ClaimSpec[] = [
  ...frequencies,
  {
    type: "measured",
    id: "CL-M-04",
    promise: "No transfer is ever stuck.",
    target: "0",
    from: ["MESH-RSK-07", "MESH-F7-04"],
    qualifiedBy: ["X-M-44", "X-M-45"],
    measures: "transfers that only the watchdog ended, ten seconds after they began, over every run",
    factor: "what goes wrong",
    tests: [each("transfer.forced", atMost(0))],
    points: [
      { label: "one message in five late", story: story("late") },
      { label: "one message in five lost", story: story("lost") },
      { label: "a deadlock of two servers", story: story("crossing") },
      stuck,
    ],
  },
  {
    type: "measured",
    id: "CL-M-05",
    promise: "A timeout, and a loss, of a transfer's message is noticed at once.",
    target: "< 50 ms",
    from: ["MESH-RSK-01", "MESH-RSK-02"],
    qualifiedBy: ["X-M-06"],
    measures: "from the beginning of an attempt to its failure at the source",
    factor: "what happens to one message in five",
    tests: [each("attempt.detection", below(ms(50)))],
    points: lateOrLost(""),
    remedies: [{ label: "a deadline of 30 ms", story: story("lost"), set: ["settings.transfer.deadline=30ms"] }],
  },
  {
    type: "measured",
    id: "CL-M-07",
    promise: "A state that does not match is noticed at once.",
    target: "< 100 ms",
    from: ["MESH-RSK-04"],
    qualifiedBy: ["X-M-12"],
    measures: "from the beginning of the attempt that ships it to its failure at the source",
    tests: [p99("attempt.detection", below(ms(100)))],
    points: [{ label: "one damaged state", story: story("damaged") }],
  },
  {
    type: "measured",
    id: "CL-M-11",
    promise: "A player whose transfer meets a timeout or a loss stands still for the delay of a retry.",
    target: "50-200 ms",
    from: ["MESH-F1-04", "MESH-F2-04"],
    qualifiedBy: ["X-M-03"],
    measures: "how long players stood still at the border, of those who did while an attempt failed",
    factor: "what happens",
    tests: [p95("pause.failed", atMost(ms(200)))],
    points: [
      { label: "one message late", story: story("once-late") },
      { label: "one message lost", story: story("once-lost") },
      ...lateOrLost("").map((point) => ({ ...point, label: `one message in five ${point.label}` })),
    ],
  },
  ofFailed({ ...retryShare(1, ">= 90 %", "MESH-F1-06"), tests: [share("retry.endedAt1", atLeast(percent(90)))] }, [
    "X-M-01",
    "X-M-02",
    "X-M-05",
  ]),
  ofFailed({ ...retryShare(2, "<= 8 %", "MESH-F1-07"), tests: [share("retry.endedAt2", atMost(percent(8)))] }, [
    "X-M-01",
    "X-M-02",
    "X-M-05",
  ]),
  ofFailed({ ...retryShare(3, "<= 1.5 %", "MESH-F1-08"), tests: [share("retry.endedAt3", atMost(percent(1.5)))] }, [
    "X-M-01",
    "X-M-02",
    "X-M-05",
  ]),
  ofFailed(
    {
      id: "CL-M-12d",
      promise: "Of the transfers whose first attempt fails, this share is rolled back in the end.",
      target: "<= 0.5 %",
      from: ["MESH-F1-09"],
      tests: [share("retry.rolledBack", atMost(percent(0.5)))],
    },
    ["X-M-01", "X-M-02", "X-M-05"],
  ),
  {
    ...ofFailed(
      {
        id: "CL-M-13",
        promise: "Retries resolve what is transient, and soon.",
        target: "99.5 %; 50-400 ms",
        from: ["MESH-REC-01"],
        tests: [share("retry.rolledBack", atMost(percent(0.5))), p99("repair.detectionToService", atMost(ms(400)))],
      },
      ["X-M-03"],
    ),
  },
  {
    type: "measured",
    id: "CL-M-15",
    promise: "A rollback takes this long in the mean.",
    target: "127 ms",
    from: ["MESH-REC-02", "MESH-F4-04"],
    qualifiedBy: ["X-M-11"],
    measures: "from the decision to roll back to the end of the transfer",
    factor: "the way of one message, everywhere",
    tests: [mean("rollback.time", atMost(ms(127)))],
    points: ["1ms", "10ms", "20ms", "40ms"].map((latency) => ({
      label: latency.replace("ms", " ms"),
      story: story("damaged"),
      set: [`world.link.latency=${latency}`, "settings.transfer.deadline=1s"],
    })),
  },
  {
    type: "measured",
    id: "CL-M-26a",
    promise: "The mean time to recovery from a timeout (FM-001).",
    target: "87 ms",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-01", "X-M-04"],
    measures: "three clocks, for a transfer of which one message is late and the retry goes through",
    factor: "clock and schedule",
    tests: [],
    points: clocks("once-late", 87),
  },
  {
    type: "measured",
    id: "CL-M-26b",
    promise: "The mean time to recovery from a loss (FM-002).",
    target: "93 ms",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-01", "X-M-04"],
    measures: "three clocks, for a transfer of which one message is lost and the retry goes through",
    factor: "clock and schedule",
    tests: [],
    points: clocks("once-lost", 93),
  },
  {
    type: "measured",
    id: "CL-M-10",
    promise: "A stuck transfer is noticed, and undone, at once.",
    target: "< 100 ms; 100 ms",
    from: ["MESH-RSK-07"],
    qualifiedBy: ["X-M-44"],
    measures: "age of a transfer when the watchdog finds it; from the decision to roll back to its end",
    tests: [p50("transfer.stuckAge", below(ms(100))), p50("rollback.time", atMost(ms(100)))],
    points: [stuck],
  },
  {
    type: "measured",
    id: "CL-M-14",
    promise: "A rollback always succeeds.",
    target: "100 %",
    from: ["MESH-REC-02"],
    qualifiedBy: ["X-M-10"],
    measures: "rollbacks begun after which the source had the player again",
    factor: "the source",
    tests: [each("rollback.success", atLeast(1))],
    points: [
      { label: "up", story: story("damaged") },
      { label: "cut off from the coordinators for two seconds", story: story("source-cut") },
      { label: "its process ends before it can ask", story: story("source-down") },
    ],
  },
  {
    type: "measured",
    id: "CL-M-23",
    promise: "No transfer lasts longer than the watchdog's bound and one sweep.",
    target: "10 s and a sweep of 1 s",
    from: ["MESH-F7-05"],
    qualifiedBy: ["X-M-45"],
    measures: "age of a transfer when the watchdog finds it; from its first attempt to its end",
    factor: "why it lasts, and what age counts from",
    tests: [],
    points: [
      { ...stuck, tests: [each("transfer.stuckAge", atMost(seconds(11)))] },
      ...["dequeue", "thisAttempt"].map((base) => ({
        label: `retried again and again, age since ${base}`,
        story: story("retrying"),
        set: [`settings.watchdog.ageBase=${base}`],
        tests: [each("repair.faultToEnd", atMost(seconds(11)))],
      })),
    ],
  },
  {
    type: "measured",
    id: "CL-M-28",
    promise: "The mean time to recovery from a state that does not match (FM-004).",
    target: "127 ms",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-11"],
    measures: "three clocks, for a transfer of which one shipped state is damaged, in a datacentre",
    factor: "clock",
    tests: [],
    points: [
      ["from detection to service", "repair.detectionToService"],
      ["from fault to service", "repair.faultToService"],
      ["from fault to the end of the transfer", "repair.faultToEnd"],
    ].map(([label = "", figure = ""]) => ({
      label,
      story: story("damaged"),
      tests: [mean(figure, atMost(ms(127)))],
    })),
  },
  {
    type: "measured",
    id: "CL-M-29",
    promise: "The mean time to recovery from a stuck transfer (FM-007).",
    target: "10 s",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-44"],
    measures: "for a transfer that the watchdog ends; its end is the player's being in play, and the last of its locks",
    factor: "clock",
    tests: [],
    points: [
      { ...stuck, label: "from detection to service", tests: [mean("stuck.detectionToService", atMost(seconds(10)))] },
      {
        ...stuck,
        label: "from fault to service and to the end",
        tests: [mean("stuck.faultToService", atMost(seconds(10)))],
      },
    ],
  },
];
