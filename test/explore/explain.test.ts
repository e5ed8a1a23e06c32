// Why a failure failed: what it hung on, what led to it, and from when on it was too late.
import { beforeAll, describe, expect, test } from "vitest";

import { Questions } from "../../src/explore/explain/counterfactuals.ts";
import { explain, type Explanation } from "../../src/explore/explain/explain.ts";
import { inevitability, inevitableFrom } from "../../src/explore/explain/futures.ts";
import { findingOf, standingOf } from "../../src/explore/failure.ts";
import { tryScenario } from "../../src/explore/trial.ts";
import {
  decisiveSentence,
  inevitableSentence,
  nothingDecisiveSentence,
  sliceLines,
} from "../../src/report/explanation-lines.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { storyNamed } from "../laws/stories.ts";

const mesh = systemNamed("mesh");

function explained(name: string, seed: number): Explanation {
  const failure = findingOf(simulate(storyNamed(name), { seed }), storyNamed(name).expect.violated[0]);
  const explanation = failure === undefined ? undefined : explain(failure, { system: mesh });
  if (explanation === undefined) throw new Error(`${name} does not fail under seed ${seed}`);
  return explanation;
}

describe("two servers that write, for nothing stops the old one", () => {
  let why: Explanation;

  beforeAll(() => {
    why = explained("mesh/defences#without-fencing", 2);
  }, 120_000);

  test("hangs on the late confirmation, and on the defence that is off", () => {
    const sentences = why.decisive.map((one) => decisiveSentence(one, why, mesh));
    expect(sentences.slice(0, 3).join("\n")).toMatch(/delay of confirm .* from server-2 to server-1/);
    expect(sentences.join("\n")).toMatch(/settings\.defence\.fencing.*: with the default it holds/);
    expect(sentences.every((sentence) => sentence.endsWith("."))).toBe(true);
  });

  test("names nothing decisive without which it still fails", () => {
    const { scenario, property } = why.failure;
    for (const one of why.decisive) {
      if (one.kind !== "fault") continue;
      const faults = scenario.world.faults.filter(({ id }) => id !== one.fault.id);
      const without: Scenario = { ...scenario, world: { ...scenario.world, faults } };
      expect(tryScenario(without, { system: mesh, property }).violation).toBeUndefined();
    }
  });

  test("is told in order, causes before what they cause, down to the violation", () => {
    const lines = sliceLines(why, mesh);
    expect(lines.at(-1)).toMatchObject({ kind: "violation", node: "store-1" });
    expect(lines.map(({ atUs }) => atUs)).toEqual(lines.map(({ atUs }) => atUs).toSorted((a, b) => a - b));
    expect(why.slice.every(({ heard, event }) => heard === undefined || heard.event < event)).toBe(true);
    const texts = lines.map(({ text }) => text);
    expect(texts.some((text) => /confirm .*struck by a fault/.test(text))).toBe(true);
    expect(texts.some((text) => text.includes("player-3 belongs to server-2 under token 2"))).toBe(true);
    // A fraction of what happened.
    expect(lines.length).toBeLessThan(80);
  });

  test("was avoidable at first, and in the end it was not", () => {
    const { moments, fromUs } = why.inevitability;
    expect(moments[0]?.failing).toBeLessThan(moments.at(-1)?.failing ?? 0);
    expect(fromUs).toBeGreaterThan(1_000_000);
    expect(inevitableSentence(why)).toMatch(/^Too late from 1\.\d{6} s on, .* before the violation/);
    expect(inevitableSentence({ ...why, isComplete: false })).toMatch(/not asked to the end: time was up/);
    expect(nothingDecisiveSentence({ isComplete: false })).toMatch(/before time was up/);
  });
});

test("it is too late from where every later moment fails", () => {
  const moment = (atUs: number, failing: number) => ({ atUs, failing, tried: 10 });
  expect(inevitableFrom([moment(0, 0), moment(1, 10), moment(2, 5), moment(3, 9), moment(4, 10)])).toBe(3);
  expect(inevitableFrom([moment(0, 10), moment(1, 10)])).toBe(0);
  expect(inevitableFrom([moment(0, 10), moment(1, 8)])).toBeUndefined();
  expect(inevitableFrom([])).toBeUndefined();
});

