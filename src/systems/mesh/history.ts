// A mesh run as its clients saw it: operations with a beginning and an end, for linearizability checkers (DESIGN §7).
//
// op         key     invoke        ok
// acquire    player  { server }    { server, token }: the authority the client was led to
// act        player  null          { server, token }: who made it take effect, under which token
// pickup     item    { player }    { player }
// drop       item    { player }    { player }
// give       item    { player, to } the same; a trade is two of them, one for each item
// destroy    item    { player }    { player }
// spawn      item    null          null: once, when the store first tells of the item, or when a client makes it
// where      item    null          { player }, { player: null } on the ground, null when it is nowhere
//
// A client may have several operations open, and a process only one: each takes the client's first idle process, and
// one whose operation ended as `info` is never used again. What is still open at the end is `info`.

import type { NodeId } from "../../base/ids.ts";
import type { Historian, HistoryEntry } from "../../check/history.ts";
import type { JudgedFact } from "./mesh-view.ts";

interface Operation {
  readonly process: string;
  readonly op: "acquire" | "act" | "pickup" | "drop" | "give" | "spawn" | "destroy" | "where";
  readonly key: string;
  readonly value: unknown;
}

interface Client {
  /** Processes whose last operation ended for certain, by number. */
  readonly idle: number[];
  processes: number;
  /** By action, or "acquire". */
  readonly open: Map<string, { readonly operation: Operation; readonly number: number }>;
}

interface Memory {
  readonly clients: Map<NodeId, Client>;
  /** Of open actions that took effect: by whom. */
  readonly effects: Map<string, { readonly server: NodeId; readonly token: number }>;
  readonly items: Set<string>;
}

/** Of one run. */
export function meshHistorian(): Historian<JudgedFact> {
  const memory: Memory = { clients: new Map(), effects: new Map(), items: new Set() };
  return (fact, atUs, node) => entriesOf(memory, fact, atUs, node);
}

const ACQUIRE = "acquire";

function entriesOf(memory: Memory, fact: JudgedFact, time: number, node: NodeId): readonly HistoryEntry[] {
  switch (fact.fact) {
    case "itemsSpawned":
      return fact.items.flatMap((item) => spawn(memory, item, time));
    case "playerConnecting":
      return connecting(clientOf(memory, fact.player), fact.player, fact.server, time);
    case "playerConnected":
      return end(clientOf(memory, fact.player), ACQUIRE, time, "ok", { server: fact.server, token: fact.token });
    case "actionInvoked": {
      const client = clientOf(memory, fact.player);
      return operationsOf(fact).flatMap((what, at) => begin(client, fact.player, nameOf(fact.action, at), time, what));
    }
    case "whereAsked":
      return begin(clientOf(memory, fact.player), fact.player, fact.question, time, {
        op: "where",
        key: fact.item,
        value: null,
      });
    case "whereTold": {
      const { player, question, at, held } = fact;
      const value = at === "nowhere" ? null : { player: at === "ground" ? null : held };
      return end(clientOf(memory, player), question, time, "ok", value);
    }
    case "whereUntold":
      return end(clientOf(memory, fact.player), fact.question, time, "info", undefined, "no answer");
    case "effectAccepted":
    case "effectRecovered":
      if (clientOf(memory, fact.player).open.has(fact.action)) {
        const { action, server, token } = fact;
        memory.effects.set(action, { server, token });
      }
      return [];
    case "actionAnswered":
      return answered(memory, fact, time);
    case "actionUnanswered":
      memory.effects.delete(fact.action);
      return endAction(clientOf(memory, fact.player), fact.action, time, "info", undefined, "no answer");
    case "playerLeft":
      return endAll(memory, fact.player, time, "the client left");
    case "nodeCrashed":
    case "nodeStopped":
      return memory.clients.has(node) ? endAll(memory, node, time, "the client's process ended") : [];
    case "runEnded":
      return [...memory.clients.keys()].flatMap((player) => endAll(memory, player, time, "the run ended"));
    default:
      return [];
  }
}

