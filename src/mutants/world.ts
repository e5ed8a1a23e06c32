// Worlds that are not what they say: they are kinder than the scenario asks for, or break what a host owes a machine. All
// are planted under the system "raft", whose stories ask for every kind of fault.

import type { Effect } from "../machine/effect.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskRecord, MachineEvent } from "../machine/event.ts";
import type { HostedSystem } from "../simulate.ts";
import type { Controls, Interference, MessageInterceptor, Passage } from "../world/controls.ts";
import { doing, hearing, meddling } from "./meddling.ts";
import type { Mutant, Plant } from "./mutant.ts";

const everybody = ["node", "client"];
const nodes = ["node"];

/** Faults reach the world through something that changes what they do. */
const bent =
  (change: (controls: Controls) => Partial<Controls>): Plant =>
  (system): HostedSystem => ({
    ...system,
    bend: {
      controls(controls) {
        const changes = change(controls);
        return new Proxy(controls, {
          get(target, name) {
            // Names of methods of `Controls` only: it has no others.
            const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name, target);
            return typeof own === "function"
              ? (...given: unknown[]): unknown => Reflect.apply(own, target, given)
              : own;
          },
        });
      },
    },
  });

const nothing = (): void => {};

/** What message faults want is changed before the network hears of it. */
const intercepted = (change: (interference: Interference, passage: Passage) => void): Plant =>
  bent((controls) => ({
    setInterceptor(interceptor: MessageInterceptor | undefined) {
      if (interceptor === undefined) return controls.setInterceptor(undefined);
      controls.setInterceptor({
        intercept(passage) {
          const interference = interceptor.intercept(passage);
          if (interference !== undefined) change(interference, passage);
          return interference;
        },
      });
    },
  }));

/** Every sync is answered, and the disk does not hear of it. */
const fsyncLies: Plant = meddling(nodes, (step) => {
  const effects = [...step.go()];
  const done: Effect[] = [];
  for (let at = 0; at < effects.length && done.length < 10_000; at++) {
    const effect = effects[at];
    if (effect.type !== "sync") {
      done.push(effect);
      continue;
    }
    const { monotonicUs, wallUs } = step.event;
    effects.push(...step.go({ type: "synced", sync: effect.sync, monotonicUs, wallUs }));
  }
  return done;
});

/** A node that starts again is the one that it was. */
const memorySurvives: Plant = (system) => ({
  ...system,
  nodes: (input) =>
    system.nodes(input).map((node) => {
      if (!nodes.includes(node.role)) return node;
      let first: ReturnType<typeof node.start> | undefined;
      return { ...node, start: () => (first ??= node.start()) };
    }),
});

/** What a node finds after a restart is all that it wrote, synced or not. */
const crashKeepsEverything: Plant = (system) => ({
  ...system,
  nodes: (input) => {
    const files = new Map<NodeId, Map<string, readonly DiskRecord[]>>();
    const meddled = meddling(nodes, (step) => {
      const { event, node } = step;
      const kept = files.get(node.id) ?? new Map<string, readonly DiskRecord[]>();
      files.set(node.id, kept);
      const effects = step.go(event.type === "booted" ? { ...event, disk: new Map(kept) } : event);
      for (const effect of effects) {
        if (effect.type === "append") kept.set(effect.file, [...(kept.get(effect.file) ?? []), intact(effect.record)]);
        if (effect.type === "rewrite") kept.set(effect.file, effect.records.map(intact));
      }
      return effects;
    });
    return meddled(system).nodes(input);
  },
});

const intact = (value: unknown): DiskRecord => ({ type: "intact", value });

const again = (event: MachineEvent): boolean => event.type === "received" && event.message.type === "raft.append";

const world = (id: string, about: string, source: string, plant: Plant): Mutant => ({
  id: `world/${id}`,
  system: "raft",
  where: "world",
  about,
  source,
  plant,
});

