// Studies that lie in scenarios/, loaded as the command line loads them; and that they are no scenarios.
import { readdirSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { systemsWith } from "../../src/campaign/plug-ins.ts";
import { loadStudy } from "../../src/cli/studies.ts";
import { loadStories } from "../../src/cli/stories.ts";
import { ReaderMistake } from "../../src/cli/exit-codes.ts";

const files = readdirSync("scenarios/studies").filter((name) => name.endsWith(".yaml"));
const options = { systems: systemsWith([]), set: [], change: <Study>(study: Study): Study => study };

describe("a study that comes with Faultline", () => {
  test.each(files)("%s is read, by its path and by its name", (file) => {
    const byPath = loadStudy(`scenarios/studies/${file}`, options);
    expect(byPath.responses.length).toBeGreaterThan(0);
    const byName = loadStudy(`studies/${file.replace(".yaml", "")}`, options);
    expect(byName.study).toEqual(byPath.study);
  });
});

const codesOf = (load: () => unknown): readonly string[] => {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ReaderMistake) return error.problems.map(({ code }) => code);
    throw error;
  }
};

test("a study is no scenario, and no part of a folder of them", () => {
  const loaded = { systems: options.systems, set: [], variant: undefined };
  expect(codesOf(() => loadStories(["scenarios/studies/transfer-deadline.yaml"], loaded))).toEqual(["IS_A_STUDY"]);
  expect(codesOf(() => loadStudy("mesh/hunt", options))).toEqual(["NOT_A_STUDY"]);
  const all = loadStories(["scenarios"], loaded).map(({ file }) => file);
  expect(all.filter((file) => file.includes("studies"))).toEqual([]);
  expect(all.length).toBeGreaterThan(20);
});
