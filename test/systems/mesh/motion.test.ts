// How crowds walk: the workloads of MESH-F8-02 as data.
import { describe, expect, test } from "vitest";

import { parseScenario } from "../../../src/scenario/parse.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { enter, type Path, pathOf, startOf, walk } from "../../../src/systems/mesh/motion.ts";
import { meshWorkload, type Motion } from "../../../src/systems/mesh/workload.ts";

const SECOND = 1_000_000;
const motionOf = (motion: object): Motion => meshWorkload.parse({ players: { motion } }).players.motion;
const pathFor = (motion: object, ordinal = 0): Path => pathOf(motionOf(motion), { ordinal, servers: 3, width: 10_000 });

/** Where the player stands at each of these times, at a metre a step and ten steps a second. */
function places(path: Path, ordinal: number, ...atUs: readonly number[]): readonly number[] {
  const walker = startOf(path, ordinal);
  let nowUs = 0;
  return atUs.map((untilUs) => {
    for (; nowUs < untilUs; nowUs += SECOND / 10) walk(walker, path, { distance: 1_000, nowUs });
    return walker.x;
  });
}

describe("gather", () => {
  test("everybody walks to one place at a time, and stays there: mass migration", () => {
    const path = pathFor({ type: "gather", to: 25_000, at: "5s" });
    expect(places(path, 0, 5 * SECOND, 6 * SECOND, 8 * SECOND, 60 * SECOND)).toEqual([5_000, 15_000, 25_000, 25_000]);
  });

  test("a crowd gathers and disperses: a popular event", () => {
    const path = pathFor({ type: "gather", to: 9_500, at: "5s", stay: "10s" });
    expect(places(path, 0, 5 * SECOND, 10 * SECOND, 20 * SECOND)).toEqual([5_000, 9_500, 5_000]);
  });

  test("players set out one after the other, from places apart", () => {
    const motion = { type: "gather", to: 25_000, from: 5_000, scatter: 2_000, at: "1s", within: "10s" };
    const paths = Array.from({ length: 50 }, (_, ordinal) => pathFor(motion, ordinal));
    expect(new Set(paths.map(({ from }) => from)).size).toBeGreaterThan(40);
    for (const { from, to } of paths) {
      expect(from).toBeGreaterThanOrEqual(4_000);
      expect(from).toBeLessThan(6_000);
      expect(to - from).toBe(20_000);
    }
    const moved = paths.map((path, ordinal) => places(path, ordinal, 6 * SECOND)[0] !== path.from);
    const left = moved.filter((hasLeft) => hasLeft).length;
    expect(left).toBeGreaterThan(15);
    expect(left).toBeLessThan(35);
  });
});

test("spawn: each session begins before the border, and crosses it", () => {
  const path = pathFor({ type: "spawn", border: 1, before: 2_000, beyond: 3_000 });
  const walker = startOf(path, 7);
  expect(walker.x).toBe(8_000);
  for (let step = 0; step < 10; step++) walk(walker, path, { distance: 1_000, nowUs: step });
  expect(walker.x).toBe(13_000);
  enter(walker, path);
  expect(walker.x).toBe(8_000);
});

test("who walks to and fro begins a session where the last one ended", () => {
  const path = pathFor({ type: "border", reach: 2_000 });
  const walker = startOf(path, 1);
  walk(walker, path, { distance: 500, nowUs: 0 });
  const { x } = walker;
  enter(walker, path);
  expect(walker.x).toBe(x);
});

test("a variant that moves otherwise is told what the story above it has left", () => {
  const story = `title: a
why: b
system: mesh
until: 9s
workload: { players: { motion: { type: border, reach: 4000 } } }
variants: { crowd: { why: c, workload: { players: { motion: { type: gather, to: 3 } } } } }
`;
  const result = parseScenario(story, "a.yaml", { systems: new Map([["mesh", systemNamed("mesh")]]) });
  expect(result.type === "refused" && result.problems).toMatchObject([
    {
      code: "UNKNOWN_KEY",
      what: 'workload.players.motion has a key "reach" that another form of it has.',
      expected: "Expected one of type, to, from, scatter, at, within, stay.",
    },
  ]);
});