export const worldMutants: readonly Mutant[] = [
  world(
    "drops-nothing",
    "messages that a fault drops arrive all the same",
    "properties.md X5, X6",
    intercepted((interference) => {
      interference.drop = false;
    }),
  ),
  world(
    "duplicates-nothing",
    "the second copy of a message never arrives",
    "properties.md X5, X6",
    intercepted((interference) => {
      interference.copiesAfterUs = [];
    }),
  ),
  world(
    "delays-nothing",
    "messages that a fault delays arrive as soon as any",
    "properties.md X6",
    intercepted((interference) => {
      interference.delayUs = 0;
    }),
  ),
  world(
    "partition-leaks-one-way",
    "a partition lets through what goes from the earlier node to the later one",
    "properties.md X6",
    bent((controls) => ({
      cutLink(strike, from, to) {
        if (from > to) controls.cutLink(strike, from, to);
      },
    })),
  ),
  world(
    "partition-of-nothing",
    "a partition cuts no link",
    "properties.md X6",
    bent(() => ({ cutLink: nothing, mendLink: nothing })),
  ),
  world(
    "crash-of-nothing",
    "a node that crashes goes on",
    "properties.md X8",
    bent(() => ({ crash: nothing })),
  ),
  world(
    "crash-is-a-stop",
    "a node that crashes is asked to leave in good order",
    "properties.md X8",
    bent((controls) => ({ crash: (strike, node) => controls.requestStop(strike, node) })),
  ),
  world(
    "crash-for-good",
    "a node that crashed stays down until the world heals",
    "properties.md X7",
    bent(() => ({ start: nothing })),
  ),
  world(
    "pause-of-nothing",
    "a node that is paused goes on",
    "properties.md X6",
    bent(() => ({ pause: nothing })),
  ),
  world(
    "pause-for-good",
    "a paused node does not resume before the world heals",
    "properties.md X7",
    bent(() => ({ resume: nothing })),
  ),
  world(
    "clock-never-drifts",
    "clocks run true whatever the scenario says",
    "properties.md X6",
    bent(() => ({ addDrift: nothing })),
  ),
  world(
    "clock-never-steps",
    "no clock is ever stepped",
    "properties.md X6",
    bent(() => ({ stepClock: nothing })),
  ),
  world(
    "disk-never-fails",
    "no sync fails",
    "properties.md X6",
    bent(() => ({ failSyncs: nothing })),
  ),
  world(
    "disk-never-slow",
    "syncs take as long as ever",
    "properties.md X6",
    bent(() => ({ slowDisk: nothing })),
  ),
  world(
    "timers-always-fire",
    "no timer is lost or late by fault",
    "properties.md X6",
    bent(() => ({ suppressTimers: nothing, releaseTimers: nothing })),
  ),
  world("fsync-lies", "a sync is answered, and nothing is synced", "properties.md X8", fsyncLies),
  world(
    "crash-keeps-everything",
    "what was written survives a crash, whether it was synced or not",
    "properties.md X8; X-V-34",
    crashKeepsEverything,
  ),
  world(
    "disk-forgets",
    "the last record of a file is not there after a restart, although it was synced",
    "properties.md X8",
    hearing(nodes, (event) =>
      event.type === "booted"
        ? { ...event, disk: new Map([...event.disk].map(([file, records]) => [file, records.slice(0, -1)])) }
        : event,
    ),
  ),
  world("memory-survives", "a node that restarts remembers what it had in memory", "properties.md X8", memorySurvives),
  world(
    "timers-early",
    "timers fire after half of the time",
    "properties.md X7",
    doing(nodes, (effect) =>
      effect.type === "setTimer" ? { ...effect, afterUs: Math.floor(effect.afterUs / 2) } : effect,
    ),
  ),
  world(
    "timers-of-the-dead",
    "a timer that was cancelled fires",
    "properties.md X8",
    doing(everybody, (effect) => (effect.type === "cancelTimer" ? [] : effect)),
  ),
  world(
    "heard-twice",
    "appends are delivered twice, whether anything duplicates them or not",
    "properties.md X5",
    meddling(nodes, (step) => (again(step.event) ? [...step.go(), ...step.go()] : step.go())),
  ),
  world(
    "heard-from-another",
    "what one node says another is taken to have said",
    "properties.md X5",
    hearing(nodes, (event, { node }) =>
      event.type === "received" && event.from === "node-1" && node.id === "node-2"
        ? { ...event, from: node.id }
        : event,
    ),
  ),
  world(
    "dice-of-one-side",
    "whatever is drawn is nought",
    "properties.md X2",
    hearing(everybody, (event) => (event.type === "drawn" ? { ...event, value: 0 } : event)),
  ),
  world(
    "clock-goes-back",
    "a node's own clock goes back now and then",
    "properties.md X7",
    hearing(nodes, (event) => ({
      ...event,
      monotonicUs: event.monotonicUs - (event.monotonicUs % 7 === 0 ? 50_000 : 0),
    })),
  ),
  world(
    "one-link-is-dead",
    "nothing that the first node says reaches the second, also when the world is fair",
    "properties.md X7",
    hearing(nodes, (event, { node }) =>
      event.type === "received" && event.from === "node-1" && node.id === "node-2" ? undefined : event,
    ),
  ),
];
