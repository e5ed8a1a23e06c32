// Worlds for tests: a plain plan to vary, and nodes made of a few lines.
import { nodeId, type NodeId } from "../../src/base/ids.ts";
import type { Effect, Fact } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import type { Message } from "../../src/machine/message.ts";
import type { FactObserver, Observation, TraceEvent, Tracer } from "../../src/trace/trace-event.ts";
import type { Fault, FaultAction, FaultTiming } from "../../src/world/fault.ts";
import type { LinkPlan, NodeSelector, WorldPlan } from "../../src/world/plan.ts";
import { World, type WorldOptions } from "../../src/world/world.ts";

const never = { of: 0, outOf: 1 };
export const always = { of: 1, outOf: 1 };

/** A millisecond each way, and no misfortune. */
export const plainLink: LinkPlan = {
  latency: { type: "constant", us: 1_000 },
  loss: { type: "none" },
  duplicate: never,
  reorder: never,
  reorderWithinUs: 0,
  corrupt: never,
  frameChecksum: true,
  bytesPerSecond: 0,
  queueMax: 10,
  transport: "datagram",
  retransmitUs: 10_000,
  connectionTimeoutUs: 100_000,
};

export const plainPlan: WorldPlan = {
  startUs: 0,
  untilUs: 1_000_000,
  healUs: 1_000_000,
  link: plainLink,
  links: [],
  clock: { offsetUs: 0, driftPpm: 0 },
  clocks: [],
  disk: { syncLatency: { type: "constant", us: 100 }, recordsMax: 0 },
  disks: [],
  process: { stepUs: 0, inboxMax: 100 },
  processes: [],
  faults: [],
  limits: { eventsMax: 1_000_000, pendingMax: 100_000 },
};

export const only = (...nodes: string[]): NodeSelector => ({ nodes: nodes.map(nodeId), roles: [] });
export const everyone: NodeSelector = { nodes: [], roles: [] };

export function fault(action: FaultAction, timing: Partial<FaultTiming & { type: "scripted" }> = {}, id = "f"): Fault {
  return { id, timing: { type: "scripted", atUs: 0, forUs: "untilHeal", ...timing }, action };
}

export type Handler = (event: MachineEvent, state: Record<string, unknown>) => readonly Effect<Message, Fact>[] | void;

/** A node whose machine is one function; what it remembers is an object that the function may change. */
export function host(name: string, handle: Handler = () => [], role = "node", ordinal = 0): NodeSpec {
  return {
    id: nodeId(name),
    role,
    ordinal,
    start: () => machine(handle),
  };
}

function machine(handle: Handler): Machine {
  const made: Machine = {
    state: {},
    step: (event) => handle(event, made.state as Record<string, unknown>) ?? [],
  };
  return made;
}

/** Several nodes of one role, each with its ordinal. */
export function hosts(...specs: readonly NodeSpec[]): readonly NodeSpec[] {
  return specs.map((spec, ordinal) => ({ ...spec, ordinal }));
}

export const send = (to: string, message: Message, via?: "datagram" | "stream"): Effect =>
  via === undefined ? { type: "send", to: nodeId(to), message } : { type: "send", to: nodeId(to), message, via };

export class Watch implements FactObserver, Tracer {
  readonly facts: Observation[] = [];
  readonly lines: TraceEvent[] = [];

  observe(atUs: number, event: number, node: NodeId, fact: Fact): void {
    this.facts.push({ atUs, event, node, fact });
  }

  trace(event: TraceEvent): void {
    this.lines.push(event);
  }

  named(name: string): readonly Observation[] {
    return this.facts.filter(({ fact }) => fact.fact === name);
  }

  /** Such as "1000 b<a 1": at that time b received the first message sent, from a; a copy has a "+1" behind it. */
  deliveries(): readonly string[] {
    return this.lines.flatMap((line) =>
      line.kind === "delivered"
        ? [`${line.atUs} ${line.node}<${line.from} ${line.message}${line.copy > 0 ? `+${line.copy}` : ""}`]
        : [],
    );
  }

  losses(): readonly string[] {
    return this.lines.flatMap((line) =>
      line.kind === "lost" ? [`${line.atUs} ${line.node}>${line.to} ${line.reason}`] : [],
    );
  }
}

export interface Story {
  readonly world: World;
  readonly watch: Watch;
}

/** A world of a plan that differs from the plain one here and there; not yet run. */
export function world(
  plan: Partial<WorldPlan>,
  specs: readonly NodeSpec[],
  options: Partial<WorldOptions> = {},
): Story {
  const watch = new Watch();
  return {
    watch,
    world: new World({ ...plainPlan, ...plan }, specs, {
      seed: 1,
      observer: watch,
      tracer: watch,
      check: true,
      ...options,
    }),
  };
}
