// What becomes of a datagram: each way to be lost, late, doubled or damaged, and the account of them all.
import { describe, expect, test } from "vitest";
import type { Transport } from "../../src/machine/effect.ts";

import type { LinkPlan, WorldPlan } from "../../src/world/plan.ts";
import type { MessageCounts } from "../../src/world/world.ts";
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

const half = { of: 1, outOf: 2 };
const anyMessage = { types: [], from: everyone, to: everyone, skip: 0, count: Infinity, rate: always };

/** Sends `count` numbered messages to b, one each millisecond from the first on. */
const sender =
  (count = 1, payload: object = {}): Handler =>
  (event, state) => {
    if (event.type !== "booted" && event.type !== "timerFired") return [];
    const sent = Number(state["sent"] ?? 0);
    state["sent"] = sent + 1;
    return [
      send("b", { type: "note", number: sent + 1, ...payload } as never),
      ...(sent + 1 < count ? [{ type: "setTimer", timer: "next", afterUs: 1_000 } as const] : []),
    ];
  };

function link(change: Partial<LinkPlan>, plan: Partial<WorldPlan> = {}, count = 1, payload: object = {}): Story {
  const story = world(
    { link: { ...plainLink, ...change }, ...plan },
    hosts(host("a", sender(count, payload)), host("b")),
  );
  story.world.run();
  return story;
}

const lostIn = ({ lost }: MessageCounts): Partial<MessageCounts["lost"]> =>
  Object.fromEntries(Object.entries(lost).filter(([, count]) => count > 0));

// The first message leaves as a boots, which is just before a fault at 0 begins.
describe("every reason to be lost", () => {
  test.each<[string, () => Story, Partial<MessageCounts["lost"]>]>([
    ["loss", () => link({ loss: { type: "independent", rate: always } }), { loss: 1 }],
    [
      "loss in bursts",
      () =>
        link({
          loss: {
            type: "bursty",
            toBad: always,
            toGood: { of: 0, outOf: 1 },
            lossGood: { of: 0, outOf: 1 },
            lossBad: always,
          },
        }),
      { loss: 1 },
    ],
    [
      "partition as it is sent",
      () => link({}, { faults: [fault({ kind: "partition", shape: groups, flapCutUs: 0, flapOpenUs: 0 })] }, 2),
      { partition: 2 },
    ],
    [
      "partition as it arrives",
      () =>
        link({}, { faults: [fault({ kind: "partition", shape: groups, flapCutUs: 0, flapOpenUs: 0 }, { atUs: 500 })] }),
      { partition: 1 },
    ],
    ["drop", () => link({}, { faults: [fault({ kind: "drop", messages: anyMessage })] }, 2), { dropFault: 1 }],
    ["a queue that is full", () => link({ bytesPerSecond: 1_000, queueMax: 1 }, {}, 4), { queueFull: 2 }],
    ["a damaged frame", () => link({ corrupt: always }), { corruptFrame: 1 }],
    [
      "a damaged frame by fault",
      () => link({}, { faults: [fault({ kind: "corrupt", messages: anyMessage, field: "" })] }, 2),
      { corruptFrame: 1 },
    ],
    [
      "a receiver that is down",
      () => link({}, { faults: [fault({ kind: "crash", target: { of: only("b"), pick: "all" }, torn: false })] }),
      { receiverDown: 1 },
    ],
    [
      "a receiver that goes down",
      () =>
        link(
          {},
          { faults: [fault({ kind: "crash", target: { of: only("b"), pick: "all" }, torn: false }, { atUs: 500 })] },
        ),
      { receiverDown: 1 },
    ],
    [
      "a receiver that dies with messages waiting",
      () =>
        link(
          {},
          {
            process: { stepUs: 5_000, inboxMax: 100 },
            faults: [fault({ kind: "crash", target: { of: only("b"), pick: "all" }, torn: false }, { atUs: 8_000 })],
          },
          2,
        ),
      { receiverDown: 1 },
    ],
    [
      "a link that refuses",
      () => link({}, { faults: [fault({ kind: "refuse", from: everyone, to: everyone })] }, 2),
      { refused: 1 },
    ],
  ])("%s", (_, story, lost) => {
    const { world: ran } = story();
    const counts = ran.messageCounts();
    expect(lostIn(counts)).toEqual(lost);
    const lostInAll = Object.values(counts.lost).reduce((sum, count) => sum + count, 0);
    expect(counts.sent + counts.duplicated).toBe(counts.delivered + lostInAll + counts.inFlight);
  });

  const groups = { type: "groups", groups: [only("a"), only("b")] } as const;
});

