// An id of a requirement that is named anywhere is one: a slip of the pen would claim what nobody asked for.
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { citedIn, familyOf } from "../../src/report/citations.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { expectNone, type Finding, printFindings } from "./finding.ts";

const known: ReadonlySet<string> = new Set(
  systemNames.flatMap((name) =>
    (systemNamed(name).requirements ?? []).flatMap(({ requirements }) => requirements.map(({ id }) => id)),
  ),
);
const families: ReadonlySet<string> = new Set([...known].map((id) => familyOf(id)));
/** Whoever begins an id with the name of a system means one of its requirements. */
const systems: ReadonlySet<string> = new Set(systemNames.map((name) => name.toUpperCase()));

function findingsIn(file: string, text: string): readonly Finding[] {
  return text.split("\n").flatMap((line, index) =>
    citedIn(line)
      .filter((id) => families.has(familyOf(id)) || systems.has(id.split("-")[0] ?? ""))
      .filter((id) => !known.has(id))
      .map((id) => ({
        file,
        line: index + 1,
        column: line.indexOf(id) + 1,
        code: "UNKNOWN_REQUIREMENT",
        what: `There is no requirement ${id}.`,
        expected: "an id that a catalogue in src/systems/*/requirements has.",
        fix: `see "faultline list requirements${families.has(familyOf(id)) ? ` ${familyOf(id)}` : ""}".`,
      })),
  );
}

test("every requirement that is named exists", () => {
  const files = ["src", "scenarios", "test"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => `${root}/${path.replaceAll("\\", "/")}`),
  );
  // This file names what does not exist, to show that it is refused.
  const own = "test/laws/requirement-ids.test.ts";
  const texts = [...files, "README.md"].filter((file) => /\.(?:ts|md|yaml|txt|json)$/.test(file) && file !== own);
  expectNone(texts.flatMap((file) => findingsIn(file, readFileSync(file, "utf8"))));
});

describe("refused", () => {
  test("a number that the family does not have, and a family that the system does not have", () => {
    expect(printFindings(findingsIn("a.yaml", "title: t\nwhy: never (MESH-F1-99).\n"))).toBe(
      `a.yaml:2:13  UNKNOWN_REQUIREMENT
  There is no requirement MESH-F1-99.
  Expected an id that a catalogue in src/systems/*/requirements has.
  Fix: see "faultline list requirements MESH-F1".
`,
    );
    expect(findingsIn("a.ts", "// MESH-F1-01, F9-01; X-M-65; MESH-INV-11..13").map(({ what }) => what)).toEqual([
      "There is no requirement MESH-F9-01.",
      "There is no requirement X-M-65.",
      "There is no requirement MESH-INV-13.",
    ]);
  });
});

test("what other catalogues and papers call theirs is left alone", () => {
  expect(findingsIn("a.ts", "// X-V-07, VSR-F1-01, UTF-16, CL-M-01, RF1, FM-001")).toEqual([]);
});
