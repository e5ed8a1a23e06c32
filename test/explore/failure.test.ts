// What counts as the failure of a run, and what it is called whatever its seed.
import { expect, test } from "vitest";

import { failureOf, findingOf } from "../../src/explore/failure.ts";
import { signatureOf } from "../../src/explore/signature.ts";
import { type Run, simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { storyNamed } from "../laws/stories.ts";

const mesh = systemNamed("mesh");
const unfenced = storyNamed("mesh/defences#without-fencing");
const expectingNothing = { ...unfenced, expect: { ...unfenced.expect, violated: [] } };

test("a failure is the earliest property that nobody expected to break, with the seed inside", () => {
  const run = simulate(expectingNothing, { seed: 2 });
  const failure = failureOf(run);
  expect(failure).toMatchObject({ property: "A1", digest: run.digest, scenario: { seed: 2 } });
  expect(failure?.violation).toEqual(run.verdict.properties.find(({ id }) => id === "A1")?.first[0]);
});

test("a story that expects its violation has no failure, and still shows something", () => {
  const run = simulate(unfenced, { seed: 2 });
  expect(failureOf(run)).toBeUndefined();
  expect(findingOf(run)?.property).toBe("A1");
  expect(findingOf(run, "A2")?.property).toBe("A2");
  expect(findingOf(run, "A3")).toBeUndefined();
});

test("the order of properties decides between two that break in one event", () => {
  const run = simulate(expectingNothing, { seed: 2 });
  const turned: Run = { ...run, verdict: { ...run.verdict, properties: run.verdict.properties.toReversed() } };
  expect(failureOf(turned)?.property).not.toBe("A1");
});

test.each([
  ["mesh/defences#without-fencing", "A1 | server acted for player under token # while the grant was server's, token #"],
  ["mesh/defences#without-idempotency", "A8 | # took effect again, by server under token #"],
  ["mesh/defences#without-attempt-check", "A7 | # ended as completed, and server was never granted the player"],
])("%s has one signature under other seeds", (name, beginning) => {
  const story = storyNamed(name);
  const signatures = [1, 2, 3].map((seed) => {
    const failure = findingOf(simulate(story, { seed }));
    return failure === undefined ? "none" : signatureOf(failure, mesh);
  });
  expect(new Set(signatures).size).toBe(1);
  expect(signatures[0]).toContain(`${beginning} | `);
});
