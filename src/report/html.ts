// A page as one HTML file: the viewer with the page's data in it. What the data says is text to the browser, whatever it
// holds; equal pages give equal bytes, but for the one block that says when and where they were made.

import { assert } from "../base/assert.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { printable } from "../scenario/problem.ts";
import type { DiagramPart, ReportPage } from "./page.ts";
import type { Timeline } from "./timeline.ts";
import { clip } from "./words.ts";

export interface PageFile {
  readonly name: string;
  readonly text: string;
}

export interface PageMeta {
  /** In order: when, where, by which version. */
  readonly rows: readonly (readonly [string, string])[];
}

/** Where the template holds a place for something. */
const holes = {
  title: "FAULTLINE_TITLE",
  page: "FAULTLINE_PAGE",
  meta: "FAULTLINE_META",
  beside: "<!--FAULTLINE_BESIDE-->",
  besidePolicy: "FAULTLINE_BESIDE_POLICY",
} as const;

/** Of a page that is easily sent and opened, bytes; what is larger has its diagram in a file beside it. */
const pageLengthMax = 2_600_000;
const titleLengthMax = 200;

/**
 * The page, and the file beside it when there is one.
 * @param name of the page without its ending: letters, digits, dots, hyphens.
 * @param lengthMax characters from which on the diagram goes beside the page.
 */
export function pageFiles(
  template: string,
  name: string,
  page: ReportPage,
  meta: PageMeta,
  lengthMax = pageLengthMax,
): readonly PageFile[] {
  assert(/^[a-z0-9][a-z0-9.-]*$/.test(name), "a page is named so that it needs no quoting");
  const whole = asData(page);
  if (template.length + whole.length <= lengthMax) return [fileOf(template, name, page.title, whole, meta, undefined)];
  const diagram = page.parts.find((part) => part.type === "diagram");
  if (diagram === undefined || typeof diagram.timeline === "string") {
    return [fileOf(template, name, page.title, whole, meta, undefined)];
  }
  const beside = `${name}.timeline.js`;
  const parts = page.parts.map((part): ReportPage["parts"][number] =>
    part === diagram ? moved(diagram, beside) : part,
  );
  return [
    fileOf(template, name, page.title, asData({ ...page, parts }), meta, beside),
    { name: beside, text: besideText(diagram.timeline) },
  ];
}

const moved = (diagram: DiagramPart, beside: string): DiagramPart => ({ ...diagram, timeline: beside });

/** A classic script: a browser loads no other kind from a file beside a page. */
const besideText = (timeline: Timeline): string =>
  `// The timeline of the page of the same name, which loads it.\nglobalThis.faultlineTimeline = ${asData(timeline)};\n`;

function fileOf(
  template: string,
  name: string,
  title: string,
  data: string,
  meta: PageMeta,
  beside: string | undefined,
): PageFile {
  for (const hole of Object.values(holes)) {
    assert(template.split(hole).length === 2, `the template has one place for ${hole}`);
  }
  const script = beside === undefined ? "" : `<script src="${beside}"></script>`;
  const filled = new Map<string, string>([
    [holes.title, asText(clip(printable(title), titleLengthMax))],
    [holes.page, data],
    [holes.meta, asData(meta)],
    [holes.beside, script],
    // A page from a file is of no origin, so that only the scheme can say which script may be loaded.
    [holes.besidePolicy, beside === undefined ? "" : "'self' file:"],
  ]);
  // All at once: what stands in the data is never taken for a place to fill.
  const places = new RegExp([...filled.keys()].join("|"), "g");
  return { name: `${name}.html`, text: template.replaceAll(places, (hole) => filled.get(hole) ?? "") };
}

/**
 * JSON that can stand in a script element and in a script: nothing in it ends or opens one, and no character ends a line.
 */
const asData = (value: unknown): string =>
  canonicalJson(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return `\\u${code}`;
  });

const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

const asText = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => entities.get(character) ?? "");
