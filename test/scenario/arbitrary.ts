// Any scenario of the echo system that a file can hold.
import fc from "fast-check";

import { nodeId } from "../../src/base/ids.ts";
import type { Decisions, Scenario } from "../../src/scenario/scenario.ts";
import type { Fault, FaultAction, FaultTiming, MessageSelector } from "../../src/world/fault.ts";
import type { LatencyModel, LinkPlan, LossModel, NodeSelector, Rate } from "../../src/world/plan.ts";
import { planDefaults } from "../../src/world/profiles.ts";

const names = ["server-1", "server-2", "alice", "bob"].map((name) => nodeId(name));
const us = fc.oneof(fc.integer({ min: 0, max: 10_000_000 }), fc.constantFrom(0, 1, 999, 1_000, 60_000_000));
const positiveUs = us.map((value) => value + 1);
const signedUs = fc.integer({ min: -5_000_000, max: 5_000_000 });
const range = (one: fc.Arbitrary<number>) =>
  fc.tuple(one, one).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const rate: fc.Arbitrary<Rate> = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1000 }))
  .map(([of, outOf]) => ({ of: Math.min(of, outOf), outOf }));

const nodes: fc.Arbitrary<NodeSelector> = fc.oneof(
  fc.constant({ nodes: [], roles: [] }),
  fc.record({
    nodes: fc.uniqueArray(fc.constantFrom(...names)),
    roles: fc.uniqueArray(fc.constantFrom("server", "client")),
  }),
);

const target = fc.record({ of: nodes, pick: fc.constantFrom("all" as const, "any" as const) });

const { latency } = fc.letrec<{ latency: LatencyModel }>((tie) => ({
  latency: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type: fc.constant("constant" as const), us }),
    range(us).map(([minUs, maxUs]): LatencyModel => ({ type: "uniform", minUs, maxUs })),
    fc.record({ type: fc.constant("normal" as const), meanUs: us, deviationUs: us, minUs: us }),
    fc.record({ type: fc.constant("exponential" as const), minUs: us, meanUs: us }),
    range(positiveUs).map(([medianUs, p99Us]): LatencyModel => ({ type: "longTailed", medianUs, p99Us })),
    fc
      .array(us, { minLength: 2, maxLength: 5 })
      .map((table): LatencyModel => ({ type: "table", quantilesUs: table.toSorted((a, b) => a - b) })),
    fc.record({ type: fc.constant("bimodal" as const), usual: tie("latency"), rare: tie("latency"), rareRate: rate }),
  ),
}));

const loss: fc.Arbitrary<LossModel> = fc.oneof(
  fc.constant({ type: "none" as const }),
  fc.record({ type: fc.constant("independent" as const), rate }),
  fc.record({ type: fc.constant("bursty" as const), toBad: rate, toGood: rate, lossGood: rate, lossBad: rate }),
);

const messages: fc.Arbitrary<MessageSelector> = fc.record({
  types: fc.uniqueArray(fc.constantFrom("hello", "echo")),
  from: nodes,
  to: nodes,
  skip: fc.nat(5),
  count: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 9 })),
  rate,
});

const shape = fc.oneof(
  fc.record({ type: fc.constant("groups" as const), groups: fc.array(nodes, { minLength: 2, maxLength: 3 }) }),
  fc.record({ type: fc.constant("oneWay" as const), from: nodes, to: nodes }),
  fc.record({ type: fc.constant("bridge" as const), left: nodes, bridge: nodes, right: nodes }),
  fc.record({ type: fc.constant("ring" as const), nodes }),
  fc.record({ type: fc.constant("isolate" as const), target }),
  fc.record({
    type: fc.constant("dealt" as const),
    nodes,
    as: fc.constantFrom(
      "halves" as const,
      "minority" as const,
      "deafHalf" as const,
      "bridge" as const,
      "ring" as const,
    ),
  }),
);

const flap = fc.oneof(fc.constant([0, 0] as const), fc.tuple(positiveUs, positiveUs));
const ends = { from: nodes, to: nodes };
const kind = <Kind extends FaultAction["kind"]>(name: Kind) => fc.constant(name);

const action: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.record({ kind: kind("drop"), messages }),
  fc
    .tuple(messages, range(us))
    .map(([which, [byUsMin, byUsMax]]): FaultAction => ({ kind: "delay", messages: which, byUsMin, byUsMax })),
  fc.record({ kind: kind("duplicate"), messages, copies: fc.integer({ min: 1, max: 5 }), withinUs: us }),
  fc.record({ kind: kind("corrupt"), messages, field: fc.constantFrom("", "state.x") }),
  fc.record({
    kind: kind("corrupt"),
    messages,
    field: fc.constant("round"),
    to: fc.oneof(
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
      fc.record({ a: fc.integer() }),
    ),
  }),
  fc.record({ kind: kind("reorder"), messages, withinUs: positiveUs }),
  fc.record({ kind: kind("hold"), messages, release: fc.constantFrom("inOrder" as const, "shuffled" as const) }),
  fc
    .tuple(shape, flap)
    .map(([cut, [flapCutUs, flapOpenUs]]): FaultAction => ({ kind: "partition", shape: cut, flapCutUs, flapOpenUs })),
  fc.record({ kind: kind("lossy"), ...ends, loss }),
  fc.record({ kind: kind("latency"), ...ends, latency }),
  fc.record({ kind: kind("bandwidth"), ...ends, bytesPerSecond: fc.integer({ min: 1, max: 1e9 }) }),
  fc.record({ kind: kind("refuse"), ...ends }),
  fc.record({ kind: kind("crash"), target, torn: fc.boolean() }),
  fc.record({ kind: kind("pause"), target, monotonic: fc.constantFrom("runs" as const, "stops" as const) }),
  fc.record({ kind: kind("slow"), target, stepUs: positiveUs }),
  ...(["restart", "stop", "wipe", "lose", "clockFreeze", "diskFull", "lostSync", "misdirectedWrite"] as const).map(
    (bare) => fc.record({ kind: kind(bare), target }),
  ),
  fc
    .tuple(target, range(signedUs))
    .map(([whom, [byUsMin, byUsMax]]): FaultAction => ({ kind: "clockStep", target: whom, byUsMin, byUsMax })),
  fc.record({ kind: kind("clockDrift"), target, ppm: fc.integer({ min: -100_000, max: 100_000 }) }),
  fc.record({ kind: kind("clockSlew"), target, byUs: signedUs }),
  fc.record({ kind: kind("diskError"), target, rate }),
  fc.record({ kind: kind("diskSlow"), target, latency }),
  fc.record({ kind: kind("bitRot"), target, records: fc.integer({ min: 1, max: 100 }) }),
  fc.record({
    kind: kind("suppressTimers"),
    target,
    timers: fc.uniqueArray(fc.constantFrom("next", "ne")),
    lost: fc.boolean(),
  }),
);

