// Streams: nothing is lost but time, and order stays, until the connection ends; then the sender is told why.
import { describe, expect, test } from "vitest";

import { canonicalJson } from "../../src/base/canonical-json.ts";
import type { FaultAction } from "../../src/world/fault.ts";
import type { LinkPlan, WorldPlan } from "../../src/world/plan.ts";
import {
  always,
  everyone,
  fault,
  host,
  hosts,
  only,
  plainLink,
  send,
  world,
  type Handler,
  type Story,
} from "./plans.ts";

const anyMessage = { types: [], from: everyone, to: everyone, skip: 0, count: Infinity, rate: always };
const parted: FaultAction = {
  kind: "partition",
  shape: { type: "groups", groups: [only("a"), only("b")] },
  flapCutUs: 0,
  flapOpenUs: 0,
};

/** Sends numbered messages to b, one each 5 ms from 5 ms on, and says when a connection is lost. */
const sender =
  (count: number): Handler =>
  (event, state) => {
    if (event.type === "connectionLost") return [{ type: "record", fact: `lost ${event.peer} ${event.reason}` }];
    if (event.type === "booted") return [{ type: "setTimer", timer: "next", afterUs: 5_000 }];
    if (event.type !== "timerFired") return [];
    const sent = Number(state["sent"] ?? 0) + 1;
    state["sent"] = sent;
    const again = sent < count ? [{ type: "setTimer", timer: "next", afterUs: 5_000 } as const] : [];
    return [send("b", { type: "note", number: sent } as never), ...again];
  };

function stream(change: Partial<LinkPlan>, plan: Partial<WorldPlan> = {}, count = 3): Story {
  const link: LinkPlan = { ...plainLink, transport: "stream", ...change };
  const story = world({ link, ...plan }, hosts(host("a", sender(count)), host("b")));
  story.world.run();
  return story;
}

const told = ({ watch }: Story): readonly string[] =>
  watch.facts.flatMap(({ atUs, fact: { fact } }) => (fact.startsWith("lost ") ? [`${atUs} ${fact}`] : []));

test("what arrives is in order, whatever the latency", () => {
  const { watch, world: ran } = stream({ latency: { type: "uniform", minUs: 100, maxUs: 60_000 } }, {}, 40);
  const order = watch.deliveries().map((line) => Number(line.split(" ")[2]));
  expect(order).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  expect(ran.messageCounts()).toMatchObject({ sent: 40, delivered: 40 });
});

test("a loss costs the time of a retransmission, and those behind it wait", () => {
  const { watch, world: ran } = stream(
    { loss: { type: "independent", rate: { of: 1, outOf: 8 } }, connectionTimeoutUs: 1_000_000 },
    {},
    40,
  );
  expect(watch.deliveries().map((line) => Number(line.split(" ")[2]))).toEqual(
    Array.from({ length: 40 }, (_, at) => at + 1),
  );
  const late = watch.lines.flatMap((line) => (line.kind === "delivered" ? [line.atUs - line.sentUs - 1_000] : []));
  expect(late.filter((us) => us === 0).length).toBeGreaterThan(2);
  expect(late.filter((us) => us >= 10_000).length).toBeGreaterThan(5);
  expect(ran.messageCounts().lost.loss).toBe(0);
});

test("a link that loses everything ends the connection after its timeout", () => {
  const story = stream({ loss: { type: "independent", rate: always } }, {}, 3);
  expect(told(story)).toEqual(["105000 lost b timedOut"]);
  expect(story.world.messageCounts().lost.connectionReset).toBe(3);
});

test("dropped and damaged segments are sent again, and duplicates never reach the machine", () => {
  for (const kind of [
    { kind: "drop", messages: anyMessage },
    { kind: "corrupt", messages: anyMessage, field: "" },
  ] as const) {
    expect(stream({}, { faults: [fault(kind)] }, 1).watch.deliveries()).toEqual(["16000 b<a 1"]);
  }
  const copies: FaultAction = { kind: "duplicate", messages: anyMessage, copies: 3, withinUs: 100 };
  expect(stream({ duplicate: always }, { faults: [fault(copies)] }, 2).watch.deliveries()).toEqual([
    "6000 b<a 1",
    "11000 b<a 2",
  ]);
});

