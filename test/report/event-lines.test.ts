// Events in columns: no wider than asked for, nothing left out, and whole where nobody asks for a width.
import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { eventLines } from "../../src/report/event-lines.ts";
import { noPaint, widthOf } from "../../src/report/words.ts";

const columns = { atWidth: 13, nodeWidth: 9, width: 80, paint: noPaint };
const same = (text: string): string => text;

property.prop([fc.array(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }), { maxLength: 40 })])(
  "of short words no line is wider, and every word is there once",
  (some) => {
    const words = some.map((word) => word.replaceAll(" ", "_"));
    const lines = eventLines({ at: "1.5 s", node: "server-1", text: words.join(" ") }, same, columns);
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(lines.map((line) => line.slice(26)).join(" ")).toBe(words.join(" "));
    expect(lines[0]?.slice(0, 26)).toBe("        1.5 s  server-1   ");
    expect(lines.slice(1).filter((line) => !line.startsWith(" ".repeat(26)))).toEqual([]);
  },
);

test("what fits stays as it is, with its gaps", () => {
  const text = "→ server-2  ship player=p1  arrives after 1 ms";
  expect(eventLines({ at: "", node: "", text }, same, columns)[0]).toContain(text);
});

test("without a width every event is one line", () => {
  const text = "x ".repeat(500).trimEnd();
  expect(eventLines({ at: "1 s", node: "n", text }, same, { ...columns, width: Infinity })).toEqual([
    `${"1 s".padStart(13)}  ${"n".padEnd(9)}  ${text}`,
  ]);
});
