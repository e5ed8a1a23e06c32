// Faults of single messages: which they strike, what they make of them, and how several work on one message.

import { describe, expect, test } from "vitest";
import type { Fault, FaultAction, FaultTiming, MessageSelector } from "../../../src/world/fault.ts";
import { FakeControls, always, everyNode, fault, inRole, named, scripted } from "./fake-controls.ts";

const everyMessage: MessageSelector = {
  types: [],
  from: everyNode,
  to: everyNode,
  skip: 0,
  count: Infinity,
  rate: always,
};
const select = (messages: Partial<MessageSelector> = {}): MessageSelector => ({ ...everyMessage, ...messages });
const dropping = (messages: Partial<MessageSelector> = {}): FaultAction => ({
  kind: "drop",
  messages: select(messages),
});
const open = (action: FaultAction, id = "f"): Fault => fault(id, scripted(0, "untilHeal"), action);

function world(...faults: readonly Fault[]): FakeControls {
  const controls = new FakeControls(faults);
  controls.run(0);
  return controls;
}

describe("messages are seen only while a fault is open", () => {
  test("none before, none after, and no cost in between windows", () => {
    const controls = new FakeControls([fault("f", scripted(10, 10), dropping())]);
    controls.run(9);
    expect(controls.interceptor).toBeUndefined();
    controls.run(10);
    expect(controls.send("a", "b")?.drop).toBe(true);
    controls.run(20);
    expect(controls.interceptor).toBeUndefined();
  });

  test("a fault that ends says for how long something is late by it still, and one that heals lets it go", () => {
    const late = (byUs: number): FaultAction => ({ kind: "delay", messages: select(), byUsMin: byUs, byUsMax: byUs });
    const struck = (): FakeControls => {
      const controls = new FakeControls([fault("f", scripted(0, 10), late(50)), fault("g", scripted(0, 10), late(3))]);
      controls.run(5);
      controls.send("a", "b");
      return controls;
    };
    // Both delays strike the one message: the second is late by the first, too, and by three more.
    expect(struck().run(10)).toEqual([
      "10 0 delay, late for 45 us more, ended",
      "10 1 delay, late for 48 us more, ended",
    ]);
    expect(struck().heal()).toEqual(["5 0 delay ended", "5 1 delay ended"]);
    const idle = new FakeControls([fault("f", scripted(0, 10), late(50))]);
    expect(idle.run(10).at(-1)).toBe("10 0 delay ended");
  });

  test("a fault that ends leaves the counts of those still open", () => {
    const controls = new FakeControls([
      fault("f", scripted(0, 100), dropping({ skip: 2 })),
      fault("g", scripted(0, 10), { kind: "delay", messages: select(), byUsMin: 5, byUsMax: 5 }),
    ]);
    controls.run(5);
    controls.send("a", "b");
    controls.run(15);
    controls.send("a", "b");
    expect(controls.send("a", "b")?.drop).toBe(true);
  });
});

describe("which messages are struck", () => {
  const dropped = (controls: FakeControls, from: string, to: string, type = "ping"): boolean =>
    controls.send(from, to, { type })?.drop ?? false;

  test("those of the types named", () => {
    const controls = world(open(dropping({ types: ["grant", "revoke"] })));
    expect([
      dropped(controls, "a", "b", "grant"),
      dropped(controls, "a", "b", "revoke"),
      dropped(controls, "a", "b"),
    ]).toEqual([true, true, false]);
  });

  test("those from and to the nodes named, in that direction", () => {
    const controls = world(open(dropping({ from: named("a", "b"), to: named("b", "c") })));
    expect([
      dropped(controls, "a", "b"),
      dropped(controls, "b", "c"),
      dropped(controls, "c", "a"),
      dropped(controls, "b", "a"),
    ]).toEqual([true, true, false, false]);
  });

  test("those from and to roles", () => {
    const controls = new FakeControls([open(dropping({ from: inRole("client") }))], { clients: 1 });
    controls.run(0);
    expect([dropped(controls, "x0", "a"), dropped(controls, "a", "x0")]).toEqual([true, false]);
  });

  test("after as many as are skipped, as many as are counted", () => {
    const controls = world(open(dropping({ types: ["ping"], skip: 2, count: 3 })));
    const fates = Array.from({ length: 8 }, () => {
      dropped(controls, "a", "b", "other");
      return dropped(controls, "a", "b");
    });
    expect(fates).toEqual([false, false, true, true, true, false, false, false]);
  });

  test("at their rate, drawn for each link on its own", () => {
    const fates = (noise: boolean): readonly boolean[] => {
      const controls = world(open(dropping({ rate: { of: 1, outOf: 4 } })));
      return Array.from({ length: 2_000 }, () => {
        if (noise) controls.send("c", "d");
        return dropped(controls, "a", "b");
      });
    };
    const quiet = fates(false);
    expect(quiet.filter((one) => one).length / 2_000).toBeCloseTo(0.25, 1);
    expect(fates(true)).toEqual(quiet);
  });

  test("counted anew in each window of a random fault", () => {
    const timing: FaultTiming = {
      type: "random",
      everyUs: 1_000,
      forUsMin: 100,
      forUsMax: 100,
      fromUs: 0,
      untilUs: 50_000,
    };
    const controls = new FakeControls([fault("f", timing, dropping({ count: 1 }))]);
    let struck = 0;
    for (let atUs = 0; atUs < 60_000; atUs += 10) {
      controls.run(atUs);
      if (dropped(controls, "a", "b")) struck++;
    }
    const { injected, changed } = controls.ledger.tallies()[0] ?? { injected: 0, changed: 0 };
    expect(injected).toBeGreaterThan(20);
    expect([struck, changed]).toEqual([injected, injected]);
  });
});

