// A player's client: joins, walks, acts, and follows its authority from server to server. It believes only what comes
// under the highest token it has seen, for a server that has lost it may not know that yet.

import { unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import { chosen, partnersOf, weightOf } from "./choices.ts";
import { beginBridge, endBridge, endReplay, expireActions } from "./client-bridge.ts";
import { admission, isSendable, isWanted, itemsAfter, type Outstanding, takeOut } from "./client-buffer.ts";
import { onFound, stopWondering, wonder } from "./client-questions.ts";
import { type ClientState, freshClient, type PlayerPlan } from "./client-state.ts";
import { heardFrom, seatFor, sentElsewhere } from "./coordinators.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage, PlayerMessage } from "./messages.ts";
import { enter, type Path, pathOf, startOf, walk } from "./motion.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import { actionName } from "./player-state.ts";
import { isWellFormed } from "./well-formed.ts";

/** Sessions of one incarnation; the next begins above them, so that no session number ever comes twice. */
const SESSIONS_MAX = 1_000_000;
/** Greetings without an answer before the coordinator is asked again. */
const HELLOS_MAX = 3;
/** Rounds of flushing after which the outcome of an action that was noted is asked for. */
const NOTED_ROUNDS = 4;

type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

export class Player implements Machine<MeshMessage, MeshFact> {
  state: ClientState;
  readonly #plan: PlayerPlan;
  readonly #path: Path;
  // Of the step under way only.
  readonly #out = new Outbox();
  #nowUs = 0;

  constructor(plan: PlayerPlan) {
    this.#plan = plan;
    const { ordinal, person, topology } = plan;
    this.#path = pathOf(person.motion, { ordinal, servers: topology.servers.length, width: topology.width });
    this.state = freshClient(startOf(this.#path, ordinal));
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    this.#nowUs = event.monotonicUs;
    switch (event.type) {
      case "booted": {
        const { startAfter, startSpread } = this.#plan.person;
        this.state.session = event.incarnation * SESSIONS_MAX;
        this.state.questions = event.incarnation * SESSIONS_MAX;
        this.#out.setTimer("arrive", event.incarnation === 0 ? startAfter : 0, startSpread);
        break;
      }
      case "received":
        if (isWellFormed(event.message, this.#plan.topology.members)) this.#onMessage(event.from, event.message);
        break;
      case "timerFired":
        this.#onTimer(event.timer);
        break;
      case "drawn":
        this.#act(event.value);
        break;
      case "stopRequested":
        this.#leave();
        this.#out.halt();
        break;
      case "synced":
      case "syncFailed":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return this.#out.take();
  }

  #onMessage(from: NodeId, message: MeshMessage): void {
    if (this.state.phase === "away") return;
    switch (message.type) {
      case "elsewhere":
        return this.#onElsewhere(from, message);
      case "located":
        heardFrom(this.state.seat, this.#plan.topology, from);
        return this.#onLocated(message);
      case "unplaced":
        heardFrom(this.state.seat, this.#plan.topology, from);
        if (this.#isAnswer(message)) this.#askFor("join");
        return undefined;
      case "turnedAway":
        // It asks again when its patience ends.
        heardFrom(this.state.seat, this.#plan.topology, from);
        return undefined;
      case "welcome":
        return this.#onWelcome(from, message);
      case "notOwner":
        if (from === this.state.server && this.state.asking === "nothing") this.#seek();
        return undefined;
      case "notice":
        return this.#onNotice(from, message);
      case "view":
        // An earlier session may have seen newer things than a client knows that was restarted since.
        if (message.session !== this.state.session || !this.#show(from, message)) return undefined;
        this.state.paused = message.paused;
        return undefined;
      case "acted":
        return this.#onActed(from, message);
      case "noted":
        return this.#onNoted(from, message);
      case "inventory":
        if (message.session === this.state.session && !this.#isStale(message.token)) this.state.items = message.items;
        return undefined;
      case "found":
        return onFound(this.#traveller(), message);
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  #onTimer(timer: string): void {
    switch (timer) {
      case "arrive":
        return this.#arrive();
      case "ask":
        return this.#askAgain();
      case "step":
        return this.#walkOn();
      case "act":
        return this.#think();
      case "again":
        return this.#repeatActions();
      case "leave":
        return this.#leave();
      default:
        return undefined;
    }
  }

  #arrive(): void {
    const { state } = this;
    state.phase = "seeking";
    state.session += 1;
    state.ask = 0;
    state.sequence = 0;
    state.step = 0;
    state.paused = false;
    state.server = null;
    enter(state.walk, this.#path);
    this.#connecting(this.#plan.topology.coordinators[state.seat.at]);
    this.#askFor("join");
    if (this.#plan.person.stay > 0) this.#out.setTimer("leave", this.#plan.person.stay);
  }

  #leave(): void {
    const { state } = this;
    if (state.phase === "away") return;
    const player = this.#plan.self;
    if (state.server !== null) this.#out.send(state.server, { type: "bye", session: state.session });
    for (const { name } of state.outstanding) {
      this.#out.record({ type: "record", fact: "actionUnanswered", player, action: name });
    }
    stopWondering(this.#traveller());
    state.outstanding = [];
    state.bridge = null;
    state.replay = null;
    state.phase = "away";
    state.asking = "nothing";
    for (const timer of ["ask", "step", "act", "again", "leave"]) this.#out.cancelTimer(timer);
    this.#out.record({ type: "record", fact: "playerLeft", player });
    this.#out.setTimer("arrive", this.#plan.person.away);
  }

  /** Asks, and keeps asking: nothing in the network can be relied on to answer. */
  #askFor(question: "join" | "locate" | "hello"): void {
    const { state } = this;
    const { session } = state;
    state.asking = question;
    state.ask += 1;
    const { ask } = state;
    if (question === "join") this.#askCoordinator({ type: "join", session, ask, x: state.walk.x });
    if (question === "locate") this.#askCoordinator({ type: "locate", session, ask });
    if (question === "hello" && state.server !== null) this.#out.send(state.server, { type: "hello", session });
    const { askRetry } = this.#plan.settings.client;
    this.#out.setTimer("ask", askRetry, Math.floor(askRetry / 4));
  }

  /** Its server is gone, or does not have it any more. */
  #seek(): void {
    if (this.state.phase === "playing") beginBridge(this.#traveller());
    this.#askFor("locate");
  }

  #traveller(): Parameters<typeof beginBridge>[0] & Parameters<typeof wonder>[0] {
    const { self, settings } = this.#plan;
    return { state: this.state, self, settings, nowUs: this.#nowUs, out: this.#out };
  }

  #askCoordinator(question: PlayerMessage): void {
    const { topology, settings } = this.#plan;
    this.#out.send(seatFor(this.state.seat, topology, this.#nowUs, settings.client.askRetry), question);
  }

  #onElsewhere(from: NodeId, message: Received<"elsewhere">): void {
    const { seat, asking } = this.state;
    if (asking !== "join" && asking !== "locate") return;
    if (sentElsewhere(seat, this.#plan.topology, from, message)) this.#askFor(asking);
  }

  #askAgain(): void {
    const { state } = this;
    if (state.asking === "nothing") return;
    state.hellos = state.asking === "hello" ? state.hellos + 1 : 0;
    // A silent server may have lost us while we were on our way.
    this.#askFor(state.hellos >= HELLOS_MAX ? "locate" : state.asking);
  }

  #isAnswer({ session, ask }: { readonly session: number; readonly ask: number }): boolean {
    const { state } = this;
    const asked = state.asking === "join" || state.asking === "locate";
    return asked && session === state.session && ask === state.ask;
  }

  #onLocated(message: Received<"located">): void {
    const { state } = this;
    if (!this.#isAnswer(message) || message.token < state.token) return;
    state.server = message.server;
    state.token = message.token;
    state.hellos = 0;
    if (state.phase === "playing") this.#connecting(message.server);
    this.#askFor("hello");
  }

  #connecting(server: NodeId): void {
    const { session } = this.state;
    this.#out.record({ type: "record", fact: "playerConnecting", player: this.#plan.self, server, session });
  }

  #onWelcome(from: NodeId, message: Received<"welcome">): void {
    const { state } = this;
    if (message.session !== state.session || !this.#show(from, message)) return;
    state.paused = message.paused;
    if (state.outstanding.length === 0) state.items = message.items;
    this.#stopAsking();
    this.#settleAt(from, message.token);
    if (state.phase === "playing") return;
    state.phase = "playing";
    this.#out.setTimer("step", this.#plan.person.step);
    const { every, spread } = this.#plan.person.actions;
    if (this.#plan.person.acts) this.#out.setTimer("act", every, spread);
  }

  #onNotice(from: NodeId, message: Received<"notice">): void {
    const { state } = this;
    const { transfer, notice, server, token } = message;
    const player = this.#plan.self;
    if (this.#isStale(token)) {
      this.#out.record({ type: "record", fact: "emitIgnored", player, server: from, token });
      return;
    }
    state.token = Math.max(state.token, token);
    state.heardUs = this.#nowUs;
    state.paused = notice === "paused" || notice === "suspended";
    if (transfer !== "" || notice === "waiting")
      this.#out.record({ type: "record", fact: "noticeShown", player, transfer, notice });
    if (state.phase !== "playing") {
      // Not welcomed yet: greet the right one.
      state.server = server;
      return;
    }
    if (notice === "reassigned") beginBridge(this.#traveller());
    if (server !== state.server || state.bridge !== null) this.#settleAt(server, token);
  }

  /** From now on this server is ours, as it said under this token: what waits for an answer is asked of it at once. */
  #settleAt(server: NodeId, token: number): void {
    const { state } = this;
    state.server = server;
    const { session } = state;
    this.#out.record({ type: "record", fact: "playerConnected", player: this.#plan.self, server, session, token });
    for (const action of state.outstanding) action.dueUs = 0;
    endBridge(this.#traveller(), server);
    this.#repeatActions();
  }

  #stopAsking(): void {
    this.state.asking = "nothing";
    this.state.hellos = 0;
    this.#out.cancelTimer("ask");
  }

  #onActed(from: NodeId, message: Received<"acted">): void {
    const { state } = this;
    const { session, sequence, outcome, token, version } = message;
    if (session !== state.session || this.#isStale(token)) return;
    const known = takeOut(state.outstanding, sequence);
    if (known === undefined) return;
    // An answer that was overtaken is still the answer.
    this.#show(from, message);
    const player = this.#plan.self;
    if (outcome === "done") state.items = itemsAfter(state.items, known);
    const action = known.name;
    this.#out.record({
      type: "record",
      fact: "actionAnswered",
      player,
      action,
      session,
      sequence,
      outcome,
      token,
      version,
    });
    if (outcome === "failed" && known.noted) {
      this.#out.record({ type: "record", fact: "actionLost", player, action, session, sequence });
      if (state.replay !== null) state.replay.allDone = false;
    }
    endReplay(this.#traveller());
    if (state.bridge === null) this.#sendDue();
  }

  /** It will be done, and is not durable yet: the outcome is still to come. */
  #onNoted(from: NodeId, message: Received<"noted">): void {
    const { state } = this;
    const { session, sequence, token } = message;
    if (session !== state.session || this.#isStale(token)) return;
    const known = state.outstanding.find((action) => action.sequence === sequence);
    if (known === undefined) return;
    this.#show(from, message);
    const { retry } = this.#plan.settings.client;
    known.dueUs = this.#nowUs + Math.max(retry, NOTED_ROUNDS * this.#plan.settings.replication.flush);
    if (known.noted) return;
    known.noted = true;
    const player = this.#plan.self;
    this.#out.record({ type: "record", fact: "actionNoted", player, action: known.name, session, sequence });
  }

  /** Shows what a server says, unless a newer one has spoken. Returns whether it was shown. */
  #show(server: NodeId, { token, version }: { readonly token: number; readonly version: number }): boolean {
    const { state } = this;
    const player = this.#plan.self;
    if (this.#isStale(token)) {
      this.#out.record({ type: "record", fact: "emitIgnored", player, server, token });
      return false;
    }
    state.token = Math.max(state.token, token);
    state.heardUs = this.#nowUs;
    const { shown } = state;
    // Under one token, what is older was overtaken on its way.
    if (shown !== null && shown.token === token && version < shown.version) return false;
    if (shown?.server === server && shown.token === token && shown.version === version) return true;
    state.shown = { server, token, version };
    this.#out.record({ type: "record", fact: "emitShown", player, server, token, version });
    return true;
  }

  #isStale(token: number): boolean {
    return this.#plan.settings.defence.clientTokenCheck && token < this.state.token;
  }

  #walkOn(): void {
    const { state } = this;
    if (state.phase !== "playing" || state.server === null) return;
    const { person, settings } = this.#plan;
    const distance = Math.floor((person.speed * person.step) / 1_000_000);
    if (!state.paused) walk(state.walk, this.#path, { distance, nowUs: this.#nowUs });
    state.step += 1;
    this.#out.send(state.server, { type: "move", session: state.session, step: state.step, x: state.walk.x });
    if (state.asking === "nothing" && this.#nowUs - state.heardUs > settings.client.silence) this.#seek();
    this.#out.setTimer("step", person.step);
  }

  #think(): void {
    const { state } = this;
    if (state.phase !== "playing") return;
    const { actions } = this.#plan.person;
    const choices = weightOf(actions);
    if (!state.paused && choices > 0) this.#wish(choices);
    this.#out.setTimer("act", actions.every, actions.spread);
  }

  #wish(choices: number): void {
    const { state } = this;
    const { self: player, settings, items } = this.#plan;
    const because = admission(state.outstanding, state.bridge, settings);
    if (because === "asked") this.#out.draw("action", choices * Math.max(1, items.length) * partnersOf(this.#plan));
    else this.#out.record({ type: "record", fact: "actionDropped", player, because });
  }

  /** The host has drawn what to do: a kind by weight, and an item. */
  #act(drawn: number): void {
    const { state } = this;
    if (state.phase !== "playing") return;
    const { self: player, settings } = this.#plan;
    const name = actionName(player, state.session, state.sequence + 1);
    const choice = chosen(this.#plan, drawn, name, state.items);
    if (choice.kind === "where") return wonder(this.#traveller(), choice.item);
    const { kind, item, bargain } = choice;
    state.sequence += 1;
    const { session, sequence } = state;
    if (state.outstanding.length === 0) this.#out.setTimer("again", settings.client.retry);
    const given = { noted: false, withdrawn: false };
    const action: Outstanding = { name, sequence, kind, item, bargain, askedUs: this.#nowUs, dueUs: 0, ...given };
    state.outstanding.push(action);
    this.#out.record({
      type: "record",
      fact: "actionInvoked",
      player,
      action: name,
      session,
      sequence,
      kind,
      item,
      ...bargain,
    });
    if (state.bridge === null && isSendable(state.outstanding, action, settings)) this.#send(action);
  }

  /** Sends again what has waited long enough for an answer. */
  #repeatActions(): void {
    if (this.state.outstanding.length === 0) return;
    expireActions(this.#traveller());
    this.#sendDue();
    this.#out.setTimer("again", this.#plan.settings.client.retry);
  }

  #sendDue(): void {
    const { outstanding } = this.state;
    for (const action of outstanding) {
      if (this.#nowUs >= action.dueUs && isSendable(outstanding, action, this.#plan.settings)) this.#send(action);
    }
  }

  #send(action: Outstanding): void {
    const { state } = this;
    const { session } = state;
    const { settings } = this.#plan;
    const { sequence, kind, item, bargain } = action;
    const oldest = state.outstanding[0]?.sequence ?? sequence;
    action.dueUs = this.#nowUs + settings.client.retry;
    if (state.server === null) return;
    const asked = { type: "act", session, sequence, oldest, kind, item, bargain } as const;
    this.#out.send(state.server, isWanted(action, settings) ? asked : { ...asked, withdrawn: true });
  }
}
