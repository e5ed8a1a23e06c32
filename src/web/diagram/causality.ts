// What an event came from and what it led to: step by step along messages and timers, and all that could have had a
// part in it (happened-before, Lamport 1978).

import { lowerBound, type Messages, type Model, timerKind } from "./model.ts";

/** Everything of one kernel event, which is one step of one node. */
export interface Step {
  readonly event: number;
  readonly atUs: number;
  /** -1: the world's. */
  readonly lane: number;
  /** The message whose arrival it was. */
  readonly arrived: number | undefined;
  readonly happenings: readonly number[];
  readonly sent: readonly number[];
}

export function stepOf(model: Model, event: number): Step | undefined {
  const { messages, happenings } = model;
  const arrived = arrivalIn(messages, event);
  const happened = placesOf(happenings.event, event);
  const sent = placesOf(messages.sentIn, event);
  const [firstHappened] = happened;
  const [firstSent] = sent;
  if (arrived !== undefined) {
    const lane = messages.to[arrived] ?? -1;
    return { event, atUs: messages.endUs[arrived] ?? 0, lane, arrived, happenings: happened, sent };
  }
  if (firstSent !== undefined) {
    const lane = messages.from[firstSent] ?? -1;
    return { event, atUs: messages.atUs[firstSent] ?? 0, lane, arrived, happenings: happened, sent };
  }
  if (firstHappened === undefined) return undefined;
  // The world may have its say in a step of a node.
  const lane = happened.map((place) => happenings.lane[place] ?? -1).find((one) => one >= 0) ?? -1;
  return { event, atUs: happenings.atUs[firstHappened] ?? 0, lane, arrived, happenings: happened, sent };
}

function arrivalIn({ byArrival, arrivedIn }: Messages, event: number): number | undefined {
  let low = 0;
  let high = byArrival.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrivedIn[byArrival[middle] ?? 0] ?? 0) < event) low = middle + 1;
    else high = middle;
  }
  const place = byArrival[low];
  return place !== undefined && arrivedIn[place] === event ? place : undefined;
}

/** `events` rises, but for equal ones. */
function placesOf(events: Float64Array, event: number): readonly number[] {
  const places: number[] = [];
  for (let place = lowerBound(events, event); events[place] === event; place++) places.push(place);
  return places;
}

export interface Cause {
  readonly event: number;
  /** The message that led from there; absent: a timer that was set there. */
  readonly message?: number;
  readonly timer?: number;
}

/** The event in which the message was sent, or the timer set, that made this step happen. */
function causeOf({ messages, happenings }: Model, step: Step): Cause | undefined {
  if (step.arrived !== undefined) return { event: messages.sentIn[step.arrived] ?? 0, message: step.arrived };
  const timer = step.happenings.find((place) => happenings.kind[place] === timerKind);
  const setIn = timer === undefined ? 0 : (happenings.setIn[timer] ?? 0);
  if (timer === undefined || setIn === 0 || setsItself(happenings, timer, setIn)) return undefined;
  return { event: setIn, timer };
}

/** A clock that ticks because it ticked before says nothing of why. */
function setsItself(happenings: Model["happenings"], timer: number, setIn: number): boolean {
  const before = placesOf(happenings.event, setIn);
  return before.some(
    (place) => happenings.kind[place] === timerKind && happenings.text[place] === happenings.text[timer],
  );
}

const chainMax = 60;
const ledToMax = 400;

/** Backwards from a step: the nearest cause first. */
export function chainOf(model: Model, step: Step): readonly Cause[] {
  const chain: Cause[] = [];
  for (let at: Step | undefined = step; at !== undefined && chain.length < chainMax;) {
    const cause: Cause | undefined = causeOf(model, at);
    if (cause === undefined) break;
    chain.push(cause);
    at = stepOf(model, cause.event);
  }
  return chain;
}

/** Messages that were sent in a step, in the steps in which those arrived, and so on. */
export function ledTo(model: Model, step: Step): readonly number[] {
  const { messages } = model;
  const found: number[] = [...step.sent];
  for (let next = 0; next < found.length && found.length < ledToMax; next++) {
    const arrivedIn = messages.arrivedIn[found[next] ?? 0] ?? 0;
    if (arrivedIn > 0) found.push(...(stepOf(model, arrivedIn)?.sent ?? []));
  }
  return found.slice(0, ledToMax);
}

/** Per lane: up to which event it is of the past, and from which on of the future. -1, Infinity: nothing of it is. */
export interface Cone {
  readonly past: Float64Array;
  readonly future: Float64Array;
}

export function coneOf({ messages, timeline }: Model, { lane, event }: Step): Cone {
  const past = new Float64Array(timeline.lanes.length).fill(-1);
  const future = new Float64Array(timeline.lanes.length).fill(Infinity);
  if (lane < 0) return { past, future };
  past[lane] = event;
  future[lane] = event;
  const { byArrival, arrivedIn, sentIn, from, to } = messages;
  for (let order = byArrival.length - 1; order >= 0; order--) {
    const place = byArrival[order] ?? 0;
    const [source, target] = [from[place] ?? 0, to[place] ?? 0];
    const [sent, arrived] = [sentIn[place] ?? 0, arrivedIn[place] ?? 0];
    if (arrived <= (past[target] ?? -1) && sent > (past[source] ?? -1)) past[source] = sent;
  }
  for (const place of byArrival) {
    const [source, target] = [from[place] ?? 0, to[place] ?? 0];
    const [sent, arrived] = [sentIn[place] ?? 0, arrivedIn[place] ?? 0];
    if (sent >= (future[source] ?? Infinity) && arrived < (future[target] ?? Infinity)) future[target] = arrived;
  }
  return { past, future };
}
