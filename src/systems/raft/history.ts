// A run of a Raft group as its clients saw it: read, write and cas{from,to} of each key (DESIGN §7). A version stands for
// the value that was written with it; nothing written yet is null.

import type { NodeId } from "../../base/ids.ts";
import type { Historian, HistoryEntry } from "../../check/history.ts";
import type { JudgedFact } from "../../protocols/raft/properties/raft-view.ts";

interface Client {
  /** One more after each operation that nobody knows the end of. */
  process: number;
  open: { readonly entry: HistoryEntry; readonly operation: string } | null;
  /** Values last seen, which a cas expects, by key. */
  readonly seen: Map<string, string | null>;
}

/** Of one run. */
export function raftHistorian(): Historian<JudgedFact> {
  const clients = new Map<NodeId, Client>();
  const clientOf = (node: NodeId): Client => {
    const known = clients.get(node) ?? { process: 0, open: null, seen: new Map() };
    clients.set(node, known);
    return known;
  };
  return (fact, time, node) => {
    switch (fact.fact) {
      case "nodeBooted":
        return clients.has(node) ? lost(clientOf(node), time) : [];
      case "store.invoked":
        return invoked(clientOf(node), fact, time, node);
      case "store.answered":
        return answered(clientOf(node), fact, time);
      case "store.unanswered":
        return unknown(clientOf(node), time);
      default:
        return [];
    }
  };
}

/** A client that has started anew remembers nothing. */
function lost(client: Client, time: number): readonly HistoryEntry[] {
  client.seen.clear();
  return unknown(client, time);
}

function unknown(client: Client, time: number): readonly HistoryEntry[] {
  const { open } = client;
  client.open = null;
  if (open === null) return [];
  client.process++;
  return [{ ...open.entry, type: "info", time, error: "no answer" }];
}

function invoked(
  client: Client,
  { operation, kind, key }: Extract<JudgedFact, { fact: "store.invoked" }>,
  time: number,
  node: NodeId,
): readonly HistoryEntry[] {
  const abandoned = unknown(client, time);
  const from = client.seen.get(key) ?? null;
  const op = kind === "get" ? "read" : kind === "put" ? "write" : "cas";
  const value = kind === "get" ? null : kind === "put" ? operation : { from, to: operation };
  const process = client.process === 0 ? node : `${node}/${client.process}`;
  const entry: HistoryEntry = { process, type: "invoke", op, key, value, time };
  client.open = { entry, operation };
  return [...abandoned, entry];
}

function answered(
  client: Client,
  { operation, key, done, version, value }: Extract<JudgedFact, { fact: "store.answered" }>,
  time: number,
): readonly HistoryEntry[] {
  const found = version === 0 ? null : value;
  client.seen.set(key, found);
  const { open } = client;
  if (open?.operation !== operation) return [];
  client.open = null;
  const ended = open.entry.op === "read" ? { ...open.entry, value: found } : open.entry;
  return [{ ...ended, type: done ? "ok" : "fail", time }];
}