const moments: ReadonlySet<string> = new Set(["restart", "lose", "bitRot", "misdirectedWrite"]);

function timingOf(isMoment: boolean, healUs: number): fc.Arbitrary<FaultTiming> {
  const atUs = fc.integer({ min: 0, max: healUs - 1 });
  const forUs = isMoment
    ? fc.constant("once" as const)
    : fc.oneof(positiveUs, fc.constantFrom("once" as const, "untilHeal" as const));
  return fc.oneof(
    fc.record({ type: fc.constant("scripted" as const), atUs, forUs }),
    fc
      .tuple(positiveUs, isMoment ? fc.constant([0, 0] as const) : range(us), atUs, atUs)
      .map(([everyUs, [forUsMin, forUsMax], from, until]): FaultTiming => ({
        type: "random",
        everyUs,
        forUsMin,
        forUsMax,
        fromUs: Math.min(from, until),
        untilUs: Math.max(from, until) + 1,
      })),
  );
}

const faults = (healUs: number): fc.Arbitrary<readonly Fault[]> =>
  fc
    .array(
      action.chain((act) => timingOf(moments.has(act.kind), healUs).map((timing) => ({ timing, action: act }))),
      { maxLength: 6 },
    )
    .map((list) => list.map((fault, index) => ({ id: `fault-${index}`, ...fault })));

const decisions: fc.Arbitrary<Decisions> = fc
  .uniqueArray(
    fc.string({ minLength: 1, unit: "grapheme" }).map((subject) => `network ${subject}`),
    { maxLength: 3 },
  )
  .chain((streams) =>
    fc.tuple(
      ...streams
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((stream) =>
          fc
            .tuple(
              fc.array(fc.oneof(fc.constant(null), fc.integer({ min: -3, max: 3 }), fc.maxSafeNat())),
              fc.integer(),
            )
            .map(([values, last]) => ({ stream, values: [...values, last] })),
        ),
    ),
  );

const link: fc.Arbitrary<Partial<LinkPlan>> = fc.record(
  {
    latency,
    loss,
    duplicate: rate,
    reorderWithinUs: us,
    transport: fc.constantFrom("datagram" as const, "stream" as const),
  },
  { requiredKeys: [] },
);

const settings = fc.record({
  retry: fc.record({ after: positiveUs, attemptsMax: fc.integer({ min: 1, max: 10 }) }),
  defence: fc.record({ onceOnly: fc.boolean() }),
});

const healUs = 20_000_000;

export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    title: fc.string({ minLength: 1, maxLength: 80 }),
    why: fc.oneof(fc.string({ minLength: 1, unit: "grapheme" }), fc.constant("two\nlines: # - {\n")),
    seed: fc.maxSafeNat(),
    link,
    links: fc.array(fc.record({ from: nodes, to: nodes, oneWay: fc.boolean(), link }), { maxLength: 2 }),
    clocks: fc.array(fc.record({ nodes, plan: fc.record({ offsetUs: signedUs }, { requiredKeys: [] }) }), {
      maxLength: 2,
    }),
    faults: faults(healUs),
    settings,
    decisions: fc.option(decisions, { nil: undefined }),
    startUs: us,
  })
  .map(({ title, why, seed, settings: chosen, decisions: forced, faults: list, link: changed, ...world }) => ({
    name: "echo/any",
    title,
    why,
    system: "echo",
    seed,
    nodes: new Map([
      ["server", names.slice(0, 2)],
      ["client", names.slice(2)],
    ]),
    world: {
      ...planDefaults,
      ...world,
      link: { ...planDefaults.link, ...changed },
      disks: [],
      processes: [],
      untilUs: 25_000_000,
      healUs,
      faults: list,
    },
    settings: chosen,
    workload: { every: 1_000_000, greeting: "hello", motion: { type: "still" } },
    expect: {
      exercised: ["ONCE"],
      violated: [],
      figures: [{ figure: "hellos", statistic: "count", comparison: ">=", value: 3 }],
      alerts: [
        { alert: "Silence", fires: "never" },
        { alert: "Noise", fires: 90_000_000 },
        { alert: null, fires: "never" },
      ],
    },
    ...(forced === undefined ? {} : { decisions: forced }),
  }));
