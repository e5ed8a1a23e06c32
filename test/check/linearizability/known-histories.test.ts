// Histories whose verdict is known: from the literature, and one for each sentence of each model.
import { describe, expect, test } from "vitest";

import { authority, lock } from "../../../src/check/linearizability/authority.ts";
import { item } from "../../../src/check/linearizability/item.ts";
import type { AnyModel } from "../../../src/check/linearizability/model.ts";
import { models } from "../../../src/check/linearizability/models.ts";
import { register } from "../../../src/check/linearizability/register.ts";
import { configurationsMaxDefault, searchOrder } from "../../../src/check/linearizability/search.ts";
import { objectOf, objectsOf, written } from "./histories.ts";
import { queue } from "./workloads.ts";

/** "" when there is an order; otherwise the answer that nothing explains, and what the object is just before it. */
function said(model: AnyModel, text: string): string {
  const verdict = searchOrder(objectOf(written(text), model), configurationsMaxDefault);
  if (verdict.type !== "impossible") return verdict.type === "linearizable" ? "" : verdict.type;
  return `line ${verdict.operation.answered?.line}: ${verdict.operation.action.says}, when it is ${verdict.states.join(" or ")}`;
}

type Known = readonly (readonly [name: string, text: string, said: string])[];

describe("queues of Herlihy and Wing (1990)", () => {
  test.each<Known[number]>([
    [
      "figure 1(a): concurrent enqueues are dequeued in the other order",
      "A enq 1\n B enq 2\n A ok\n B ok\n B deq\n B ok 1\n A deq\n A ok 2\n A enq 3\n A ok",
      "",
    ],
    [
      "figure 1(b): what was enqueued first is not dequeued first",
      "A enq 1\n A ok\n B enq 2\n B ok\n A deq\n A ok 2\n",
      "line 6: deq 2, when it is [1,2]",
    ],
    ["figure 1(c): dequeued while the enqueue is still open", "A enq 1\n B deq\n B ok 1\n A ok", ""],
    [
      "figure 1(d): dequeued twice",
      "A enq 1\n B enq 2\n A ok\n B ok\n A deq\n C deq\n A ok 2\n C ok 2",
      "line 8: deq 2, when it is [1]",
    ],
    ["section 2.3: an enqueue that never returns was seen", "A enq 1\n B deq\n B ok 1", ""],
    [
      "an enqueue that never returns was seen twice",
      "A enq 1\n B deq\n B ok 1\n B deq\n B ok 1",
      "line 5: deq 1, when it is []",
    ],
  ])("%s", (_name, text, expected) => {
    expect(said(queue, text)).toBe(expected);
  });

  test("section 3.3: two queues, each by itself in some order of its clients' programs, and neither linearizable", () => {
    const text = written(`A p.enq 1\n A ok\n B q.enq 2\n B ok\n A q.enq 1\n A ok\n B p.enq 2\n B ok
      A p.deq\n A ok 2\n B q.deq\n B ok 1`);
    const types = objectsOf(text, [queue]).map((object) => searchOrder(object, configurationsMaxDefault).type);
    expect(types).toEqual(["impossible", "impossible"]);
  });
});

describe("registers", () => {
  test.each<Known[number]>([
    ["it is null at first", "A read\n A ok null", ""],
    ["it is not anything at first", "A read\n A ok 0", "line 2: read 0, when it is null"],
    ["a read beside a write sees what was before", "A write 1\n B read\n B ok null\n A ok", ""],
    ["or what is after", "A write 1\n B read\n B ok 1\n A ok", ""],
    [
      "new-old inversion: regular, not atomic (Lamport 1986)",
      "A write 1\n B read\n B ok 1\n B read\n B ok null\n A ok",
      "line 5: read null, when it is 1",
    ],
    [
      "a stale read after the write is over",
      "A write 1\n A ok\n B read\n B ok null",
      "line 4: read null, when it is 1",
    ],
    [
      "two readers see two writes in two orders",
      `A write 1\n B write 2\n A ok\n B ok\n C read\n C ok 1\n D read\n D ok 2`,
      "line 8: read 2, when it is 1",
    ],
    ["a write without an answer comes late", "A write 1\n A info\n B read\n B ok null\n B read\n B ok 1", ""],
    [
      "but not twice",
      "A write 1\n A info\n B write 2\n B ok\n C read\n C ok 1\n B write 2\n B ok\n C read\n C ok 1",
      "line 10: read 1, when it is 2",
    ],
    ["a write that failed is never seen", "A write 1\n A fail\n B read\n B ok 1", "line 4: read 1, when it is null"],
    [
      "of two compare-and-sets from one value one succeeds",
      'A cas {"from":null,"to":1}\n B cas {"from":null,"to":2}\n A ok\n B ok',
      "line 4: cas null to 2, when it is 1",
    ],
    [
      "a chain of compare-and-sets without answers",
      'A cas {"from":1,"to":2}\n A info\n B cas {"from":2,"to":3}\n B info\n C write 1\n C ok\n D read\n D ok 3',
      "",
    ],
    [
      "a chain that was used up",
      `A cas {"from":1,"to":2}\n A info\n C write 1\n C ok\n C read\n C ok 2\n C write 1\n C ok\n C read\n C ok 2`,
      "line 10: read 2, when it is 1",
    ],
    ["values are compared as wholes", 'A write {"a":1,"b":[2]}\n A ok\n B read\n B ok {"b":[2],"a":1}', ""],
  ])("%s", (_name, text, expected) => {
    expect(said(register, text)).toBe(expected);
  });
});

