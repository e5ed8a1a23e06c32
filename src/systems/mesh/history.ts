// A mesh run as its clients saw it: operations with a beginning and an end, for linearizability checkers (DESIGN §7).
//
// op         key     invoke        ok
// acquire    player  { server }    { server, token }: the authority the client was led to
// act        player  null          { server, token }: who made it take effect, under which token
// pickup     item    { player }    { player }
// drop       item    { player }    { player }
// spawn      item    null          null, once, when the store first tells of the item
//
// A client may have several operations open, and a process only one: each takes the client's first idle process, and
// one whose operation ended as `info` is never used again. What is still open at the end is `info`.

import type { NodeId } from "../../base/ids.ts";
import type { Historian, HistoryEntry } from "../../check/history.ts";
import type { JudgedFact } from "./mesh-view.ts";

interface Operation {
  readonly process: string;
  readonly op: "acquire" | "act" | "pickup" | "drop";
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
      const { player, action, kind, item } = fact;
      const what =
        kind === "score"
          ? ({ op: "act", key: player, value: null } as const)
          : ({ op: kind, key: item, value: { player } } as const);
      return begin(clientOf(memory, player), player, action, time, what);
    }
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
      return end(clientOf(memory, fact.player), fact.action, time, "info", undefined, "no answer");
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
  if (outcome === "failed") return end(client, action, time, "fail", undefined, "refused");
  const isAct = client.open.get(action)?.operation.op === "act";
  return end(client, action, time, "ok", isAct ? effect : undefined);
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
  const entry = { ...operation, type, value: value ?? operation.value, time };
  return [error === undefined ? entry : { ...entry, error }];
}

function endAll(memory: Memory, player: NodeId, time: number, why: string): readonly HistoryEntry[] {
  const client = clientOf(memory, player);
  for (const name of client.open.keys()) memory.effects.delete(name);
  return [...client.open.keys()].flatMap((name) => end(client, name, time, "info", undefined, why));
}
