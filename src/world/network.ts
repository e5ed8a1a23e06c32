// The network between the nodes: each message draws its chances on its link, meets the faults upon it, and arrives,
// late, twice, damaged or never. Datagrams are carried here, streams by the stream transport.
//
// A message is lost to a cut when its link is cut as it is sent or as it arrives; a cut that came and went while it was
// on its way does not matter.

import type { NodeId } from "../base/ids.ts";
import { canonicalSize } from "../base/canonical-json.ts";
import { deepFreeze } from "../base/plain-data.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { Transport } from "../machine/effect.ts";
import type { NodeSpec } from "../machine/machine.ts";
import type { Message } from "../machine/message.ts";
import type { LossReason } from "../trace/trace-event.ts";
import type { Interference, MessageInterceptor } from "./controls.ts";
import { drawLinkLatency, drawLoss } from "./chances.ts";
import { Cuts, type CutsCheckpoint } from "./cuts.ts";
import { withDamagedBytes } from "./faults/damage.ts";
import { Flights, type FlightsCheckpoint } from "./flights.ts";
import { effectTag, eventKind, type Ground } from "./ground.ts";
import { HeldMessages, type HeldCheckpoint } from "./held.ts";
import { lane } from "./lanes.ts";
import { type LateArrival, LateArrivals } from "./late-arrivals.ts";
import { drawLatency } from "./latency.ts";
import { NameIndex } from "./name-index.ts";
import { LinkState, LinkTable, type LinkChange, type LinkProfile, type LinkStateCheckpoint } from "./link.ts";
import type { WorldPlan } from "./plan.ts";
import type { Process } from "./process.ts";
import { StreamTransport, type StreamTransportCheckpoint } from "./stream-transport.ts";

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const { stream: STREAM_SENT, datagram: DATAGRAM_SENT } = effectTag;
const { arrival: ARRIVAL } = eventKind;
const { loss: LOSS, latency: LATENCY } = lane;

/** What a datagram, and what a message on a stream to oneself, travels on: see `Flights.add`. */
const NO_CONNECTION = -1;
const ON_OWN_STREAM = -2;

/** Places for the names of nodes: of sixteen nodes, and in steps of as many more. */
const PLACES_MIN = 64;

/** A message as it leaves its sender, with what was drawn for it. */
export interface Departure {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
  readonly ordinal: number;
  /** Among those of its type on its link: its chances are drawn by it. */
  readonly number: number;
  readonly sentUs: number;
  readonly isChanged: boolean;
  readonly flaw: LossReason | undefined;
  /** Further delay that faults ask for. */
  readonly delayUs: number;
  /** Further copies that faults ask for, and how much later each sets out. */
  readonly copiesAfterUs: readonly number[];
}

/** A message whose chances are drawn. */
export type Addressed = Pick<Departure, "from" | "to" | "message" | "number">;

/** What was drawn for a message before anything was decided. */
interface Chances {
  readonly isLost: boolean;
  readonly latencyUs: number;
}

export interface NetworkCheckpoint {
  readonly isHealed: boolean;
  readonly flights: FlightsCheckpoint;
  readonly cuts: CutsCheckpoint;
  readonly states: readonly LinkStateCheckpoint[];
  readonly held: HeldCheckpoint;
  readonly late: readonly LateArrival[];
  readonly streams: StreamTransportCheckpoint;
}

export class Network {
  readonly flights: Flights;
  readonly #ground: Ground;
  readonly #nodes: readonly NodeSpec[];
  readonly #names: readonly NodeId[];
  readonly #indexOf: NameIndex;
  readonly #processes: readonly Process[];
  readonly #plan: WorldPlan;
  readonly #cuts: Cuts;
  readonly #held: HeldMessages;
  readonly #late: LateArrivals;
  readonly streams: StreamTransport;
  readonly #states = new Map<number, LinkState>();
  #table: LinkTable;
  #isHealed = false;
  #interceptor: MessageInterceptor | undefined = undefined;

