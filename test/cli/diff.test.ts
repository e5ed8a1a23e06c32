// `faultline diff` as it is typed: two seeds, two settings, two traces.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { partingOf } from "../../src/explore/parting.ts";
import { sampleTrace } from "../trace/sample-trace.ts";
import { faultline } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-diff-"));
// Beside everything else that the machine does.
const patience = 240_000;
const short = ["--set", "until=4s", "--set", "heal=1s"];

describe("how two histories part", () => {
  const { events } = sampleTrace;

  test("not at all, when they are one", () => {
    expect(partingOf(events, events)).toEqual({ first: undefined, before: [], nodes: [], counts: [] });
  });

  test("by the first event, the facts of each node, and counts", () => {
    const at = events.findIndex(({ kind }) => kind === "fact");
    const less = events.toSpliced(at, 1);
    const parting = partingOf(events, less);
    expect(parting.first?.index).toBe(at);
    expect(parting.before).toEqual(events.slice(Math.max(0, at - 3), at));
    const node = events[at]?.node;
    expect(parting.nodes).toMatchObject([{ node, alike: 0 }]);
    expect(parting.counts).toMatchObject([{ left: 1, right: 0 }]);
  });
});

describe("faultline diff", () => {
  test("names the first event in which two seeds part, and exits with 1", { timeout: patience }, async () => {
    const { code, stdout } = await faultline(["diff", "mesh/baseline@1", "mesh/baseline@2", ...short]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/They part at event [\d ]+, after [\d ]+ trace events? alike/);
    expect(stdout).toContain("What each node then states otherwise");
  });

  test("compares settings, and finds a run equal to its trace", { timeout: patience }, async () => {
    const path = join(folder, "one.jsonl");
    await faultline(["run", "mesh/baseline", "--seed", "1", "--trace", path, ...short]);
    const same = await faultline(["diff", path, "mesh/baseline@1", ...short, "--json"]);
    expect(same.code).toBe(0);
    expect(JSON.parse(same.stdout)).toMatchObject({ same: true, first: null });
    const changed = await faultline([
      "diff",
      path,
      "mesh/baseline@1",
      ...short,
      "--right",
      "settings.transfer.policy=version",
      "--json",
    ]);
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject({ same: false, first: { left: {}, right: {} } });
  });

  test.each([
    [["mesh/baseline@x", "mesh/baseline"], "BAD_SEED"],
    [["mesh/baseline", "no-such.jsonl"], "NO_SUCH_FILE"],
    [["mesh/defences", "mesh/baseline"], "ONE_STORY_ONLY"],
    [["mesh/baseline", "mesh/baselin"], "UNKNOWN_SCENARIO"],
  ])("refuses %o with %s", { timeout: patience }, async (words, code) => {
    const refused = await faultline(["diff", ...words]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(code);
  });

  test("refuses a damaged trace, with its line", { timeout: patience }, async () => {
    const path = join(folder, "damaged.jsonl");
    writeFileSync(path, '{"faultlineTrace":1,"scenario":"x","system":"mesh","seed":1,"nodes":[]}\n{"at');
    const refused = await faultline(["diff", path, path]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/damaged\.jsonl:\d+:1/);
  });
});
