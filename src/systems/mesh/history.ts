// A mesh run as its clients saw it: operations with a beginning and an end, for linearizability checkers (DESIGN §7).
//
// op         key     invoke        ok
// acquire    player  { server }    { server, token }: a server is granted the player. Clients of the coordinators are
//                                  the servers; it takes no time, for it is told at the instant of its commit
// owner      player  null          { server, token }: whom a player who looked for its server was led to
// act        player  { server, token }    the same: who made it take effect, under which token. Of an act that has none, or
//                                  whose client never heard of it, it is whom its client played with
// pickup     item    { player }    { player }
// drop       item    { player }    { player }
// give       item    { player, to } the same; a trade is two of them, one for each item
// destroy    item    { player }    { player }
// spawn      item    null          null: once, when the store first tells of the item, or when a client makes it
// where      item    null          { player }, { player: null } on the ground, null when it is nowhere
//
// A client may have several operations open, and a process only one: each takes the client's first idle process, and
// one whose operation ended as `info` is never used again. What is still open at the end is `info`. Whose act it was is known
// when it ends: until then it is told nothing of, nor of anything that happened after it began.

import { canonicalJson } from "../../base/canonical-json.ts";
import type { NodeId } from "../../base/ids.ts";
import type { Historian, HistoryEntry } from "../../check/history.ts";
import type { JudgedFact } from "./mesh-view.ts";

interface Operation {
  readonly process: string;
  readonly op: "owner" | "act" | "pickup" | "drop" | "give" | "spawn" | "destroy" | "where";
  readonly key: string;
  readonly value: unknown;
}

interface Holder {
  readonly server: NodeId | null;
  readonly token: number;
}

type Invocation = { -readonly [Key in keyof HistoryEntry]: HistoryEntry[Key] };

interface Client {
  /** The server that it was led to last. */
  playsWith: Holder | null;
  /** Processes whose last operation ended for certain, by number. */
  readonly idle: number[];
  processes: number;
  /** By action, or "owner". */
  readonly open: Map<
    string,
    { readonly operation: Operation; readonly number: number; readonly invocation: Invocation }
  >;
}

interface Memory {
  readonly clients: Map<NodeId, Client>;
  /** Of open actions that took effect: by whom. */
  readonly effects: Map<string, Holder>;
  readonly items: Set<string>;
  /** Entries of the register of authority that were told: a new leader may state them again. */
  readonly grants: Set<string>;
  /** Invocations of acts that have not ended. */
  readonly acts: Set<HistoryEntry>;
}

/** Of one run. */
export function meshHistorian(): Historian<JudgedFact> {
  const memory: Memory = {
    clients: new Map(),
    effects: new Map(),
    items: new Set(),
    grants: new Set(),
    acts: new Set(),
  };
  const untold: HistoryEntry[] = [];
  return (fact, atUs, node) => {
    const entries = entriesOf(memory, fact, atUs, node);
    if (entries.length === 0) return entries;
    untold.push(...entries);
    const open = untold.findIndex((entry) => memory.acts.has(entry));
    return untold.splice(0, open < 0 ? untold.length : open);
  };
}

const OWNER = "owner";