  /** @param processes by index; filled in by the world once the network is there. */
  constructor(ground: Ground, plan: WorldPlan, nodes: readonly NodeSpec[], processes: readonly Process[]) {
    this.#ground = ground;
    this.#plan = plan;
    this.#nodes = nodes;
    this.#processes = processes;
    this.#names = nodes.map(({ id }) => id);
    this.#indexOf = new NameIndex(PLACES_MIN << (32 - Math.clz32(nodes.length >> 4)));
    this.#names.forEach((id, index) => this.#indexOf.set(id, index));
    this.#table = new LinkTable(plan.link, plan.links, nodes);
    this.#cuts = new Cuts(nodes.length);
    this.flights = new Flights(ground, this.#names);
    this.#held = new HeldMessages(ground, this.flights, this);
    this.#late = new LateArrivals(ground.kernel);
    this.streams = new StreamTransport(ground, this.flights, this, processes);
    ground.kernel.on(ARRIVAL, (slot) => this.#arrive(slot));
  }

  /** Takes a message from a node. False, and nothing happens, when nobody is called `to`. */
  send(from: number, to: NodeId, message: Message, via: Transport | undefined): boolean {
    const target = this.#indexOf.numberOf(to);
    if (target < 0) return false;
    const ground = this.#ground;
    if (ground.checks) deepFreeze(message);
    const state = this.stateOf(from, target);
    const profile = state === undefined ? this.#table.profileOf(from, target) : state.profile;
    const transport = via ?? profile.transport;
    if (ground.digests) {
      const tag = transport === "stream" ? STREAM_SENT : DATAGRAM_SENT;
      ground.mixContent(tag, this.#linkOf(from, target), message);
    }
    // What is not plain data has been refused by now, and was never sent.
    const ordinal = ++this.flights.sent;
    if (ground.tracer !== undefined) this.#traceSent(from, target, ordinal, transport, message);
    if (from === target) {
      const connection = transport === "stream" ? ON_OWN_STREAM : NO_CONNECTION;
      const slot = this.flights.add(from, target, message, ordinal, ground.kernel.nowUs, connection);
      ground.kernel.schedule(ground.kernel.nowUs, ARRIVAL, slot, 0);
    } else if (
      transport === "datagram" &&
      profile.isSimple &&
      state === undefined &&
      this.#interceptor === undefined &&
      this.#cuts.count === 0
    ) {
      this.#sendSimple(from, target, message, ordinal, profile);
    } else {
      this.#sendWith(from, target, message, ordinal, transport);
    }
    return true;
  }

  nameOf(node: number): NodeId {
    return this.#names[node];
  }

  profileOf(from: number, to: number): LinkProfile {
    return this.stateOf(from, to)?.profile ?? this.#table.profileOf(from, to);
  }

  stateOf(from: number, to: number): LinkState | undefined {
    return this.#states.size === 0 ? undefined : this.#states.get(this.#linkOf(from, to));
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.isCut(from, to);
  }

  /** The strikes that may keep a stream from getting through. */
  strikesAgainst(from: number, to: number): readonly number[] {
    const lossStrike = this.stateOf(from, to)?.lossStrike ?? 0;
    return [...this.#cuts.strikesOf(from, to), ...(lossStrike > 0 ? [lossStrike] : [])];
  }

  /** Credits a cut that made a difference to those who made it. */
  creditCut(from: number, to: number): void {
    for (const strike of this.#cuts.strikesOf(from, to)) this.#ground.ledger.changed(strike);
  }

  /**
   * Draws whether a message is lost on its link as that is now, and how long it takes.
   * @param time how often a stream has sent it before.
   */
  chancesOf({ from, to, message, number }: Addressed, time = 0): Chances {
    const { lanes } = this.#ground;
    const known = this.stateOf(from, to);
    const profile = known === undefined ? this.#table.profileOf(from, to) : known.profile;
    const state = profile.isBursty ? this.#stateFor(from, to) : known;
    lanes.aim(from, to, message.type, number);
    const isLost = drawLoss(lanes, profile, state, time);
    const latencyUs = drawLinkLatency(lanes, profile, time);
    if (state !== undefined) this.#creditLink(state, isLost, latencyUs);
    return { isLost, latencyUs };
  }

  /** When a message has left the sender's queue for bandwidth; -1 when `queueMax` wait there already. */
  departsUs(from: number, to: number, message: Message, queueMax: number): number {
    const { nowUs } = this.#ground.kernel;
    const { bytesPerSecond } = this.profileOf(from, to).plan;
    if (bytesPerSecond === 0) return nowUs;
    const state = this.#stateFor(from, to);
    const waiting = state.waiting.filter((one) => one.departsUs > nowUs);
    state.waiting = waiting;
    if (state.bandwidthStrike > 0) this.#ground.ledger.changed(state.bandwidthStrike);
    // One of them is being sent, and does not wait.
    if (waiting.length > queueMax) return -1;
    const bytes = canonicalSize(message);
    const departsUs = (waiting.at(-1)?.departsUs ?? nowUs) + busyUs(bytes, bytesPerSecond);
    waiting.push({ departsUs, bytes, arrivals: [] });
    return departsUs;
  }

  /** Sends a datagram on its way, as if it left its sender now. */
  sendDatagram(departure: Departure, notBeforeUs = 0): number {
    const { from, to, message, ordinal } = departure;
    const { isLost, latencyUs } = this.chancesOf(departure);
    const { duplicate, reorder, reorderWithinUs, corrupt, queueMax, latency } = this.profileOf(from, to).plan;
    const { lanes } = this.#ground;
    const isCopied = lanes.chance(lane.duplicate, duplicate);
    const isLate = lanes.chance(lane.reorder, reorder);
    const isDamaged = lanes.chance(lane.corrupt, corrupt);
    const reason = isLost ? "loss" : this.#obstacle(from, to);
    const departsUs = reason === undefined ? this.departsUs(from, to, message, queueMax) : -1;
    if (reason !== undefined || departsUs < 0) {
      this.flights.loseUnsent(from, to, ordinal, reason ?? "queueFull");
      return notBeforeUs;
    }
    const arriving = isDamaged ? this.#damage(departure) : departure;
    const waitUs = departsUs - this.#ground.kernel.nowUs + departure.delayUs;
    const lateUs = isLate && reorderWithinUs > 0 ? lanes.below(lane.lateness, reorderWithinUs + 1) : 0;
    const arrivesUs = Math.max(notBeforeUs, this.#ground.kernel.nowUs + waitUs + latencyUs + lateUs);
    const arrivals = [this.#launch(arriving, arrivesUs - this.#ground.kernel.nowUs, 0)];
    if (isCopied) arrivals.push(this.#launch(arriving, waitUs + lanes.latencyUs(lane.copy, latency), 1));
    if (departsUs > this.#ground.kernel.nowUs) this.#awaitAll(from, to, arrivals);
    const latencyStrike = this.stateOf(from, to)?.latencyStrike ?? 0;
    const byFaultUs = departure.delayUs + (latencyStrike > 0 ? latencyUs : 0);
    if (byFaultUs > 0) for (const arrival of arrivals) this.#late.add(arrival, byFaultUs);
    return arrivesUs;
  }

  /** Launches the copies of a datagram that faults ask for, each with a latency of its own. */
  sendCopies(departure: Departure): void {
    const { from, to, message, number, delayUs } = departure;
    const { lanes } = this.#ground;
    const { latency } = this.profileOf(from, to);
    lanes.aim(from, to, message.type, number);
    departure.copiesAfterUs.forEach((afterUs, at) => {
      const latencyUs = lanes.drawAgain(lane.faultCopy, at, (stream) => drawLatency(latency, stream));
      const arrival = this.#launch(departure, delayUs + afterUs + latencyUs, at + 2);
      this.#late.add(arrival, delayUs + afterUs);
    });
  }

  setInterceptor(interceptor: MessageInterceptor | undefined): void {
    this.#interceptor = interceptor;
  }

  releaseHeld(strike: number, order: "inOrder" | "shuffled"): void {
    this.#held.release(strike, order);
    this.streams.unclog(strike);
  }

  cut(strike: number, from: number, to: number): void {
    this.#cuts.cut(strike, from, to);
  }

  mend(strike: number, from: number, to: number): void {
    this.#cuts.mend(strike, from, to);
  }

  override(strike: number, from: number, to: number, change: LinkChange): void {
    this.#stateFor(from, to).override(strike, change);
    if (change.refuse === true) this.streams.refuse(strike, from, to);
  }

  restoreLink(strike: number, from: number, to: number): void {
    const link = this.#linkOf(from, to);
    const state = this.#states.get(link);
    if (state === undefined) return;
    const wasNarrow = state.bandwidthStrike === strike;
    state.restoreFrom(strike);
    if (wasNarrow) {
      this.#hasten(state);
      this.streams.hasten(from, to);
    }
    if (state.isIdle) this.#states.delete(link);
  }

  /** The incarnation of a node is over: what its sockets still held back is lost. */
  onCrash(node: number): void {
    this.streams.onCrash(node);
  }

  /** From now on the network is fair; what was held back or stuck sets out now. */
  heal(): void {
    this.#isHealed = true;
    this.#interceptor = undefined;
    this.#cuts.mendAll();
    this.#table.heal();
    for (const [link, state] of this.#states) {
      state.heal(this.#table.profileOf(Math.floor(link / this.#nodes.length), link % this.#nodes.length));
      this.#hasten(state);
    }
    this.#late.hasten();
    this.#held.releaseAll();
    this.streams.heal();
  }

  checkpoint(): NetworkCheckpoint {
    return {
      isHealed: this.#isHealed,
      flights: this.flights.checkpoint(),
      cuts: this.#cuts.checkpoint(),
      states: [...this.#states].map(([link, state]) => state.checkpoint(link)),
      held: this.#held.checkpoint(),
      late: this.#late.checkpoint(),
      streams: this.streams.checkpoint(),
    };
  }

  restore(from: NetworkCheckpoint): void {
    this.#isHealed = from.isHealed;
    this.#table = new LinkTable(this.#plan.link, this.#plan.links, this.#nodes);
    if (from.isHealed) this.#table.heal();
    this.#interceptor = undefined;
    this.flights.restore(from.flights);
    this.#cuts.restore(from.cuts);
    this.#states.clear();
    for (const state of from.states) {
      this.#stateFor(Math.floor(state.link / this.#nodes.length), state.link % this.#nodes.length).restore(state);
    }
    this.#held.restore(from.held);
    this.#late.restore(from.late);
    this.streams.restore(from.streams);
  }

  /** Latency and independent loss, no fault anywhere: what nearly every message of nearly every run goes through. */
  #sendSimple(from: number, to: number, message: Message, ordinal: number, profile: LinkProfile): void {
    const { kernel, lanes } = this.#ground;
    let { latencyUs } = profile;
    lanes.next(from, to, message.type);
    if (latencyUs < 0) latencyUs = lanes.latencyUs(LATENCY, profile.latency);
    if (lanes.chance(LOSS, profile.lossRate)) {
      this.flights.loseUnsent(from, to, ordinal, "loss");
      return;
    }
    const slot = this.flights.add(from, to, message, ordinal, kernel.nowUs, NO_CONNECTION);
    kernel.schedule(kernel.nowUs + latencyUs, ARRIVAL, slot, 0);
  }

  #sendWith(from: number, to: number, message: Message, ordinal: number, transport: Transport): void {
    const { kernel, lanes } = this.#ground;
    const number = lanes.next(from, to, message.type);
    const interference = this.#interceptor?.intercept({ from, to, message, transport, atUs: kernel.nowUs });
    const planned = this.#departure(from, to, message, ordinal, number);
    if (transport === "stream") {
      this.streams.send(this.#resendable(planned, interference), interference);
      return;
    }
    const departure = interference === undefined ? planned : this.#interfered(planned, interference);
    if (interference?.drop === true) {
      this.chancesOf(departure);
      this.flights.loseUnsent(from, to, ordinal, "dropFault");
    } else if (interference !== undefined && interference.heldBy.length > 0) {
      this.#held.hold(interference.heldBy, departure);
    } else {
      this.sendDatagram(departure);
      this.sendCopies(departure);
    }
  }

  #departure(from: number, to: number, message: Message, ordinal: number, number: number): Departure {
    const { nowUs: sentUs } = this.#ground.kernel;
    const isChanged = false;
    return { from, to, message, ordinal, number, sentUs, isChanged, flaw: undefined, delayUs: 0, copiesAfterUs: [] };
  }

  /** As a stream delivers it: what was damaged on the wire is noticed, and sent again whole. */
  #resendable(planned: Departure, interference: Interference | undefined): Departure {
    if (interference === undefined) return planned;
    const { delayUs, whole: message } = interference;
    const isChanged = message !== planned.message;
    this.#mixDamage(planned, isChanged, message);
    return { ...planned, message, isChanged, delayUs };
  }

  #mixDamage({ from, to }: Departure, isChanged: boolean, message: Message): void {
    if (isChanged && this.#ground.digests) this.#ground.mixContent(effectTag.damaged, this.#linkOf(from, to), message);
  }

  #interfered(planned: Departure, interference: Interference): Departure {
    const { from, to } = planned;
    const { isMalformed, damagedOnWire, delayUs, copiesAfterUs, message } = interference;
    const isChanged = message !== planned.message || damagedOnWire;
    this.#mixDamage(planned, isChanged, message);
    const { frameChecksum } = this.profileOf(from, to).plan;
    const flaw = !damagedOnWire ? undefined : frameChecksum ? "corruptFrame" : isMalformed ? "malformed" : undefined;
    return { ...planned, message, isChanged, flaw, delayUs, copiesAfterUs };
  }

  /** The lanes are aimed at the message. */
  #damage(departure: Departure): Departure {
    const { lanes } = this.#ground;
    const message = lanes.draw(lane.damage, (stream) => withDamagedBytes(departure.message, stream));
    if (this.#ground.digests) {
      this.#ground.mixContent(effectTag.damaged, this.#linkOf(departure.from, departure.to), message ?? {});
    }
    const { frameChecksum } = this.profileOf(departure.from, departure.to).plan;
    const flaw = frameChecksum ? "corruptFrame" : message === undefined ? "malformed" : departure.flaw;
    return { ...departure, message: message ?? departure.message, isChanged: true, flaw };
  }

  /** Why nothing can set out on a link now, credited to the faults that are the cause. */
  #obstacle(from: number, to: number): LossReason | undefined {
    if (this.isCut(from, to)) {
      this.creditCut(from, to);
      return "partition";
    }
    const refuseStrike = this.stateOf(from, to)?.refuseStrike ?? 0;
    if (refuseStrike === 0) return undefined;
    this.#ground.ledger.changed(refuseStrike);
    return "refused";
  }

  #creditLink(state: LinkState, isLost: boolean, latencyUs: number): void {
    const { ledger, kernel } = this.#ground;
    if (state.lossStrike > 0) {
      if (isLost) ledger.changed(state.lossStrike);
      else ledger.touched(state.lossStrike);
    }
    if (state.latencyStrike === 0) return;
    ledger.changed(state.latencyStrike);
    ledger.late(state.latencyStrike, kernel.nowUs + latencyUs);
  }

  /** The message that was last to queue for bandwidth arrives there, if it is not lost on the way. */
  #awaitAll(from: number, to: number, arrivals: readonly EventHandle[]): void {
    const state = this.#stateFor(from, to);
    const last = state.waiting.at(-1);
    if (last !== undefined) state.waiting = [...state.waiting.slice(0, -1), { ...last, arrivals }];
  }

  /** What a fault has made queue for bandwidth leaves as soon as the link as planned lets it. */
  #hasten(state: LinkState): void {
    const { kernel } = this.#ground;
    const { bytesPerSecond } = state.profile.plan;
    let freeUs = kernel.nowUs;
    state.waiting = state.waiting.flatMap(({ departsUs, bytes, arrivals }) => {
      const live = arrivals.filter((arrival) => kernel.isPending(arrival));
      if (departsUs <= kernel.nowUs || live.length === 0) return [];
      freeUs = bytesPerSecond === 0 ? freeUs : Math.min(departsUs, freeUs + busyUs(bytes, bytesPerSecond));
      const earlierUs = departsUs - freeUs;
      const moved = live.map((arrival) => kernel.reset(arrival, kernel.atUsOf(arrival) - earlierUs));
      return [{ departsUs: freeUs, bytes, arrivals: moved }];
    });
  }

  #launch(departure: Departure, delayUs: number, copy: number): EventHandle {
    const { from, to, message, ordinal, sentUs, isChanged, flaw } = departure;
    const { kernel } = this.#ground;
    const slot = this.flights.add(from, to, message, ordinal, sentUs, NO_CONNECTION);
    if (copy > 0 || isChanged || flaw !== undefined) this.flights.mark(slot, copy, isChanged, flaw);
    return kernel.schedule(kernel.nowUs + delayUs, ARRIVAL, slot, 0);
  }

  #arrive(slot: number): void {
    const { flights } = this;
    const process = this.#processes[flights.toOf(slot)];
    const flaw = flights.flawOf(slot);
    if (this.#cuts.count > 0 && this.#cuts.isCut(flights.fromOf(slot), process.index)) {
      this.creditCut(flights.fromOf(slot), process.index);
      flights.lose(slot, "partition");
    } else if (!process.isUp) {
      flights.lose(slot, "receiverDown");
    } else if (flaw !== undefined) {
      flights.lose(slot, flaw);
    } else {
      process.receive(slot);
    }
  }

  #stateFor(from: number, to: number): LinkState {
    const link = this.#linkOf(from, to);
    let state = this.#states.get(link);
    if (state === undefined) {
      state = new LinkState(this.#table.profileOf(from, to));
      this.#states.set(link, state);
    }
    return state;
  }

  #linkOf(from: number, to: number): number {
    return from * this.#nodes.length + to;
  }

  #traceSent(from: number, to: number, message: number, via: Transport, content: Message): void {
    const { nowUs: atUs, eventsDone: event } = this.#ground.kernel;
    const node = this.#names[from];
    this.#ground.tracer?.trace({ atUs, event, node, kind: "sent", message, to: this.#names[to], via, content });
  }
}

/** How long a link is busy with so many bytes, in microseconds. */
const busyUs = (bytes: number, bytesPerSecond: number): number => Math.ceil((bytes * 1_000_000) / bytesPerSecond);
