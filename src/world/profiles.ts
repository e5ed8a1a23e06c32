// Names for what is common: kinds of networks, and mixtures of random faults. And what a world is when nothing is said.

import type { Fault, FaultAction, FaultTarget, FaultTiming, MessageSelector } from "./fault.ts";
import type { LatencyModel, LinkPlan, NodeSelector, Rate, WorldPlan } from "./plan.ts";

const ms = 1_000;
const second = 1_000_000;
const never: Rate = { of: 0, outOf: 1 };

const beyond = (minUs: number, meanUs: number): LatencyModel => ({ type: "exponential", minUs, meanUs });
const longTailed = (medianUs: number, p99Us: number): LatencyModel => ({ type: "longTailed", medianUs, p99Us });
const oneIn = (outOf: number): Rate => ({ of: 1, outOf });

/** A link of a datacentre on a good day, and nodes with true clocks, quick disks and no load. */
export const planDefaults: Pick<WorldPlan, "link" | "clock" | "disk" | "process" | "limits"> = {
  link: {
    latency: beyond(150, 150),
    loss: { type: "none" },
    duplicate: never,
    reorder: never,
    reorderWithinUs: 0,
    corrupt: never,
    frameChecksum: true,
    bytesPerSecond: 0,
    queueMax: 1_000,
    transport: "datagram",
    retransmitUs: 200 * ms,
    connectionTimeoutUs: 10 * second,
  },
  clock: { offsetUs: 0, driftPpm: 0 },
  disk: { syncLatency: beyond(500, 500), recordsMax: 0 },
  process: { stepUs: 0, inboxMax: 10_000 },
  limits: { eventsMax: 50_000_000, pendingMax: 1_000_000 },
};

/** What a named kind of network says about a link; what it leaves out is as the scenario or the defaults say. */
export const linkProfiles: ReadonlyMap<string, Partial<LinkPlan>> = new Map<string, Partial<LinkPlan>>([
  ["loopback", { latency: { type: "uniform", minUs: 10, maxUs: 40 }, loss: { type: "none" } }],
  ["datacentre", { latency: beyond(150, 150), loss: { type: "independent", rate: oneIn(100_000) } }],
  ["region", { latency: beyond(800, 500), loss: { type: "independent", rate: oneIn(50_000) } }],
  [
    "inter-region",
    {
      latency: beyond(32 * ms, 4 * ms),
      loss: bursts({ everyMessages: 2_000, ofMessages: 4, lossBad: oneIn(2) }),
      reorder: oneIn(1_000),
      reorderWithinUs: 5 * ms,
    },
  ],
  [
    "home-wifi",
    {
      latency: mixed(longTailed(12 * ms, 45 * ms), longTailed(80 * ms, 400 * ms), oneIn(50)),
      loss: bursts({ everyMessages: 400, ofMessages: 6, lossBad: oneIn(3) }),
      duplicate: oneIn(20_000),
      reorder: oneIn(300),
      reorderWithinUs: 10 * ms,
      bytesPerSecond: 2_500_000,
      queueMax: 256,
    },
  ],
  [
    "mobile",
    {
      // The rare mode is a handover between cells.
      latency: mixed(
        longTailed(45 * ms, 300 * ms),
        { type: "uniform", minUs: 400 * ms, maxUs: 1_500 * ms },
        oneIn(200),
      ),
      loss: bursts({ everyMessages: 200, ofMessages: 8, lossBad: oneIn(2) }),
      duplicate: oneIn(5_000),
      reorder: oneIn(100),
      reorderWithinUs: 40 * ms,
      bytesPerSecond: 600_000,
      queueMax: 128,
    },
  ],
  [
    "congested",
    {
      latency: beyond(5 * ms, 25 * ms),
      loss: bursts({ everyMessages: 60, ofMessages: 5, lossBad: oneIn(2) }),
      reorder: oneIn(100),
      reorderWithinUs: 20 * ms,
      bytesPerSecond: 250_000,
      queueMax: 64,
    },
  ],
]);

