// Where things stand in the diagram: a lane for each node, and below its line rows for what lasts.

import type { SpanColumns, Timeline } from "../../report/timeline.ts";

export interface LaneBox {
  readonly name: string;
  readonly role: string;
  readonly top: number;
  /** Of the line on which messages begin and end. */
  readonly line: number;
  readonly height: number;
  /** Rows of spans below the line. */
  readonly rows: number;
}

export interface Clash {
  readonly spans: readonly [number, number];
  readonly fromUs: number;
  readonly toUs: number;
}

export interface Layout {
  readonly lanes: readonly LaneBox[];
  /** By span: its row in the lane; -1: there are too many at once, and it is only told. */
  readonly rowOf: Int16Array;
  /** Where two lanes have what only one should, as both spans of it and the time. */
  readonly clashes: readonly Clash[];
  /** Of the band at the top in which faults stand. */
  readonly faultRows: readonly number[];
  readonly faultsHeight: number;
  readonly height: number;
}

export const rowHeight = 15;
const laneHead = 34;
const laneFoot = 6;
const rowsMax = 6;
const faultRowsMax = 4;
const top = 6;

/** Kinds of spans from the most telling down: when there is no room, the last ones are left out. */
const telling = ["leader", "authority", "session", "lease", "transfer", "service", "alert", "standing still", "term"];

export function layoutOf(timeline: Timeline): Layout {
  const { spans, lanes, faults } = timeline;
  const { rowOf, rowsByLane } = rowsOf(spans, timeline);
  const faultRows = packed(faults.map(({ fromUs, toUs }) => ({ fromUs, toUs })));
  const faultRowCount = Math.min(
    faultRowsMax,
    faultRows.reduce((most, row) => Math.max(most, row + 1), 0),
  );
  const faultsHeight = top + faultRowCount * rowHeight;
  let y = faultsHeight;
  const boxes = lanes.map(({ name, role }, lane): LaneBox => {
    const rows = rowsByLane.get(lane) ?? 0;
    const height = laneHead + rows * rowHeight + laneFoot;
    const box = { name, role, top: y, line: y + laneHead - 12, height, rows };
    y += height;
    return box;
  });
  return { lanes: boxes, rowOf, clashes: clashesOf(spans), faultRows, faultsHeight, height: y + 22 };
}

interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The first row that is free at the beginning of each; they come in order of their beginnings. */
function packed(stretches: readonly Stretch[]): readonly number[] {
  const freeFrom: number[] = [];
  return stretches.map(({ fromUs, toUs }) => {
    const found = freeFrom.findIndex((freeUs) => freeUs <= fromUs);
    const row = found === -1 ? freeFrom.length : found;
    freeFrom[row] = toUs;
    return row;
  });
}

function rowsOf(spans: SpanColumns, { texts, lanes }: Timeline) {
  const rowOf = new Int16Array(spans.lane.length).fill(-1);
  const rowsByLane = new Map<number, number>();
  const rank = (text: number): number => {
    const place = telling.indexOf(texts[text] ?? "");
    return place === -1 ? telling.length : place;
  };
  for (const lane of lanes.keys()) {
    const own = [...spans.lane.keys()].filter((span) => spans.lane[span] === lane);
    const kinds = [...new Set(own.map((span) => spans.row[span] ?? 0))].sort((a, b) => rank(a) - rank(b) || a - b);
    let used = 0;
    for (const kind of kinds) {
      const alike = own.filter((span) => spans.row[span] === kind);
      const rows = packed(alike.map((span) => ({ fromUs: spans.fromUs[span] ?? 0, toUs: spans.toUs[span] ?? 0 })));
      for (const [place, span] of alike.entries()) {
        const row = used + (rows[place] ?? 0);
        if (row < rowsMax) rowOf[span] = row;
      }
      used += rows.reduce((most, row) => Math.max(most, row + 1), 0);
    }
    rowsByLane.set(lane, Math.min(used, rowsMax));
  }
  return { rowOf, rowsByLane };
}

function clashesOf({ exclusive, lane, row, key, fromUs, toUs }: SpanColumns): readonly Clash[] {
  const open = new Map<string, number[]>();
  const clashes: Clash[] = [];
  for (const [span, isExclusive] of exclusive.entries()) {
    if (isExclusive === 0) continue;
    const name = `${row[span]} ${key[span]}`;
    const before = (open.get(name) ?? []).filter((other) => toUs[other] > fromUs[span]);
    for (const other of before) {
      if (lane[other] === lane[span]) continue;
      clashes.push({ spans: [other, span], fromUs: fromUs[span], toUs: Math.min(toUs[other], toUs[span]) });
    }
    open.set(name, [...before, span]);
  }
  return clashes;
}

/** Room for the names of lanes, left of all. */
export const gutterOf = (width: number): number => (width < 640 ? 74 : 118);
