// What the coordinators' group promises: Raft's own properties, judged on Raft's part of the view.

import type { Rule } from "../../../check/property.ts";
import type {
  JudgedFact as RaftJudgedFact,
  RaftProperty,
  RaftView,
} from "../../../protocols/raft/properties/raft-view.ts";
import { groupProperties } from "../../../protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, MeshView } from "../mesh-view.ts";
import { groupSettings, type MeshSettings } from "../settings.ts";
import type { MeshProperty, MeshRules } from "./mesh-property.ts";

export const coordinatorsAgree = (settings: MeshSettings): readonly MeshProperty[] =>
  groupProperties(groupSettings(settings), { retryUs: settings.server.askRetry, nodes: 1 }).map(lifted);

function lifted({ rules, atEnd, ...property }: RaftProperty): MeshProperty {
  // Each rule stays under the name of the fact it takes: all of these are the mesh's facts, too.
  const own = Object.entries(rules).map(([name, rule]) => [name, onRaft(rule as RaftRule)]);
  return {
    ...property,
    rules: Object.fromEntries(own) as MeshRules,
    ...(atEnd === undefined ? {} : { atEnd: (view, at, findings, settled) => atEnd(view.raft, at, findings, settled) }),
  };
}

type RaftRule = Rule<RaftView, RaftJudgedFact>;

const onRaft =
  (rule: RaftRule): Rule<MeshView, JudgedFact> =>
  (view, fact, at, findings) =>
    rule(view.raft, fact as RaftJudgedFact, at, findings);
