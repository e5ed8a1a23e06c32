// The store's rules one by one, and that it says nothing before its disk has it.
import { describe, expect, test } from "vitest";

import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { type Stock, Store } from "../../../src/systems/mesh/store.ts";
import { Bench, coordinator, p1, p2, s1, s2, settingsWith, topology } from "./bench.ts";

const stock: Stock = {
  items: ["item-1", "item-2"].map((item) => ({ item, from: null, to: { type: "ground", region: 0, x: 5_000 } })),
  copies: [],
};

const fresh = (settings: object = {}): Bench =>
  new Bench(() => new Store(topology, settingsWith(settings), stock)).boot().sync();

interface Written {
  readonly player?: typeof p1;
  readonly token?: number;
  readonly session?: number;
  readonly kind?: "score" | "pickup" | "drop";
  readonly item?: string;
  readonly base?: number;
  readonly items?: readonly string[];
  readonly untilUs?: number;
}

function write(sequence: number, changes: Written = {}): MeshMessage {
  const { player = p1, token = 1, session = 1, kind = "score", item = "", base = sequence - 1, items = [] } = changes;
  const { untilUs = -1 } = changes;
  const terms = kind === "score" ? null : { region: 0, epoch: 1, x: 5_000, escrow: "", to: "" as const, other: "" };
  const state = { version: base + 1, x: 0, score: base + 1, items, session, sequence };
  return { type: "write", player, token, session, sequence, kind, item, terms, base, untilUs, state };
}

/** What the store answers to one write. */
function answer(bench: Bench, message: MeshMessage): string {
  bench.take();
  bench.receive(s1, message).sync();
  const [wrote] = bench.take();
  if (wrote?.type !== "wrote") return "nothing";
  return `${wrote.result}${wrote.repeated ? " again" : ""} v${wrote.version}`;
}

