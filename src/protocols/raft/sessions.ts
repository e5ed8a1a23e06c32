// Exactly once over retries: the last reply of each client session, kept by the replicated state machine itself (§8,
// thesis §6.3). Part of its snapshot; what is forgotten is chosen by the log alone, so that every node forgets the same.

export interface Session<R> {
  /** Who asked for it, and by which request: asked again, it is the same session. */
  readonly opener: string;
  /** The last request that was applied. */
  sequence: number;
  reply: R | null;
  /** Log index at which it was last used. */
  usedAt: number;
}

/** By session id: the log index at which the session was opened. Plain data, part of the application's state. */
export type Sessions<R> = Map<number, Session<R>>;

export type Standing<R> =
  /** Apply it, then `keepReply`. */
  | { readonly type: "new" }
  /** It was applied before, and this was the reply. */
  | { readonly type: "repeated"; readonly reply: R }
  /** Whether it was applied is not known any more: an earlier request, or a session that was forgotten. */
  | { readonly type: "unknown" };

/** The session of that opener, opened if it has none; beyond `max` the one unused for longest is forgotten. */
export function openSession<R>(
  sessions: Sessions<R>,
  index: number,
  { opener, max }: { readonly opener: string; readonly max: number },
): number {
  for (const [id, known] of sessions) if (known.opener === opener) return id;
  sessions.set(index, { opener, sequence: 0, reply: null, usedAt: index });
  if (sessions.size <= max) return index;
  let oldest = index;
  let usedAt = Infinity;
  for (const [id, session] of sessions) {
    if (session.usedAt >= usedAt) continue;
    oldest = id;
    usedAt = session.usedAt;
  }
  sessions.delete(oldest);
  return index;
}

export function standingOf<R>(sessions: Sessions<R>, id: number, sequence: number): Standing<R> {
  const session = sessions.get(id);
  if (session === undefined || sequence < session.sequence) return { type: "unknown" };
  if (sequence > session.sequence) return { type: "new" };
  return session.reply === null ? { type: "unknown" } : { type: "repeated", reply: session.reply };
}

export function keepReply<R>(
  sessions: Sessions<R>,
  id: number,
  { sequence, reply, index }: { readonly sequence: number; readonly reply: R; readonly index: number },
): void {
  const session = sessions.get(id);
  if (session === undefined) return;
  session.sequence = sequence;
  session.reply = reply;
  session.usedAt = index;
}
