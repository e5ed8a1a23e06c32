// What is asked for wins over what is guessed.
import { expect, test } from "vitest";

import { shellWord } from "../../src/report/shell.ts";
import { fileNameOf } from "../../src/cli/files.ts";
import { colorLevel, widthFor } from "../../src/cli/terminal.ts";

const terminal = { isTTY: true };
const pipe = { isTTY: false };

test.each([
  ["a terminal", {}, terminal, 1],
  ["a pipe", {}, pipe, 0],
  ["NO_COLOR on a terminal", { NO_COLOR: "1" }, terminal, 0],
  ["an empty NO_COLOR, which is none", { NO_COLOR: "" }, terminal, 1],
  ["FORCE_COLOR into a pipe", { FORCE_COLOR: "1" }, pipe, 1],
  ["an empty FORCE_COLOR, which is one", { FORCE_COLOR: "" }, pipe, 1],
  ["FORCE_COLOR=0 on a terminal", { FORCE_COLOR: "0" }, terminal, 0],
  ["both", { NO_COLOR: "1", FORCE_COLOR: "1" }, terminal, 0],
  ["a dumb terminal", { TERM: "dumb" }, terminal, 0],
])("colours for %s", (_what, environment, stream, level) => {
  expect(colorLevel(environment, stream)).toBe(level);
});

test.each([
  [{ isTTY: false }, 80],
  [{ isTTY: true, columns: 40 }, 60],
  [{ isTTY: true, columns: 90 }, 90],
  [{ isTTY: true, columns: 300 }, 100],
])("width of %j", (stream, width) => expect(widthFor(stream)).toBe(width));

test.each([
  ["mesh/defences#without-fencing", "mesh/defences#without-fencing"],
  ["expect.violated=[]", "'expect.violated=[]'"],
  ["it's", String.raw`'it'\''s'`],
  ["", "''"],
  ["#x", "'#x'"],
])("%s for a shell", (word, quoted) => expect(shellWord(word)).toBe(quoted));

test.each([
  ["mesh/fm-001#late", "mesh-fm-001-late"],
  ["../../etc/passwd", "etc-passwd"],
  ["...", "unnamed"],
  ["a\u0000b/c", "a-b-c"],
])("%j names a file that stays in its folder", (name, file) => expect(fileNameOf(name)).toBe(file));