describe("a fault without a window strikes the next match and is over", () => {
  test("whatever its count says", () => {
    const controls = new FakeControls([
      fault("f", scripted(10, "once"), dropping({ types: ["ping"], skip: 1, count: 5 })),
    ]);
    controls.run(50);
    const fates = Array.from({ length: 4 }, () => controls.send("a", "b")?.drop ?? false);
    expect(fates).toEqual([false, true, false, false]);
    expect(controls.run(50)).toEqual(["50 0 drop ended"]);
    expect(controls.interceptor).toBeUndefined();
  });

  test("but holds what it holds until the world heals", () => {
    const controls = world(fault("f", scripted(0, "once"), { kind: "hold", messages: select(), release: "inOrder" }));
    expect([controls.send("a", "b")?.heldBy, controls.send("a", "b")?.heldBy]).toEqual([[1], undefined]);
    expect(controls.run(100)).toEqual([]);
    expect(controls.heal()).toEqual(["100 release held by 1 inOrder", "100 0 hold ended"]);
  });
});

test("a fault whose count is reached ends before its window does", () => {
  const controls = new FakeControls([fault("f", scripted(0, 1_000), dropping({ count: 2 }))]);
  controls.run(10);
  controls.send("a", "b");
  controls.send("a", "b");
  expect(controls.run(10)).toEqual(["10 0 drop ended"]);
  expect(controls.run(2_000)).toEqual([]);
});