test("a segment that was damaged on the wire is sent again whole", () => {
  const damaging: FaultAction = { kind: "corrupt", messages: anyMessage, field: "" };
  const listener: Handler = (event) =>
    event.type === "received" ? [{ type: "record", fact: `got ${canonicalJson(event.message)}` }] : [];
  const story = world(
    { link: { ...plainLink, transport: "stream" }, faults: [fault(damaging, { forUs: 1_000_000 })] },
    hosts(host("a", sender(40)), host("b", listener)),
  );
  story.world.run();
  const got = story.watch.facts.flatMap(({ fact: { fact } }) => (fact.startsWith("got ") ? [fact] : []));
  expect(got).toEqual(Array.from({ length: 40 }, (_, at) => `got {"number":${at + 1},"type":"note"}`));
});

test("what a bad link has lost is sent again at once when the world is healed, in order", () => {
  const loss = { type: "independent", rate: always } as const;
  const losing: FaultAction = { kind: "lossy", from: only("a"), to: only("b"), loss };
  const { watch } = stream({ connectionTimeoutUs: 1_000_000 }, { healUs: 33_000, faults: [fault(losing)] }, 8);
  expect(watch.deliveries()).toEqual([
    ...[1, 2, 3, 4, 5, 6].map((number) => `34000 b<a ${number}`),
    "36000 b<a 7",
    "41000 b<a 8",
  ]);
});

test("what waits for bandwidth that a fault has taken is sent at once when the world is healed, in order", () => {
  const slow: FaultAction = { kind: "bandwidth", from: only("a"), to: only("b"), bytesPerSecond: 1_000 };
  const { watch } = stream({ connectionTimeoutUs: 1_000_000 }, { healUs: 33_000, faults: [fault(slow)] }, 8);
  expect(watch.deliveries()).toEqual([
    "32000 b<a 1",
    ...[2, 3, 4, 5, 6].map((number) => `34000 b<a ${number}`),
    "36000 b<a 7",
    "41000 b<a 8",
  ]);
});

test("what a fault changes under the checksum arrives changed", () => {
  const change: FaultAction = { kind: "corrupt", messages: anyMessage, field: "number", to: 99 };
  const { watch } = stream({}, { faults: [fault(change)] }, 1);
  const [delivered] = watch.lines.filter(({ kind }) => kind === "delivered");
  expect(delivered).toMatchObject({ content: { number: 99 } });
});

describe("a cut link", () => {
  test("holds segments up, and they arrive in order once it is mended", () => {
    // Cut from 8 ms to 28 ms: the second is tried at 10, 20 and 40 ms.
    const { watch } = stream({}, { faults: [fault(parted, { atUs: 8_000, forUs: 20_000 })] }, 8);
    expect(watch.deliveries()).toEqual([
      "6000 b<a 1",
      "41000 b<a 2",
      "41000 b<a 3",
      "41000 b<a 4",
      "41000 b<a 5",
      "41000 b<a 6",
      "41000 b<a 7",
      "41000 b<a 8",
    ]);
  });

  test("catches what is on its way", () => {
    const { watch } = stream({}, { faults: [fault(parted, { atUs: 5_500, forUs: 2_000 })] }, 2);
    expect(watch.deliveries()).toEqual(["17000 b<a 1", "17000 b<a 2"]);
  });

  test("ends the connection after its timeout without progress; what is sent later goes on a new one", () => {
    const story = stream({}, { faults: [fault(parted, { atUs: 8_000, forUs: 120_000 })] }, 30);
    expect(told(story)).toEqual(["110000 lost b timedOut"]);
    const numbers = story.watch.deliveries().map((line) => Number(line.split(" ")[2]));
    expect(numbers).toEqual([1, ...Array.from({ length: 8 }, (_, at) => at + 23)]);
    expect(story.world.messageCounts().lost.connectionReset).toBe(21);
  });

  test("lets go at healing", () => {
    const { watch } = stream({}, { healUs: 33_000, faults: [fault(parted, { atUs: 8_000 })] }, 3);
    expect(watch.deliveries()).toEqual(["6000 b<a 1", "34000 b<a 2", "34000 b<a 3"]);
  });
});