test("an inbox takes as many messages as it has room for", () => {
  const burst: Handler = (event) =>
    event.type === "booted" ? [1, 2, 3, 4, 5].map((number) => send("b", { type: "note", number } as never)) : [];
  const { world: ran, watch } = world(
    { processes: [{ nodes: only("b"), plan: { stepUs: 50_000, inboxMax: 2 } }] },
    hosts(host("a", burst), host("b")),
  );
  ran.run();
  expect(watch.losses()).toEqual(["1000 a>b queueFull", "1000 a>b queueFull", "1000 a>b queueFull"]);
  expect(watch.deliveries()).toEqual(["51000 b<a 1", "101000 b<a 2"]);
});

test("latency is drawn for each message, by link and type", () => {
  const { watch } = link({ latency: { type: "uniform", minUs: 100, maxUs: 900 } }, {}, 50);
  const delays = watch.lines.flatMap((line) => (line.kind === "delivered" ? [line.atUs - line.sentUs] : []));
  expect(delays).toHaveLength(50);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...delays)).toBeLessThanOrEqual(900);
  expect(new Set(delays).size).toBeGreaterThan(30);
});

test("a loss does not shift the latency of those that get through", () => {
  const uniform = { type: "uniform", minUs: 100, maxUs: 900 } as const;
  const whole = link({ latency: uniform }, {}, 50).watch.deliveries();
  const lossy = link({ latency: uniform, loss: { type: "independent", rate: half } }, {}, 50).watch.deliveries();
  expect(lossy.length).toBeLessThan(40);
  expect(whole).toEqual(expect.arrayContaining([...lossy]));
});

test("a cut does not shift the latency of those that get through", () => {
  const uniform = { type: "uniform", minUs: 100, maxUs: 900 } as const;
  const shape = { type: "groups", groups: [only("a"), only("b")] } as const;
  const cut = fault({ kind: "partition", shape, flapCutUs: 0, flapOpenUs: 0 }, { atUs: 10_000, forUs: 20_000 });
  const whole = link({ latency: uniform }, {}, 50).watch.deliveries();
  const parted = link({ latency: uniform }, { faults: [cut] }, 50).watch.deliveries();
  expect(parted.length).toBeLessThan(35);
  expect(whole).toEqual(expect.arrayContaining([...parted]));
});

test("duplicates arrive as often as there are copies, and are counted", () => {
  const { world: ran, watch } = link({ duplicate: always }, {}, 2);
  expect(watch.deliveries()).toEqual(["1000 b<a 1", "1000 b<a 1+1", "2000 b<a 2", "2000 b<a 2+1"]);
  expect(ran.messageCounts()).toMatchObject({ sent: 2, duplicated: 2, delivered: 4, inFlight: 0 });
});

test("copies made by a fault have a latency of their own", () => {
  const { watch } = link(
    {},
    { faults: [fault({ kind: "duplicate", messages: anyMessage, copies: 2, withinUs: 0 })] },
    2,
  );
  expect(watch.deliveries()).toEqual(["1000 b<a 1", "2000 b<a 2", "2000 b<a 2+2", "2000 b<a 2+3"]);
});

test("reordering lets later messages overtake", () => {
  const { watch } = link({ reorder: half, reorderWithinUs: 20_000 }, {}, 50);
  const order = watch.deliveries().map((line) => Number(line.split(" ")[2]));
  expect(order).toHaveLength(50);
  expect(order).not.toEqual([...order].sort((left, right) => left - right));
});

test("without a frame checksum damage is decoded as it came, or cannot be", () => {
  const { world: ran, watch } = link({ corrupt: always, frameChecksum: false }, {}, 200, {
    text: "hello world, hello",
  });
  const { lost, delivered } = ran.messageCounts();
  expect(lost.malformed).toBeGreaterThan(20);
  expect(delivered + lost.malformed).toBe(200);
  const damaged = watch.lines.flatMap((line) => (line.kind === "delivered" ? [line.content] : []));
  expect(damaged.length).toBe(delivered);
  expect(damaged.every((content) => content !== undefined)).toBe(true);
});

test("bandwidth makes messages queue for their size", () => {
  // {"number":1,"type":"note"} is 26 bytes: 26 ms at 1 000 bytes a second.
  const { watch } = link({ bytesPerSecond: 1_000, queueMax: 10 }, {}, 3);
  expect(watch.deliveries()).toEqual(["27000 b<a 1", "53000 b<a 2", "79000 b<a 3"]);
});

test("what a fault made queue for bandwidth leaves when the world is healed, as soon as the link as planned lets it", () => {
  // 26 bytes are 26 ms in the fault: the third and the fourth wait at 40 ms.
  const slow = { kind: "bandwidth", from: only("a"), to: only("b"), bytesPerSecond: 1_000 } as const;
  const healed = { healUs: 40_000, faults: [fault(slow)] };
  expect(link({}, healed, 4).watch.deliveries()).toEqual(["1000 b<a 1", "28000 b<a 2", "41000 b<a 3", "41000 b<a 4"]);
  const planned = link({ bytesPerSecond: 26_000, duplicate: always }, healed, 4).watch.deliveries();
  expect(planned.slice(4)).toEqual(["42000 b<a 3", "42000 b<a 3+1", "43000 b<a 4", "43000 b<a 4+1"]);
});

