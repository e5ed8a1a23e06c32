// What can be said more simply without being left out: rungs from the boldest to the most timid, the first that still
// fails is taken.

import { equalPlain } from "../../base/plain-data.ts";
import { faultId } from "../../scenario/fault-id.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Fault, FaultAction, FaultTiming } from "../../world/fault.ts";
import type { LatencyModel, LinkPlan, Rate, WorldPlan } from "../../world/plan.ts";
import { planDefaults } from "../../world/profiles.ts";

const ms = 1_000;
const second = 1_000_000;
/** Grids that times are rounded to, the coarsest first. */
const gridsUs = [10 * second, 5 * second, second, 500 * ms, 100 * ms, 50 * ms, 10 * ms, ms, 100, 10];
/** Lengths that are easily said, the shortest first. */
const lengthsUs = [1, 10, 100, ms, 10 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms, second, 2 * second, 5 * second];
const never: Rate = { of: 0, outOf: 1 };

/** One thing that can be simpler. */
export interface Ladder {
  readonly name: string;
  readonly rungs: readonly Scenario[];
}

const ladder = (name: string, scenario: Scenario, rungs: readonly Scenario[]): Ladder => ({
  name,
  rungs: rungs.filter((rung) => !equalPlain(rung, scenario)),
});

/** The world around the faults: instant, lossless, with true clocks and quick disks. */
export function calmWorld(scenario: Scenario): readonly Ladder[] {
  const { world } = scenario;
  const withWorld = (change: Partial<WorldPlan>): Scenario => ({ ...scenario, world: { ...world, ...change } });
  const { clock, disk, process } = planDefaults;
  const plain = { links: [], clock, clocks: [], process, processes: [], startUs: 0 };
  const links = linksOf(world.link);
  const quick = { ...disk, syncLatency: constant(ms) };
  return [
    ladder("world", scenario, [
      ...links.map((link) => withWorld({ ...plain, link, disk: quick, disks: [] })),
      ...links.map((link) => withWorld({ ...plain, link })),
    ]),
    ladder("links", scenario, [
      ...links.map((link) => withWorld({ link, links: [] })),
      ...links.map((link) => withWorld({ link })),
    ]),
    ...lossesOf(world.link).map(([name, link]) => ladder(name, scenario, [withWorld({ link })])),
    ladder("disks", scenario, [
      withWorld({ disk: quick, disks: [] }),
      withWorld({ disk, disks: [] }),
      withWorld({ disk: quick }),
    ]),
    ladder("clocks", scenario, [withWorld({ clock, clocks: [] })]),
    ladder("processes", scenario, [withWorld({ process, processes: [] })]),
    ladder("start", scenario, [withWorld({ startUs: 0 })]),
  ];
}

const constant = (us: number): LatencyModel => ({ type: "constant", us });

const lossless = {
  loss: { type: "none" },
  duplicate: never,
  reorder: never,
  reorderWithinUs: 0,
  corrupt: never,
} as const;

function linksOf(link: LinkPlan): readonly LinkPlan[] {
  const latencies = [constant(0), constant(ms), constant(10 * ms), planDefaults.link.latency];
  return [
    ...latencies.map((latency) => ({ ...planDefaults.link, latency })),
    ...latencies.map((latency) => ({
      ...planDefaults.link,
      latency,
      frameChecksum: link.frameChecksum,
      transport: link.transport,
    })),
    { ...planDefaults.link, latency: link.latency },
    { ...link, ...lossless },
  ];
}

/** Each misfortune of the links alone. */
function lossesOf(link: LinkPlan): readonly (readonly [string, LinkPlan])[] {
  return [
    ["loss", { ...link, loss: { type: "none" } }],
    ["duplicates", { ...link, duplicate: never }],
    ["reordering", { ...link, reorder: never, reorderWithinUs: 0 }],
    ["corruption", { ...link, corrupt: never }],
    ["bandwidth", { ...link, bytesPerSecond: 0, queueMax: planDefaults.link.queueMax }],
  ];
}

/** What each fault says: shorter, at a rounder time, by a rounder amount. */
export function simplerFaults(scenario: Scenario): readonly Ladder[] {
  return scenario.world.faults.flatMap((fault) => {
    const change = (name: string, changed: readonly Fault[]): Ladder =>
      ladder(
        `${name} of ${fault.id}`,
        scenario,
        changed.map((one) => withFault(scenario, fault.id, one)),
      );
    return [
      change(
        "length",
        lengthsOf(fault.timing).map((timing) => ({ ...fault, timing })),
      ),
      change(
        "amount",
        [...amountsOf(fault.action), ...fewerOf(fault)].map((action) => ({ ...fault, action })),
      ),
      change(
        "time",
        beginningsOf(fault.timing).map((timing) => ({ ...fault, timing })),
      ),
    ];
  });
}

/** Faults are called by what they do, as if a person had written them; what was forced under their old names moves along. */
export function plainNames(scenario: Scenario): readonly Ladder[] {
  const taken = new Set<string>();
  const names = new Map(
    scenario.world.faults.map(({ id, timing, action }) => {
      const plain = faultId(timing, action);
      let name = plain;
      for (let again = 2; taken.has(name); again += 1) name = `${plain}.${again}`;
      taken.add(name);
      return [id, name] as const;
    }),
  );
  const faults = scenario.world.faults.map((fault) => ({ ...fault, id: names.get(fault.id) ?? fault.id }));
  const decisions = scenario.decisions?.map(({ stream, values }) => {
    const [purpose = "", id = "", ...rest] = stream.split(" ");
    return { stream: [purpose, names.get(id) ?? id, ...rest].join(" "), values };
  });
  const world = { ...scenario.world, faults };
  return [ladder("names", scenario, [{ ...scenario, world, ...(decisions === undefined ? {} : { decisions }) }])];
}

