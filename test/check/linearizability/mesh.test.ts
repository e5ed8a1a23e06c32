// What clients of the mesh see is linearizable while the defences are on, and is not when one is off that they rely on.
import { describe, expect, test } from "vitest";

import { canonicalJson } from "../../../src/base/canonical-json.ts";
import { checkHistory, type JudgedObject } from "../../../src/check/linearizability/linearizability.ts";
import { models } from "../../../src/check/linearizability/models.ts";
import { configurationsMaxDefault } from "../../../src/check/linearizability/search.ts";
import { simulate } from "../../../src/simulate.ts";
import { storyNamed } from "../../laws/stories.ts";

function judged(name: string, seed: number, set: readonly string[] = []): readonly JudgedObject[] {
  const lines: string[] = [];
  simulate(storyNamed(name, set), { seed, history: (entry) => lines.push(canonicalJson(entry)) });
  const judgement = checkHistory(lines.join("\n"), { models, configurationsMax: configurationsMaxDefault });
  if (judgement.type === "malformed") throw new Error(canonicalJson(judgement.mistakes[0]));
  return judgement.objects;
}

const said = (objects: readonly JudgedObject[]): readonly string[] =>
  objects.flatMap(({ history, verdict }) => {
    if (verdict.type === "linearizable") return [];
    return [`${history.key}: ${verdict.type === "impossible" ? verdict.operation.action.says : verdict.type}`];
  });

const unanswered = (objects: readonly JudgedObject[]): number =>
  objects.flatMap(({ history }) => history.operations).filter(({ answered }) => answered === null).length;

describe("with every defence on", () => {
  test.each([
    ["mesh/walk", [3]],
    ["mesh/baseline", [1, 2]],
    ["mesh/defences", [1, 2, 3]],
    ["mesh/fm-001-network-timeout#high-load", [1]],
    ["mesh/fm-001-network-timeout#late-past-rollback", [1, 2]],
    ["mesh/fm-002-packet-loss#one-way", [1, 2]],
    ["mesh/fm-004-state-mismatch#concurrent-modification", [1, 2]],
    ["mesh/fm-007-transfer-stuck#three-cycle", [1, 2]],
    ["mesh/weather#storm", [1, 2, 3, 4]],
    ["mesh/weather#server-crashes", [1, 2, 3]],
    ["mesh/weather#optimistic-storm", [1, 2, 3]],
  ] as const)("%s", (name, seeds) => {
    for (const seed of seeds) expect(said(judged(name, seed)), `seed ${seed}`).toEqual([]);
  });

  test("storms leave clients without answers", () => {
    expect(unanswered([1, 2, 3].flatMap((seed) => judged("mesh/weather#storm", seed)))).toBeGreaterThan(20);
  });
});

describe("with a defence off", () => {
  const found = (name: string, set: readonly string[]): readonly string[] =>
    [1, 2, 3, 4].flatMap((seed) => said(judged(name, seed, set)));

  test("two players pick up one item (I1, I6)", () => {
    expect(found("mesh/defences#without-item-ledger", [])).toContainEqual(expect.stringMatching(/: pickup by player-/));
    expect(found("mesh/defences#without-item-ledger", ["settings.defence.itemLedger=on"])).toEqual([]);
  });

  test("a server acts that is not the owner any more (A1)", () => {
    expect(found("mesh/defences#without-fencing", [])).toContainEqual(
      expect.stringMatching(/: act by server-\d under token \d+$/),
    );
    expect(found("mesh/defences#without-fencing", ["settings.defence.fencing=on"])).toEqual([]);
  });

  test("what is answered before it is stored was done by nobody (A9)", () => {
    expect(found("mesh/defences#without-ack-after-store", [])).toContain("player-1: act by nobody");
    expect(found("mesh/defences#without-ack-after-store", ["settings.defence.ackAfterStore=on"])).toEqual([]);
  });
});
