// What chance did in one run, as things that happen for certain: each strike of a random fault becomes a scripted fault,
// and each message that was struck a fault of its own. A run of them is the run again, and each can be left out.

import type { Message } from "../machine/message.ts";
import type { Decisions, Scenario } from "../scenario/scenario.ts";
import type { HostedSystem } from "../simulate.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import type { Controls, Interference, MessageInterceptor, Passage } from "../world/controls.ts";
import type { Fault, FaultAction, MessageSelector } from "../world/fault.ts";
import { nodeId } from "../base/ids.ts";
import { firstDifference } from "../base/plain-data.ts";
import { compareValues } from "../base/plain-order.ts";
import { tryScenario, type TrialOptions } from "./trial.ts";

/** A message that faults did something to. */
interface Struck {
  /** Its send, counted over the run. */
  readonly message: number;
  readonly isOnStream: boolean;
  /** Microseconds after the start of the run. */
  readonly atUs: number;
  readonly from: string;
  readonly to: string;
  /** What streams of the link are named by. */
  readonly link: string;
  readonly before: Message;
  readonly after: Interference;
}

/** What became of a message: when its first copy arrived, or that none did. */
interface Fate {
  readonly arrivedUs: number | undefined;
  readonly isLost: boolean;
}

/** Every strike of the run up to its violation, scripted; all other chances stay with the seed. */
export function withScriptedFaults(scenario: Scenario, options: TrialOptions): Scenario {
  const { world } = tryScenario(scenario, options);
  return withFaults(scenario, world.scripted());
}

/**
 * Message by message: no fault that strikes any message stays, and what they did to each up to the violation is a fault of
 * its own. Losses by links that lose at random are told as well, and the links then lose nothing.
 */
export function withStruckMessages(scenario: Scenario, options: TrialOptions): Scenario {
  const { struck, lost } = struckIn(scenario, options);
  const others = scenario.world.faults.filter(({ action }) => !("messages" in action));
  const singles = [...struck, ...lost];
  const decisions = [...(scenario.decisions ?? []), ...singles.flatMap(({ decisions: forced }) => forced)].toSorted(
    (left, right) => compareValues(left.stream, right.stream),
  );
  const faults = [...others, ...singles.map(({ fault }) => fault)].toSorted(byBeginning);
  const { link, links } = scenario.world;
  const world = {
    ...scenario.world,
    faults,
    link: { ...link, loss: noLoss },
    links: links.map((override) => ({ ...override, link: { ...override.link, loss: noLoss } })),
  };
  return { ...scenario, world, ...(decisions.length === 0 ? {} : { decisions }) };
}

const noLoss = { type: "none" } as const;

const withFaults = (scenario: Scenario, faults: readonly Fault[]): Scenario => ({
  ...scenario,
  world: { ...scenario.world, faults },
});

/** What the world decided by chance or by script in a run: strikes, messages struck, messages lost on their links. */
export function countDecisions(scenario: Scenario, options: TrialOptions): number {
  const { struckMessages, lost, strikes } = struckIn(scenario, options);
  const forced = (scenario.decisions ?? []).reduce((sum, { values }) => sum + values.filter(isDecided).length, 0);
  return strikes + struckMessages.length + lost.length + forced;
}

const isDecided = (value: number | null): boolean => value !== null;

/** The messages, counted by their send over the run, that faults did something to. */
export const struckMessages = (scenario: Scenario, options: TrialOptions): ReadonlySet<number> =>
  new Set(struckIn(scenario, options).struckMessages);

/** A fault of one message, with the draws that it is forced to make. */
interface Single {
  readonly fault: Fault;
  readonly decisions: Decisions;
}

interface Happened {
  readonly strikes: number;
  readonly struck: readonly Single[];
  readonly lost: readonly Single[];
  readonly struckMessages: readonly number[];
}