describe("the store", () => {
  test("spawns its items once", () => {
    const bench = fresh();
    expect(bench.takeFacts()).toEqual(["itemsSpawned"]);
    bench.receive(s1, write(1)).sync();
    bench.takeFacts();
    expect(bench.restart().sync().takeFacts()).not.toContain("itemsSpawned");
  });

  test("refuses what comes after its deadline, less the declared skew, and takes it when it comes again", () => {
    const bench = fresh({ lease: { skew: "50ms" } });
    bench.wallUs = 1_000_000;
    expect(answer(bench, write(1, { untilUs: 1_050_000 }))).toBe("late v0");
    expect(answer(bench, write(1, { untilUs: 1_050_001 }))).toBe("done v1");
  });

  test("answers and states nothing before it is durable", () => {
    const bench = fresh();
    bench.takeFacts();
    bench.receive(s1, write(1));
    expect([bench.take(), bench.takeFacts()]).toEqual([[], []]);
    bench.sync();
    expect([bench.takeTypes(), bench.takeFacts()]).toEqual([["wrote"], ["effectAccepted"]]);
  });

  test("lets no answer overtake what it speaks of", () => {
    const bench = fresh();
    bench.receive(s1, write(1)).receive(s1, write(1));
    expect(bench.take()).toEqual([]);
    bench.sync();
    expect(bench.take()).toMatchObject([{ repeated: false }, { repeated: true }]);
  });

  test("refuses tokens below the highest it has seen, in a fence, a load or a write (MESH-F5-07)", () => {
    for (const seen of [
      { type: "fence", player: p1, token: 3, server: s1 },
      { type: "load", player: p1, token: 3, ask: 1 },
      write(1, { token: 3 }),
    ] satisfies MeshMessage[]) {
      const bench = fresh()
        .receive(seen.type === "fence" ? coordinator : s2, seen)
        .sync();
      expect(answer(bench, write(2, { token: 2 }))).toMatch(/^staleToken/);
      expect(bench.receive(s1, { type: "load", player: p1, token: 2, ask: 2 }).sync().take()).toMatchObject([
        { type: "loadRefused", fence: 3 },
      ]);
    }
  });

  test("keeps players apart", () => {
    const bench = fresh().receive(coordinator, { type: "fence", player: p1, token: 9, server: s1 }).sync();
    expect(answer(bench, write(1, { player: p2 }))).toBe("done v1");
  });

  test("answers a repeated action as the first time, without a second effect (A8, MESH-GEN-06)", () => {
    const bench = fresh();
    expect(answer(bench, write(1))).toBe("done v1");
    expect(answer(bench, write(1, { base: 1 }))).toBe("done again v1");
    expect(answer(fresh({ defence: { idempotency: false } }), write(1))).toBe("done v1");
  });

  test("remembers a refusal for ever: what failed never takes effect later (A9)", () => {
    const bench = fresh();
    const pickup = (player: typeof p1, sequence: number, base: number) =>
      write(sequence, { player, kind: "pickup", item: "item-1", base, items: ["item-1"] });
    expect(answer(bench, pickup(p1, 1, 0))).toBe("done v1");
    expect(answer(bench, pickup(p2, 1, 0))).toBe("failed v0");
    expect(answer(bench, write(2, { kind: "drop", item: "item-1", base: 1 }))).toBe("done v2");
    expect(answer(bench, pickup(p2, 1, 0))).toBe("failed again v0");
    expect(answer(bench, pickup(p2, 2, 0))).toBe("done v1");
  });

  test("takes an item from the ground only, and a drop from the inventory only (I1, MESH-INV-02)", () => {
    expect(answer(fresh(), write(1, { kind: "drop", item: "item-1" }))).toBe("failed v0");
    expect(answer(fresh(), write(1, { kind: "pickup", item: "item-9", items: ["item-9"] }))).toBe("failed v0");
    const off = fresh({ defence: { itemLedger: false } });
    expect(answer(off, write(1, { kind: "pickup", item: "item-1", items: ["item-1"] }))).toBe("done v1");
    expect(answer(off, write(1, { player: p2, kind: "pickup", item: "item-1", items: ["item-1"] }))).toBe("done v1");
  });

  test("refuses gaps and sessions that are over (A10)", () => {
    const bench = fresh();
    expect(answer(bench, write(2))).toBe("outOfOrder v0");
    expect(answer(bench, write(1))).toBe("done v1");
    expect(answer(bench, write(2, { session: 2 }))).toBe("outOfOrder v1");
    expect(answer(bench, write(1, { session: 2, base: 1 }))).toBe("done v2");
    expect(answer(bench, write(2, { session: 1 }))).toBe("outOfOrder v2");
    expect(answer(fresh({ defence: { sessionOrder: false } }), write(2))).toBe("done v2");
  });

  test("without order, knows repeated actions by name", () => {
    const bench = fresh({ defence: { sessionOrder: false } });
    expect(answer(bench, write(2, { base: 0 }))).toBe("done v1");
    expect(answer(bench, write(1, { base: 1 }))).toBe("done v2");
    expect(answer(bench, write(2, { base: 2 }))).toBe("done again v2");
  });

  test("compares versions under policy version only (X-M-12)", () => {
    const version = { transfer: { policy: "version" } };
    expect(answer(fresh(version), write(1, { base: 7 }))).toBe("versionConflict v0");
    expect(answer(fresh(), write(1, { base: 7 }))).toBe("done v8");
    expect(answer(fresh({ ...version, defence: { stateGuard: false } }), write(1, { base: 7 }))).toBe("done v8");
  });

  test("forgets old outcomes, and applies no echo of them", () => {
    const bench = fresh({ client: { pipelineMax: 1 } });
    for (let sequence = 1; sequence <= 5; sequence += 1) answer(bench, write(sequence));
    expect(answer(bench, write(5))).toBe("done again v5");
    expect(answer(bench, write(1))).toBe("outOfOrder v5");
  });

  test("ignores a fence that is older than what it has", () => {
    const bench = fresh().receive(coordinator, { type: "fence", player: p1, token: 5, server: s1 }).sync();
    expect(bench.take()).toHaveLength(1);
    expect(bench.receive(coordinator, { type: "fence", player: p1, token: 4, server: s1 }).sync().take()).toEqual([]);
    expect(bench.receive(coordinator, { type: "fence", player: p1, token: 5, server: s1 }).sync().take()).toHaveLength(
      1,
    );
  });

  test("drops what it cannot take in, and is asked again", () => {
    const bench = fresh({ store: { batchMax: 1 } });
    bench.receive(s1, write(1)).receive(s1, write(2)).receive(s1, write(3)).sync();
    expect(bench.take()).toHaveLength(2);
  });
});