describe("what nobody found out is not told", () => {
  const story = { ...storyNamed("mesh/defences#without-fencing"), seed: 2 };
  const property = story.expect.violated[0] ?? "";
  const broken = tryScenario(story, { system: mesh, property });

  test("a question that time cut off has no answer", { timeout: 60_000 }, () => {
    let left = Infinity;
    const questions = new Questions(story, { system: mesh, property, poll: () => left-- <= 0 });
    left = 1;
    expect(questions.settings()).toEqual([]);
  });

  test("nor has one whose run ended at a limit", { timeout: 60_000 }, () => {
    const limits = { ...story.world.limits, eventsMax: broken.events + 1 };
    const limited = { ...story, world: { ...story.world, limits } };
    const options = { system: mesh, property };
    expect(tryScenario(limited, options).violation).toEqual(broken.violation);
    expect(new Questions(limited, options).settings()).toEqual([]);
  });

  test("nor is it too late from a moment on when later ones were not asked about", { timeout: 60_000 }, () => {
    let left = 20;
    const brokenUs = (broken.violation?.atUs ?? 0) - story.world.startUs;
    const { moments, fromUs } = inevitability(story, brokenUs, { system: mesh, property, poll: () => left-- <= 0 });
    expect(moments.length).toBeGreaterThan(0);
    expect(fromUs).toBeUndefined();
  });
});

describe("a failure that was kept", () => {
  const story = storyNamed("mesh/defences#without-checksum");
  const [fault] = story.world.faults;
  const kept: Scenario = { ...story, seed: 1, failure: { property: "MESH-INV-07", decisive: [fault?.id ?? ""] } };
  const standing = (scenario: Scenario) => standingOf(simulate(scenario, { system: mesh }), mesh)?.type;

  test("still fails", () => {
    expect(standing(kept)).toBe("stillFails");
  });

  test("is fixed when all that broke it happened, and it holds", () => {
    const { settings } = storyNamed("mesh/defences#without-checksum", ["settings.defence.checksum=on"]);
    expect(standing({ ...kept, settings })).toBe("fixed");
  });

  test("no longer reaches that point when what broke it strikes nothing", () => {
    expect(standing({ ...kept, world: { ...kept.world, faults: [] } })).toBe("notReached");
    expect(standing({ ...kept, world: { ...kept.world, limits: { ...kept.world.limits, eventsMax: 50 } } })).toBe(
      "notReached",
    );
    expect(standing({ ...kept, failure: { property: "A99", decisive: [] } })).toBe("notReached");
  });

  test("does so as well when decisions no longer fit", () => {
    const { settings } = storyNamed("mesh/defences#without-checksum", ["settings.defence.checksum=on"]);
    const drawn = simulate({ ...kept, settings }, { recordDecisions: true }).decisions;
    const decisions = drawn.slice(0, 1).map(({ stream }) => ({ stream, values: [-5] }));
    expect(standing({ ...kept, settings, decisions })).toBe("notReached");
  });

  test("does so as well when the draws that were decided are not made any more", () => {
    const { settings } = storyNamed("mesh/defences#without-checksum", ["settings.defence.checksum=on"]);
    const drawn = simulate({ ...kept, settings }, { recordDecisions: true }).decisions;
    const [first] = drawn;
    if (first === undefined) throw new Error("chance decides something");
    const made = [{ stream: first.stream, values: first.values.slice(0, 1) }];
    expect(standing({ ...kept, settings, decisions: made })).toBe("fixed");
    const late = [{ stream: first.stream, values: [...first.values.map(() => null), 0] }];
    expect(standing({ ...kept, settings, decisions: late })).toBe("notReached");
    expect(standing({ ...kept, settings, decisions: [{ stream: "latency nobody", values: [1] }] })).toBe("notReached");
  });

  test("is no matter of scenarios that are about none", () => {
    expect(standing(story)).toBeUndefined();
  });
});
