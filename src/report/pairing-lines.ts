// How much the same seeds at every point are worth: the variance of paired differences over that of unpaired ones.

import type { Sweep } from "../tune/sweep.ts";
import { type Column, table } from "./table.ts";
import type { Paint } from "./words.ts";

export interface PairingRow {
  readonly response: string;
  /** Null: nothing varied. */
  readonly ratio: number | null;
  /** How many times as many runs unpaired seeds would take for the same interval. */
  readonly worth: number | null;
}

export const pairingRows = ({ pairings }: Sweep): readonly PairingRow[] =>
  pairings.map(({ asked, ratio }) => ({
    response: asked.label,
    ratio: ratio ?? null,
    worth: ratio === undefined || ratio === 0 ? null : 1 / ratio,
  }));

export function pairingLines(sweep: Sweep, { paint, width }: { readonly paint: Paint; readonly width: number }) {
  const columns: readonly Column[] = [
    { title: "variance of differences, paired over unpaired", align: "left" },
    { title: "ratio", align: "right" },
    { title: "runs saved", align: "right" },
  ];
  const rows = pairingRows(sweep).map(({ response, ratio, worth }) => [
    { text: response },
    { text: ratio === null ? "-" : ratio.toFixed(3) },
    { text: worth === null ? "-" : `${worth.toFixed(1)} times` },
  ]);
  return table(columns, rows, width, paint);
}
