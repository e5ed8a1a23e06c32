// The ledger counts strikes, each at most once as touched and once as changed.

import { expect, test } from "vitest";
import type { Fault } from "../../src/world/fault.ts";
import { FaultLedger } from "../../src/world/ledger.ts";

const everyNode = { of: { nodes: [], roles: [] }, pick: "all" as const };
const faults: readonly Fault[] = [
  { id: "a", timing: { type: "scripted", atUs: 0, forUs: "once" }, action: { kind: "restart", target: everyNode } },
  { id: "b", timing: { type: "scripted", atUs: 0, forUs: "once" }, action: { kind: "diskFull", target: everyNode } },
];

test("strikes are numbered from 1 over all faults, and a strike counts once however often it bites", () => {
  const ledger = new FaultLedger(faults);
  expect([ledger.begin(1), ledger.begin(0), ledger.begin(1)]).toEqual([1, 2, 3]);
  ledger.touched(1);
  ledger.touched(1);
  ledger.changed(3);
  ledger.changed(3);
  expect(ledger.tallies()).toEqual([
    { id: "a", kind: "restart", injected: 1, touched: 0, changed: 0 },
    { id: "b", kind: "diskFull", injected: 2, touched: 2, changed: 1 },
  ]);
});

test("what never began touches nothing", () => {
  const ledger = new FaultLedger(faults);
  expect(() => ledger.touched(1)).toThrow("only a strike that began");
  expect(() => ledger.begin(2)).toThrow("a fault of the plan");
});

test("a checkpoint is of its moment", () => {
  const ledger = new FaultLedger(faults);
  ledger.changed(ledger.begin(0));
  const checkpoint = ledger.checkpoint();
  const then = ledger.tallies();
  ledger.changed(ledger.begin(0));
  expect(ledger.tallies()).not.toEqual(then);
  ledger.restore(checkpoint);
  expect(ledger.tallies()).toEqual(then);
  expect(ledger.begin(0)).toBe(2);
});
