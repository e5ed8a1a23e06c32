// One fault of each kind, drawn: what it does, and how hard. Whom it strikes and when is for the caller to say.

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { FaultModel } from "../systems/hunting.ts";
import type { Fault, FaultAction, FaultKind, FaultTarget, FaultTiming, MessageSelector } from "../world/fault.ts";
import type { NodeSelector, Rate } from "../world/plan.ts";
import type { Die } from "./die.ts";

/** What a fault may be about, in one scenario. */
export interface FaultGround {
  readonly model: FaultModel;
  /** Names by role. */
  readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
  /** Types of messages. */
  readonly messages: readonly string[];
  readonly healUs: number;
}

/** Whom a fault strikes: nodes at one end, or a target. */
export interface Aim {
  readonly of: NodeSelector;
  readonly pick: FaultTarget["pick"];
}

const ms = 1_000;
const second = 1_000_000;
const everyone: NodeSelector = { nodes: [], roles: [] };

type ActionOf<Kind extends FaultKind> = Extract<FaultAction, { readonly kind: Kind }>;
type Draw<Kind extends FaultKind> = (die: Die, aim: Aim, ground: FaultGround) => ActionOf<Kind>;

const longest = (die: Die): number => die.doubling(1 * ms, 4 * second);
const oneIn = (die: Die): Rate => ({ of: 1, outOf: die.doubling(1, 100) });

/** Messages of all types, or of a few, from or to the aim. */
function messages(die: Die, { of }: Aim, { messages: types }: FaultGround): MessageSelector {
  const few = die.percent(50) ? [] : Array.from({ length: die.between(1, 3) }, () => die.pick(types));
  const isFrom = die.percent(50);
  const count = die.percent(30) ? die.between(1, 4) : Infinity;
  return {
    types: [...new Set(few)],
    from: isFrom ? of : everyone,
    to: isFrom ? everyone : of,
    skip: die.percent(20) ? die.between(1, 20) : 0,
    count,
    rate: few.length > 0 && die.percent(50) ? { of: 1, outOf: 1 } : oneIn(die),
  };
}

const latency = (die: Die) => {
  const maxUs = longest(die);
  return { type: "uniform", minUs: Math.floor(maxUs / die.between(2, 50)), maxUs } as const;
};

const ends = (die: Die, { of }: Aim): { readonly from: NodeSelector; readonly to: NodeSelector } =>
  die.percent(50) ? { from: of, to: everyone } : { from: everyone, to: of };

const dealt = ["halves", "minority", "deafHalf", "bridge", "ring"] as const;

function partition(die: Die, aim: Aim): ActionOf<"partition"> {
  const flaps = die.percent(25);
  const flap = { flapCutUs: flaps ? longest(die) : 0, flapOpenUs: flaps ? longest(die) : 0 };
  const shape = die.below(4);
  if (shape === 0)
    return { kind: "partition", shape: { type: "dealt", nodes: everyone, as: die.pick(dealt) }, ...flap };
  if (shape === 1) return { kind: "partition", shape: { type: "dealt", nodes: aim.of, as: die.pick(dealt) }, ...flap };
  if (shape === 2) return { kind: "partition", shape: { type: "oneWay", ...ends(die, aim) }, ...flap };
  return { kind: "partition", shape: { type: "isolate", target: aim }, ...flap };
}

const away = (die: Die): number => longest(die) * (die.percent(50) ? 1 : -1);

/** Damage to bytes is noticed by frames; damage to a field is for the system to notice, where its model says so. */
function corrupt(die: Die, aim: Aim, ground: FaultGround): ActionOf<"corrupt"> {
  const { fields } = ground.model;
  if (fields.length === 0 || die.percent(50))
    return { kind: "corrupt", messages: messages(die, aim, ground), field: "" };
  const { message, field } = die.pick(fields);
  const some = { types: [message], from: everyone, to: everyone, skip: 0, count: die.between(1, 4), rate: oneIn(die) };
  return { kind: "corrupt", messages: some, field };
}

