// The store on items: what moves them, in whose name, and what happens to what is in two places.
import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../src/base/ids.ts";
import type { WriteKind } from "../../../src/systems/mesh/item-facts.ts";
import type { Escrow, ItemTerms } from "../../../src/systems/mesh/items.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { type Stock, Store } from "../../../src/systems/mesh/store.ts";
import { Bench, coordinator, p1, p2, s1, s2, s3, settingsWith, topology } from "./bench.ts";

type Parcel = Extract<MeshMessage, { type: "parcel" }>;

const stock = (copies: Stock["copies"] = []): Stock => ({
  items: [
    { item: "sword", from: null, to: { type: "ground", region: 0, x: 9_000 } },
    { item: "shield", from: null, to: { type: "ground", region: 1, x: 11_000 } },
  ],
  copies,
});

/** Two servers with their regions open, and a player at each. */
function opened(settings: object = {}, copies: Stock["copies"] = []): Bench {
  const bench = new Bench(() => new Store(topology, settingsWith(settings), stock(copies))).boot();
  bench
    .receive(s1, { type: "openRegion", region: 0, epoch: 1 })
    .receive(s2, { type: "openRegion", region: 1, epoch: 1 });
  bench.receive(coordinator, { type: "fence", player: p1, token: 1, server: s1 });
  bench.receive(coordinator, { type: "fence", player: p2, token: 1, server: s2 });
  bench.sync().take();
  bench.takeFacts();
  return bench;
}

interface Written {
  readonly player?: NodeId;
  readonly sequence?: number;
  readonly session?: number;
  readonly items?: readonly string[];
  readonly base?: number;
  readonly terms?: Partial<ItemTerms>;
}

function write(kind: WriteKind, item: string, words: Written = {}): MeshMessage {
  const { player = p1, session = 1, sequence = 1, items = [], base = sequence - 1, terms = {} } = words;
  const state = { version: base + 1, x: 0, score: 0, items, session, sequence };
  const said: ItemTerms = { region: 0, epoch: 1, x: 9_000, escrow: "", to: "", other: "", ...terms };
  return { type: "write", player, token: 1, session, sequence, kind, item, terms: said, base, untilUs: -1, state };
}

/** What the store answers to a message, in words. */
function answers(bench: Bench, from: NodeId, message: MeshMessage): readonly string[] {
  bench.take();
  bench.receive(from, message).sync();
  return bench.take().map((answer) => {
    switch (answer.type) {
      case "wrote":
        return `${answer.result}${answer.repeated ? " again" : ""} v${answer.version}`;
      case "laid":
        return `${answer.op} ${answer.result}`;
      case "parcel":
        return `parcel ${answer.item} ${answer.escrow.phase}`;
      case "found":
        return `${answer.at}${answer.held === "" ? "" : ` ${answer.held}`}`;
      default:
        return answer.type;
    }
  });
}

const lay = (op: "reserve" | "restore" | "collect", move: string, epoch = 1): MeshMessage => ({
  type: "lay",
  region: 0,
  epoch,
  op,
  item: "sword",
  move,
  player: op === "reserve" ? p2 : "",
});
const where = (item: string): MeshMessage => ({ type: "where", player: p1, question: 1, item });

describe("ground", () => {
  test("is changed at home by one write that names both authorities", () => {
    const bench = opened();
    expect(answers(bench, s1, write("pickup", "sword", { items: ["sword"] }))).toEqual(["done v1"]);
    expect(answers(bench, s1, write("drop", "sword", { sequence: 2 }))).toEqual(["done v2"]);
    expect(bench.facts.at(-1)).toMatchObject({ fact: "effectAccepted", onGround: { region: 0, epoch: 1 } });
  });

  test("is closed to an epoch that is over, whatever the token (A1 per resource)", () => {
    const bench = opened();
    bench.receive(coordinator, { type: "sealRegion", region: 0, epoch: 2 }).sync();
    expect(bench.takeTypes()).toEqual(["regionSealed"]);
    expect(answers(bench, s1, write("pickup", "sword", { items: ["sword"] }))).toEqual(["staleEpoch v0"]);
    expect(answers(bench, s1, lay("reserve", "p2/1/1"))).toEqual(["reserve staleEpoch"]);
    expect(answers(bench, s1, { type: "openRegion", region: 0, epoch: 1 })).toEqual(["regionClosed"]);
    expect(answers(bench, s2, { type: "openRegion", region: 0, epoch: 2 })).toEqual(["regionOpened"]);
    expect(answers(bench, s1, write("score", "", { sequence: 1 }))).toEqual(["done v1"]);
  });

  test("that has gone to another server changes nothing of what was done there before (MESH-INV-07)", () => {
    const bench = opened();
    const pickup = write("pickup", "sword", { items: ["sword"] });
    expect(answers(bench, s1, pickup)).toEqual(["done v1"]);
    bench.receive(coordinator, { type: "sealRegion", region: 0, epoch: 2 }).sync();
    // Sent again while the first answer was on its way: "staleEpoch", overtaking it, would say that nothing was done.
    expect(answers(bench, s1, pickup)).toEqual(["done again v1"]);
  });

  test("of another server is not picked from without having been asked for", () => {
    const beyond = { region: 0, epoch: 0 };
    expect(answers(opened(), s2, write("pickup", "sword", { player: p2, terms: beyond }))).toEqual(["failed v0"]);
  });

  test("is compared, and silence says that it is equal", () => {
    const bench = opened();
    expect(answers(bench, s1, { type: "survey", region: 0, epoch: 1, digest: 1 })).toEqual(["regionOpened"]);
  });
});