const withFault = (scenario: Scenario, id: string, changed: Fault): Scenario => ({
  ...scenario,
  world: { ...scenario.world, faults: scenario.world.faults.map((fault) => (fault.id === id ? changed : fault)) },
});

function lengthsOf(timing: FaultTiming): readonly FaultTiming[] {
  if (timing.type !== "scripted" || timing.forUs === "once") return [];
  const { forUs } = timing;
  const nowUs = forUs === "untilHeal" ? Infinity : forUs;
  const shorter = lengthsUs.filter((us) => us < nowUs).map((us) => ({ ...timing, forUs: us }));
  return [
    { ...timing, forUs: "once" },
    ...shorter,
    ...(nowUs === Infinity ? [] : rounded(nowUs).map((us) => ({ ...timing, forUs: us }))),
  ];
}

function beginningsOf(timing: FaultTiming): readonly FaultTiming[] {
  if (timing.type !== "scripted") return [];
  return [0, ...rounded(timing.atUs)].map((atUs) => ({ ...timing, atUs }));
}

/** Numbers near this one that are easier to say, the easiest first; none when it is as easy as any. */
export function rounded(us: number): readonly number[] {
  const grid = gridsUs.find((step) => us % step === 0) ?? 1;
  return gridsUs
    .filter((step) => step > grid)
    .flatMap((step) => [Math.floor(us / step) * step, Math.ceil(us / step) * step])
    .filter((rounder, index, all) => rounder > 0 && rounder <= us * 1.5 && all.indexOf(rounder) === index);
}

function amountsOf(action: FaultAction): readonly FaultAction[] {
  switch (action.kind) {
    case "delay":
      return delaysOf(action);
    case "duplicate": {
      const fewer = [1, 2].filter((copies) => copies < action.copies).map((copies) => ({ ...action, copies }));
      const sooner = [0, ...lengthsUs]
        .filter((us) => us < action.withinUs)
        .map((withinUs) => ({ ...action, withinUs }));
      return [...fewer.map((one) => ({ ...one, withinUs: 0 })), ...sooner, ...fewer];
    }
    case "crash":
      return action.torn ? [{ ...action, torn: false }] : [];
    case "partition":
      return action.flapCutUs > 0 ? [{ ...action, flapCutUs: 0, flapOpenUs: 0 }] : [];
    case "clockStep": {
      const { byUsMin, byUsMax } = action;
      const middle = Math.trunc((byUsMin + byUsMax) / 2);
      return byUsMin === byUsMax
        ? []
        : [byUsMin, middle, byUsMax].map((by) => ({ ...action, byUsMin: by, byUsMax: by }));
    }
    default:
      return [];
  }
}

function delaysOf(action: Extract<FaultAction, { readonly kind: "delay" }>): readonly FaultAction[] {
  const { byUsMin, byUsMax } = action;
  const by = (us: number): FaultAction => ({ ...action, byUsMin: us, byUsMax: us });
  const shorter = lengthsUs.filter((us) => us < byUsMin).map(by);
  return [...shorter, ...(byUsMin === byUsMax ? rounded(byUsMin) : [byUsMin, byUsMax, ...rounded(byUsMin)]).map(by)];
}

/** Strikes every match rather than some of them, or the first few only. */
function fewerOf({ action, timing }: Fault): readonly FaultAction[] {
  const strikesOne = timing.type === "scripted" && timing.forUs === "once";
  if (!("messages" in action) || strikesOne) return [];
  const { messages } = action;
  const fewer = [1, 2, 3].filter((count) => count < messages.count).map((count) => ({ ...messages, count }));
  const everyOne = { ...messages, rate: { of: 1, outOf: 1 } };
  const firstOnes = fewer.map(({ count }) => ({ ...everyOne, count }));
  return [...firstOnes, everyOne, ...fewer, { ...messages, skip: 0 }].map((changed) => ({
    ...action,
    messages: changed,
  }));
}

/** When it ends, when it heals, and which seed decides what is left to chance. */
export function simplerRun(scenario: Scenario, brokenUs: number): readonly Ladder[] {
  const { untilUs, healUs, faults } = scenario.world;
  const during = (until: number, heal: number): Scenario => ({
    ...scenario,
    world: { ...scenario.world, untilUs: until, healUs: Math.min(heal, until) },
  });
  const lasting = faults.map(({ timing }) => (timing.type === "scripted" ? endOf(timing) : timing.untilUs));
  const lastUs = Math.max(0, ...lasting);
  const endUs = roundedUp(brokenUs + 1);
  // A world that is broken before it heals does not have to.
  const isUnhealed = healUs >= brokenUs;
  const heals = isUnhealed ? [] : [lastUs + 1, ...rounded(lastUs + 1)].filter((us) => us > lastUs && us < healUs);
  return [
    ladder(
      "end",
      scenario,
      endUs < untilUs || untilUs % (100 * ms) !== 0 ? [during(endUs, isUnhealed ? endUs : healUs)] : [],
    ),
    ladder(
      "healing",
      scenario,
      heals.map((us) => during(untilUs, us)),
    ),
    ladder(
      "seed",
      scenario,
      [1, 2, 3].filter((seed) => seed < scenario.seed).map((seed) => ({ ...scenario, seed })),
    ),
  ];
}

/** A round time after this one, and not too far: under another seed it may take a little longer. */
export function roundedUp(us: number): number {
  const grid = gridsUs.find((step) => Math.ceil((us * 1.05) / step) * step <= us * 1.5) ?? 1;
  return Math.ceil((us * 1.05) / grid) * grid;
}

const endOf = ({ atUs, forUs }: FaultTiming & { readonly type: "scripted" }): number =>
  typeof forUs === "number" ? atUs + forUs : atUs;
