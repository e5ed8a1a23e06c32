// Builds the viewer of reports: one file of HTML, in dist/web, that holds its script and style and a place for a page's
// data. What may run in it is said by hash: nothing that a page's data holds ever runs.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));

const built = await build({
  configFile: false,
  root: `${root}src/web`,
  logLevel: "warn",
  define: { "process.env.NODE_ENV": '"production"' },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    write: false,
    cssCodeSplit: false,
    target: "es2022",
    // From a file, browsers run classic scripts only.
    rolldownOptions: { input: `${root}src/web/main.tsx`, output: { format: "iife" } },
  },
});

let script = "";
let style = "";
for (const { output } of [built].flat().filter((one) => "output" in one)) {
  for (const file of output) {
    if (file.type === "chunk") script += file.code;
    else if (file.fileName.endsWith(".css")) style += String(file.source);
  }
}
if (script === "" || style === "") throw new Error("the viewer was built without a script, or without a style");

/** What an element holds is found again byte for byte: neither may end it. */
script = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--").trim();
style = style.replaceAll("</style", "<\\/style").trim();

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const filled = new Map([
  ["FAULTLINE_SCRIPT_HASH", hashOf(script)],
  ["FAULTLINE_STYLE_HASH", hashOf(style)],
  ["FAULTLINE_SCRIPT", script],
  ["FAULTLINE_STYLE", style],
]);
const page = readFileSync(`${root}src/web/page.html`, "utf8").replaceAll(
  /FAULTLINE_(?:SCRIPT|STYLE)(?:_HASH)?/g,
  (place) => filled.get(place) ?? "",
);

mkdirSync(`${root}dist/web`, { recursive: true });
const temporary = `${root}dist/web/.report.html.${process.pid}.part`;
writeFileSync(temporary, page);
renameSync(temporary, `${root}dist/web/report.html`);
