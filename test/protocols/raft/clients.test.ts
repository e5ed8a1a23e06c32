// What clients of the store are told, judged by facts alone (properties.md RF5, RF9).
import { expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { Judge, judgePlan } from "../../../src/check/judge.ts";
import type { PropertyResult } from "../../../src/check/property.ts";
import type { MachineEvent } from "../../../src/machine/event.ts";
import type { StoreOperation } from "../../../src/protocols/raft/facts.ts";
import { raftModel } from "../../../src/protocols/raft/properties/raft-model.ts";
import { raftProperties } from "../../../src/protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, RaftView } from "../../../src/protocols/raft/properties/raft-view.ts";
import { raftSettings } from "../../../src/protocols/raft/settings.ts";
import { StoreClient } from "../../../src/protocols/raft/store-client.ts";
import type { StoreMessage } from "../../../src/protocols/raft/store-messages.ts";

/** One operation from its invocation to its answer: "cas x 3" expects version 3; "!": it was not done. */
type Told = readonly [words: string, version: number, value: string];

function verdictOn(id: string, facts: readonly JudgedFact[]): PropertyResult {
  const properties = raftProperties(raftSettings(), { retryUs: 1, nodes: 1 });
  const judge = new Judge<RaftView, JudgedFact>(judgePlan(raftModel, properties));
  facts.forEach((fact, event) => judge.observe(event, event, nodeId("c1"), fact));
  const found = judge.finish({ atUs: facts.length, event: facts.length }).properties.find(({ id: of }) => of === id);
  if (found === undefined) throw new Error(`no property ${id}`);
  return found;
}

function told([words, version, value]: Told, place: number): readonly JudgedFact[] {
  const [name = "", expected = "-1", not] = words.split(" ");
  const [kind, key, operation] = [name as StoreOperation, "x", `c1/${place}`];
  return [
    { fact: "store.invoked", operation, kind, key, expected: Number(expected) },
    { fact: "store.answered", operation, kind, key, done: not === undefined, version, value },
  ];
}

const statusOf = (...answers: readonly Told[]): string => verdictOn("RF5", answers.flatMap(told)).status;

test.each<readonly [what: string, status: string, answers: readonly Told[]]>([
  [
    "that found what it expected is done",
    "held",
    [
      ["put", 3, "a"],
      ["cas 3", 5, "b"],
      ["get", 5, "b"],
    ],
  ],
  [
    "that found something else is not",
    "held",
    [
      ["put", 3, "a"],
      ["cas 2 !", 3, "a"],
    ],
  ],
  [
    "that found what it expected is not done",
    "violated",
    [
      ["put", 3, "a"],
      ["cas 3 !", 3, "a"],
    ],
  ],
  [
    "that expected another version is done",
    "violated",
    [
      ["put", 3, "a"],
      ["cas 2", 5, "b"],
    ],
  ],
  [
    "of two that expected the same, both are done",
    "violated",
    [
      ["put", 3, "a"],
      ["cas 3", 5, "b"],
      ["cas 3", 6, "c"],
    ],
  ],
])("RF5: a cas %s: %s", (_, status, answers) => {
  expect(statusOf(...answers)).toBe(status);
});

test("RF5: what was between a cas and what it expected may be told of afterwards", () => {
  const [before, swap, late] = (
    [
      ["put", 3, "a"],
      ["cas 3", 6, "b"],
      ["put", 5, "c"],
    ] as const
  ).map(told);
  const [invoked, answered] = late ?? [];
  const facts = [...(before ?? []), ...(invoked === undefined ? [] : [invoked]), ...(swap ?? [])];
  expect(verdictOn("RF5", facts).status).toBe("held");
  expect(verdictOn("RF5", answered === undefined ? facts : [...facts, answered]).status).toBe("violated");
});

test("RF9: what is executed once, at one node, puts nothing to the test", () => {
  const executed: JudgedFact = { fact: "store.executed", session: 1, sequence: 1, index: 2, key: "x", version: 2 };
  expect(verdictOn("RF9", [executed]).status).toBe("not exercised");
  expect(verdictOn("RF9", [executed, executed]).status).toBe("held");
  expect(verdictOn("RF9", [executed, { ...executed, index: 3 }]).status).toBe("violated");
});

test("a client whose session was forgotten asks for one that it never had", () => {
  const plan = { nodes: [nodeId("n1")], keys: 1, thinkUs: 1, thinkSpreadUs: 0, retryUs: 1, readsOfTen: 0 };
  const client = new StoreClient(nodeId("c1"), plan);
  const step = (event: object): readonly StoreMessage[] =>
    client
      .step({ monotonicUs: 0, wallUs: 0, ...event } as MachineEvent<StoreMessage>)
      .flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
  const received = (message: StoreMessage) => step({ type: "received", from: nodeId("n1"), message });
  const [asked] = step({ type: "booted", incarnation: 1, disk: new Map() });
  expect(step({ type: "timerFired", timer: "retry" })).toEqual([asked]);
  const ask = asked?.type === "store.open" ? asked.ask : -1;
  received({ type: "store.opened", ask, session: 7 });
  step({ type: "drawn", purpose: "operation", value: 0 });
  const [anew] = received({ type: "store.expired", session: 7, sequence: 1 });
  expect(anew).toEqual({ type: "store.open", ask: ask + 1 });
  expect(received({ type: "store.opened", ask, session: 7 })).toEqual([]);
  expect(client.state.session).toBe(-1);
});