test("a message to oneself arrives at once, as an event of its own", () => {
  const { world: ran, watch } = world(
    { link: { ...plainLink, loss: { type: "independent", rate: always } } },
    hosts(host("a", (event) => (event.type === "booted" ? [send("a", { type: "note" })] : []))),
  );
  ran.run();
  expect(watch.deliveries()).toEqual(["0 a<a 1"]);
});

test("a stream to oneself loses nothing, however many wait; of datagrams those are lost that find no place", () => {
  const four = (via: Transport) => [1, 2, 3, 4].map(() => send("a", { type: "note" }, via));
  const told = (via: Transport): readonly string[] => {
    const handle: Handler = (event) => (event.type === "booted" ? four(via) : []);
    const story = world({ process: { stepUs: 100, inboxMax: 2 } }, hosts(host("a", handle)));
    story.world.run();
    return story.watch.deliveries();
  };
  expect(told("stream")).toEqual(["100 a<a 1", "200 a<a 2", "300 a<a 3", "400 a<a 4"]);
  expect(told("datagram")).toEqual(["100 a<a 1", "200 a<a 2"]);
});

test("of several overrides of a link the later entry wins, and both directions are meant", () => {
  const echo: Handler = (event) =>
    event.type === "received" && event.message.type === "note" ? [send("a", { type: "echo" })] : [];
  const { world: ran, watch } = world(
    {
      links: [
        { from: only("a"), to: only("b"), oneWay: false, link: { latency: { type: "constant", us: 10 } } },
        {
          from: { nodes: [], roles: ["node"] },
          to: only("b"),
          oneWay: true,
          link: { latency: { type: "constant", us: 20 } },
        },
      ],
    },
    hosts(host("a", sender()), host("b", echo)),
  );
  ran.run();
  expect(watch.deliveries()).toEqual(["20 b<a 1", "30 a<b 2"]);
});

describe("partitions", () => {
  const shape = { type: "groups", groups: [only("a"), only("b")] } as const;
  const partition = { kind: "partition", shape, flapCutUs: 0, flapOpenUs: 0 } as const;

  test("nest: a link is open again when the last of them ends", () => {
    const { watch } = link(
      {},
      {
        faults: [
          fault(partition, { atUs: 500, forUs: 5_000 }, "one"),
          fault(partition, { atUs: 2_500, forUs: 5_000 }, "two"),
        ],
      },
      12,
    );
    expect(watch.deliveries().map((line) => line.split(" ")[2])).toEqual(["9", "10", "11", "12"]);
  });

  test("are counted by what they did", () => {
    const { world: ran } = link(
      {},
      {
        faults: [fault(partition, { atUs: 500_000, forUs: 5_000 }, "idle"), fault(partition, { forUs: 5_000 }, "busy")],
      },
      3,
    );
    expect(ran.tallies().map(({ id, injected, touched, changed }) => [id, injected, touched, changed])).toEqual([
      ["idle", 1, 0, 0],
      ["busy", 1, 1, 1],
    ]);
  });

  test("heal with the world, and the account holds", () => {
    const { world: ran, watch } = link({}, { healUs: 5_500, faults: [fault(partition)] }, 12);
    expect(watch.deliveries().map((line) => line.split(" ")[2])).toEqual(["7", "8", "9", "10", "11", "12"]);
    expect(ran.messageCounts().lost.partition).toBe(6);
  });
});

test("what is held back sets out when it is let go, in order", () => {
  const { watch } = link(
    {},
    { faults: [fault({ kind: "hold", messages: anyMessage, release: "inOrder" }, { atUs: 0, forUs: 10_500 })] },
    13,
  );
  expect(watch.deliveries().slice(0, 4)).toEqual(["1000 b<a 1", "11500 b<a 2", "11500 b<a 3", "11500 b<a 4"]);
  expect(watch.deliveries().at(-1)).toBe("13000 b<a 13");
  expect(watch.deliveries()).toHaveLength(13);
});

test("what is shuffled is let go in another order", () => {
  const { watch } = link(
    {},
    { faults: [fault({ kind: "hold", messages: anyMessage, release: "shuffled" }, { atUs: 0, forUs: 10_500 })] },
    11,
  );
  const order = watch.deliveries().map((line) => Number(line.split(" ")[2]));
  expect([...order].sort((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(order).not.toEqual([...order].sort((left, right) => left - right));
});

test("after healing the plan's own misfortunes are over, and latency stays", () => {
  const { world: ran, watch } = link(
    { loss: { type: "independent", rate: always }, duplicate: always },
    { healUs: 3_500 },
    6,
  );
  expect(watch.deliveries()).toEqual(["5000 b<a 5", "6000 b<a 6"]);
  expect(ran.messageCounts()).toMatchObject({ sent: 6, duplicated: 0, delivered: 2 });
});
