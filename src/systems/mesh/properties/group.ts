// What the coordinators' group promises: Raft's own properties, judged on Raft's part of the view.

import type { Rules } from "../../../check/property.ts";
import type {
  JudgedFact as RaftJudgedFact,
  RaftProperty,
  RaftRules,
} from "../../../protocols/raft/properties/raft-view.ts";
import { groupProperties } from "../../../protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, MeshView } from "../mesh-view.ts";
import { groupSettings, type MeshSettings } from "../settings.ts";
import type { MeshProperty } from "./mesh-property.ts";

export const coordinatorsAgree = (settings: MeshSettings): readonly MeshProperty[] =>
  groupProperties(groupSettings(settings), { retryUs: settings.server.askRetry, nodes: 1 }).map(lifted);

function lifted({ rules, atEnd, ...property }: RaftProperty): MeshProperty {
  return {
    ...property,
    rules: liftedRules(rules),
    ...(atEnd === undefined ? {} : { atEnd: (view, at, findings, settled) => atEnd(view.raft, at, findings, settled) }),
  };
}

/** Each rule under the name of the fact it takes: all of these are the mesh's facts, too. */
function liftedRules(rules: RaftRules): Rules<MeshView, JudgedFact> {
  type AnyRule = Parameters<typeof liftRule>[0];
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, liftRule(rule as AnyRule)]));
}

function liftRule(
  rule: (
    view: MeshView["raft"],
    fact: RaftJudgedFact,
    at: Parameters<NonNullable<RaftProperty["atEnd"]>>[1],
    findings: Parameters<NonNullable<RaftProperty["atEnd"]>>[2],
  ) => void,
) {
  return (
    view: MeshView,
    fact: JudgedFact,
    at: Parameters<typeof rule>[2],
    findings: Parameters<typeof rule>[3],
  ): void => rule(view.raft, fact as RaftJudgedFact, at, findings);
}
