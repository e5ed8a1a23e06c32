// A mesh run as operations of its clients (DESIGN §7).
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import type { HistoryEntry } from "../../../src/check/history.ts";
import { meshHistorian } from "../../../src/systems/mesh/history.ts";
import type { JudgedFact } from "../../../src/systems/mesh/mesh-view.ts";
import { faultProfiles } from "../../../src/world/profiles.ts";
import { fight } from "./arena.ts";

const p1 = nodeId("p1");
const [s1, s2] = [nodeId("s1"), nodeId("s2")];

const invoked = (action: string, kind: "score" | "pickup" | "drop" = "score", item = ""): JudgedFact => ({
  fact: "actionInvoked",
  player: p1,
  action,
  session: 1,
  sequence: 1,
  kind,
  item,
});
const answered = (action: string, outcome: "done" | "failed" = "done"): JudgedFact => ({
  fact: "actionAnswered",
  player: p1,
  action,
  session: 1,
  sequence: 1,
  outcome,
  token: 4,
  version: 1,
});
const accepted = (action: string, server = s1, token = 3): JudgedFact => ({
  fact: "effectAccepted",
  player: p1,
  server,
  token,
  action,
  session: 1,
  sequence: 1,
  kind: "score",
  item: "",
  ground: [],
  state: { version: 1, x: 0, score: 1, items: [], session: 1, sequence: 1 },
});

type Step = JudgedFact | { readonly crash: string };

function told(...facts: readonly Step[]): readonly HistoryEntry[] {
  const historian = meshHistorian();
  return facts.flatMap((fact, time) =>
    "crash" in fact
      ? historian({ fact: "nodeCrashed", cause: "crash", lostRecords: 0 }, time, nodeId(fact.crash))
      : historian(fact, time, p1),
  );
}

const lines = (...facts: readonly Step[]): readonly string[] =>
  told(...facts).map(({ process, type, op, key, value, error = "" }) =>
    `${process} ${type} ${op} ${key} ${JSON.stringify(value)} ${error}`.trimEnd(),
  );

