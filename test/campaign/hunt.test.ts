// A hunt comes to the same with any number of threads, and survives what it hunts.
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import type { HuntMemory } from "../../src/campaign/hunt-signals.ts";
import { huntMemory, runHunt, type RunHuntOptions } from "../../src/campaign/run-hunt.ts";
import { basesOf, huntSpecOf } from "../../src/explore/hunt-spec.ts";
import { Groups } from "../../src/explore/groups.ts";
import { Hunt } from "../../src/explore/hunt.ts";
import { usualMixture } from "../../src/explore/strategies/all.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { simulate } from "../../src/simulate.ts";
import { failingStory, quietStory } from "../cli/command.ts";
import { byName, echo } from "../scenario/echo-system.ts";
import { wildSystems } from "./wild-systems.ts";

const echoSystem = byName.get(echo.name)!;
const wildPlugIn = fileURLToPath(new URL("wild-systems.ts", import.meta.url));
const plugIns = [fileURLToPath(new URL("../scenario/echo-system.ts", import.meta.url)), wildPlugIn];
const systems = new Map([...byName, ...wildSystems.map((system) => [system.name, system] as const)]);

function huntOf(text: string): { hunt: Hunt; memory: HuntMemory } {
  const parsed = parseScenario(text, "h.yaml", { systems });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const scenario = parsed.story.base;
  const system = systems.get(scenario.system)!;
  const spec = huntSpecOf(system);
  const bases = basesOf([scenario], spec, system, 20_000);
  const memory = huntMemory();
  const options = { seed: 1, strategies: usualMixture, shard: { index: 1, count: 1 } };
  return { hunt: new Hunt({ system, spec, bases }, options, memory.reached), memory };
}

const options = (workers: number, memory: HuntMemory, rest: Partial<RunHuntOptions> = {}): RunHuntOptions => ({
  memory,
  workers,
  system: "echo",
  limits: { runMsMax: 5_000, eventsMax: 20_000 },
  plugIns,
  runsMax: 100,
  msMax: Infinity,
  bails: false,
  ...rest,
});

describe("a hunt", () => {
  test("comes to the same with threads and without", { timeout: 60_000 }, async () => {
    const told = await Promise.all(
      [0, 2].map(async (workers) => {
        const { hunt, memory } = huntOf(failingStory);
        await runHunt(hunt, options(workers, memory));
        return [hunt.effects, [...hunt.strategies], hunt.findings];
      }),
    );
    expect(told[0]).toMatchObject([{ runs: 100 }, {}, {}]);
    expect(told[1]).toEqual(told[0]);
  });

  test("groups what it finds, and each group is shown by a scenario that runs alone", { timeout: 60_000 }, async () => {
    const { hunt, memory } = huntOf(failingStory);
    await runHunt(hunt, options(0, memory, { runsMax: 64 }));
    const groups = new Groups(echoSystem);
    for (const finding of hunt.findings) groups.add(finding);
    expect(hunt.findings.length).toBeGreaterThan(30);
    expect(groups.all.length).toBeLessThan(4);
    for (const { scenario, first } of groups.all) {
      const again = simulate(scenario, { system: echoSystem });
      expect(again.verdict.properties.find(({ id }) => id === first.property)?.status).toBe("violated");
    }
  });

  test("finds nothing where nothing is wrong", { timeout: 60_000 }, async () => {
    const { hunt, memory } = huntOf(quietStory);
    await runHunt(hunt, options(0, memory, { runsMax: 64 }));
    expect(hunt.findings).toEqual([]);
    expect(hunt.effects).toMatchObject({ runs: 64, held: 64 });
  });

  test("ends after the round in which something was found, when it is to bail", { timeout: 60_000 }, async () => {
    const { hunt, memory } = huntOf(failingStory);
    await runHunt(hunt, options(2, memory, { runsMax: 100_000, bails: true }));
    expect(hunt.findings.length).toBeGreaterThan(0);
    expect(hunt.effects.runs).toBe(64);
  });

  test("has done no round that its bound cut, nor any behind it", { timeout: 60_000 }, async () => {
    const roundsOf = async (runsMax: number): Promise<readonly number[]> => {
      const { hunt, memory } = huntOf(quietStory);
      const rounds: number[] = [];
      await runHunt(hunt, options(0, memory, { runsMax, onRound: (_fresh, done) => rounds.push(done) }));
      return rounds;
    };
    expect(await roundsOf(8)).toEqual([0]);
    expect(await roundsOf(100)).toEqual([1, 1]);
  });

  test("has done no round behind one that was interrupted", { timeout: 60_000 }, async () => {
    const { hunt, memory } = huntOf(quietStory);
    const ended = new AbortController();
    const rounds: number[] = [];
    const onRound = (_fresh: unknown, done: number): void => {
      rounds.push(done);
      if (rounds.length === 2) ended.abort();
    };
    await runHunt(hunt, options(0, memory, { runsMax: 100_000, onRound, signal: ended.signal }));
    // Two rounds are under way when it ends: neither is done, for the second may be whole and the first not.
    expect(rounds.slice(0, 2)).toEqual([1, 2]);
    expect(rounds.slice(2).every((done) => done === 2)).toBe(true);
    expect(rounds.length).toBeGreaterThan(2);
  });

  test("ends when its time is up, and keeps what was done", { timeout: 60_000 }, async () => {
    const { hunt, memory } = huntOf(quietStory);
    const { tookMs } = await runHunt(hunt, options(1, memory, { runsMax: Infinity, msMax: 1_500 }));
    expect(tookMs).toBeLessThan(20_000);
    expect(hunt.effects.inconclusive).toBe(0);
  });
});

describe("a machine that", () => {
  test.each([
    ["thrower", 0, "violation", /broke on/],
    ["flooder", 0, "limit", /limit/],
    ["restless", 0, "limit", /event limit/],
    ["endless", 1, "lost", /thread was lost/],
  ] as const)("is a %s is a finding, with %i workers", { timeout: 60_000 }, async (name, workers, kind, because) => {
    const { hunt, memory } = huntOf(`title: t\nwhy: w\nsystem: ${name}\nuntil: 6s\n`);
    const limits = { runMsMax: 1_000, eventsMax: 20_000 };
    await runHunt(
      hunt,
      options(workers, memory, {
        system: name,
        runsMax: 2,
        limits: name === "endless" ? limits : options(0, memory).limits,
      }),
    );
    expect(hunt.findings.map((finding) => finding.kind)).toEqual([kind, kind]);
    for (const finding of hunt.findings) expect(finding.because).toMatch(because);
  });
});