function mixed(usual: LatencyModel, rare: LatencyModel, rareRate: Rate): LatencyModel {
  return { type: "bimodal", usual, rare, rareRate };
}

/** A burst begins once in `everyMessages`, lasts `ofMessages` on average, and loses a share of them. */
function bursts({ everyMessages, ofMessages, lossBad }: { everyMessages: number; ofMessages: number; lossBad: Rate }) {
  return {
    type: "bursty",
    toBad: oneIn(everyMessages),
    toGood: oneIn(ofMessages),
    lossGood: never,
    lossBad,
  } as const;
}

/** A mixture of random faults: on nodes of these roles (none: every node) and the messages between all nodes. */
export type FaultProfile = (roles: readonly string[], untilUs: number) => readonly Fault[];

/** How hard a mixture strikes. Each number is absent where the mixture leaves that family out. */
interface Weather {
  readonly name: string;
  /** Mean time between two strikes of whatever fault. */
  readonly strikeEveryUs: number;
  readonly forUsMin: number;
  readonly forUsMax: number;
  /** Share of messages that a fault of single messages strikes while it is open. */
  readonly rate: Rate;
  readonly delayUsMax: number;
  readonly clockUsMax: number;
  readonly driftPpm: number;
  /** With the kinds of which a day is bad if one of them happens. */
  readonly violent: boolean;
}

const rough: Weather = {
  name: "rough",
  strikeEveryUs: 3 * second,
  forUsMin: 500 * ms,
  forUsMax: 5 * second,
  rate: { of: 1, outOf: 20 },
  delayUsMax: 200 * ms,
  clockUsMax: 250 * ms,
  driftPpm: 100,
  violent: false,
};

const storm: Weather = {
  name: "storm",
  strikeEveryUs: 1 * second,
  forUsMin: 200 * ms,
  forUsMax: 10 * second,
  rate: { of: 1, outOf: 5 },
  delayUsMax: 2 * second,
  clockUsMax: 10 * second,
  driftPpm: 500,
  violent: true,
};

/**
 * `calm` injects nothing: it is what a mixture is compared with. The others hold what every system has to survive without
 * breaking a promise: no fault that takes back what a disk has confirmed, or that makes clocks worse than clocks are.
 */
export const faultProfiles: ReadonlyMap<string, FaultProfile> = new Map<string, FaultProfile>([
  ["calm", () => []],
  ["rough", (roles, untilUs) => mixture(rough, roles, untilUs)],
  ["storm", (roles, untilUs) => mixture(storm, roles, untilUs)],
]);

const everyNode: NodeSelector = { nodes: [], roles: [] };

function mixture(weather: Weather, roles: readonly string[], untilUs: number): readonly Fault[] {
  const nodes: NodeSelector = { nodes: [], roles };
  const target: FaultTarget = { of: nodes, pick: "any" };
  const actions = [
    messageFaults(weather),
    linkFaults(weather, nodes),
    partitions(weather, nodes, target),
    processFaults(weather, target),
    clockFaults(weather, target),
    diskFaults(weather, target),
  ].flatMap((family) => Object.entries(family));
  const timing: FaultTiming = {
    type: "random",
    everyUs: weather.strikeEveryUs * actions.length,
    forUsMin: weather.forUsMin,
    forUsMax: weather.forUsMax,
    fromUs: 0,
    untilUs,
  };
  const whom = roles.length === 0 ? "" : `-${roles.join("+")}`;
  return actions.map(([name, action]): Fault => {
    // A restart happens at one moment, and no file gives it a window.
    const lasts = action.kind === "restart" ? { forUsMin: 0, forUsMax: 0 } : {};
    return { id: `${weather.name}-${name}${whom}`, timing: { ...timing, ...lasts }, action };
  });
}

type Family = Readonly<Record<string, FaultAction>>;

