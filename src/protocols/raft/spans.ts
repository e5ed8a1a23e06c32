// What lasts in a group, for diagrams: who leads, and the term each node knows.

import type { SpanMark } from "../../check/span-mark.ts";

type Stated = { readonly fact: string; readonly term?: unknown };

/** Who leads, of whichever facts are Raft's. */
export function leaderSpans(fact: Stated): readonly SpanMark[] {
  switch (fact.fact) {
    case "raft.leaderElected":
      return [{ row: "leader", key: "", label: `leads term ${String(fact.term)}`, tone: "good" }];
    case "raft.steppedDown":
      return [{ row: "leader", key: "" }];
    default:
      return [];
  }
}

/** And the term that a node knows to be the current one, as far as it says so. */
export function raftSpans(fact: Stated & { readonly pre?: unknown }): readonly SpanMark[] {
  switch (fact.fact) {
    case "raft.recovered":
    case "raft.stood":
    case "raft.voted":
    case "raft.leaderElected": {
      if (fact.pre === true) return [];
      const label = `term ${String(fact.term)}`;
      return [{ row: "term", key: "", label }, ...leaderSpans(fact)];
    }
    default:
      return leaderSpans(fact);
  }
}
