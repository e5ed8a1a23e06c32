// Draws delays from latency models. Every decision is an integer taken from the stream of the link that asks.

import { assert, unreachable } from "../base/assert.ts";
import { lnOfFraction } from "../base/distributions.ts";
import { durationUsMax } from "../base/units.ts";
import type { Stream } from "../kernel/streams.ts";
import type { LatencyModel } from "./plan.ts";

/** What a standard normal quantity stays below 99 times in a hundred. */
const normalAt99 = 2.3263478740408408;

/** Microseconds, from 0 to ten years. A model that needs no draw takes none. */
export const drawLatency = (model: LatencyModel, stream: Stream): number =>
  Math.min(drawnLatency(model, stream), durationUsMax);

function drawnLatency(model: LatencyModel, stream: Stream): number {
  switch (model.type) {
    case "constant":
      return model.us;
    case "uniform":
      return model.minUs === model.maxUs ? model.minUs : stream.between(model.minUs, model.maxUs);
    case "normal":
      return latencyNeedsDraw(model)
        ? Math.max(model.minUs, stream.normalUs(model.meanUs, model.deviationUs))
        : constantOf(model);
    case "exponential":
      return model.meanUs === 0 ? model.minUs : model.minUs + stream.exponentialUs(model.meanUs);
    case "longTailed":
      return latencyNeedsDraw(model) ? stream.logNormalUs(model.medianUs, sigmaOf(model)) : constantOf(model);
    case "bimodal":
      return latencyNeedsDraw(model) ? drawBimodal(model, stream) : constantOf(model);
    case "table":
      return latencyNeedsDraw(model) ? stream.quantileUs(model.quantilesUs) : constantOf(model);
    default:
      return unreachable(model);
  }
}

/** False: the model always yields `constantOf(model)`. */
export function latencyNeedsDraw(model: LatencyModel): boolean {
  switch (model.type) {
    case "constant":
      return false;
    case "uniform":
      return model.minUs !== model.maxUs;
    case "normal":
      return model.deviationUs > 0;
    case "exponential":
      return model.meanUs > 0;
    case "longTailed":
      return model.medianUs > 0 && model.p99Us > model.medianUs;
    case "bimodal":
      return isMixed(model) || latencyNeedsDraw(onlyMode(model));
    case "table":
      return model.quantilesUs.some((us) => us !== model.quantilesUs[0]);
    default:
      return unreachable(model);
  }
}

/** The one value of a model that needs no draw. */
export function constantOf(model: LatencyModel): number {
  switch (model.type) {
    case "constant":
      return model.us;
    case "uniform":
      assert(model.minUs === model.maxUs, "a constant is asked only of a model without chance");
      return model.minUs;
    case "normal":
      return Math.max(model.minUs, model.meanUs);
    case "exponential":
      return model.minUs;
    case "longTailed":
      return model.medianUs;
    case "bimodal":
      return constantOf(onlyMode(model));
    case "table":
      return model.quantilesUs[0] ?? 0;
    default:
      return unreachable(model);
  }
}

type Bimodal = Extract<LatencyModel, { readonly type: "bimodal" }>;

function drawBimodal(model: Bimodal, stream: Stream): number {
  if (!isMixed(model)) return drawLatency(onlyMode(model), stream);
  const rare = stream.chance(model.rareRate.of, model.rareRate.outOf);
  return drawLatency(rare ? model.rare : model.usual, stream);
}

function isMixed({ rareRate }: Bimodal): boolean {
  return rareRate.of > 0 && rareRate.of < rareRate.outOf;
}

/** The mode that a model which is not mixed always takes. */
function onlyMode(model: Bimodal): LatencyModel {
  return model.rareRate.of > 0 ? model.rare : model.usual;
}

/** Standard deviation of the logarithm: one in a hundred lies above `p99Us`. */
function sigmaOf(model: Extract<LatencyModel, { readonly type: "longTailed" }>): number {
  return -lnOfFraction(model.medianUs / model.p99Us) / normalAt99;
}