function struckIn(scenario: Scenario, options: TrialOptions): Happened {
  const { startUs, healUs } = scenario.world;
  const struck: Struck[] = [];
  const lost: Single[] = [];
  const fates = new Map<number, Fate>();
  let last: (TraceEvent & { readonly kind: "sent" }) | undefined;
  const sent = new Map<number, TraceEvent & { readonly kind: "sent" }>();
  const trace = (event: TraceEvent): void => {
    if (event.kind === "sent") {
      last = event;
      sent.set(event.message, event);
    } else if (event.kind === "delivered") {
      if (!fates.has(event.message)) fates.set(event.message, { arrivedUs: event.atUs - startUs, isLost: false });
      sent.delete(event.message);
    } else if (event.kind === "lost") {
      const message = sent.get(event.message);
      if (!fates.has(event.message)) fates.set(event.message, { arrivedUs: undefined, isLost: true });
      if (event.reason === "loss" && message !== undefined && message.atUs - startUs < healUs) {
        const messages = onlyThese(typeOf(message.content), message.node, event.to);
        lost.push(single({ kind: "drop", messages }, message.atUs - startUs, `loss-${lost.length + 1}`));
      }
    }
  };
  const watched = watching(options.system, (passage, after, controls) => {
    const nodes = [passage.from, passage.to];
    const [from = "", to = ""] = nodes.map((node) => controls.nameOf(node));
    const link = nodes.map((node) => controls.subjectOf(node)).join(">");
    const copied = { ...after, copiesAfterUs: [...after.copiesAfterUs] };
    struck.push({
      message: last?.message ?? 0,
      isOnStream: last?.via === "stream",
      atUs: passage.atUs - startUs,
      from,
      to,
      link,
      before: passage.message,
      after: copied,
    });
  });
  const { world } = tryScenario(scenario, { ...options, system: watched, tracer: { trace } });
  return {
    strikes: world.scripted().filter(({ action }) => !("messages" in action)).length,
    struck: struck.flatMap((message, index) => faultsOf(message, index + 1, fates.get(message.message))),
    lost,
    struckMessages: struck.map(({ message }) => message),
  };
}

const typeOf = (content: object): string => ("type" in content ? String(content.type) : "");

type OnStruck = (passage: Passage, after: Interference, controls: Controls) => void;

/** The system in a world that tells of each message that its faults do something to. */
function watching(system: HostedSystem, onStruck: OnStruck): HostedSystem {
  const bend = (controls: Controls): Controls => {
    const bent = system.bend?.controls?.(controls) ?? controls;
    return new Proxy(bent, {
      get(target, key) {
        if (key === "setInterceptor") {
          return (interceptor: MessageInterceptor | undefined) =>
            target.setInterceptor(interceptor === undefined ? undefined : telling(interceptor, target, onStruck));
        }
        const member: unknown = Reflect.get(target, key, target);
        const bound: unknown = typeof member === "function" ? member.bind(target) : member;
        return bound;
      },
    });
  };
  return { ...system, bend: { ...system.bend, controls: bend } };
}

const telling = (interceptor: MessageInterceptor, controls: Controls, onStruck: OnStruck): MessageInterceptor => ({
  intercept(passage) {
    const after = interceptor.intercept(passage);
    if (after !== undefined) onStruck(passage, after, controls);
    return after;
  },
});

/** What was done to one message, as faults of that message alone. */
function faultsOf(
  { atUs, from, to, link, isOnStream, before, after }: Struck,
  number: number,
  fate: Fate | undefined,
): readonly Single[] {
  const messages = onlyThese(before.type, from, to);
  // Where damage on the wire is noticed it costs what a drop does: the message, or on a stream the time to send it again.
  if (after.drop || (after.damagedOnWire && (isOnStream || fate?.isLost === true))) {
    return [single({ kind: "drop", messages }, atUs, `drop-${number}`)];
  }
  const difference = firstDifference(before, after.message);
  const changed =
    difference === undefined
      ? []
      : [
          single(
            { kind: "corrupt", messages, field: difference.path, to: difference.right },
            atUs,
            `corrupt-${number}`,
          ),
        ];
  // What was held back to the end of the run arrived never.
  const byUs = after.heldBy.length > 0 ? (fate?.arrivedUs ?? Infinity) - atUs : after.delayUs;
  const late =
    byUs === Infinity
      ? [single({ kind: "drop", messages }, atUs, `drop-${number}`)]
      : byUs === 0
        ? []
        : [single({ kind: "delay", messages, byUsMin: byUs, byUsMax: byUs }, atUs, `delay-${number}`)];
  const copies = after.copiesAfterUs.map((afterUs, at): Single => {
    const name = `copy-${number}${at === 0 ? "" : `.${at + 1}`}`;
    const copied = single({ kind: "duplicate", messages, copies: 1, withinUs: afterUs }, atUs, name);
    return { ...copied, decisions: afterUs === 0 ? [] : [{ stream: `faultCopy ${name} ${link}`, values: [afterUs] }] };
  });
  return [...changed, ...late, ...copies];
}

/** Strikes the next such message, and no other. */
const single = (action: FaultAction, atUs: number, id: string): Single => ({
  fault: { id, timing: { type: "scripted", atUs, forUs: "once" }, action },
  decisions: [],
});

const onlyThese = (type: string, from: string, to: string): MessageSelector => ({
  types: [type],
  from: { nodes: [nodeId(from)], roles: [] },
  to: { nodes: [nodeId(to)], roles: [] },
  skip: 0,
  count: Infinity,
  rate: { of: 1, outOf: 1 },
});

const beginningOf = ({ timing }: Fault): number => (timing.type === "scripted" ? timing.atUs : timing.fromUs);

const byBeginning = (left: Fault, right: Fault): number => beginningOf(left) - beginningOf(right);
