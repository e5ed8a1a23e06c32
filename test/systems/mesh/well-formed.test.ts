// Messages as machines send them are well formed; what a damaged frame decodes to is not, or breaks nobody.
import { describe, expect, test } from "vitest";

import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { isWellFormed } from "../../../src/systems/mesh/well-formed.ts";
import type { Fault } from "../../../src/world/fault.ts";
import { fault } from "../../world/plans.ts";
import { fight, nodesOf } from "./arena.ts";

const members = new Set([...nodesOf(3, 4).values()].flat());
const anyone = { nodes: [], roles: [] };

describe("every message of a stormy run", () => {
  const { trace } = fight({
    trace: true,
    healUs: 5_000_000,
    untilUs: 6_000_000,
    link: { loss: { type: "independent", rate: { of: 1, outOf: 20 } } },
  });
  const sent = trace
    .flatMap((event) => (event.kind === "sent" ? [event.content as MeshMessage] : []))
    // Raft's have a look of their own.
    .filter(({ type }) => !type.startsWith("raft."));

  test("is well formed", () => {
    expect(sent.length).toBeGreaterThan(1000);
    expect(sent.filter((message) => !isWellFormed(message, members))).toEqual([]);
  });

  test("is not when any of its fields is something else", () => {
    const oneOfEach = new Map(sent.map((message) => [message.type, message]));
    expect(oneOfEach.size).toBeGreaterThan(20);
    for (const message of oneOfEach.values()) {
      const unseen = Object.keys(message).filter((field) => isWellFormed({ ...message, [field]: 0.5 }, members));
      expect({ [message.type]: unseen }).toEqual({ [message.type]: [] });
    }
  });
});

describe("refused is", () => {
  const write = {
    type: "write",
    player: "p1",
    token: 1,
    session: 1,
    sequence: 1,
    kind: "score",
    item: "",
    terms: null,
    base: 0,
    untilUs: -1,
    state: { version: 1, x: 0, score: 1, items: [], session: 1, sequence: 1 },
  };
  test.each<[string, object]>([
    ["an unknown type", { ...write, type: "wrte" }],
    ["a field that is missing", { ...write, token: undefined }],
    ["text for a number", { ...write, token: "1" }],
    ["a number that is not whole", { ...write, token: 1.5 }],
    ["nobody's name", { ...write, player: "p99" }],
    ["an unknown word", { ...write, kind: "scare" }],
    ["a state that is none", { ...write, state: { version: 1 } }],
    ["items that are none", { ...write, state: { ...write.state, items: [1] } }],
  ])("%s", (_what, message) => {
    expect(isWellFormed(message as MeshMessage, members)).toBe(false);
    expect(isWellFormed(write as unknown as MeshMessage, members)).toBe(true);
  });
});

test("no machine breaks on frames that were damaged and decoded as they came", () => {
  const damage: Fault = fault({
    kind: "corrupt",
    messages: { types: [], from: anyone, to: anyone, skip: 0, count: Infinity, rate: { of: 1, outOf: 10 } },
    field: "",
  });
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const { violated } = fight({
      seed,
      faults: [damage],
      link: { frameChecksum: false },
      healUs: 5_000_000,
      untilUs: 6_000_000,
    });
    expect(violated).not.toContain("NO-PANIC");
  }
});
