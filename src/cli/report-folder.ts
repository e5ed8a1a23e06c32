// A folder of report pages: the viewer is read before anything runs, and pages appear whole or not at all.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { ReportMeta } from "../report/campaign-report.ts";
import { metaRows } from "../report/campaign-report.ts";
import { pageFiles } from "../report/html.ts";
import type { ReportPage } from "../report/page.ts";
import { ReaderMistake } from "./exit-codes.ts";
import { OutputFolder } from "./files.ts";

/** Built by `npm run build`; part of the published package. */
const templatePath = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/web/report.html" : "../web/report.html", import.meta.url),
);

export interface NamedPage {
  /** Without its ending; the one called index is opened first. */
  readonly name: string;
  readonly page: ReportPage;
  /** What lies beside it. */
  readonly files?: readonly NamedText[];
}

interface NamedText {
  readonly name: string;
  readonly text: string;
}

export class ReportFolder {
  readonly #folder: OutputFolder;
  readonly #template: string;

  /** Makes the folder. @throws ReaderMistake when nothing can be written there, or the viewer was not built. */
  constructor(path: string) {
    this.#template = readTemplate();
    this.#folder = new OutputFolder(path);
  }

  /** Pages, and files beside them: all of it, or nothing. @returns the paths of what was written. */
  write(pages: readonly NamedPage[], meta: ReportMeta, others: readonly NamedText[] = []): readonly string[] {
    const rows = metaRows(meta);
    const made = pages.flatMap(({ name, page, files = [] }) => [
      ...pageFiles(this.#template, name, page, { rows }),
      ...files,
    ]);
    return this.#folder.writeAll([...made, ...others]);
  }
}

function readTemplate(): string {
  if (existsSync(templatePath)) return readFileSync(templatePath, "utf8");
  throw new ReaderMistake([
    {
      place: { type: "wholeFile", file: templatePath },
      code: "NOT_BUILT",
      what: "The viewer of reports is not there.",
      expected: "Expected it to have been built, as npm ci does in a clone.",
      fix: 'run "npm run build".',
    },
  ]);
}
