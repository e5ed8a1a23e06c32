// Tables: what RFC 4180 reads is what was written, and no field is a formula.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { csvLine } from "../../../src/report/exports/csv.ts";
import { typeOf } from "../../../src/report/exports/exporter.ts";
import { figuresCsv } from "../../../src/report/exports/figures-csv.ts";
import { sampleTrace } from "../../trace/sample-trace.ts";
import { exported, recorded, stormyStory } from "./exported.ts";

/** A reader of its own, of the grammar of RFC 4180 and nothing beside it. */
function read(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const [, quoted, plain = "", end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error(`no field at ${at}: ${text.slice(at, at + 40)}`);
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe("a line", () => {
  property.prop([fc.array(fc.string({ unit: "binary" }), { minLength: 1 })])("of any texts reads back", (texts) => {
    const [back, ...more] = read(csvLine(texts));
    expect(more).toEqual([]);
    expect(back).toEqual(texts.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
  });

  test.each(["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "\r=1", `=HYPERLINK("http://x","y")`])(
    "has no formula: %j",
    (text) => expect(read(csvLine([text]))[0]?.[0]).toBe(`'${text}`),
  );

  test("has numbers as they are, and nothing for what is none", () => {
    expect(csvLine([-1, 0.5, NaN, Infinity, undefined, ""])).toBe("-1,0.5,,,,\r\n");
  });
});

const storm = recorded(stormyStory);

describe("events", () => {
  const [head = [], ...rows] = read(exported("csv", storm));
  const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);

  test("are a row each, in order, all of the same length", () => {
    expect(rows.length).toBe(storm.events.length);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
    expect(column("event")).toEqual(storm.events.map(({ event }) => String(event)));
    expect(column("kind")).toEqual(storm.events.map(({ kind }) => kind));
  });

  test("say of a message on its arrival what was sent", () => {
    const types = new Map(
      storm.events.flatMap((event) => (event.kind === "sent" ? [[String(event.message), typeOf(event.content)]] : [])),
    );
    const arrived = rows.filter((row) => row[head.indexOf("kind")] === "delivered");
    expect(arrived.map((row) => row[head.indexOf("name")])).toEqual(
      arrived.map((row) => types.get(row[head.indexOf("message")] ?? "")),
    );
  });

  test("hold every field of every kind", () => {
    const some = read(exported("csv", { ...storm, ...sampleTrace, end: { ...sampleTrace.end, violations: [] } }));
    const kinds = some.slice(1).map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
    expect(kinds[1]).toMatchObject({
      atUs: "5",
      kind: "sent",
      name: "ship",
      message: "1",
      peer: "n2",
      via: "datagram",
    });
    expect(JSON.parse(kinds[1]?.["content"] ?? "")).toEqual({
      state: { items: ["ä", "\u{1f5e1}"], x: -3 },
      type: "ship",
    });
    expect(kinds[3]).toMatchObject({
      kind: "delivered",
      name: "ship",
      peer: "n1",
      sentUs: "5",
      copy: "0",
      content: "",
    });
    expect(kinds[4]).toMatchObject({ copy: "1", content: '{"damaged":true,"type":"ship"}' });
    expect(kinds[6]).toMatchObject({ kind: "lost", name: "confirm", because: "dropFault", told: "dropped by a fault" });
    expect(kinds[2]).toMatchObject({ kind: "timerSet", name: "deadline:p1/1", dueUs: "100005", role: "server" });
    expect(kinds[7]).toMatchObject({ kind: "synced", name: "1", records: "3" });
  });

  test("of a window are those of the whole that are in it", () => {
    const window = { fromUs: 3_000_000, untilUs: 3_050_000 };
    const inside = rows.filter(([atUs]) => Number(atUs) >= window.fromUs && Number(atUs) <= window.untilUs);
    expect(inside.length).toBeGreaterThan(5);
    expect(read(exported("csv", storm, { window })).slice(1)).toEqual(inside);
  });
});

test("figures are a row each, with what they come to", () => {
  const [head = [], ...rows] = read(figuresCsv(storm.run, storm.system));
  expect(rows.map((row) => row[2])).toEqual(storm.system.measures.figures.map(({ id }) => id));
  const started = rows.find((row) => row[2] === "transfer.started") ?? [];
  const facts = storm.events.filter((event) => event.kind === "fact" && event.fact.fact === "transferStarted");
  expect(started[head.indexOf("count")]).toBe(String(facts.length));
  expect(rows.find((row) => row[2] === "split.success")?.slice(head.indexOf("count"))).toEqual([
    "0",
    "",
    "",
    "",
    "",
    "",
    "",
  ]);
});
