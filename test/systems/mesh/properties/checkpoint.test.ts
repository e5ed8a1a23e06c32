// The judge of a mesh run can be stored half way and go on elsewhere: its view is plain data to the last part.
import { expect, test } from "vitest";

import { canonicalJson, parseCanonical } from "../../../../src/base/canonical-json.ts";
import { Judge, type JudgeCheckpoint, judgePlan } from "../../../../src/check/judge.ts";
import { meshModel } from "../../../../src/systems/mesh/mesh-model.ts";
import type { JudgedFact, MeshView } from "../../../../src/systems/mesh/mesh-view.ts";
import { meshProperties } from "../../../../src/systems/mesh/properties/mesh-properties.ts";
import { meshSettings } from "../../../../src/systems/mesh/settings.ts";
import { faultProfiles } from "../../../../src/world/profiles.ts";
import { fight } from "../arena.ts";

const judgeOf = (): Judge<MeshView, JudgedFact> =>
  new Judge(judgePlan(meshModel, meshProperties(meshSettings.parse({}))));

test.each([1, 2, 3])("a stormy run judged in two halves, by text in between (seed %i)", (seed) => {
  const faults = faultProfiles.get("storm")?.([], 20_000_000) ?? [];
  // With a defence off, so that there is something to find on both sides of the cut.
  const { facts, verdict } = fight({ seed, faults, settings: { defence: { idempotency: false } } });
  let judge = judgeOf();
  for (const [index, { atUs, event, node, fact }] of facts.entries()) {
    if (index % Math.ceil(facts.length / 3) === 1) {
      const parsed = parseCanonical(canonicalJson(judge.checkpoint()));
      if (parsed.type !== "parsed") throw new Error(parsed.why);
      judge = judgeOf();
      judge.restore(parsed.value as JudgeCheckpoint<MeshView>);
    }
    judge.observe(atUs, event, node, fact);
  }
  const last = facts.at(-1);
  const again = judge.finish({ atUs: last?.atUs ?? 0, event: last?.event ?? 0 });
  expect(again.properties).toEqual(verdict.properties);
  expect(again.outcome).toBe("violated");
});