describe("a pickup beyond a border", () => {
  const take = write("pickup", "sword", { player: p2, items: ["sword"], terms: { region: 1, escrow: "p2/1/1" } });

  test("goes through escrow, and each step can come again", () => {
    const bench = opened();
    expect(answers(bench, s1, lay("reserve", "p2/1/1"))).toEqual(["reserve done"]);
    expect(answers(bench, s1, lay("reserve", "p2/1/1"))).toEqual(["reserve done"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["ground"]);
    expect(answers(bench, s2, take)).toEqual(["done v1"]);
    expect(answers(bench, s2, take)).toEqual(["done again v1"]);
    expect(answers(bench, s1, lay("restore", "p2/1/1"))).toEqual(["restore gone"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["held p2"]);
  });

  test("that came to nothing leaves it where it was (IL1), and has failed for ever", () => {
    const bench = opened();
    answers(bench, s1, lay("reserve", "p2/1/1"));
    expect(answers(bench, s1, lay("restore", "p2/1/1"))).toEqual(["restore done"]);
    expect(answers(bench, s2, take)).toEqual(["failed v0"]);
    answers(bench, s1, lay("reserve", "p2/1/1"));
    expect(answers(bench, s2, take)).toEqual(["failed again v0"]);
  });

  test("reserves for one only", () => {
    const bench = opened();
    answers(bench, s1, lay("reserve", "p2/1/1"));
    expect(answers(bench, s1, lay("reserve", "p3/1/1"))).toEqual(["reserve gone"]);
    expect(answers(bench, s1, write("pickup", "sword", { items: ["sword"] }))).toEqual(["failed v0"]);
  });

  test("survives a restart between any two steps", () => {
    const bench = opened();
    answers(bench, s1, lay("reserve", "p2/1/1"));
    bench.restart().sync();
    expect(answers(bench, s1, { type: "survey", region: 0, epoch: 1, digest: 0 })).toEqual(["parcel sword reserved"]);
    expect(answers(bench, s2, take)).toEqual(["done v1"]);
    bench.restart().sync();
    expect(answers(bench, s2, take)).toEqual(["done again v1"]);
  });
});

describe("a gift", () => {
  const holding = (): Bench => {
    const bench = opened();
    answers(bench, s1, write("pickup", "sword", { items: ["sword"] }));
    return bench;
  };
  const give = write("give", "sword", { sequence: 2, terms: { to: p2 } });
  const collect = write("collect", "sword", {
    player: p2,
    session: 0,
    sequence: -1,
    base: 0,
    items: ["sword"],
    terms: { escrow: "p1/1/2" },
  });

  test("is the receiver's from then on, whose server collects it", () => {
    const bench = holding();
    expect(answers(bench, s1, give)).toEqual(["done v2", "parcel sword committed"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["held p2"]);
    expect(answers(bench, s2, collect)).toEqual(["done v1"]);
    expect(answers(bench, s2, collect)).toEqual(["done again v1"]);
  });

  test("waits for a server without ground, which never surveys, at the survey of another (IL1)", () => {
    const bench = holding();
    bench.receive(coordinator, { type: "fence", player: p2, token: 2, server: s3 }).sync();
    answers(bench, s1, give);
    const told = (): readonly NodeId[] => {
      bench.take();
      bench.receive(s1, { type: "survey", region: 0, epoch: 1, digest: 0 }).sync();
      return bench.sent.filter(({ message }) => message.type === "parcel").map(({ to }) => to);
    };
    expect(told()).toEqual([s3]);
    bench.receive(s3, { type: "openRegion", region: 2, epoch: 1 }).sync();
    expect(told()).toEqual([]);
  });

  test("is not for nobody, nor for oneself, nor by somebody who has it not", () => {
    const bench = holding();
    const to = (player: string): MeshMessage =>
      write("give", "sword", { sequence: 2, terms: { to: player as NodeId } });
    expect(answers(bench, s1, to("p9"))).toEqual(["failed v1"]);
    expect(answers(holding(), s1, to(p1))).toEqual(["failed v1"]);
    expect(answers(opened(), s1, write("give", "sword", { terms: { to: p2 } }))).toEqual(["failed v0"]);
  });
});

describe("a trade", () => {
  const ready = (settings: object = {}): Bench => {
    const bench = opened(settings);
    answers(bench, s1, write("pickup", "sword", { items: ["sword"] }));
    answers(bench, s2, write("pickup", "shield", { player: p2, items: ["shield"], terms: { region: 1 } }));
    return bench;
  };
  const offer = (other = "shield"): MeshMessage => write("trade", "sword", { sequence: 2, terms: { to: p2, other } });
  const errand = { player: p2, session: 0, sequence: -7, base: 1, terms: { escrow: "p1/1/2" } };
  const accept = write("accept", "sword", { ...errand, items: ["sword"] });
  const undo = write("undo", "sword", { sequence: 2, base: 2, items: ["sword"], terms: { escrow: "p1/1/2" } });

  test("takes effect with both legs at once", () => {
    const bench = ready();
    expect(answers(bench, s1, offer())).toEqual(["reserved v2", "parcel sword reserved"]);
    expect(answers(bench, s1, offer())).toEqual(["reserved again v2"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["held p1"]);
    expect(answers(bench, s2, accept)).toEqual(["done v2", "parcel shield committed"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["held p2"]);
    expect(answers(bench, s1, where("shield"))).toEqual(["held p1"]);
    expect(answers(bench, s1, undo)).toEqual(["done again v2"]);
    expect(answers(bench, s1, offer())).toEqual(["done again v2"]);
  });

  test("is declined by who has not got it, and goes back", () => {
    const bench = ready();
    answers(bench, s1, offer("crown"));
    expect(answers(bench, s2, accept)).toEqual(["failed v1", "parcel sword declined"]);
    expect(answers(bench, s1, undo)).toEqual(["failed v3"]);
    expect(answers(bench, s1, where("sword"))).toEqual(["held p1"]);
    expect(answers(bench, s1, offer("crown"))).toEqual(["failed again v3"]);
  });

  test("is withdrawn before it is accepted, or not at all", () => {
    const bench = ready();
    answers(bench, s1, offer());
    expect(answers(bench, s1, undo)).toEqual(["failed v3"]);
    expect(answers(bench, s2, accept)).toEqual(["failed v1"]);
    expect(answers(bench, s1, where("shield"))).toEqual(["held p2"]);
  });

  test("given up by its client, can only go back", () => {
    const bench = ready();
    answers(bench, s1, offer());
    const givenUp = { ...(offer() as Extract<MeshMessage, { type: "write" }>), withdrawn: true as const };
    expect(answers(bench, s1, givenUp)).toEqual(["failed v2", "parcel sword declined"]);
    expect(answers(bench, s2, accept)).toEqual(["failed v1"]);
    expect(answers(bench, s1, undo)).toEqual(["failed v3"]);
  });

  test("that is undone late lets no action be forgotten that its client still asks about (A9)", () => {
    const bench = ready({ client: { pipelineMax: 1 } });
    answers(bench, s1, offer());
    const givenUp = { ...(offer() as Extract<MeshMessage, { type: "write" }>), withdrawn: true as const };
    answers(bench, s1, givenUp);
    const drop = (sequence: number): MeshMessage => write("drop", "shield", { sequence, base: 2 });
    expect(answers(bench, s1, drop(3))).toEqual(["failed v2"]);
    expect(answers(bench, s1, drop(4))).toEqual(["failed v2"]);
    expect(answers(bench, s1, undo)).toEqual(["failed v3"]);
    expect(answers(bench, s1, drop(3))).toEqual(["failed again v3"]);
    expect(answers(bench, s1, drop(4))).toEqual(["failed again v3"]);
    expect(answers(bench, s1, undo)).toEqual(["failed again v3"]);
  });

  test("without the defence, one leg is enough", () => {
    const bench = ready({ defence: { tradeWhole: false } });
    answers(bench, s1, offer("crown"));
    expect(answers(bench, s2, accept)).toEqual(["done v2"]);
  });
});

test("what is made is new, and what is destroyed is nowhere", () => {
  const bench = opened();
  expect(answers(bench, s1, write("spawn", "ring"))).toEqual(["done v1"]);
  expect(answers(bench, s1, write("spawn", "ring", { sequence: 2 }))).toEqual(["failed v1"]);
  expect(answers(bench, s1, write("pickup", "ring", { sequence: 3, base: 1, items: ["ring"] }))).toEqual(["done v2"]);
  expect(answers(bench, s1, write("destroy", "ring", { sequence: 4, base: 2 }))).toEqual(["done v3"]);
  expect(answers(bench, s1, where("ring"))).toEqual(["nowhere"]);
  expect(answers(bench, s1, write("pickup", "ring", { sequence: 5, base: 3 }))).toEqual(["failed v3"]);
});

test("what is dropped beyond the border reaches the ground by way of its server", () => {
  const bench = opened();
  answers(bench, s1, write("pickup", "sword", { items: ["sword"] }));
  const beyond = { region: 1, epoch: 0, x: 10_200 };
  expect(answers(bench, s1, write("drop", "sword", { sequence: 2, terms: beyond }))).toEqual([
    "done v2",
    "parcel sword committed",
  ]);
  expect(answers(bench, s1, where("sword"))).toEqual(["ground"]);
  const laid = { ...lay("collect", "p1/1/2"), region: 1 } as MeshMessage;
  expect(answers(bench, s2, laid)).toEqual(["collect done"]);
  expect(answers(bench, s2, laid)).toEqual(["collect done"]);
});

describe("an item in two places", () => {
  const copy = { at: 0, item: "sword", to: { x: 11_500 } };

  test("is found by id, frozen, told of, and left where it is on record", () => {
    const bench = opened({}, [copy]).fire("copy:0").sync();
    expect(bench.takeFacts()).toEqual(["itemCopied", "itemFrozen"]);
    expect(bench.takeTypes()).toEqual(["regionOpened", "duplicate"]);
    expect(answers(bench, s1, write("pickup", "sword", { items: ["sword"] }))).toEqual(["failed v0"]);
    bench.after(150_000).fire("audit").sync();
    expect(bench.facts.at(-1)).toMatchObject({ fact: "itemResolved", kept: "ground 0", removed: ["ground 1"] });
    expect(answers(bench, s1, write("pickup", "sword", { sequence: 2, base: 0, items: ["sword"] }))).toEqual([
      "done v1",
    ]);
  });

  test("is looked for only where a server suspects it, if so wanted", () => {
    const bench = opened({ duplicates: { detector: "local" } }, [copy])
      .fire("copy:0")
      .sync();
    expect(bench.takeFacts()).toEqual(["itemCopied"]);
    expect(answers(bench, s2, { type: "suspect", item: "sword" })).toEqual(["duplicate"]);
    expect(answers(bench, s2, { type: "suspect", item: "shield" })).toEqual(["cleared"]);
  });

  test("in somebody's hands is taken from there, and older writes are refused", () => {
    const inHands = { at: 0, item: "sword", to: { player: "p2" } };
    const bench = opened({}, [inHands]).fire("copy:0").sync();
    expect(bench.takeTypes()).toEqual(["revised", "duplicate"]);
    expect(answers(bench, s2, write("score", "", { player: p2 }))).toEqual(["versionConflict v1"]);
    bench.after(150_000).fire("audit").sync();
    expect(bench.takeTypes()).toContain("revised");
    expect(bench.facts.at(-1)).toMatchObject({ states: [{ player: p2, state: { version: 2, items: [] } }] });
  });

  test("by creation, whoever's name comes first is kept (X-M-43)", () => {
    const early = { at: 0, item: "shield", to: { x: 9_500 } };
    const bench = opened({ duplicates: { resolution: "creation" } }, [early])
      .fire("copy:0")
      .sync();
    bench.after(150_000).fire("audit").sync();
    expect(bench.facts.at(-1)).toMatchObject({ fact: "itemResolved", kept: "ground 0", removed: ["ground 1"] });
  });

  test("is not forgotten by a restart", () => {
    const bench = opened({}, [copy]).fire("copy:0").sync().restart().sync();
    expect(answers(bench, s1, write("pickup", "sword", { items: ["sword"] }))).toEqual(["failed v0"]);
    expect([...bench.timers.keys()]).toContain("audit");
  });
});

test("a parcel says what is to be done with it", () => {
  const bench = opened();
  answers(bench, s1, write("pickup", "sword", { items: ["sword"] }));
  bench.receive(s1, write("give", "sword", { sequence: 2, terms: { to: p2 } })).sync();
  const parcel = bench.take().find((message): message is Parcel => message.type === "parcel");
  expect(parcel?.escrow satisfies Escrow | undefined).toMatchObject({ id: "p1/1/2", kind: "give", phase: "committed" });
});
