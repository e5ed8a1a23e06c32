// What every event asks about its node, by index: of a thousand nodes it fits where the processor need not wait for it.

/** What is out of the ordinary about a node, as bits. Of nearly every node nothing is, and one look tells. */
export const oddity = {
  /** An event has to wait: the process is down, paused or slow, or others wait already. */
  busy: 1,
  /** The clock drifts, or a fault has touched it. */
  clock: 2,
  /** The monotonic clock stands still, and so do the timers. */
  timersStand: 4,
} as const;

export class NodeTable {
  readonly oddities: Uint8Array;
  /** Of a clock that is nothing out of the ordinary: when it read 0, and how far the wall clock is ahead of true time. */
  readonly bootedUs: Float64Array;
  readonly wallAheadUs: Float64Array;

  constructor(nodes: number) {
    this.oddities = new Uint8Array(nodes);
    this.bootedUs = new Float64Array(nodes);
    this.wallAheadUs = new Float64Array(nodes);
  }
}
