// What chance makes of a message that sets out on a link: from one lane when it is sent, from another when it is sent again.

import { lane, type Lanes } from "./lanes.ts";
import { drawLatency } from "./latency.ts";
import type { LinkProfile, LinkState } from "./link.ts";

/**
 * Whether the message that the lanes are aimed at is lost.
 * @param state of the link; there, when losses come in bursts.
 * @param time how often it was sent before.
 */
export function drawLoss(
  lanes: Lanes,
  { isBursty, lossRate }: LinkProfile,
  state: LinkState | undefined,
  time: number,
): boolean {
  const chain = isBursty ? state?.chain : undefined;
  if (time > 0) {
    const { of, outOf } = lossRate;
    return lanes.drawAgain(lane.lossAgain, time, (stream) => chain?.lost(stream) ?? stream.chance(of, outOf));
  }
  return chain === undefined
    ? lanes.chance(lane.loss, lossRate)
    : lanes.draw(lane.burst, (stream) => chain.lost(stream));
}

/** How long the message that the lanes are aimed at takes, in microseconds. */
export function drawLinkLatency(lanes: Lanes, { latencyUs, latency }: LinkProfile, time: number): number {
  if (latencyUs >= 0) return latencyUs;
  if (time === 0) return lanes.latencyUs(lane.latency, latency);
  return lanes.drawAgain(lane.latencyAgain, time, (stream) => drawLatency(latency, stream));
}
