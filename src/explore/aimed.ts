// Faults for a moment at which something is live: what is done to whoever it concerns, or to the message, and just when.

import type { NodeId } from "../base/ids.ts";
import type { Fault, FaultAction, FaultKind } from "../world/fault.ts";
import type { NodeSelector } from "../world/plan.ts";
import type { Die } from "./die.ts";
import type { FaultGround } from "./fault-draws.ts";
import type { Moment } from "./moments.ts";

const ms = 1_000;

type Unnamed = Omit<Fault, "id">;

interface Blow {
  /** Kinds that it is made of: all of them within the model, for that role. */
  readonly kinds: readonly FaultKind[];
  readonly needsMessage?: true;
  readonly strike: (moment: Moment, die: Die, ground: FaultGround) => readonly Unnamed[];
}

const only = (node: NodeId): NodeSelector => ({ nodes: [node], roles: [] });
const target = (node: NodeId) => ({ of: only(node), pick: "all" }) as const;
const once = (atUs: number, action: FaultAction): Unnamed => ({
  timing: { type: "scripted", atUs, forUs: "once" },
  action,
});
const during = (atUs: number, forUs: number, action: FaultAction): Unnamed => ({
  timing: { type: "scripted", atUs, forUs },
  action,
});

/** At the moment, when it comes before what happens then; or a little later. */
const soon = ({ atUs }: Moment, die: Die): number => atUs + (die.percent(50) ? 0 : die.doubling(1, 200 * ms));

/** Shorter than what lasts from then on, just as long, a little longer, or much. */
function about({ spec }: Moment, die: Die): number {
  const { lastsMs } = spec;
  if (lastsMs === undefined) return die.doubling(1, 8_000) * ms;
  return Math.floor((lastsMs * ms * die.pick([20, 60, 95, 100, 105, 130, 200, 400])) / 100);
}

const everyone: NodeSelector = { nodes: [], roles: [] };

function one({ node, message }: Moment, count = 1) {
  const [types, to] = message === undefined ? [[], everyone] : [[message.type], only(message.to)];
  return { types, from: only(node), to, skip: 0, count, rate: { of: 1, outOf: 1 } } as const;
}

const cut = { kind: "partition", flapCutUs: 0, flapOpenUs: 0 } as const;

const blows: readonly Blow[] = [
  {
    kinds: ["crash"],
    strike: (moment, die) => [
      during(soon(moment, die), about(moment, die), {
        kind: "crash",
        target: target(moment.node),
        torn: die.percent(30),
      }),
    ],
  },
  {
    kinds: ["restart"],
    strike: (moment, die) => [once(soon(moment, die), { kind: "restart", target: target(moment.node) })],
  },
  {
    kinds: ["pause"],
    strike: (moment, die) => [
      during(soon(moment, die), about(moment, die), { kind: "pause", target: target(moment.node), monotonic: "runs" }),
    ],
  },
  {
    // What is durable by then has not been said: it stands still before it can be, and then is gone.
    kinds: ["pause", "crash"],
    strike: ({ atUs, node }, die) => {
      const stillUs = die.doubling(1, 50) * ms;
      return [
        during(atUs, stillUs, { kind: "pause", target: target(node), monotonic: "runs" }),
        during(atUs + stillUs - 1, die.doubling(10, 4_000) * ms, {
          kind: "crash",
          target: target(node),
          torn: die.percent(30),
        }),
      ];
    },
  },
  {
    kinds: ["partition"],
    strike: (moment, die) => [
      during(soon(moment, die), about(moment, die), {
        ...cut,
        shape: { type: "isolate", target: target(moment.node) },
      }),
    ],
  },
  {
    kinds: ["partition"],
    strike: (moment, die, { nodes }) => {
      const others = {
        nodes: [],
        roles: [die.pick([...nodes.keys()].filter((role) => (nodes.get(role) ?? []).length > 0))],
      };
      const ends = die.percent(50) ? { from: only(moment.node), to: others } : { from: others, to: only(moment.node) };
      return [during(soon(moment, die), about(moment, die), { ...cut, shape: { type: "oneWay", ...ends } })];
    },
  },
  {
    kinds: ["drop"],
    needsMessage: true,
    strike: (moment, die) => {
      const count = die.pick([1, 1, 2, 5]);
      return [during(moment.atUs, about(moment, die), { kind: "drop", messages: one(moment, count) })];
    },
  },
  {
    kinds: ["delay"],
    needsMessage: true,
    strike: (moment, die) => {
      const byUsMax = die.doubling(1, 12_000) * ms;
      const delay = { kind: "delay", messages: one(moment), byUsMin: Math.floor(byUsMax / 2), byUsMax } as const;
      return [during(moment.atUs, 1 * ms, delay)];
    },
  },
  {
    kinds: ["duplicate"],
    needsMessage: true,
    strike: (moment, die) => {
      const withinUs = die.doubling(1, 12_000) * ms;
      return [
        during(moment.atUs, 1 * ms, { kind: "duplicate", messages: one(moment), copies: die.between(1, 2), withinUs }),
      ];
    },
  },
  {
    // The message is late, and who sent it is gone when it comes.
    kinds: ["delay", "crash"],
    needsMessage: true,
    strike: (moment, die) => {
      const lateUs = die.doubling(100, 8_000) * ms;
      const delay = { kind: "delay", messages: one(moment), byUsMin: lateUs, byUsMax: lateUs } as const;
      return [
        during(moment.atUs, 1 * ms, delay),
        during(moment.atUs + ms, die.doubling(50, 8_000) * ms, {
          kind: "crash",
          target: target(moment.node),
          torn: false,
        }),
      ];
    },
  },
  {
    kinds: ["clockStep"],
    strike: (moment, die) => {
      const byUs = about(moment, die) * die.pick([-2, -1, 1, 2]);
      return [
        once(soon(moment, die), { kind: "clockStep", target: target(moment.node), byUsMin: byUs, byUsMax: byUs }),
      ];
    },
  },
  {
    kinds: ["diskSlow"],
    strike: (moment, die) => {
      const us = die.doubling(5, 2_000) * ms;
      const slow = { kind: "diskSlow", target: target(moment.node), latency: { type: "constant", us } } as const;
      return [during(Math.max(0, moment.atUs - die.doubling(1, 100) * ms), about(moment, die) + us, slow)];
    },
  },
];

/** Faults that strike at the moment, all within the model. */
export function aimAt(moment: Moment, die: Die, ground: FaultGround): readonly Unnamed[] {
  const { model, nodes, healUs } = ground;
  const role = [...nodes].find(([, names]) => names.includes(moment.node))?.[0] ?? "";
  const fitting = blows.filter(
    ({ kinds, needsMessage }) =>
      kinds.every((kind) => model.within.get(kind)?.roles.includes(role) === true) &&
      (needsMessage !== true || moment.message !== undefined),
  );
  if (fitting.length === 0) return [];
  const faults = die.pick(fitting).strike(moment, die, ground);
  return faults.filter(({ timing }) => timing.type === "scripted" && timing.atUs < healUs);
}