describe("what becomes of a message", () => {
  const fate = (action: FaultAction) => {
    const controls = world(open(action));
    const interference = controls.send("a", "b", { type: "ping" });
    const tally = controls.ledger.tallies()[0];
    return { interference, touched: tally?.touched, changed: tally?.changed };
  };

  test("delay: later by what is drawn", () => {
    const { interference, changed } = fate({ kind: "delay", messages: select(), byUsMin: 5, byUsMax: 9 });
    expect(interference?.delayUs).toBeGreaterThanOrEqual(5);
    expect(interference?.delayUs).toBeLessThanOrEqual(9);
    expect(changed).toBe(1);
  });

  test("delay by nothing: touched, and nothing changed", () => {
    expect(fate({ kind: "delay", messages: select(), byUsMin: 0, byUsMax: 0 })).toMatchObject({
      touched: 1,
      changed: 0,
    });
  });

  test("duplicate: as many copies, each within the time", () => {
    const { interference, changed } = fate({ kind: "duplicate", messages: select(), copies: 3, withinUs: 50 });
    expect(interference?.copiesAfterUs).toHaveLength(3);
    expect(interference?.copiesAfterUs.every((us) => us >= 0 && us <= 50)).toBe(true);
    expect(changed).toBe(1);
  });

  test("reorder: back by no more than the time", () => {
    const controls = world(open({ kind: "reorder", messages: select(), withinUs: 9 }));
    const delays = new Set(Array.from({ length: 300 }, () => controls.send("a", "b")?.delayUs));
    expect(delays).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  test("hold: kept back by this strike, released as the fault says", () => {
    const controls = new FakeControls([
      fault("f", scripted(0, 10), { kind: "hold", messages: select(), release: "shuffled" }),
    ]);
    controls.run(0);
    expect(controls.send("a", "b")?.heldBy).toEqual([1]);
    expect(controls.run(20)).toEqual(["10 release held by 1 shuffled", "10 0 hold ended"]);
  });

  test("that no fault strikes: nothing, and nothing is allocated for it", () => {
    const controls = world(open(dropping({ types: ["other"] })));
    expect(controls.send("a", "b")).toBeUndefined();
    expect(controls.ledger.tallies()).toMatchObject([{ injected: 1, touched: 0, changed: 0 }]);
  });
});

describe("corruption", () => {
  const message = { type: "state", x: 4, name: "ab", on: true, deep: { list: [1, 2] }, none: null };
  const corrupting = (field: string, to?: unknown): Fault =>
    open({ kind: "corrupt", messages: select(), field, ...(to === undefined ? {} : { to }) });

  test("replaces exactly the field named, in a copy", () => {
    const controls = world(corrupting("deep.list.1", { y: 9 }));
    const interference = controls.send("a", "b", message);
    expect(interference?.message).toEqual({ ...message, deep: { list: [1, { y: 9 }] } });
    expect(interference?.damagedOnWire).toBe(false);
    expect(message.deep.list).toEqual([1, 2]);
  });

  test("damages exactly the field named", () => {
    const after = (field: string): unknown => world(corrupting(field)).send("a", "b", message)?.message;
    expect(after("x")).toEqual({ ...message, x: 5 });
    expect(after("on")).toEqual({ ...message, on: false });
    expect(after("none")).toEqual({ ...message, none: false });
    expect([
      { ...message, name: "`b" },
      { ...message, name: "ac" },
    ]).toContainEqual(after("name"));
    expect([
      { ...message, deep: { list: [0, 2] } },
      { ...message, deep: { list: [1, 3] } },
    ]).toContainEqual(after("deep"));
  });

  test("does not match a message without the field: it is neither touched nor counted", () => {
    const controls = world(open({ kind: "corrupt", messages: select({ skip: 1 }), field: "deep.list.7" }));
    for (let at = 0; at < 5; at++) expect(controls.send("a", "b", message)).toBeUndefined();
    // The first that has it is skipped: the five before were not counted.
    const longer = { ...message, deep: { list: [0, 0, 0, 0, 0, 0, 0, 8] } };
    expect(controls.send("a", "b", longer)).toBeUndefined();
    expect(controls.send("a", "b", longer)).toBeDefined();
  });

  test("that sets a field to what it was changes nothing", () => {
    const controls = world(corrupting("x", 4));
    controls.send("a", "b", message);
    expect(controls.ledger.tallies()).toMatchObject([{ touched: 1, changed: 0 }]);
  });

  test("of bytes yields another message, or none that can be decoded, and is damage on the wire", () => {
    const controls = world(corrupting(""));
    let dropped = 0;
    let different = 0;
    for (let at = 0; at < 500; at++) {
      const interference = controls.send("a", "b", message);
      expect(interference?.damagedOnWire).toBe(true);
      if (interference?.isMalformed === true) dropped++;
      else if (JSON.stringify(interference?.message) !== JSON.stringify(message)) different++;
    }
    expect(dropped).toBeGreaterThan(100);
    expect(different).toBeGreaterThan(100);
  });
});

describe("several faults on one message", () => {
  const delay = (byUs: number): FaultAction => ({ kind: "delay", messages: select(), byUsMin: byUs, byUsMax: byUs });

  test("add up", () => {
    const controls = world(
      open(delay(5), "f"),
      open(delay(7), "g"),
      open({ kind: "duplicate", messages: select(), copies: 1, withinUs: 0 }, "h"),
    );
    expect(controls.send("a", "b")).toEqual({
      drop: false,
      delayUs: 12,
      copiesAfterUs: [0],
      message: { type: "ping" },
      whole: { type: "ping" },
      isMalformed: false,
      damagedOnWire: false,
      heldBy: [],
    });
  });

  test("work in order of declaration: what is dropped is seen by no later one", () => {
    const controls = world(open(delay(5), "f"), open(dropping(), "g"), open(delay(7), "h"));
    expect(controls.send("a", "b")).toMatchObject({ drop: true, delayUs: 5 });
    expect(controls.ledger.tallies().map(({ touched }) => touched)).toEqual([1, 1, 0]);
  });

  test("see the content that those before them made", () => {
    const set = (to: string): FaultAction => ({ kind: "corrupt", messages: select(), field: "type", to });
    const controls = world(open(set("pong"), "f"), open(dropping({ types: ["pong"] }), "g"));
    expect(controls.send("a", "b")?.drop).toBe(true);
  });

  test("of one fault whose windows overlap strike each on their own", () => {
    const timing: FaultTiming = {
      type: "random",
      everyUs: 10,
      forUsMin: 5_000,
      forUsMax: 5_000,
      fromUs: 0,
      untilUs: 1_000,
    };
    const controls = new FakeControls([fault("f", timing, delay(5))]);
    controls.run(1_000);
    expect(controls.driver.openCount).toBeGreaterThan(10);
    expect(controls.send("a", "b")?.delayUs).toBe(5 * controls.driver.openCount);
  });
});
