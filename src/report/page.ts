// What a report page says, as plain data: the viewer draws it, a text alternative tells it, and equal input gives equal
// bytes. Every face that writes `--report DIR` makes one of these.

import type { Timeline } from "./timeline.ts";

/** A page: a verdict in words, then its parts in reading order. */
export interface ReportPage {
  /** Of the command that made it. */
  readonly kind: "run" | "fuzz" | "sweep" | "tune" | "claims";
  readonly title: string;
  readonly verdict: { readonly tone: Tone; readonly words: string };
  readonly parts: readonly ReportPart[];
}

export type Tone = "good" | "bad" | "unsure" | "plain";

export type ReportPart =
  | WordsPart
  | TablePart
  | LinesPart
  | HeatPart
  | ScatterPart
  | DownloadsPart
  | LinksPart
  | StoryPart
  | DiagramPart
  | PropertiesPart
  | ChartsPart;

interface Headed {
  readonly heading: string;
  /** One or two sentences under the heading: what is to be seen here, and how to read it. */
  readonly about?: string;
}

export interface WordsPart extends Headed {
  readonly type: "words";
  readonly paragraphs: readonly string[];
}

export interface TablePart extends Headed {
  readonly type: "table";
  readonly columns: readonly { readonly title: string; readonly align?: "right" }[];
  readonly rows: readonly { readonly tone?: Tone; readonly cells: readonly string[] }[];
}

/** Numbers on an axis are shown as `unit` says; a duration is in microseconds. */
export interface Axis {
  readonly title: string;
  readonly unit: "durationUs" | "share" | "count" | "amount";
  readonly isLogarithmic?: boolean;
}

/** Lines over one axis, with intervals where there are any. Marks are settings or bounds worth a labelled rule. */
export interface LinesPart extends Headed {
  readonly type: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly { readonly name: string; readonly points: readonly LinePoint[] }[];
  readonly marks: readonly { readonly on: "x" | "y"; readonly at: number; readonly words: string }[];
}

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** One value for each pair of values; undefined where there is none. `values[row][column]`. */
export interface HeatPart extends Headed {
  readonly type: "heat";
  readonly columns: { readonly title: string; readonly labels: readonly string[] };
  readonly rows: { readonly title: string; readonly labels: readonly string[] };
  readonly unit: Axis["unit"];
  /** Whether little is good. */
  readonly better: "low" | "high";
  readonly values: readonly (readonly (number | null)[])[];
}

/** Points of two objectives, such as a Pareto front; `isFront` are joined, `isChosen` is the recommendation. */
export interface ScatterPart extends Headed {
  readonly type: "scatter";
  readonly x: Axis;
  readonly y: Axis;
  /** How the two kinds of points were measured. */
  readonly keys: { readonly surely: string; readonly roughly: string };
  readonly points: readonly (LinePoint & {
    readonly name: string;
    /** Beside the point, where it is one to look for: "recommended", "today". */
    readonly mark?: string;
    readonly isFront: boolean;
    readonly isChosen: boolean;
    /** Measured as the recommendation is; else only as the search saw it. */
    readonly isSure: boolean;
    readonly runs: number;
    /** The interval of `x`; `low` and `high` are of `y`. */
    readonly xLow?: number;
    readonly xHigh?: number;
  })[];
}

/** Files that the page itself carries; those without a `text` lie beside it under that name, `length` bytes long. */
export interface DownloadsPart extends Headed {
  readonly type: "downloads";
  readonly files: readonly (
    | { readonly name: string; readonly mediaType: string; readonly text: string }
    | { readonly name: string; readonly mediaType: string; readonly length: number }
  )[];
}

/** Other pages of the same folder. */
export interface LinksPart extends Headed {
  readonly type: "links";
  /** `href` is the name of a file in the folder of the page. */
  readonly links: readonly {
    readonly href: string;
    readonly words: string;
    readonly about: string;
    readonly tone?: Tone;
  }[];
}

/** What happened, in a few lines; each leads to its place in the diagram. Absent `event`: so many lines are left out. */
export interface StoryPart extends Headed {
  readonly type: "story";
  readonly lines: readonly (
    | {
        readonly atUs: number;
        readonly event: number;
        readonly node: string;
        readonly text: string;
        readonly tone: Tone;
      }
    | { readonly left: number }
  )[];
}

/** Nodes as lanes, messages as arrows. At most one on a page. */
export interface DiagramPart extends Headed {
  readonly type: "diagram";
  /** The property at whose first violation it opens; absent: at the first one that fails the run, or at the whole run. */
  readonly opensAt?: string;
  /** A text: the name of the file beside the page that holds it, because it is large. */
  readonly timeline: Timeline | string;
}

/** What was promised, and whether it held; a broken one leads to where it broke first. */
export interface PropertiesPart extends Headed {
  readonly type: "properties";
  readonly rows: readonly {
    readonly id: string;
    readonly claim: string;
    readonly source: string;
    readonly status: string;
    readonly tone: Tone;
    readonly because?: string;
    readonly atUs?: number;
    readonly event?: number;
    readonly node?: string;
  }[];
}

/** Charts over the time of the diagram, which move with it. */
export interface ChartsPart extends Headed {
  readonly type: "charts";
  readonly startUs: number;
  readonly endUs: number;
  readonly charts: readonly TimeChart[];
}

export interface TimeSeries {
  readonly name: string;
  /** `dots`: single values where they were measured; `bars`: sums over slices; `line`: one value for each slice. */
  readonly form: "dots" | "bars" | "line";
  readonly isBad?: boolean;
  /** True times, microseconds, rising: of a slice its beginning. */
  readonly atUs: readonly number[];
  readonly values: readonly number[];
}

export interface TimeChart {
  readonly title: string;
  readonly y: Axis;
  readonly series: readonly TimeSeries[];
}
