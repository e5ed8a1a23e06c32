// What struck at random, written down as a script: it tells whom and when, and a run of it is the same run.

import { describe, expect, test } from "vitest";
import type { Fault, FaultAction, FaultTiming } from "../../../src/world/fault.ts";
import { faultProfiles } from "../../../src/world/profiles.ts";
import { FakeControls, always, any, everyNode, fault, inRole, scripted } from "./fake-controls.ts";

const often: FaultTiming = { type: "random", everyUs: 300, forUsMin: 0, forUsMax: 400, fromUs: 0, untilUs: 20_000 };

/** The same run from what it was scripted as: what was asked of the world, without the world's own statements. */
function twice(
  faults: readonly Fault[],
  servers = 5,
): { first: readonly string[]; second: readonly string[]; script: readonly Fault[] } {
  const tell = (controls: FakeControls): readonly string[] => {
    const story: string[] = [];
    for (let atUs = 0; atUs <= 21_000; atUs += 50) {
      story.push(...controls.run(atUs));
      for (const [from, to] of [
        ["a", "b"],
        ["b", "c"],
        ["a", "b"],
      ] as const) {
        const interference = controls.send(from, to, Object.assign({ type: "ping" }, { atUs, deep: { list: [1, 2] } }));
        const { heldBy: _, ...rest } = interference ?? { heldBy: [] };
        story.push(JSON.stringify(rest));
      }
    }
    story.push(...controls.heal());
    return story.filter((call) => !/ began: | ended$/.test(call)).map((call) => call.replace(/held by \d+/, "held"));
  };
  const original = new FakeControls(faults, { servers });
  const first = tell(original);
  const script = original.driver.scripted();
  return { first, second: tell(new FakeControls(script, { servers })), script };
}

describe("a script of what struck", () => {
  const messages = { types: [], from: everyNode, to: everyNode, skip: 1, count: 9, rate: { of: 1, outOf: 3 } };
  const actions: readonly FaultAction[] = [
    { kind: "drop", messages },
    { kind: "delay", messages, byUsMin: 1, byUsMax: 1_000 },
    { kind: "duplicate", messages, copies: 2, withinUs: 50 },
    { kind: "corrupt", messages, field: "deep" },
    { kind: "corrupt", messages, field: "" },
    { kind: "hold", messages, release: "inOrder" },
    { kind: "crash", target: any(), torn: true },
    { kind: "restart", target: any() },
    { kind: "pause", target: any(), monotonic: "runs" },
    { kind: "clockStep", target: any(), byUsMin: -99, byUsMax: 99 },
    { kind: "diskError", target: any(), rate: always },
    ...(["halves", "minority", "deafHalf", "bridge", "ring"] as const).map((as): FaultAction => ({
      kind: "partition",
      shape: { type: "dealt", nodes: everyNode, as },
      flapCutUs: 9,
      flapOpenUs: 9,
    })),
    { kind: "partition", shape: { type: "isolate", target: any() }, flapCutUs: 0, flapOpenUs: 0 },
  ];

  test.each(actions)("does the same again: $kind", (action) => {
    const { first, second, script } = twice([fault("f", often, action)]);
    expect(script.length).toBeGreaterThan(30);
    expect(script.every(({ timing }) => timing.type === "scripted")).toBe(true);
    expect([...second].sort((left, right) => (left < right ? -1 : 1))).toEqual(
      [...first].sort((left, right) => (left < right ? -1 : 1)),
    );
  });

  test("names whom it struck, and is named by the strike", () => {
    const controls = new FakeControls([
      fault("f", often, { kind: "pause", target: any(inRole("server")), monotonic: "runs" }),
    ]);
    const began = controls.run(20_000).filter((call) => call.includes("began"));
    const told = controls.driver.scripted().map(({ id, timing, action }) => ({
      id,
      atUs: timing.type === "scripted" ? timing.atUs : -1,
      whom: "target" in action ? action.target : undefined,
    }));
    expect(told).toEqual(
      began.map((call, at) => ({
        id: `f.${at + 1}`,
        atUs: Number(call.split(" ")[0]),
        whom: { of: { nodes: [call.split(": ")[1]], roles: [] }, pick: "all" },
      })),
    );
  });

  test("keeps a scripted fault as it is, and leaves out what never struck or found nobody", () => {
    const crash: FaultAction = { kind: "crash", target: { of: everyNode, pick: "all" }, torn: false };
    const faults = [
      fault("kept", scripted(10, "untilHeal"), {
        kind: "lossy",
        from: everyNode,
        to: everyNode,
        loss: { type: "none" },
      }),
      fault("late", scripted(99_000, 5), crash),
      fault("nobody", scripted(20, 5), { kind: "crash", target: any(inRole("client")), torn: false }),
    ];
    const controls = new FakeControls(faults);
    controls.run(1_000);
    expect(controls.driver.scripted()).toEqual([faults[0]]);
  });

  test("of a script is that script", () => {
    const storm = faultProfiles.get("storm")?.([], 20_000) ?? [];
    const quick = storm.map(({ timing, ...rest }): Fault => ({ ...rest, timing: { ...timing, ...often } }));
    const original = new FakeControls(quick);
    original.run(30_000);
    const script = original.driver.scripted();
    const again = new FakeControls(script);
    again.run(30_000);
    expect(again.driver.scripted()).toEqual(script);
  });
});
