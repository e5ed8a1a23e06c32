// I6: what clients did with each item can be put in an order that explains every answer, whatever goes wrong meanwhile.
import { describe, expect, test } from "vitest";

import { canonicalJson } from "../../../src/base/canonical-json.ts";
import { checkHistory } from "../../../src/check/linearizability/linearizability.ts";
import { models } from "../../../src/check/linearizability/models.ts";
import { meshHistorian } from "../../../src/systems/mesh/history.ts";
import type { JudgedFact } from "../../../src/systems/mesh/mesh-view.ts";
import { faultProfiles } from "../../../src/world/profiles.ts";
import { type Arena, fight } from "./arena.ts";

const busy: Arena = {
  players: 5,
  workload: {
    items: 10,
    itemsAt: "borders",
    players: {
      stay: "6s",
      away: "500ms",
      actions: {
        every: "100ms",
        spread: "60ms",
        score: 1,
        pickup: 6,
        drop: 4,
        give: 2,
        trade: 3,
        spawn: 1,
        destroy: 1,
        where: 3,
      },
    },
  },
  healUs: 15_000_000,
};

/** What became of each item's history, and which operations were answered. */
function judged(arena: Arena): { readonly verdicts: readonly string[]; readonly told: ReadonlySet<string> } {
  const historian = meshHistorian();
  const history = fight(arena).facts.flatMap(({ fact, atUs, node }) => historian(fact as JudgedFact, atUs, node));
  const text = history.map((entry) => canonicalJson(entry)).join("\n");
  const judgement = checkHistory(text, { models, configurationsMax: 1_000_000 });
  if (judgement.type === "malformed") throw new Error(canonicalJson(judgement.mistakes[0] ?? null));
  const items = judgement.objects.filter(({ history: { model } }) => model.name === "item");
  return {
    verdicts: items.map(({ verdict }) => verdict.type),
    told: new Set(history.map(({ op, type }) => `${op} ${type}`)),
  };
}

describe("histories of items are linearizable", () => {
  test.each([1, 2, 3, 4, 5, 6])("in a storm, seed %i", (seed) => {
    const faults = faultProfiles.get("storm")?.([], 15_000_000) ?? [];
    expect(new Set(judged({ ...busy, seed, faults }).verdicts)).toEqual(new Set(["linearizable"]));
  });

  test("and every operation is among them", () => {
    const { told } = judged({ ...busy, seed: 7 });
    for (const op of ["spawn", "pickup", "drop", "give", "destroy", "where"]) expect([...told]).toContain(`${op} ok`);
    expect([...told]).toContain("give fail");
  });

  test("and are not without the ledger", () => {
    const broken = [1, 2, 3].flatMap(
      (seed) => judged({ ...busy, seed, settings: { defence: { itemLedger: false } } }).verdicts,
    );
    expect(broken).toContain("impossible");
  });
});
