// A client that asks where things are. There is one question at a time, and no second try: nothing depends on the answer.

import type { NodeId } from "../../base/ids.ts";
import type { ItemTalk } from "./item-messages.ts";
import type { Outbox } from "./outbox.ts";

interface Asker {
  readonly state: {
    readonly server: NodeId | null;
    /** Questions in all its sessions, and the one that waits for an answer; 0: none. */
    questions: number;
    asked: number;
  };
  readonly self: NodeId;
  readonly out: Outbox;
}

export function wonder(asker: Asker, item: string): void {
  const { state, self: player, out } = asker;
  stopWondering(asker);
  if (state.server === null) return;
  state.questions += 1;
  state.asked = state.questions;
  out.record({ type: "record", fact: "whereAsked", player, question: nameOf(player, state.asked), item });
  out.send(state.server, { type: "where", player, question: state.asked, item });
}

export function stopWondering({ state, self: player, out }: Asker): void {
  const { asked } = state;
  if (asked === 0) return;
  state.asked = 0;
  out.record({ type: "record", fact: "whereUntold", player, question: nameOf(player, asked) });
}

export function onFound(
  { state, self: player, out }: Asker,
  { question: asked, item, at, held }: Extract<ItemTalk, { type: "found" }>,
): void {
  if (asked !== state.asked) return;
  state.asked = 0;
  out.record({ type: "record", fact: "whereTold", player, question: nameOf(player, asked), item, at, held });
}

const nameOf = (player: NodeId, asked: number): string => `${player}?${asked}`;