describe("items", () => {
  const spawned = "S spawn\n S ok\n";
  const ann = '{"player":"ann"}';
  const bob = '{"player":"bob"}';
  test.each<Known[number]>([
    [
      "is nowhere, lies, is held, lies, is gone",
      `W where\nW ok null\n${spawned} W where\nW ok {"player":null}\n
      A pickup ${ann}\n A ok\n W where\nW ok ${ann}\n A drop ${ann}\n A ok\n S destroy\n S ok\n W where\n W ok null`.replaceAll(
        "\n\n",
        "\n",
      ),
      "",
    ],
    [
      "two have it (I1)",
      `${spawned} A pickup ${ann}\n A ok\n B pickup ${bob}\n B ok`,
      "line 6: pickup by bob, when it is held by ann",
    ],
    [
      "what nobody has is not dropped",
      `${spawned} A drop ${ann}\n A ok`,
      "line 4: drop by ann, when it is on the ground",
    ],
    [
      "given, and dropped by the giver",
      `${spawned} A pickup ${ann}\n A ok\n A give {"player":"ann","to":"bob"}\n A ok\n A drop ${ann}\n A ok`,
      "line 8: drop by ann, when it is held by bob",
    ],
    [
      "given, and dropped by who got it",
      `${spawned} A pickup ${ann}\n A ok\n A give {"player":"ann","to":"bob"}\n A ok\n B drop ${bob}\n B ok`,
      "",
    ],
    [
      "what is gone does not come back (I5)",
      `${spawned} S destroy\n S ok\n S spawn\n S ok`,
      "line 6: spawn, when it is gone for good",
    ],
    [
      "nor is it picked up",
      `${spawned} S destroy\n S ok\n A pickup ${ann}\n A ok`,
      "line 6: pickup by ann, when it is gone for good",
    ],
    ["destroyed by who has it", `${spawned} A pickup ${ann}\n A ok\n A destroy ${ann}\n A ok`, ""],
    [
      "destroyed on the ground while it is held",
      `${spawned} A pickup ${ann}\n A ok\n S destroy\n S ok`,
      "line 6: destroy, when it is held by ann",
    ],
    ["a pickup without an answer may have been", `${spawned} A pickup ${ann}\n A info\n A2 drop ${ann}\n A2 ok`, ""],
    ["or not", `${spawned} A pickup ${ann}\n A info\n B pickup ${bob}\n B ok`, ""],
    [
      "but not both",
      `${spawned} A pickup ${ann}\n A info\n B pickup ${bob}\n B ok\n W where\n W ok ${ann}`,
      "line 8: where: held by ann, when it is held by bob",
    ],
  ])("%s", (_name, text, expected) => {
    expect(said(item, text)).toBe(expected);
  });
});

const held = (server: string, token: number): string => `{"server":"${server}","token":${token}}`;
const asked = (server: string): string => `{"server":"${server}"}`;

