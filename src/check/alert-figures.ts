// How alerts are measured: the same three figures for each. A system that declares them may be asked, in a scenario,
// which of its alerts must fire and which must not.

import type { FigureSpec } from "./figure.ts";

interface AlertFigures {
  /** A count: how often it fired. */
  readonly fired: string;
  /** A duration: from the first fault, or from the beginning where none came before, to when it fired first in the run. */
  readonly delay: string;
  /** Durations: how long it fired each time. */
  readonly firing: string;
}

const PREFIX = "alert.";
const SUFFIX = ".fired";

export const alertFiguresOf = (name: string): AlertFigures => ({
  fired: `${PREFIX}${name}${SUFFIX}`,
  delay: `${PREFIX}${name}.delay`,
  firing: `${PREFIX}${name}.firing`,
});

/** The three figures of an alert, to be declared. */
export function alertFigureSpecs(name: string): readonly FigureSpec[] {
  const { fired, delay, firing } = alertFiguresOf(name);
  return [
    { id: fired, title: `times that ${name} fired`, kind: "count", chart: "Alerts fired" },
    { id: delay, title: `from the first fault to when ${name} fired first`, kind: "durationUs" },
    { id: firing, title: `how long ${name} fired each time`, kind: "durationUs" },
  ];
}

/** Names of the alerts that these figures measure, in their order. */
export const alertsAmong = (figures: readonly { readonly id: string }[]): readonly string[] =>
  figures.flatMap(({ id }) =>
    id.startsWith(PREFIX) && id.endsWith(SUFFIX) ? [id.slice(PREFIX.length, -SUFFIX.length)] : [],
  );

/** Whether a figure measures an alert: what is expected of those is said by their alert's name. */
export const measuresAlert = (id: string): boolean => id.startsWith(PREFIX);