function messageFaults({ rate, delayUsMax, violent }: Weather): Family {
  const messages: MessageSelector = { types: [], from: everyNode, to: everyNode, skip: 0, count: Infinity, rate };
  const usual: Family = {
    drop: { kind: "drop", messages },
    delay: { kind: "delay", messages, byUsMin: 1 * ms, byUsMax: delayUsMax },
    duplicate: { kind: "duplicate", messages, copies: 1, withinUs: delayUsMax },
    reorder: { kind: "reorder", messages, withinUs: delayUsMax },
  };
  if (!violent) return usual;
  const hold = { kind: "hold", messages: { ...messages, rate: oneIn(2) } } as const;
  return {
    ...usual,
    corrupt: { kind: "corrupt", messages, field: "" },
    clog: { ...hold, release: "inOrder" },
    swizzle: { ...hold, release: "shuffled" },
  };
}

function linkFaults({ delayUsMax }: Weather, nodes: NodeSelector): Family {
  return {
    bursts: {
      kind: "lossy",
      from: everyNode,
      to: nodes,
      loss: bursts({ everyMessages: 20, ofMessages: 5, lossBad: { of: 4, outOf: 5 } }),
    },
    latency: {
      kind: "latency",
      from: nodes,
      to: everyNode,
      latency: { type: "uniform", minUs: 1 * ms, maxUs: delayUsMax },
    },
    bandwidth: { kind: "bandwidth", from: nodes, to: everyNode, bytesPerSecond: 50_000 },
    refuse: { kind: "refuse", from: everyNode, to: nodes },
  };
}

function partitions({ violent }: Weather, nodes: NodeSelector, target: FaultTarget): Family {
  const cut = { kind: "partition", flapCutUs: 0, flapOpenUs: 0 } as const;
  const usual: Family = {
    isolate: { ...cut, shape: { type: "isolate", target } },
    minority: { ...cut, shape: { type: "dealt", nodes, as: "minority" } },
    "deaf-half": { ...cut, shape: { type: "dealt", nodes, as: "deafHalf" } },
  };
  if (!violent) return usual;
  const halves = { ...cut, shape: { type: "dealt", nodes, as: "halves" } } as const;
  return {
    ...usual,
    halves,
    bridge: { ...cut, shape: { type: "dealt", nodes, as: "bridge" } },
    ring: { ...cut, shape: { type: "dealt", nodes, as: "ring" } },
    flapping: { ...halves, flapCutUs: 400 * ms, flapOpenUs: 300 * ms },
  };
}

function processFaults({ violent }: Weather, target: FaultTarget): Family {
  const usual: Family = {
    crash: { kind: "crash", target, torn: false },
    restart: { kind: "restart", target },
    pause: { kind: "pause", target, monotonic: "runs" },
    slow: { kind: "slow", target, stepUs: 1 * ms },
    stop: { kind: "stop", target },
  };
  if (!violent) return usual;
  return {
    ...usual,
    "torn-crash": { kind: "crash", target, torn: true },
    "late-timers": { kind: "suppressTimers", target, timers: [], lost: false },
  };
}

function clockFaults({ clockUsMax, driftPpm, violent }: Weather, target: FaultTarget): Family {
  const usual: Family = {
    step: { kind: "clockStep", target, byUsMin: -clockUsMax, byUsMax: clockUsMax },
    "fast-clock": { kind: "clockDrift", target, ppm: driftPpm },
    "slow-clock": { kind: "clockDrift", target, ppm: -driftPpm },
    slew: { kind: "clockSlew", target, byUs: clockUsMax },
  };
  return violent ? { ...usual, freeze: { kind: "clockFreeze", target } } : usual;
}

function diskFaults({ delayUsMax, violent }: Weather, target: FaultTarget): Family {
  const usual: Family = {
    "slow-disk": { kind: "diskSlow", target, latency: { type: "uniform", minUs: 1 * ms, maxUs: delayUsMax } },
    "disk-error": { kind: "diskError", target, rate: oneIn(10) },
  };
  return violent ? { ...usual, "disk-full": { kind: "diskFull", target } } : usual;
}
