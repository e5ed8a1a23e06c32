// What the page holds: its parts, what differs between two equal ones, and the timeline, if it lies beside the page.

import type { ReportPage } from "../report/page.ts";
import type { Timeline } from "../report/timeline.ts";

export interface Meta {
  readonly rows: readonly (readonly [string, string])[];
}

declare global {
  /** Set by the script beside the page. */
  var faultlineTimeline: Timeline | undefined;
}

/** The builder of the page wrote it: it is what it says it is. */
const dataOf = (id: string): unknown => JSON.parse(document.querySelector(`#${id}`)?.textContent ?? "null");

export const readPage = (): ReportPage => dataOf("faultline-page") as ReportPage;

export const readMeta = (): Meta => dataOf("faultline-meta") as Meta;

/** @param timeline as the page has it: a text names the file that it should be in. Undefined: that file is missing. */
export const loadedTimeline = (timeline: Timeline | string): Timeline | undefined =>
  typeof timeline === "string" ? globalThis.faultlineTimeline : timeline;
