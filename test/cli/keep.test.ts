// `faultline keep` as it is typed: among the regressions as it fails, or as mended once it holds.
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { expect, test } from "vitest";

import { faultline } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-keep-"));
const kept = "scenarios/regressions/mesh-defences-without-session-order-a10.failure.yaml";
// Beside everything else that the machine does.
const patience = { timeout: 240_000 };

test("a failure that still fails is kept as it is, and run as one that should", patience, async () => {
  const into = join(folder, "kept");
  const told = await faultline(["keep", kept, "--into", into, "--json"]);
  expect(told.code).toBe(0);
  const { wrote, standing } = JSON.parse(told.stdout) as { wrote: string[]; standing: unknown };
  expect(standing).toEqual({ type: "stillFails" });
  const text = readFileSync(wrote[0] ?? "", "utf8");
  expect(text).toMatch(/^# .*\n(# .*\n)*# Seen last at [0-9a-f]{12}\.\n#\n/);
  expect(text).toContain("violated: [ A10 ]");
  expect((await faultline(["run", into])).code).toBe(0);
});

test(
  "another failure of the same property is kept beside the first, and the same one in its place",
  patience,
  async () => {
    const into = join(folder, "several");
    const other = join(folder, "other-seed.failure.yaml");
    const text = readFileSync(kept, "utf8");
    expect(text).toContain("seed: 1\n");
    writeFileSync(other, text.replace("seed: 1\n", "seed: 12\n"));
    const names: string[] = [];
    for (const path of [kept, other, kept, other]) {
      const told = await faultline(["keep", path, "--into", into, "--json"]);
      names.push(...(JSON.parse(told.stdout) as { wrote: string[] }).wrote.map((one) => basename(one)));
    }
    const [first, second] = names;
    expect(second).toBe(first?.replace(".failure.yaml", "-2.failure.yaml"));
    expect(names).toEqual([first, second, first, second]);
  },
);

test("a failure that is fixed is kept as mended, with the commit at which it failed last", patience, async () => {
  const path = join(folder, "mended.failure.yaml");
  writeFileSync(path, readFileSync(kept, "utf8").replace("sessionOrder: false", "sessionOrder: true"));
  const replayed = await faultline(["replay", path]);
  expect(replayed.stdout).toContain("fixed: everything that broke A10 happened again, and it holds");
  const told = await faultline(["keep", path, "--into", folder]);
  expect(told.stdout).toContain("A10 holds: kept as mended");
  const text = readFileSync(path, "utf8");
  expect(text).toMatch(/# Mended: it failed last at [0-9a-f]{12}\./);
  expect(text).not.toContain("violated:");
  expect((await faultline(["run", path])).code).toBe(0);
});

test("what no longer reaches its point is refused, and replay says why", patience, async () => {
  const path = join(folder, "idle.failure.yaml");
  const text = readFileSync(kept, "utf8").replace("sessionOrder: false", "sessionOrder: true");
  writeFileSync(path, text.replace(/decisive:\n? *\[?.*\]?/, "decisive: [ gone ]"));
  const replayed = await faultline(["replay", path]);
  expect(replayed.code).toBe(1);
  expect(replayed.stdout).toContain("no longer reaches that point");
  const refused = await faultline(["keep", path, "--into", folder]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("NO_LONGER_REACHED");
});

test("what is no failure file is refused", patience, async () => {
  const path = join(folder, "story.yaml");
  copyFileSync("scenarios/mesh/baseline.yaml", path);
  const refused = await faultline(["keep", path, "--into", folder]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("NOT_A_FAILURE_FILE");
});
