// The people at the admin tool: what they type, and type again, and when they stop.
import { expect, test } from "vitest";

import { Operator } from "../../../src/systems/mesh/operator.ts";
import { Bench, coordinator, topology } from "./bench.ts";

const script = [
  { at: 1_000_000, freeze: 1, reason: "a test" },
  { at: 2_000_000, unfreeze: 1, reason: "a test" },
];
const fresh = (): Bench => new Bench(() => new Operator(topology, { operator: script, playbook: [] })).boot();

test("a command that is typed later has a higher number, and keeps it when it is typed again", () => {
  const bench = fresh().fire("command:0").fire("command:1").fire("command:0");
  expect(bench.take()).toMatchObject([
    { command: "command:0", number: 0, verb: "freeze" },
    { command: "command:1", number: 1, verb: "unfreeze" },
    { command: "command:0", number: 0, verb: "freeze" },
  ]);
});

test("a command that was superseded is typed no more", () => {
  const bench = fresh().fire("command:0").fire("command:1");
  bench.receive(coordinator, { type: "ordered", command: "command:0", answer: "superseded" });
  expect([...bench.timers.keys()]).toEqual(["command:1"]);
});

test("what is typed at a console that was started anew has higher numbers than all before", () => {
  const bench = fresh().fire("command:0").restart().fire("command:1");
  const numbers = bench.take().map((message) => (message.type === "order" ? message.number : NaN));
  expect(numbers[1]).toBeGreaterThan(numbers[0]);
});
