// A replicated key-value store: what a group of Raft nodes runs when it is simulated by itself. Without any Raft in it.

import { canonicalJson } from "../../base/canonical-json.ts";
import type { NodeId } from "../../base/ids.ts";
import { keepReply, openSession, type Session, type Sessions, standingOf } from "./sessions.ts";

export type StoreCommand =
  | { readonly type: "open"; readonly client: NodeId; readonly ask: number }
  | {
      readonly type: "write";
      readonly client: NodeId;
      readonly session: number;
      readonly sequence: number;
      readonly key: string;
      readonly value: string;
      /** The version the value must have; -1: any. */
      readonly expected: number;
    };

export interface Versioned {
  readonly value: string;
  /** Log index of the write that made it; 0: it was never written. */
  readonly version: number;
}

export type WriteReply = Versioned & { readonly done: boolean };

/** Plain data. */
export interface StoreState {
  values: Map<string, Versioned>;
  sessions: Sessions<WriteReply>;
}

export type StoreOutcome =
  | { readonly type: "opened"; readonly ask: number; readonly session: number }
  | { readonly type: "wrote"; readonly reply: WriteReply; readonly repeated: boolean }
  | { readonly type: "expired" };

const unwritten: Versioned = { value: "", version: 0 };

export const freshStore = (): StoreState => ({ values: new Map(), sessions: new Map() });

export const valueOf = ({ values }: StoreState, key: string): Versioned => values.get(key) ?? unwritten;

export function applyToStore(
  store: StoreState,
  index: number,
  command: StoreCommand,
  { sessionsMax, dedupe }: { readonly sessionsMax: number; readonly dedupe: boolean },
): StoreOutcome {
  if (command.type === "open") {
    const { client, ask } = command;
    const session = openSession(store.sessions, index, { opener: `${client} ${ask}`, max: sessionsMax });
    return { type: "opened", ask, session };
  }
  const { session, sequence, key, value, expected } = command;
  const standing = standingOf(store.sessions, session, sequence);
  if (dedupe && standing.type === "unknown") return { type: "expired" };
  if (dedupe && standing.type === "repeated") return { type: "wrote", reply: standing.reply, repeated: true };
  const current = valueOf(store, key);
  const done = expected < 0 || expected === current.version;
  const after = done ? { value, version: index } : current;
  if (done) store.values.set(key, after);
  const reply: WriteReply = { done, ...after };
  keepReply(store.sessions, session, { sequence, reply, index });
  return { type: "wrote", reply, repeated: false };
}

interface StoreText {
  readonly values: readonly (readonly [string, Versioned])[];
  readonly sessions: readonly (readonly [number, Session<WriteReply>])[];
}

/** The whole state as text: equal states have equal texts, however they came about. */
export function storeText({ values, sessions }: StoreState, withSessions: boolean): string {
  const byKey = [...values].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const byId = withSessions ? [...sessions].sort(([left], [right]) => left - right) : [];
  return canonicalJson({ values: byKey, sessions: byId });
}

export function storeOfText(text: string): StoreState {
  const { values, sessions } = JSON.parse(text) as StoreText;
  return { values: new Map(values), sessions: new Map(sessions) };
}
