// How links, clocks, disks and processes are written in a scenario: the file's words on one side, WorldPlan on the other.

import { z } from "zod";

import { parseDuration, printDuration } from "../base/units.ts";
import { duration, positiveDuration, rate, signedDuration } from "../systems/quantities.ts";
import type {
  ClockPlan,
  DiskPlan,
  LatencyModel,
  LinkPlan,
  LossModel,
  ProcessPlan,
  WorldLimits,
} from "../world/plan.ts";
import { codec, durationRange, partialOf, refuse } from "./codecs.ts";

type ModelOf<Model extends { readonly type: string }, Type> = Extract<Model, { readonly type: Type }>;

const typed =
  <Model extends { readonly type: string }, Type extends Model["type"]>(type: Type) =>
  (model: ModelOf<Model, Type>): boolean =>
    typeof model === "object" && model !== null && model.type === type;

const constantText = z.string({ error: "Expected a delay such as 5ms, or a range such as 1ms..5ms." }).meta({
  description: "A delay such as 5ms, or a range such as 1ms..5ms.",
  pattern: durationRange.in.meta()?.pattern,
});

/** 5ms, 1ms..5ms, or a map with one key that names the distribution. */
export const latency: z.ZodType<LatencyModel, unknown> = z.lazy(() => latencyArms).meta({ id: "latency" });

const constantLatency = codec<typeof constantText, ModelOf<LatencyModel, "constant" | "uniform">>(
  constantText,
  (model) => typeof model === "object" && model !== null && (model.type === "constant" || model.type === "uniform"),
  {
    decode(text, context) {
      const us = parseDuration(text);
      if (us !== undefined) return { type: "constant", us };
      const range = z.safeDecode(durationRange, text);
      if (range.success) return { type: "uniform", ...range.data };
      return refuse(context, text, "Expected a delay such as 5ms, or a range such as 1ms..5ms.");
    },
    encode: (model) =>
      model.type === "constant"
        ? printDuration(model.us)
        : `${printDuration(model.minUs)}..${printDuration(model.maxUs)}`,
  },
);

const normalDoc = z.strictObject({
  normal: z.strictObject({ mean: duration, deviation: duration, min: duration.default(0) }),
});
const normalLatency = codec<typeof normalDoc, ModelOf<LatencyModel, "normal">>(normalDoc, typed("normal"), {
  decode: ({ normal }) => ({
    type: "normal",
    meanUs: normal.mean,
    deviationUs: normal.deviation,
    minUs: normal.min,
  }),
  encode: ({ meanUs, deviationUs, minUs }) => ({ normal: { mean: meanUs, deviation: deviationUs, min: minUs } }),
});

const exponentialDoc = z.strictObject({ exponential: z.strictObject({ min: duration.default(0), mean: duration }) });
const exponentialLatency = codec<typeof exponentialDoc, ModelOf<LatencyModel, "exponential">>(
  exponentialDoc,
  typed("exponential"),
  {
    decode: ({ exponential }) => ({ type: "exponential", minUs: exponential.min, meanUs: exponential.mean }),
    encode: ({ minUs, meanUs }) => ({ exponential: { min: minUs, mean: meanUs } }),
  },
);

const longTailedDoc = z.strictObject({
  longTailed: z.strictObject({ median: positiveDuration, p99: positiveDuration }),
});
const longTailedLatency = codec<typeof longTailedDoc, ModelOf<LatencyModel, "longTailed">>(
  longTailedDoc,
  typed("longTailed"),
  {
    decode({ longTailed: { median, p99 } }, context) {
      if (p99 >= median) return { type: "longTailed", medianUs: median, p99Us: p99 };
      return refuse(context, p99, "Expected p99 to be at least the median.", {
        what: "has a p99 below its median",
        fix: "swap the two, or raise p99.",
      });
    },
    encode: ({ medianUs, p99Us }) => ({ longTailed: { median: medianUs, p99: p99Us } }),
  },
);

