// Raft by itself as a system: a group with a key-value store on it, its clients, and an operator who changes its members.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { FigureSpec, Measures } from "../../check/figure.ts";
import type { NodeSpec } from "../../machine/machine.ts";
import type { RaftFact, StoreFact } from "../../protocols/raft/facts.ts";
import type { RaftMessage } from "../../protocols/raft/messages.ts";
import { raftModel } from "../../protocols/raft/properties/raft-model.ts";
import { raftProperties } from "../../protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, RaftView } from "../../protocols/raft/properties/raft-view.ts";
import { raftSpans } from "../../protocols/raft/spans.ts";
import { RaftMachine } from "../../protocols/raft/raft-machine.ts";
import { StoreClient } from "../../protocols/raft/store-client.ts";
import type { StoreMessage } from "../../protocols/raft/store-messages.ts";
import type { RoleSpec, System, SystemInput } from "../system.ts";
import { raftHistorian } from "./history.ts";
import { RaftOperator } from "./operator.ts";
import {
  protocolSettings,
  type RaftSystemSettings,
  raftSystemSettings,
  type RaftWorkload,
  raftWorkload,
} from "./settings.ts";
import { describeFact, describeMessage } from "./story.ts";

type Input = SystemInput<RaftSystemSettings, RaftWorkload>;
type Words = RaftMessage | StoreMessage;
type Node = NodeSpec<Words, JudgedFact>;

const NODES_MAX = 9;

const roles: readonly RoleSpec[] = [
  { role: "node", group: "nodes", about: "a member of the group", countDefault: 5, countMin: 1, countMax: NODES_MAX },
  { role: "client", group: "clients", about: "reads and writes", countDefault: 4, countMin: 0, countMax: 100 },
  {
    role: "operator",
    group: "operators",
    about: "changes the members, and who leads",
    countDefault: 1,
    countMin: 0,
    countMax: 1,
  },
];

const messages: ReadonlyMap<string, string> = new Map([
  ["raft.preVote", "would you vote for me (thesis §9.6)"],
  ["raft.preVoted", "whether it would"],
  ["raft.vote", "a candidate asks for a vote (§5.2)"],
  ["raft.voted", "a vote, or none"],
  ["raft.append", "entries, or a heartbeat (§5.3)"],
  ["raft.appended", "the log agrees so far, durably"],
  ["raft.refused", "nothing agrees there"],
  ["raft.snapshot", "a part of a snapshot (§7)"],
  ["raft.snapshotReceived", "it has arrived so far"],
  ["raft.timeoutNow", "stand for election now (thesis §3.10)"],
  ["store.open", "a client wants a session (§8)"],
  ["store.opened", "here it is"],
  ["store.write", "a client writes, or compares and sets"],
  ["store.wrote", "what came of it"],
  ["store.expired", "the session is not known any more"],
  ["store.read", "a client reads"],
  ["store.value", "what there is"],
  ["store.elsewhere", "ask the leader"],
  ["store.changeMembers", "the operator wants other members (§6)"],
  ["store.transferLeadership", "the operator wants another leader"],
  ["store.administered", "what came of that"],
]);

const timers: ReadonlyMap<string, string> = new Map([
  ["raft.election", "node: wants to lead after a silence"],
  ["raft.heartbeat", "node: lets the others know that it leads"],
  ["raft.batch", "node: sends what has waited for more (group commit)"],
  ["raft.disk", "node: tries the disk again"],
  ["think", "client: its next operation"],
  ["retry", "client: asks again, elsewhere"],
  ["ask", "operator: its next order"],
]);

function nodesOf({ nodes, settings, workload, healUs }: Input): readonly Node[] {
  const group = nodes.get("node") ?? [];
  assert(group.length > 0, "a group has a node");
  const protocol = protocolSettings(settings);
  const founders = settings.founders === 0 ? group : group.slice(0, settings.founders);
  const initial = { voters: founders, outgoing: [], learners: [] };
  const nobody = { voters: [], outgoing: [], learners: [] };
  const { keys, think: thinkUs, thinkSpread: thinkSpreadUs, readsOfTen, operates: everyUs, orders } = workload;
  const plan = { nodes: group, keys, thinkUs, thinkSpreadUs, retryUs: settings.clientRetry, readsOfTen };
  const starts: Readonly<Record<string, (id: NodeId) => Node["start"]>> = {
    node: (id) => () => new RaftMachine(id, founders.includes(id) ? initial : nobody, protocol),
    client: (id) => () => new StoreClient(id, plan),
    operator: () => () => new RaftOperator(group, { everyUs, untilUs: healUs, handsOverOnly: orders === "handOvers" }),
  };
  return roles.flatMap(({ role }) =>
    (nodes.get(role) ?? []).map((id, ordinal) => {
      const start = starts[role];
      assert(start !== undefined, "every role has a machine");
      return { id, role, ordinal, start: start(id) };
    }),
  );
}

const count = (id: string, title: string): FigureSpec => ({ id, title, kind: "count" });

const measures: Measures<RaftView, JudgedFact> = {
  figures: [
    count("leader.elected", "leaders that were elected"),
    count("leader.deposed", "leaders that stepped down"),
    count("log.cut", "times that a log was cut"),
    count("snapshot.taken", "snapshots that were taken"),
    count("snapshot.installed", "snapshots that were installed from a leader"),
    count("operation.answered", "operations of clients that were answered"),
    count("operation.lost", "operations whose end nobody knows"),
  ],
  measure(_view, { fact }, _at, figures) {
    const figure = figureOf.get(fact);
    if (figure !== undefined) figures.count(figure);
  },
};

const figureOf: ReadonlyMap<string, string> = new Map([
  ["raft.leaderElected", "leader.elected"],
  ["raft.steppedDown", "leader.deposed"],
  ["raft.truncated", "log.cut"],
  ["raft.snapshotTaken", "snapshot.taken"],
  ["raft.snapshotInstalled", "snapshot.installed"],
  ["store.answered", "operation.answered"],
  ["store.unanswered", "operation.lost"],
]);

const isToldByWorld = (fact: JudgedFact): fact is Exclude<JudgedFact, RaftFact | StoreFact> =>
  fact.fact === "healed" || fact.fact === "nodeBooted" || fact.fact === "nodeCrashed" || fact.fact === "nodeStopped";

export const raft: System<RaftSystemSettings, RaftWorkload, Words, JudgedFact, RaftView> = {
  name: "raft",
  title: "Raft, with a key-value store on it",
  roles,
  messages,
  timers,
  settings: raftSystemSettings,
  workload: raftWorkload,
  defences: [],
  nodes: nodesOf,
  settleUs: ({ electionTimeout, electionSpread, clientRetry, diskRetry }) =>
    2 * (10 * (electionTimeout + electionSpread) + 2 * NODES_MAX * clientRetry + 10 * diskRetry),
  model: () => raftModel,
  properties: ({ settings, nodes }) =>
    raftProperties(protocolSettings(settings), {
      retryUs: settings.clientRetry,
      nodes: nodes.get("node")?.length ?? NODES_MAX,
    }),
  measures,
  history: raftHistorian,
  tell: (fact) => (isToldByWorld(fact) ? undefined : describeFact(fact)),
  spans: (fact) => raftSpans(fact),
  describe: (message) => describeMessage(message),
};
