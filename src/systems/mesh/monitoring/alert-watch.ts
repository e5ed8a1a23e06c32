// Which alerts fire now, and since when: for the figures. Part of the stopwatches; judges nothing.

import { alertFiguresOf } from "../../../check/alert-figures.ts";
import type { NodeId } from "../../../base/ids.ts";
import type { OwnFact } from "../facts.ts";
import type { AlertName } from "./alert-rules.ts";

interface Firing {
  readonly alert: AlertName;
  readonly monitor: NodeId;
  readonly sinceUs: number;
}

/** Plain data. */
export interface AlertWatch {
  /** When the first fault began, or the run where none has yet; null: before all. */
  sinceUs: number | null;
  faulted: boolean;
  /** Alerts that have fired in this run. */
  readonly known: Set<AlertName>;
  /** Those that fire, by name and by whose they are. */
  readonly firing: Map<string, Firing>;
}

export const freshAlertWatch = (): AlertWatch => ({
  sinceUs: null,
  faulted: false,
  known: new Set(),
  firing: new Map(),
});

/** A figure and what to add to it. */
type Note = (figure: string, value: number) => void;
type Told<Name extends OwnFact["fact"]> = Extract<OwnFact, { fact: Name }>;

export function beginWatch(watch: AlertWatch, atUs: number): void {
  watch.sinceUs ??= atUs;
}

export function noteFault(watch: AlertWatch, atUs: number): void {
  if (watch.faulted) return;
  watch.faulted = true;
  watch.sinceUs = atUs;
}

export function noteFired(
  watch: AlertWatch,
  { alert, on }: Told<"alertFired">,
  { node, atUs }: { readonly node: NodeId; readonly atUs: number },
  note: Note,
): void {
  watch.firing.set(keyOf(alert, on), { alert, monitor: node, sinceUs: atUs });
  if (watch.known.has(alert)) return;
  watch.known.add(alert);
  note(alertFiguresOf(alert).delay, atUs - (watch.sinceUs ?? atUs));
}

export function noteResolved(watch: AlertWatch, { alert, on }: Told<"alertResolved">, atUs: number, note: Note): void {
  endFiring(watch, keyOf(alert, on), atUs, note);
}

/** The monitor is gone, and with it every alert it raised; or the run is over (no `monitor`). */
export function endAllFiring(watch: AlertWatch, monitor: NodeId | undefined, atUs: number, note: Note): void {
  for (const [key, firing] of watch.firing) {
    if (monitor === undefined || firing.monitor === monitor) endFiring(watch, key, atUs, note);
  }
}

function endFiring(watch: AlertWatch, key: string, atUs: number, note: Note): void {
  const firing = watch.firing.get(key);
  if (firing === undefined) return;
  watch.firing.delete(key);
  note(alertFiguresOf(firing.alert).firing, atUs - firing.sinceUs);
}

const keyOf = (alert: AlertName, on: string): string => `${alert} ${on}`;
