// The timeline as the diagram uses it: columns of numbers in typed arrays, and indexes to find things by time and by event.

import { fates, happeningKinds, type Timeline } from "../../report/timeline.ts";

export interface Messages {
  readonly count: number;
  readonly atUs: Float64Array;
  /** Where it arrived, or was lost. */
  readonly endUs: Float64Array;
  readonly from: Int16Array;
  readonly to: Int16Array;
  readonly fate: Uint8Array;
  readonly text: Int32Array;
  /** Place in `kinds`. */
  readonly kind: Int16Array;
  readonly sentIn: Float64Array;
  /** 0: it did not arrive. */
  readonly arrivedIn: Float64Array;
  /** Messages that arrived, in order of the event in which they did. */
  readonly byArrival: Int32Array;
  /** Those on their way for longer than `longUs`, which a look at what was sent lately would miss. */
  readonly long: Int32Array;
}

export interface Happenings {
  readonly count: number;
  readonly atUs: Float64Array;
  readonly event: Float64Array;
  readonly lane: Int16Array;
  readonly kind: Uint8Array;
  readonly text: Int32Array;
  /** Of a timer: the event in which it was set; 0: unknown. */
  readonly setIn: Float64Array;
}

export interface Model {
  readonly timeline: Timeline;
  readonly messages: Messages;
  readonly happenings: Happenings;
  /** Types of messages, the most frequent first. */
  readonly kinds: readonly { readonly name: string; readonly count: number }[];
}

/** No message is drawn from before the window by more than this, but for those that are listed as long. */
export const longUs = 200_000;

/** Fates up to this place in `fates` arrived. */
export const arrivedMax = fates.indexOf("changed");
export const violationKind = happeningKinds.indexOf("violation");
export const timerKind = happeningKinds.indexOf("timer");
export const detailKind = happeningKinds.indexOf("detail");

export function modelOf(timeline: Timeline): Model {
  const { kinds, kindOfText } = kindsOf(timeline);
  return { timeline, messages: messagesOf(timeline, kindOfText), happenings: happeningsOf(timeline), kinds };
}

function messagesOf({ messages }: Timeline, kindOfText: ReadonlyMap<number, number>): Messages {
  const count = messages.from.length;
  const atUs = summed(messages.atUsStep);
  const sentIn = summed(messages.eventStep);
  const endUs = atUs.map((at, place) => at + (messages.tookUs[place] ?? 0));
  const fate = Uint8Array.from(messages.fate);
  const arrivedIn = sentIn.map((event, place) =>
    (fate[place] ?? 0) <= arrivedMax ? event + (messages.eventsTook[place] ?? 0) : 0,
  );
  const places = Int32Array.from({ length: count }, (_, place) => place);
  const byArrival = places.filter((place) => (arrivedIn[place] ?? 0) > 0);
  byArrival.sort((a, b) => (arrivedIn[a] ?? 0) - (arrivedIn[b] ?? 0) || a - b);
  return {
    count,
    atUs,
    endUs,
    from: Int16Array.from(messages.from),
    to: Int16Array.from(messages.to),
    fate,
    text: Int32Array.from(messages.text),
    kind: Int16Array.from(messages.text, (text) => kindOfText.get(text) ?? 0),
    sentIn,
    arrivedIn,
    byArrival,
    long: places.filter((place) => (endUs[place] ?? 0) - (atUs[place] ?? 0) > longUs),
  };
}

function happeningsOf({ happenings }: Timeline): Happenings {
  const event = summed(happenings.eventStep);
  return {
    count: happenings.lane.length,
    atUs: summed(happenings.atUsStep),
    event,
    lane: Int16Array.from(happenings.lane),
    kind: Uint8Array.from(happenings.kind),
    text: Int32Array.from(happenings.text),
    setIn: event.map((ordinal, place) => {
      const before = happenings.setBefore[place] ?? 0;
      return before === 0 ? 0 : ordinal - before;
    }),
  };
}

function summed(steps: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(steps, (step) => (sum += step));
}

/** The first word of a message's text is its type. */
function kindsOf({ texts, messages }: Timeline) {
  const typeOf = (text: number): string => (texts[text] ?? "").split(" ", 1)[0] ?? "";
  const counts = new Map<string, number>();
  for (const text of messages.text) counts.set(typeOf(text), (counts.get(typeOf(text)) ?? 0) + 1);
  const kinds = [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const places = new Map(kinds.map(({ name }, place) => [name, place]));
  const kindOfText = new Map(messages.text.map((text) => [text, places.get(typeOf(text)) ?? 0]));
  return { kinds, kindOfText };
}

/** The first place at which `values`, which rise, are not below `value`. */
export function lowerBound(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