function spawn({ items }: Memory, item: string, time: number): readonly HistoryEntry[] {
  if (items.has(item)) return [];
  items.add(item);
  const spawned = { process: "store", op: "spawn", key: item, value: null, time };
  return [
    { ...spawned, type: "invoke" },
    { ...spawned, type: "ok" },
  ];
}

/** A client that is sent on to another server is still on its way to one. */
function connecting(client: Client, player: NodeId, server: NodeId, time: number): readonly HistoryEntry[] {
  if (client.open.has(ACQUIRE)) return [];
  return begin(client, player, ACQUIRE, time, { op: "acquire", key: player, value: { server } });
}

function answered(
  memory: Memory,
  fact: Extract<JudgedFact, { fact: "actionAnswered" }>,
  time: number,
): readonly HistoryEntry[] {
  const { player, action, outcome, token } = fact;
  const client = clientOf(memory, player);
  const effect = memory.effects.get(action) ?? { server: null, token };
  memory.effects.delete(action);
  if (outcome === "failed") return endAction(client, action, time, "fail", undefined, "refused");
  const isAct = client.open.get(action)?.operation.op === "act";
  return endAction(client, action, time, "ok", isAct ? effect : undefined);
}

function clientOf({ clients }: Memory, player: NodeId): Client {
  const known = clients.get(player);
  if (known !== undefined) return known;
  const client: Client = { idle: [], processes: 0, open: new Map() };
  clients.set(player, client);
  return client;
}

function begin(
  client: Client,
  player: NodeId,
  name: string,
  time: number,
  what: Omit<Operation, "process">,
): readonly HistoryEntry[] {
  const number = client.idle.shift() ?? client.processes++;
  const operation: Operation = { process: number === 0 ? player : `${player}:${number}`, ...what };
  client.open.set(name, { operation, number });
  return [{ ...operation, type: "invoke", time }];
}

/** A trade is two operations, of which the second is named after the first. */
const nameOf = (action: string, at: number): string => (at === 0 ? action : `${action} other`);

function operationsOf({
  player,
  kind,
  item,
  to = player,
  other = "",
}: Extract<JudgedFact, { fact: "actionInvoked" }>): readonly Omit<Operation, "process">[] {
  switch (kind) {
    case "score":
      return [{ op: "act", key: player, value: null }];
    case "spawn":
      return [{ op: "spawn", key: item, value: null }];
    case "give":
      return [{ op: "give", key: item, value: { player, to } }];
    case "trade":
      return [
        { op: "give", key: item, value: { player, to } },
        { op: "give", key: other, value: { player: to, to: player } },
      ];
    case "pickup":
    case "drop":
    case "destroy":
      return [{ op: kind, key: item, value: { player } }];
  }
}

function endAction(
  client: Client,
  action: string,
  time: number,
  type: "ok" | "fail" | "info",
  value: unknown,
  error?: string,
): readonly HistoryEntry[] {
  return [0, 1].flatMap((at) => end(client, nameOf(action, at), time, type, value, error));
}

/** `value` undefined: that of the invocation. An operation that is not open has ended already. */
function end(
  client: Client,
  name: string,
  time: number,
  type: "ok" | "fail" | "info",
  value: unknown,
  error?: string,
): readonly HistoryEntry[] {
  const known = client.open.get(name);
  if (known === undefined) return [];
  client.open.delete(name);
  const { operation, number } = known;
  if (type !== "info") {
    client.idle.push(number);
    client.idle.sort((a, b) => a - b);
  }
  const entry = { ...operation, type, value: value === undefined ? operation.value : value, time };
  return [error === undefined ? entry : { ...entry, error }];
}

function endAll(memory: Memory, player: NodeId, time: number, why: string): readonly HistoryEntry[] {
  const client = clientOf(memory, player);
  for (const name of client.open.keys()) memory.effects.delete(name);
  return [...client.open.keys()].flatMap((name) => end(client, name, time, "info", undefined, why));
}
