// What people write in scenarios, as reports show it: as prose, without what acts on whoever reads it.
import { expect, test } from "vitest";

import { oneLine, paragraphsOf } from "../../src/report/prose.ts";
import { runPage } from "../../src/report/run-page.ts";
import { FigureSamples } from "../../src/report/time-charts.ts";
import { StoryListener } from "../../src/report/story.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { simulate } from "../../src/simulate.ts";
import { byName, echo } from "../scenario/echo-system.ts";

test("lines are broken where the file had to, paragraphs where its writer wanted to", () => {
  expect(oneLine("All\n  quiet\n")).toBe("All quiet");
  expect(paragraphsOf("One line.\nAnother one.\n\n  \nA paragraph.\n")).toEqual([
    "One line. Another one.",
    "A paragraph.",
  ]);
  expect(paragraphsOf("\u202eturned\u001b[2J")).toEqual([String.raw`\u202eturned\u001b[2J`]);
});

const text = `title: |
  All
  quiet
why: |
  One line.
  Another one.

  A paragraph.
system: echo
until: 6s
settings: { defence: { onceOnly: false } }
faults: [{ at: 0s, duplicate: { message: echo, copies: 2, count: 1 } }]
`;

test("a page has the title in one line, the reasons in paragraphs, and why something broke as it can be read", () => {
  const system = byName.get(echo.name)!;
  const parsed = parseScenario(text, "e.yaml", { systems: byName });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const listener = new StoryListener(system);
  const run = simulate(parsed.story.base, { system, tracer: listener });
  const properties = run.verdict.properties.map((property) => ({
    ...property,
    first: property.first.map((violation) => ({ ...violation, because: "\u001b[2J\u202ebroke\nhere" })),
  }));
  const story = listener.story({ ...run.verdict, properties }, 20);
  const [broken] = story.flatMap((part) => (part.type === "line" && part.kind === "violation" ? [part.text] : []));
  expect(broken).toBe(String.raw`ONCE IS VIOLATED: \u001b[2J\u202ebroke\u000ahere`);
  const page = runPage({
    run,
    system,
    story,
    events: [],
    eventsDropped: 0,
    samples: new FigureSamples(system),
    replay: "",
    shrunk: [],
    downloads: [],
  });
  expect(page.parts[0]).toMatchObject({ heading: "All quiet" });
  const [about] = page.parts;
  expect(about?.type === "words" && about.paragraphs.slice(0, 2)).toEqual(["One line. Another one.", "A paragraph."]);
});
