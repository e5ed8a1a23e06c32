// Why a failure failed: the smallest failure left of it, what it hung on, what led to it, and when it was too late.

import type { HostedSystem } from "../../simulate.ts";
import { struckMessages } from "../concretise.ts";
import type { Failure } from "../failure.ts";
import { shrink, type ShrinkProgress, type Shrunk } from "../shrink/shrink.ts";
import { coneOf } from "./cone.ts";
import { type Decisive, Questions } from "./counterfactuals.ts";
import { type Inevitability, inevitability } from "./futures.ts";
import { type Happening, type Recording, recordRun, type SentMessage } from "./recording.ts";

export interface ExplainOptions {
  readonly system: HostedSystem;
  readonly poll?: (() => boolean) | undefined;
  readonly onProgress?: ((progress: ShrinkProgress) => void) | undefined;
  /** Explains the failure with all that it has, rather than the smallest that is left of it. */
  readonly asItIs?: boolean | undefined;
}

export interface Explanation {
  /** What is explained. */
  readonly failure: Failure;
  /** How it came down to that; absent when it is explained as it is. */
  readonly shrunk: Omit<Shrunk, "failure"> | undefined;
  /** The most decisive first. */
  readonly decisive: readonly Decisive[];
  /** What led to it, in order, cut down to what mattered. */
  readonly slice: readonly SliceEvent[];
  readonly inevitability: Inevitability;
  /** Runs made to find out. */
  readonly asked: number;
  /** False: time was up before all was asked. */
  readonly isComplete: boolean;
}

/** An event of the causal slice, with the message that set it off and those it sent that matter. */
export interface SliceEvent extends Pick<Happening, "event" | "atUs" | "node" | "facts"> {
  readonly heard: SentMessage | undefined;
  /** Messages that were needed, or that a fault did something to. */
  readonly sent: readonly SentMessage[];
  /** Those of them, by number, that a fault did something to. */
  readonly struck: readonly number[];
}

/** Beyond this many messages those furthest from the violation are believed to matter. */
const messagesMax = 150;
const turningPointsMax = 12;
/** What the world tells of itself that is a part of every story. */
const worldFacts: readonly string[] = [
  "faultBegan",
  "faultEnded",
  "healed",
  "nodeCrashed",
  "nodeStopped",
  "nodePaused",
  "nodeResumed",
  "machineBroke",
];

/** Undefined: there is no failure (any more). */
export function explain(failure: Failure, options: ExplainOptions): Explanation | undefined {
  const { system, poll, asItIs = false, onProgress } = options;
  const shrunk = asItIs ? undefined : shrink(failure, { system, poll, onProgress });
  if (!asItIs && shrunk === undefined) return undefined;
  const explained = shrunk?.failure ?? failure;
  const { scenario, property } = explained;
  const asking = { system, property, poll };
  const tell = (step: string): void => onProgress?.({ step, tries: shrunk?.tries ?? 0, size: undefined });

  tell("asking what led to it");
  const recording = recordRun(scenario, asking);
  const { violation } = recording;
  if (violation === undefined) return undefined;
  const cone = coneOf(recording);
  const candidates = [...recording.messages.values()].filter(
    ({ event, atUs }) => cone.has(event) && atUs > scenario.world.startUs,
  );

  tell("asking what it hung on");
  const questions = new Questions(scenario, asking);
  const struck = struckMessages(scenario, asking);
  const faults = questions.faults([...recording.messages.values()].filter(({ message }) => struck.has(message)));
  const settings = questions.settings();
  const messages = questions.messages(candidates.slice(-messagesMax));
  tell("asking when it was too late");
  const brokenUs = violation.atUs - scenario.world.startUs;
  return {
    failure: explained,
    shrunk: shrunk === undefined ? undefined : withoutFailure(shrunk),
    decisive: ranked([...faults, ...settings, ...messages], brokenUs),
    slice: sliceOf(recording, { needed: messages, struck }),
    inevitability: inevitability(scenario, brokenUs, asking, turningPoints(messages)),
    asked: questions.asked,
    isComplete: poll?.() !== true,
  };
}

function withoutFailure({ failure: _failure, ...rest }: Shrunk): Omit<Shrunk, "failure"> {
  return rest;
}

const kindsInOrder = ["fault", "setting", "message"] as const;

/** Faults before what is set before messages; then what counts under more seeds, what is timed closer, what came later. */
function ranked(decisive: readonly Decisive[], brokenUs: number): readonly Decisive[] {
  const distance = ({ atUs = 0 }: Decisive): number => brokenUs - atUs;
  return decisive.toSorted(
    (a, b) =>
      kindsInOrder.indexOf(a.kind) - kindsInOrder.indexOf(b.kind) ||
      b.weight - a.weight ||
      compare(closeness(a), closeness(b)) ||
      distance(a) - distance(b),
  );
}

const closeness = ({ laterUs = Infinity, earlierUs = Infinity }: Decisive): number => Math.min(laterUs, earlierUs);

const compare = (left: number, right: number): number => (left === right ? 0 : left < right ? -1 : 1);

/** When messages that mattered were sent: there it may have turned. */
const turningPoints = (messages: readonly Decisive[]): readonly number[] =>
  messages.slice(-turningPointsMax).flatMap(({ atUs }) => atUs ?? []);

interface Mattering {
  readonly needed: readonly Decisive[];
  readonly struck: ReadonlySet<number>;
}

/** Of the cone: what the violation points to, what needed messages set off, and what faults struck. */
function sliceOf({ happenings, messages, violation }: Recording, { needed, struck }: Mattering): readonly SliceEvent[] {
  const neededMessages = new Set(needed.flatMap((one) => (one.kind === "message" ? [one.message.message] : [])));
  return [...happenings.values()].flatMap(({ event, atUs, node, facts, heard, sent }): readonly SliceEvent[] => {
    const matters = sent.filter((message) => neededMessages.has(message) || struck.has(message));
    const isHeard = heard !== undefined && neededMessages.has(heard);
    const isEvidence = violation?.evidence.includes(event) === true;
    const isOfWorld = facts.some(({ fact }) => worldFacts.includes(fact));
    if (!isEvidence && !isHeard && !isOfWorld && matters.length === 0) return [];
    return [
      {
        event,
        atUs,
        node,
        facts: facts.filter(({ fact }) => fact !== "runEnded" && fact !== "timerLeft"),
        heard: heard === undefined ? undefined : messages.get(heard),
        sent: matters.flatMap((message) => messages.get(message) ?? []),
        struck: matters.filter((message) => struck.has(message)),
      },
    ];
  });
}