describe("operations", () => {
  test("looking for a server lasts from asking to playing, whatever servers it was led to", () => {
    const asked = (server: typeof s1): JudgedFact => ({ fact: "playerConnecting", player: p1, server, session: 1 });
    expect(
      lines(asked(s1), asked(s2), { fact: "playerConnected", player: p1, server: s2, session: 1, token: 3 }),
    ).toEqual(["p1 invoke owner p1 null", 'p1 ok owner p1 {"server":"s2","token":3}']);
  });

  test("a server acquires a player at the instant of its grant, once, whoever states it again", () => {
    const grant = { player: p1, server: s1, incarnation: 0, token: 3, cause: "join", transfer: "", index: 7 } as const;
    const again: JudgedFact = { ...grant, fact: "grantRecovered" };
    const other: JudgedFact = { ...grant, fact: "granted", server: s2, token: 4, index: 9 };
    expect(lines({ ...grant, fact: "granted" }, again, { ...grant, fact: "granted" }, other)).toEqual([
      's1 invoke acquire p1 {"server":"s1"}',
      's1 ok acquire p1 {"server":"s1","token":3}',
      's2 invoke acquire p1 {"server":"s2"}',
      's2 ok acquire p1 {"server":"s2","token":4}',
    ]);
  });

  test("nothing is told of an act, nor of what came after it, until it is known who made it take effect", () => {
    const historian = meshHistorian();
    const spawned: JudgedFact = { fact: "itemsSpawned", items: ["sword"] };
    const steps = [
      spawned,
      invoked("p1/1/1"),
      { ...spawned, items: ["shield"] },
      accepted("p1/1/1"),
      answered("p1/1/1"),
    ];
    expect(steps.map((fact, time) => historian(fact, time, p1).length)).toEqual([2, 0, 0, 0, 4]);
  });

  test("an action tells who made it take effect, not who answered; retries do not show", () => {
    const repeated: JudgedFact = { fact: "effectRepeated", player: p1, server: s2, token: 4, action: "p1/1/1" };
    expect(lines(invoked("p1/1/1"), accepted("p1/1/1"), repeated, answered("p1/1/1"), answered("p1/1/1"))).toEqual([
      'p1 invoke act p1 {"server":"s1","token":3}',
      'p1 ok act p1 {"server":"s1","token":3}',
    ]);
  });

  test("items are spawned once, picked up and dropped", () => {
    const spawned: JudgedFact = { fact: "itemsSpawned", items: ["sword"] };
    expect(
      lines(
        spawned,
        spawned,
        invoked("a", "pickup", "sword"),
        answered("a"),
        invoked("b", "drop", "sword"),
        answered("b", "failed"),
      ),
    ).toEqual([
      "store invoke spawn sword null",
      "store ok spawn sword null",
      'p1 invoke pickup sword {"player":"p1"}',
      'p1 ok pickup sword {"player":"p1"}',
      'p1 invoke drop sword {"player":"p1"}',
      'p1 fail drop sword {"player":"p1"} refused',
    ]);
  });

  test("what nobody answers is unknown, and its process is never used again", () => {
    const unanswered: JudgedFact = { fact: "actionUnanswered", player: p1, action: "a" };
    expect(
      lines(
        invoked("a"),
        invoked("b"),
        unanswered,
        answered("b"),
        invoked("c"),
        answered("c"),
        invoked("d"),
        answered("d"),
      ),
    ).toEqual([
      "p1 invoke act p1 null",
      "p1:1 invoke act p1 null",
      "p1 info act p1 null no answer",
      'p1:1 ok act p1 {"server":null,"token":4}',
      "p1:1 invoke act p1 null",
      'p1:1 ok act p1 {"server":null,"token":4}',
      "p1:1 invoke act p1 null",
      'p1:1 ok act p1 {"server":null,"token":4}',
    ]);
  });

  test("an act that has no effect, or whose client never hears of it, is told with whom its client played", () => {
    const plays: JudgedFact = { fact: "playerConnected", player: p1, server: s2, session: 1, token: 2 };
    const unanswered = (action: string): JudgedFact => ({ fact: "actionUnanswered", player: p1, action });
    const ended = lines(plays, invoked("a"), answered("a", "failed"), invoked("b"), accepted("b"), unanswered("b"));
    expect([...ended, ...lines(plays, invoked("c"), unanswered("c"))]).toEqual([
      'p1 invoke act p1 {"server":"s2","token":2}',
      'p1 fail act p1 {"server":"s2","token":2} refused',
      'p1 invoke act p1 {"server":"s1","token":3}',
      'p1 info act p1 {"server":"s1","token":3} no answer',
      'p1 invoke act p1 {"server":"s2","token":2}',
      'p1 info act p1 {"server":"s2","token":2} no answer',
    ]);
  });

  test("a client that leaves, crashes, or is there at the end leaves its operations unknown", () => {
    const [open] = [invoked("a")];
    expect(lines(open, { fact: "playerLeft", player: p1 })[1]).toBe("p1 info act p1 null the client left");
    expect(lines(open, { crash: "p1" })[1]).toBe("p1 info act p1 null the client's process ended");
    expect(lines(open, { crash: "s1" })).toHaveLength(0);
    expect(lines(open, { fact: "runEnded", ending: "reached" })[1]).toBe("p1 info act p1 null the run ended");
  });
});

test("the history of a stormy run is well formed: in order of time, one pair an operation, one operation a process", () => {
  const historian = meshHistorian();
  const { facts } = fight({
    seed: 3,
    workload: { players: { stay: "3s", away: "500ms" } },
    faults: faultProfiles.get("storm")?.([], 20_000_000) ?? [],
  });
  const history = facts.flatMap(({ fact, atUs, node }) => historian(fact as JudgedFact, atUs, node));
  const open = new Map<string, HistoryEntry>();
  const retired = new Set<string>();
  let timeUs = 0;
  const wrong: HistoryEntry[] = [];
  for (const entry of history) {
    const begun = open.get(entry.process);
    const fits = entry.type === "invoke" ? begun === undefined : begun?.op === entry.op && begun.key === entry.key;
    if (!fits || retired.has(entry.process) || entry.time < timeUs) wrong.push(entry);
    timeUs = entry.time;
    if (entry.type === "info") retired.add(entry.process);
    if (entry.type === "invoke") open.set(entry.process, entry);
    else open.delete(entry.process);
  }
  expect(wrong).toEqual([]);
  expect(open.size).toBe(0);
  const kinds = new Set(history.map(({ op, type }) => `${op} ${type}`));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      "spawn ok",
      "acquire ok",
      "owner ok",
      "act ok",
      "act info",
      "pickup ok",
      "pickup fail",
      "drop ok",
    ]),
  );
  expect(retired.size).toBeGreaterThan(0);
});