describe("authorities, whose grants happen unseen", () => {
  test.each<Known[number]>([
    [
      "an acquire is led to whom it belongs",
      `P acquire ${asked("n")}\n P ok ${held("s", 4)}\n P act\n P ok ${held("s", 4)}`,
      "",
    ],
    ["a newer token is news", `P acquire ${asked("n")}\n P ok ${held("n", 1)}\n P act\n P ok ${held("s", 2)}`, ""],
    [
      "an older one is too late (A1)",
      `P act\n P ok ${held("s", 2)}\n P act\n P ok ${held("n", 1)}`,
      "line 4: act by n under token 1, when it is s's under token 2",
    ],
    [
      "a token belongs to one server (A3)",
      `P act\n P ok ${held("s", 2)}\n P act\n P ok ${held("n", 2)}`,
      "line 4: act by n under token 2, when it is s's under token 2",
    ],
    [
      "acts that are open together may change places",
      `P act\n Q act\n Q ok ${held("s", 2)}\n P ok ${held("n", 1)}`,
      "",
    ],
    ["tokens are numbers: 9 is older than 10", `P act\n P ok ${held("s", 9)}\n P act\n P ok ${held("n", 10)}`, ""],
    ["nobody's at first", `P owner\n P ok null\n P owner\n P ok ${held("n", 1)}`, ""],
    [
      "and never again",
      `P act\n P ok ${held("n", 1)}\n P owner\n P ok null`,
      "line 4: owner: nobody, when it is n's under token 1",
    ],
    ["done by nobody (A9)", `P act\n P ok {"server":null,"token":1}`, "line 2: act by nobody, when it is nobody's yet"],
    [
      "the token need not say its server when it is the one that was asked",
      `P acquire ${asked("n")}\n P ok {"token":1}\n P owner\n P ok ${held("n", 1)}`,
      "",
    ],
  ])("%s", (_name, text, expected) => {
    expect(said(authority, text)).toBe(expected);
  });
});

describe("locks, which only an acquire grants", () => {
  const granted = `P acquire ${asked("n")}\n P ok {"token":1}\n`;
  test.each<Known[number]>([
    [
      "each acquire has a higher token",
      `${granted} Q acquire ${asked("s")}\n Q ok {"token":2}\n Q act ${held("s", 2)}\n Q ok`,
      "",
    ],
    [
      "not the same",
      `${granted} Q acquire ${asked("s")}\n Q ok {"token":1}`,
      "line 4: acquire by s under token 1, when it is n's under token 1",
    ],
    [
      "only the newest acts",
      `${granted} Q acquire ${asked("s")}\n Q ok {"token":2}\n P act ${held("n", 1)}\n P ok`,
      "line 6: act by n under token 1, when it is s's under token 2",
    ],
    [
      "nobody acts under a token that was not granted",
      `${granted} P act ${held("n", 2)}\n P ok`,
      "line 4: act by n under token 2, when it is n's under token 1",
    ],
    [
      "an acquire without an answer may have been granted",
      `${granted} Q acquire ${asked("s")}\n Q info\n R act ${held("s", 7)}\n R ok`,
      "",
    ],
    [
      "once",
      `${granted} Q acquire ${asked("s")}\n Q info\n R act ${held("s", 7)}\n R ok\n R act ${held("s", 8)}\n R ok`,
      "line 8: act by s under token 8, when it is s's under token 7",
    ],
    [
      "under a newer token only",
      `${granted} Q acquire ${asked("s")}\n Q info\n R act ${held("s", 1)}\n R ok`,
      "line 6: act by s under token 1, when it is n's under token 1 or s's under an unknown token above 1",
    ],
  ])("%s", (_name, text, expected) => {
    expect(said(lock, text)).toBe(expected);
  });
});

test("of two models with the same operations the first is meant", () => {
  const text = written(`P acquire ${asked("n")}\n P ok ${held("n", 1)}`);
  expect(objectsOf(text, models).map(({ model }) => model.name)).toEqual(["lock"]);
  expect(objectsOf(text, [authority, ...models]).map(({ model }) => model.name)).toEqual(["authority"]);
});

test("what cannot be placed is told with an order of the rest and what was open", () => {
  const verdict = searchOrder(
    objectOf(written("A write 1\n A ok\n B write 2\n C write 3\n C info\n D read\n D ok 4\n B ok"), register),
    configurationsMaxDefault,
  );
  expect(verdict).toMatchObject({
    type: "impossible",
    isFirst: true,
    operation: { action: { says: "read 4" } },
    placed: [{ action: { says: "write 1" } }],
    open: [{ action: { says: "write 2" } }, { action: { says: "write 3" } }],
    states: ["1", "2"],
  });
});