describe("a restarted store", () => {
  test("has everything it answered, and refuses what it refused", () => {
    const bench = fresh();
    answer(bench, write(1, { token: 4, kind: "pickup", item: "item-1", items: ["item-1"] }));
    bench.restart().sync();
    expect(answer(bench, write(2, { token: 3 }))).toBe("staleToken v1");
    expect(answer(bench, write(1, { token: 4 }))).toBe("done again v1");
    expect(answer(bench, write(1, { player: p2, kind: "pickup", item: "item-1" }))).toBe("failed v0");
  });

  test("loses what it had not answered", () => {
    const bench = fresh().receive(s1, write(1)).restart().sync();
    expect(answer(bench, write(1))).toBe("done v1");
  });

  test("states again what may never have been stated, and takes nothing in before that", () => {
    const bench = fresh();
    bench.receive(s1, write(1)).sync();
    bench.takeFacts();
    bench.restart().receive(s1, write(2));
    expect(bench.takeFacts()).toEqual([]);
    expect(bench.sync().takeFacts()).toContain("effectRecovered");
    expect(answer(bench, write(2))).toBe("done v2");
  });

  test("states a refusal again, too: whoever asks again hears it (MESH-INV-09)", () => {
    const bench = fresh()
      .receive(s1, write(1, { kind: "pickup", item: "item-9" }))
      .sync();
    expect(bench.takeFacts()).toContain("effectRefused");
    bench.restart().sync();
    expect(bench.facts).toMatchObject([{ fact: "effectRefused", because: "itemGone", recovered: true }]);
  });

  test("cuts off a torn record, and halts at a hole rather than invent state", () => {
    const bench = fresh().receive(s1, write(1)).sync();
    bench.restart("torn").sync();
    expect(answer(bench, write(1))).toBe("done again v1");
    bench.restart("hole");
    expect(bench.halted).toBe(true);
    expect(bench.takeFacts()).toContain("diskUnreadable");
    expect(answer(bench, write(2))).toBe("nothing");
  });

  test("goes on from a snapshot, also with what had not been stated when it was written", () => {
    const bench = fresh({ store: { snapshotEvery: 10 } });
    for (let sequence = 1; sequence <= 25; sequence += 1) answer(bench, write(sequence));
    bench.restart().sync();
    expect(answer(bench, write(26))).toBe("done v26");
  });

  test("leaves the snapshot on its disk as it was written, whatever it does after it has read it", () => {
    const bench = fresh({ store: { snapshotEvery: 10 } });
    for (let sequence = 1; sequence <= 25; sequence += 1) answer(bench, write(sequence));
    const [disk, asWritten] = [bench.disk, bench.disk];
    bench.boot(disk).sync();
    expect(answer(bench, write(26))).toBe("done v26");
    expect(disk).toEqual(asWritten);
  });

  test("states nothing a second time that a snapshot held back and was stated since", () => {
    const bench = fresh().receive(s1, write(1)).failSync().receive(s1, write(2));
    bench.fire("disk").sync();
    expect(bench.takeFacts().filter((fact) => fact === "effectAccepted")).toHaveLength(2);
    answer(bench, write(3));
    answer(bench, write(4));
    bench.takeFacts();
    expect(bench.restart().sync().takeFacts()).toEqual(["effectRecovered"]);
  });

  test("tries a failed disk again, also when its timer was lost", () => {
    const bench = fresh().receive(s1, write(1)).failSync();
    expect(bench.take()).toEqual([]);
    expect([...bench.timers.keys()]).toContain("disk");
    bench.fire("disk").sync();
    expect(bench.takeTypes()).toEqual(["wrote"]);
    bench.receive(s1, write(2)).failSync().after(1_000_000).receive(s1, write(3)).sync();
    expect(bench.takeTypes()).toEqual(["wrote", "wrote"]);
  });
});