function entriesOf(memory: Memory, fact: JudgedFact, time: number, node: NodeId): readonly HistoryEntry[] {
  switch (fact.fact) {
    case "itemsSpawned":
      return fact.items.flatMap((item) => spawn(memory, item, time));
    case "granted":
    case "grantRecovered":
      return granted(memory, fact, time);
    case "playerConnecting":
      return connecting(memory, fact.player, time);
    case "playerConnected":
      return connected(memory, fact, time);
    case "actionInvoked": {
      const client = clientOf(memory, fact.player);
      return operationsOf(fact, client).flatMap((what, at) =>
        begin(memory, fact.player, nameOf(fact.action, at), time, what),
      );
    }
    case "whereAsked":
      return begin(memory, fact.player, fact.question, time, {
        op: "where",
        key: fact.item,
        value: null,
      });
    case "whereTold": {
      const { player, question, at, held } = fact;
      const value = at === "nowhere" ? null : { player: at === "ground" ? null : held };
      return end(memory, player, question, { time, type: "ok", value });
    }
    case "whereUntold":
      return end(memory, fact.player, fact.question, { time, type: "info", error: "no answer" });
    case "effectAccepted":
    case "effectRecovered":
      if (clientOf(memory, fact.player).open.get(fact.action)?.operation.op === "act") {
        const { action, server, token } = fact;
        memory.effects.set(action, { server, token });
      }
      return [];
    case "actionAnswered":
      return answered(memory, fact, time);
    case "actionUnanswered":
      return endAction(memory, fact.player, fact.action, { time, type: "info", error: "no answer" });
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

function granted(
  { grants }: Memory,
  { player, server, token, index }: Extract<JudgedFact, { fact: "granted" | "grantRecovered" }>,
  time: number,
): readonly HistoryEntry[] {
  const entry = canonicalJson([player, server, token, index]);
  if (grants.has(entry)) return [];
  grants.add(entry);
  const acquired = { process: server, op: "acquire", key: player, time };
  return [
    { ...acquired, type: "invoke", value: { server } },
    { ...acquired, type: "ok", value: { server, token } },
  ];
}

/** A client that is sent on to another server is still on its way to one. */
function connecting(memory: Memory, player: NodeId, time: number): readonly HistoryEntry[] {
  if (clientOf(memory, player).open.has(OWNER)) return [];
  return begin(memory, player, OWNER, time, { op: "owner", key: player, value: null });
}

function connected(
  memory: Memory,
  { player, server, token }: Extract<JudgedFact, { fact: "playerConnected" }>,
  time: number,
): readonly HistoryEntry[] {
  const value = { server, token };
  clientOf(memory, player).playsWith = value;
  return end(memory, player, OWNER, { time, type: "ok", value });
}

function answered(
  memory: Memory,
  { player, action, outcome, token }: Extract<JudgedFact, { fact: "actionAnswered" }>,
  time: number,
): readonly HistoryEntry[] {
  const isAct = clientOf(memory, player).open.get(action)?.operation.op === "act";
  const by = isAct ? (memory.effects.get(action) ?? { server: null, token }) : undefined;
  if (outcome === "failed") memory.effects.delete(action);
  return endAction(
    memory,
    player,
    action,
    outcome === "failed" ? { time, type: "fail", error: "refused" } : { time, type: "ok", value: by },
  );
}

function clientOf({ clients }: Memory, player: NodeId): Client {
  const known = clients.get(player);
  if (known !== undefined) return known;
  const client: Client = { playsWith: null, idle: [], processes: 0, open: new Map() };
  clients.set(player, client);
  return client;
}

function begin(
  memory: Memory,
  player: NodeId,
  name: string,
  time: number,
  what: Omit<Operation, "process">,
): readonly HistoryEntry[] {
  const client = clientOf(memory, player);
  const number = client.idle.shift() ?? client.processes++;
  const operation: Operation = { process: number === 0 ? player : `${player}:${number}`, ...what };
  const invocation: Invocation = { ...operation, type: "invoke", time };
  client.open.set(name, { operation, number, invocation });
  if (operation.op === "act") memory.acts.add(invocation);
  return [invocation];
}

/** A trade is two operations, of which the second is named after the first. */
const nameOf = (action: string, at: number): string => (at === 0 ? action : `${action} other`);

function operationsOf(
  { player, kind, item, to = player, other = "" }: Extract<JudgedFact, { fact: "actionInvoked" }>,
  { playsWith }: Client,
): readonly Omit<Operation, "process">[] {
  switch (kind) {
    case "score":
      return [{ op: "act", key: player, value: playsWith }];
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

type Ending = Pick<HistoryEntry, "time" | "error"> & {
  readonly type: "ok" | "fail" | "info";
  readonly value?: unknown;
};

function endAction(memory: Memory, player: NodeId, action: string, ending: Ending): readonly HistoryEntry[] {
  return [0, 1].flatMap((at) => end(memory, player, nameOf(action, at), ending));
}

/** Without a value it has that of the invocation. An operation that is not open has ended already. */
function end(memory: Memory, player: NodeId, name: string, { value, ...ending }: Ending): readonly HistoryEntry[] {
  const client = clientOf(memory, player);
  const known = client.open.get(name);
  if (known === undefined) return [];
  client.open.delete(name);
  const { operation, number, invocation } = known;
  if (ending.type !== "info") {
    client.idle.push(number);
    client.idle.sort((a, b) => a - b);
  }
  if (operation.op === "act") {
    memory.acts.delete(invocation);
    invocation.value = memory.effects.get(name) ?? invocation.value;
    memory.effects.delete(name);
  }
  return [{ ...operation, ...ending, value: value === undefined ? invocation.value : value }];
}

function endAll(memory: Memory, player: NodeId, time: number, error: string): readonly HistoryEntry[] {
  const open = [...clientOf(memory, player).open.keys()];
  return open.flatMap((name) => end(memory, player, name, { time, type: "info", error }));
}
