// Linearizable reads that write nothing to the log: by a confirmation of each, or by a lease (thesis §6.4).

import type { Core } from "./core.ts";
import type { Replication } from "./replication.ts";

export type ReadAnswer = "accepted" | "notLeader" | "busy";

export class Reads {
  readonly #core: Core;
  readonly #replication: Replication;

  constructor(core: Core, replication: Replication) {
    this.#core = core;
    this.#replication = replication;
  }

  ask(read: number): ReadAnswer {
    const { state, settings } = this.#core;
    const { readAfterNoop, readConfirm } = settings.defence;
    if (state.role !== "leader") return "notLeader";
    if (state.reads.length >= settings.readsMax) return "busy";
    // A new leader has everything that was committed, and does not know yet how much of it was: its first entry does.
    const index = readAfterNoop ? Math.max(state.commitIndex, state.noopIndex) : state.commitIndex;
    const leased = settings.reads === "lease" && this.#replication.holdsLease();
    state.reads.push({ read, index, round: leased || !readConfirm ? 0 : state.round + 1 });
    return "accepted";
  }

  /** Answers what is confirmed and applied, and asks for the confirmation of what is not. */
  serve(): void {
    const { state } = this.#core;
    while (state.reads.length > 0 && state.role === "leader") {
      const confirmed = this.#replication.confirmedRound();
      this.#serveUpTo(confirmed);
      // One round is under way at a time: reads that come meanwhile share the next one. Heartbeats see to lost ones.
      if (confirmed < state.round || !state.reads.some(({ round }) => round > state.round)) return;
      if (this.#replication.keepsBack()) return;
      // A leader that is alone has it confirmed at once.
      this.#replication.openRound();
    }
  }

  #serveUpTo(confirmed: number): void {
    const { state, application } = this.#core;
    const { appliedIndex } = state;
    // Asked after each event, and mostly none is ready.
    if (!state.reads.some(({ index, round }) => round <= confirmed && index <= appliedIndex)) return;
    const ready = state.reads.filter(({ index, round }) => round <= confirmed && index <= state.appliedIndex);
    state.reads = state.reads.filter(({ index, round }) => round > confirmed || index > state.appliedIndex);
    for (const { read } of ready) application.readReady(read);
  }
}
