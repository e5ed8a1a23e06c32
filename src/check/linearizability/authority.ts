// Who may act for one player: a server under a token, and never again one under an older token (properties.md A1, A3, A4).
//
// op        value                      answer
// acquire   { server }                 { server, token }, or { token } when it is the server that was asked for
// act       null or { server, token }  { server, token }, or anything when the value said it
// owner     null                       { server, token }, or null for nobody
//
// Two readings. As a `lock`, acquiring is the only way to become the owner: each acquire has a higher token than any before,
// and only the newest acts. It is the one that is meant unless the other is asked for. As an `authority`, of a history that
// knows nothing of grants but what clients saw of them, an acquire says whom one was led to: a token that nobody has seen
// is news, an older one than was seen is an error, and a token belongs to one server.

import { canonicalJson } from "../../base/canonical-json.ts";
import { type Action, fieldOf, type Meaning, meaningless, type Model, named, type Said } from "./model.ts";

interface Holder {
  readonly server: string;
  readonly token: number;
}

interface Grant extends Holder {
  /** "above": a lock was acquired and the answer is lost, so that the token is unknown, but for being above this one. */
  readonly known: "exactly" | "above";
}

/** null: nobody has had it. */
type AuthorityState = Grant | null;

export const authority: Model<AuthorityState> = {
  name: "authority",
  about: "who acts for a player, under tokens that never go back; grants may happen unseen",
  operations: ["acquire", "act", "owner"],
  initial: null,
  meaning: (said) => meaningOf(said, authorityActions),
  identity: canonicalJson,
  tell,
};

export const lock: Model<AuthorityState> = {
  ...authority,
  name: "lock",
  about: "as authority, and acquiring is the only way to it: each acquire has a higher token, only the newest acts",
  meaning: (said) => meaningOf(said, lockActions),
};

/** How each kind of operation is read; undefined: its answer is lost, or says that it is held by nobody. */
interface Actions {
  acquire(server: string, holder: Holder | undefined): Action<AuthorityState>;
  act(holder: Holder | undefined): Action<AuthorityState>;
}

function meaningOf({ op, value, answer }: Said, actions: Actions): Meaning<AuthorityState> {
  switch (op) {
    case "acquire": {
      const server = fieldOf(value, "server");
      if (typeof server !== "string") return meaningless('{"server":"…"} as the value of an acquire');
      if (answer === null) return { type: "action", action: actions.acquire(server, undefined) };
      const token = fieldOf(answer.value, "token");
      const led = fieldOf(answer.value, "server") ?? server;
      if (!isToken(token) || typeof led !== "string") return meaningless(`${holderShape} as the answer of an acquire`);
      return { type: "action", action: actions.acquire(server, { server: led, token }) };
    }
    case "act": {
      if ((value ?? null) !== null && holderOf(value) === undefined) {
        return meaningless(`${holderShape} or null as the value of an act`);
      }
      if (answer !== null && fieldOf(answer.value, "server") === null) return { type: "action", action: byNobody };
      const said = holderOf(answer?.value) ?? holderOf(value);
      if (said !== undefined) return { type: "action", action: actions.act(said) };
      if (answer === null) return { type: "action", action: actions.act(undefined) };
      return meaningless(`${holderShape} as the answer or the value of an act`);
    }
    default: {
      if (answer === null) return { type: "action", action: actions.act(undefined) };
      if (answer.value === null) return { type: "action", action: nobodysYet };
      const said = holderOf(answer.value);
      if (said === undefined) return meaningless(`${holderShape} or null as the answer of an owner`);
      return { type: "action", action: actions.act(said) };
    }
  }
}

const holderShape = '{"server":"…","token":…}, with a whole number as the token,';

const isToken = (token: unknown): token is number => Number.isSafeInteger(token) && Number(token) >= 0;

function holderOf(value: unknown): Holder | undefined {
  const server = fieldOf(value, "server");
  const token = fieldOf(value, "token");
  return typeof server === "string" && isToken(token) ? { server, token } : undefined;
}

function tell(state: AuthorityState): string {
  if (state === null) return "nobody's yet";
  return `${state.server}'s under ${state.known === "exactly" ? "token" : "an unknown token above"} ${state.token}`;
}

const says = (word: string, { server, token }: Holder): string => `${word} by ${named(server)} under token ${token}`;

/** What it leaves helps nobody, and nobody helps it. */
const alone = { needs: undefined, leaves: undefined };

const unanswered: Action<AuthorityState> = {
  says: "no answer",
  next: (state) => state,
  observes: true,
  overwrites: false,
  ...alone,
};

const nobodysYet: Action<AuthorityState> = {
  says: "owner: nobody",
  next: (state) => (state === null ? state : undefined),
  observes: true,
  overwrites: false,
  ...alone,
};

/** It was answered as done when nobody had done it. */
const byNobody: Action<AuthorityState> = {
  says: "act by nobody",
  next: () => undefined,
  observes: true,
  overwrites: false,
  ...alone,
};

/** A grant may always have happened: what is newer than all that was seen needs no help, what is older is beyond it. */
const seen = (word: string, holder: Holder): Action<AuthorityState> => ({
  says: says(word, holder),
  next: (state) => {
    if (state === null || holder.token > state.token) return { ...holder, known: "exactly" };
    return holder.token === state.token && holder.server === state.server ? state : undefined;
  },
  observes: false,
  overwrites: false,
  ...alone,
});

const authorityActions: Actions = {
  acquire: (_server, holder) => (holder === undefined ? unanswered : seen("acquire", holder)),
  act: (holder) => (holder === undefined ? unanswered : seen("act", holder)),
};

const lockActions: Actions = {
  acquire: (server, holder) => {
    const leaves = holder?.server ?? server;
    return {
      says: holder === undefined ? `acquire by ${named(server)} without an answer` : says("acquire", holder),
      next: (state) => {
        const newest = state?.token ?? -1;
        // Of several acquires whose answers are lost only the last can matter: the others might never have happened.
        if (holder === undefined) return { server, token: newest, known: "above" };
        return holder.token > newest ? { ...holder, known: "exactly" } : undefined;
      },
      observes: false,
      overwrites: false,
      needs: undefined,
      leaves,
    };
  },
  act: (holder) => {
    if (holder === undefined) return unanswered;
    return {
      says: says("act", holder),
      next: (state) => {
        if (state === null || state.server !== holder.server) return undefined;
        if (state.known === "exactly") return state.token === holder.token ? state : undefined;
        return holder.token > state.token ? { ...holder, known: "exactly" } : undefined;
      },
      observes: false,
      overwrites: false,
      needs: holder.server,
      leaves: undefined,
    };
  },
};
