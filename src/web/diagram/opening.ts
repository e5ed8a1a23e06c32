// Where a page opens: at the first violation that fails the run, with what led to it; without one, at the whole run.

import type { Timeline } from "../../report/timeline.ts";
import { lowerBound } from "./model.ts";
import { ViewState } from "./view-state.ts";

/** Messages that are sent all the time tell a newcomer little: kinds that are more than this share of all are not shown. */
const busyShare = 0.08;
const messagesMin = 400;
const lengthUsMin = 300_000;
const lengthUsMax = 4_000_000;

export function openedAt(timeline: Timeline, property: string | undefined): ViewState {
  const { startUs, endUs, violations } = timeline;
  const view = new ViewState({ fromUs: startUs, toUs: endUs });
  view.hidden.value = busyKinds(timeline);
  const first =
    violations.find((violation) => violation.property === property) ??
    violations.find(({ isExcused }) => !isExcused) ??
    violations[0];
  if (first === undefined) return view;
  const evidenceUs = first.evidence.map((event) => timeOf(timeline, event)).filter((atUs) => atUs <= first.atUs);
  const earliestUs = Math.max(Math.min(first.atUs, ...evidenceUs), first.atUs - lengthUsMax);
  const length = Math.max((first.atUs - earliestUs) * 1.4, lengthUsMin);
  view.choose({ event: first.event, atUs: first.atUs });
  view.show({ fromUs: first.atUs - length * 0.82, toUs: first.atUs + length * 0.18 });
  return view;
}

/** Of an event in which something happened. */
function timeOf({ happenings }: Timeline, event: number): number {
  const events: number[] = [];
  const times: number[] = [];
  let [ordinal, atUs] = [0, 0];
  for (const [place, step] of happenings.eventStep.entries()) {
    ordinal += step;
    atUs += happenings.atUsStep[place] ?? 0;
    events.push(ordinal);
    times.push(atUs);
  }
  return times[lowerBound(events, event)] ?? Infinity;
}

function busyKinds({ texts, messages }: Timeline): ReadonlySet<string> {
  const total = messages.text.length;
  if (total < messagesMin) return new Set();
  const counts = new Map<string, number>();
  for (const text of messages.text) {
    const kind = (texts[text] ?? "").split(" ", 1)[0] ?? "";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > total * busyShare).map(([kind]) => kind));
}