/** The list of kinds: a new one does not compile until it can be drawn. */
const draws: { readonly [Kind in FaultKind]: Draw<Kind> } = {
  drop: (die, aim, ground) => ({ kind: "drop", messages: messages(die, aim, ground) }),
  delay: (die, aim, ground) => {
    const byUsMax = longest(die);
    return { kind: "delay", messages: messages(die, aim, ground), byUsMin: Math.floor(byUsMax / 2), byUsMax };
  },
  duplicate: (die, aim, ground) => ({
    kind: "duplicate",
    messages: messages(die, aim, ground),
    copies: die.between(1, 3),
    withinUs: longest(die),
  }),
  corrupt,
  reorder: (die, aim, ground) => ({ kind: "reorder", messages: messages(die, aim, ground), withinUs: longest(die) }),
  hold: (die, aim, ground) => ({
    kind: "hold",
    messages: messages(die, aim, ground),
    release: die.percent(50) ? "inOrder" : "shuffled",
  }),
  partition,
  lossy: (die, aim) => ({
    kind: "lossy",
    ...ends(die, aim),
    loss: {
      type: "bursty",
      toBad: { of: 1, outOf: die.doubling(5, 200) },
      toGood: { of: 1, outOf: die.doubling(2, 20) },
      lossGood: { of: 0, outOf: 1 },
      lossBad: { of: 4, outOf: 5 },
    },
  }),
  latency: (die, aim) => ({ kind: "latency", ...ends(die, aim), latency: latency(die) }),
  bandwidth: (die, aim) => ({ kind: "bandwidth", ...ends(die, aim), bytesPerSecond: die.doubling(2_000, 200_000) }),
  refuse: (die, aim) => ({ kind: "refuse", ...ends(die, aim) }),
  crash: (die, target) => ({ kind: "crash", target, torn: die.percent(30) }),
  restart: (_die, target) => ({ kind: "restart", target }),
  // A monotonic clock that stops errs in rate beyond all bounds: promises about time are then not judged.
  pause: (_die, target) => ({ kind: "pause", target, monotonic: "runs" }),
  slow: (die, target) => ({ kind: "slow", target, stepUs: die.doubling(100, 5 * ms) }),
  stop: (_die, target) => ({ kind: "stop", target }),
  wipe: (_die, target) => ({ kind: "wipe", target }),
  lose: (_die, target) => ({ kind: "lose", target }),
  clockStep: (die, target) => {
    const byUs = away(die) * 8;
    return { kind: "clockStep", target, byUsMin: byUs, byUsMax: byUs };
  },
  clockDrift: (die, target, { model: { driftPpmMax } }) => ({
    kind: "clockDrift",
    target,
    ppm: die.doubling(1, driftPpmMax) * (die.percent(50) ? 1 : -1),
  }),
  clockSlew: (die, target) => ({ kind: "clockSlew", target, byUs: away(die) }),
  clockFreeze: (_die, target) => ({ kind: "clockFreeze", target }),
  diskError: (die, target) => ({ kind: "diskError", target, rate: oneIn(die) }),
  diskFull: (_die, target) => ({ kind: "diskFull", target }),
  diskSlow: (die, target) => ({ kind: "diskSlow", target, latency: latency(die) }),
  lostSync: (_die, target) => ({ kind: "lostSync", target }),
  bitRot: (die, target) => ({ kind: "bitRot", target, records: die.doubling(1, 16) }),
  misdirectedWrite: (_die, target) => ({ kind: "misdirectedWrite", target }),
  suppressTimers: (_die, target) => ({ kind: "suppressTimers", target, timers: [], lost: false }),
};

/** Kinds that happen at one moment: only these have no window. */
const momentary: ReadonlySet<FaultKind> = new Set(["restart", "lose", "bitRot", "misdirectedWrite"]);
/** What these have done is met only by who starts anew. */
const metAtBoot: ReadonlySet<FaultKind> = new Set(["bitRot", "misdirectedWrite"]);

export const kindsOf = ({ within }: FaultModel): readonly FaultKind[] =>
  (Object.keys(draws) as FaultKind[]).filter((kind) => within.has(kind));

export const drawAction = (kind: FaultKind, die: Die, aim: Aim, ground: FaultGround): FaultAction =>
  draws[kind](die, aim, ground);

/** A role of those that a kind may strike; or one of its nodes; now and then all at once. */
function drawAim(die: Die, roles: readonly string[], { nodes }: FaultGround): Aim {
  const present = roles.filter((role) => (nodes.get(role) ?? []).length > 0);
  const role = die.pick(present);
  const how = die.below(10);
  if (how < 2) return { of: { nodes: [], roles: present }, pick: "any" };
  if (how < 6) return { of: { nodes: [], roles: [role] }, pick: "any" };
  if (how < 9) return { of: { nodes: [die.pick(nodes.get(role) ?? [])], roles: [] }, pick: "all" };
  return { of: { nodes: [], roles: [role] }, pick: "all" };
}

/** Strikes again and again, `everyUs` apart on average. */
export function drawRandomly(die: Die, kind: FaultKind, everyUs: number, ground: FaultGround): Omit<Fault, "id"> {
  const aim = drawAim(die, rolesOf(kind, ground), ground);
  const forUsMax = momentary.has(kind) ? 0 : die.doubling(5 * ms, 8 * second);
  const timing: FaultTiming = {
    type: "random",
    everyUs,
    forUsMin: Math.floor(forUsMax / 4),
    forUsMax,
    fromUs: 0,
    untilUs: ground.healUs,
  };
  return { timing, action: drawAction(kind, die, aim, ground) };
}