const bimodalDoc = z.strictObject({ bimodal: z.strictObject({ usual: latency, rare: latency, rareRate: rate }) });
const bimodalLatency = codec<typeof bimodalDoc, ModelOf<LatencyModel, "bimodal">>(bimodalDoc, typed("bimodal"), {
  decode: ({ bimodal }) => ({ type: "bimodal", ...bimodal }),
  encode: ({ usual, rare, rareRate }) => ({ bimodal: { usual, rare, rareRate } }),
});

const tableDoc = z.strictObject({ table: z.array(duration).min(2).max(1001) });
const tableLatency = codec<typeof tableDoc, ModelOf<LatencyModel, "table">>(tableDoc, typed("table"), {
  decode({ table }, context) {
    const rising = table.every((us, index) => index === 0 || us >= (table[index - 1] ?? 0));
    if (rising) return { type: "table", quantilesUs: table };
    return refuse(context, table, "Expected quantiles that never fall.", {
      what: "falls",
      fix: "sort the quantiles from the smallest up.",
      key: "table",
    });
  },
  encode: ({ quantilesUs }) => ({ table: [...quantilesUs] }),
});

const latencyArms = z.union([
  constantLatency,
  normalLatency,
  exponentialLatency,
  longTailedLatency,
  bimodalLatency,
  tableLatency,
]);

const noLossDoc = z.literal("none");
const noLoss = codec<typeof noLossDoc, ModelOf<LossModel, "none">>(noLossDoc, typed("none"), {
  decode: () => ({ type: "none" }),
  encode: () => "none",
});

const independentLoss = codec<typeof rate, ModelOf<LossModel, "independent">>(rate, typed("independent"), {
  decode: (read) => ({ type: "independent", rate: read }),
  encode: (model) => model.rate,
});

const burstyDoc = z.strictObject({
  bursty: z.strictObject({ toBad: rate, toGood: rate, lossGood: rate.default({ of: 0, outOf: 1 }), lossBad: rate }),
});
const burstyLoss = codec<typeof burstyDoc, ModelOf<LossModel, "bursty">>(burstyDoc, typed("bursty"), {
  decode: ({ bursty }) => ({ type: "bursty", ...bursty }),
  encode: ({ toBad, toGood, lossGood, lossBad }) => ({ bursty: { toBad, toGood, lossGood, lossBad } }),
});

/** none, 0.1%, or bursty (Gilbert-Elliott). */
export const loss = z
  .union([noLoss, independentLoss, burstyLoss], {
    error: 'Expected a share of all, such as 1 in 1000 or 0.1%, "none", or a map with "bursty".',
  })
  .meta({ id: "loss" });

const count = z.int().min(0);
const atLeastOne = z.int().min(1);

/** A link without its profile: every field may be left to the profile or the default. */
export const linkFields = partialOf<LinkPlan>({
  latency: ["latency", latency],
  loss: ["loss", loss],
  duplicate: ["duplicate", rate],
  reorder: ["reorder", rate],
  reorderWithinUs: ["reorderWithin", duration],
  corrupt: ["corrupt", rate],
  frameChecksum: ["frameChecksum", z.boolean()],
  bytesPerSecond: ["bytesPerSecond", count],
  queueMax: ["queueMax", atLeastOne],
  transport: ["transport", z.enum(["datagram", "stream"])],
  retransmitUs: ["retransmit", positiveDuration],
  connectionTimeoutUs: ["connectionTimeout", positiveDuration],
});

/** Rate errors of real oscillators stay below 200 ppm; the bound leaves room for broken ones. */
export const driftPpm = z.number().min(-100_000).max(100_000);

export const clockFields = partialOf<ClockPlan>({
  offsetUs: ["offset", signedDuration],
  driftPpm: ["driftPpm", driftPpm],
});

export const diskFields = partialOf<DiskPlan>({
  syncLatency: ["syncLatency", latency],
  recordsMax: ["recordsMax", count],
});

export const processFields = partialOf<ProcessPlan>({
  stepUs: ["step", duration],
  inboxMax: ["inboxMax", atLeastOne],
});

export const limitFields = partialOf<WorldLimits>({
  eventsMax: ["events", atLeastOne.max(10_000_000_000)],
  pendingMax: ["pending", atLeastOne.max(100_000_000)],
});