describe("a receiving process", () => {
  const crash: FaultAction = { kind: "crash", target: { of: only("b"), pick: "all" }, torn: false };

  test("that is down refuses, and the sender hears of it a round trip later", () => {
    const story = stream({}, { faults: [fault(crash)] }, 1);
    expect(told(story)).toEqual(["7000 lost b refused"]);
    expect(story.watch.losses()).toEqual(["6000 a>b receiverDown"]);
  });

  test("that was restarted since resets the connection; the next message goes on a new one", () => {
    const story = stream({}, { faults: [fault(crash, { atUs: 7_000, forUs: 1_000 })] }, 4);
    expect(told(story)).toEqual(["12000 lost b reset"]);
    expect(story.watch.deliveries()).toEqual(["6000 b<a 1", "16000 b<a 3", "21000 b<a 4"]);
    expect(story.watch.losses()).toEqual(["11000 a>b connectionReset"]);
  });

  test("that refuses a slow sender: until that one is told, what it sends is lost with the connection", () => {
    const slow: Handler = (event, state) => {
      if (event.type === "connectionLost") return [{ type: "record", fact: `lost ${event.peer} ${event.reason}` }];
      if (event.type === "booted") return [{ type: "setTimer", timer: "next", afterUs: 1_000 }];
      if (event.type !== "timerFired") return [];
      const sent = Number(state["sent"] ?? 0) + 1;
      state["sent"] = sent;
      const again = sent < 3 ? [{ type: "setTimer", timer: "next", afterUs: 1_000 } as const] : [];
      return [send("b", { type: "note", number: sent } as never), ...again];
    };
    const story = world(
      {
        link: { ...plainLink, transport: "stream" },
        processes: [{ nodes: only("a"), plan: { stepUs: 4_000, inboxMax: 100 } }],
        faults: [fault(crash, { forUs: 10_000 })],
      },
      hosts(host("a", slow), host("b")),
    );
    story.world.run();
    expect(story.watch.losses()).toEqual(["6000 a>b receiverDown", "10000 a>b connectionReset"]);
    expect(told(story)).toEqual(["14000 lost b refused"]);
    expect(story.watch.deliveries()).toEqual(["19000 b<a 3"]);
  });

  test("that never hears from a dead sender hears what it had sent before", () => {
    const dies: FaultAction = { kind: "crash", target: { of: only("a"), pick: "all" }, torn: false };
    const { watch } = stream({}, { faults: [fault(dies, { atUs: 5_500 })] }, 3);
    expect(watch.deliveries()).toEqual(["6000 b<a 1"]);
  });

  test("whose answer cannot come back leaves the sender to time out", () => {
    const oneWay: FaultAction = {
      kind: "partition",
      shape: { type: "oneWay", from: only("b"), to: only("a") },
      flapCutUs: 0,
      flapOpenUs: 0,
    };
    const story = stream({}, { faults: [fault(crash, {}, "crash"), fault(oneWay, {}, "cut")] }, 1);
    expect(told(story)).toEqual(["106000 lost b timedOut"]);
    const healed = stream({}, { healUs: 41_000, faults: [fault(crash, {}, "crash"), fault(oneWay, {}, "cut")] }, 9);
    expect(told(healed)).toEqual(["41000 lost b timedOut"]);
    expect(healed.watch.deliveries()).toEqual(["46000 b<a 9"]);
  });
});

describe("a link that refuses", () => {
  const refuse: FaultAction = { kind: "refuse", from: everyone, to: everyone };

  test("resets the connection upon it at once, and refuses new ones until it ends", () => {
    const story = stream({}, { faults: [fault(refuse, { atUs: 7_500, forUs: 5_000 })] }, 4);
    expect(told(story)).toEqual(["7500 lost b reset", "11000 lost b refused"]);
    expect(story.watch.deliveries()).toEqual(["6000 b<a 1", "16000 b<a 3", "21000 b<a 4"]);
  });
});

test("a stream that a fault holds back holds back what is behind it", () => {
  const first = { ...anyMessage, count: 1 };
  const hold: FaultAction = { kind: "hold", messages: first, release: "shuffled" };
  const { watch } = stream({}, { faults: [fault(hold, { atUs: 7_500, forUs: 20_000 })] }, 5);
  expect(watch.deliveries()).toEqual(["6000 b<a 1", "28500 b<a 2", "28500 b<a 3", "28500 b<a 4", "28500 b<a 5"]);
});

test("a message chooses its own transport", () => {
  const both: Handler = (event) =>
    event.type === "booted" ? [send("b", { type: "one" }, "stream"), send("b", { type: "two" }, "datagram")] : [];
  const { world: ran, watch } = world(
    { link: { ...plainLink, loss: { type: "independent", rate: always }, connectionTimeoutUs: 5_000 } },
    hosts(host("a", both), host("b")),
  );
  ran.run();
  expect(watch.losses()).toEqual(["0 a>b loss", "5000 a>b connectionReset"]);
});

test("bandwidth holds streams up and never loses them", () => {
  const { watch, world: ran } = stream({ bytesPerSecond: 1_000, queueMax: 0, connectionTimeoutUs: 10_000_000 }, {}, 4);
  expect(watch.deliveries()).toEqual(["32000 b<a 1", "58000 b<a 2", "84000 b<a 3", "110000 b<a 4"]);
  expect(ran.messageCounts().lost.queueFull).toBe(0);
});