/** Strikes once. A kind whose harm is met only at a start comes with one. */
export function drawScripted(die: Die, kind: FaultKind, ground: FaultGround): readonly Omit<Fault, "id">[] {
  const aim = drawAim(die, rolesOf(kind, ground), ground);
  const atUs = die.between(0, Math.floor(ground.healUs / ms) - 1) * ms;
  const forUs = momentary.has(kind) ? "once" : die.doubling(5, 12_000) * ms;
  const fault = { timing: { type: "scripted", atUs, forUs }, action: drawAction(kind, die, aim, ground) } as const;
  return metAtBoot.has(kind) ? [fault, restartOf(aim, atUs, die, ground)] : [fault];
}

/** Takes something for good from one node that is named. */
export function drawLasting(
  die: Die,
  kind: FaultKind,
  node: NodeId,
  ground: FaultGround,
): readonly Omit<Fault, "id">[] {
  const aim: Aim = { of: { nodes: [node], roles: [] }, pick: "all" };
  const atUs = die.between(0, Math.floor(ground.healUs / ms) - 1) * ms;
  const fault = {
    timing: { type: "scripted", atUs, forUs: "once" },
    action: drawAction(kind, die, aim, ground),
  } as const;
  return metAtBoot.has(kind) ? [fault, restartOf(aim, atUs, die, ground)] : [fault];
}

function restartOf(target: Aim, afterUs: number, die: Die, { healUs }: FaultGround): Omit<Fault, "id"> {
  const atUs = Math.min(healUs - 1, afterUs + die.doubling(1, 4_000) * ms);
  return { timing: { type: "scripted", atUs, forUs: "once" }, action: { kind: "restart", target } };
}

function rolesOf(kind: FaultKind, { model, nodes }: FaultGround): readonly string[] {
  const roles = model.within.get(kind)?.roles;
  assert(roles !== undefined, "only kinds within the model are drawn");
  return roles.filter((role) => (nodes.get(role) ?? []).length > 0);
}

/** Whether all of it lies within the model: nobody is struck who is not there, and what is taken for good is a minority. */
export function isWithin(faults: readonly Fault[], { model, nodes }: FaultGround): boolean {
  const names = new Set([...nodes.values()].flat());
  const areThere = faults.every(({ action }) =>
    [...struckBy(action), ...namesOf(action)].every((name) => names.has(name)),
  );
  return areThere && sparesMajority(faults, nodes, (kind) => model.within.get(kind)?.isLasting === true);
}

/** Whether faults that last take no more than a minority of each role. */
export function sparesMajority(
  faults: readonly Fault[],
  nodes: ReadonlyMap<string, readonly NodeId[]>,
  isLasting: (kind: FaultKind) => boolean,
): boolean {
  const lost = new Set(faults.flatMap(({ action }) => (isLasting(action.kind) ? struckBy(action) : [])));
  return [...nodes.values()].every(
    (role) => role.filter((name) => lost.has(name)).length <= Math.floor(Math.max(0, role.length - 1) / 2),
  );
}

const struckBy = (action: FaultAction): readonly NodeId[] => ("target" in action ? action.target.of.nodes : []);

/** Names at the ends of links and messages. */
function namesOf(action: FaultAction): readonly NodeId[] {
  if ("messages" in action) return [...action.messages.from.nodes, ...action.messages.to.nodes];
  if ("from" in action) return [...action.from.nodes, ...action.to.nodes];
  if (!("shape" in action)) return [];
  const { shape } = action;
  switch (shape.type) {
    case "groups":
      return shape.groups.flatMap((group) => group.nodes);
    case "oneWay":
      return [...shape.from.nodes, ...shape.to.nodes];
    case "bridge":
      return [...shape.left.nodes, ...shape.bridge.nodes, ...shape.right.nodes];
    case "ring":
    case "dealt":
      return shape.nodes.nodes;
    case "isolate":
      return shape.target.of.nodes;
  }
}

/** Gives each fault a name that it keeps when others come and go. */
export function named(faults: readonly Omit<Fault, "id">[], taken: ReadonlySet<string> = new Set()): readonly Fault[] {
  const used = new Set(taken);
  return faults.map((fault) => {
    let number = 1;
    while (used.has(`${fault.action.kind}-${number}`)) number += 1;
    const id = `${fault.action.kind}-${number}`;
    used.add(id);
    return { id, ...fault };
  });
}
