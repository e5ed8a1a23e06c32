// Reliable, ordered delivery, one connection for each directed pair of nodes. What would lose a datagram costs a stream
// time: a segment that is lost, dropped or damaged, or that meets a cut, waits, with all behind it, and is sent again
// after `retransmitUs`, which doubles for as long as nothing gets through; each time it meets the link as that is then. A
// connection ends when nothing gets through for `connectionTimeoutUs`, or when the receiving process is not the one it
// was made with; everything not yet delivered is lost then, and the sender is told.
//
// The two directions between a pair are connections of their own: the loss of one does not end the other.

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { ConnectionLoss } from "../machine/event.ts";
import type { LossReason } from "../trace/trace-event.ts";
import type { Interference } from "./controls.ts";
import type { Flights } from "./flights.ts";
import { eventKind, type Ground } from "./ground.ts";
import { lane } from "./lanes.ts";
import type { Departure, Network } from "./network.ts";
import type { Rate } from "./plan.ts";
import type { Process } from "./process.ts";
import { Slots, type SlotsCheckpoint } from "./slots.ts";

interface Connection {
  readonly from: number;
  readonly to: number;
  /** Of the sender: when it is over, nobody is told anything. */
  readonly incarnation: number;
  /** Of the receiver that took the first segment; -1: none did yet. */
  peerIncarnation: number;
  /** The end of it is on its way to the sender, or known there: nothing is delivered any more. */
  isBroken: boolean;
  /** Parts of the world that know this connection: the sender's table, segments, a notice on its way. */
  pins: number;
  /** Segments that wait to be sent again, in the order in which they were first sent: all behind those on their way. */
  blocked: Segment[];
  /** Segments on their way, in order: none arrives before those sent earlier. */
  flying: Segment[];
  /** Strikes that hold it back. */
  holds: readonly number[];
  retransmitUs: number;
  /** Since when nothing has got through although something waits; -1: all is well. */
  stalledSinceUs: number;
  retry: EventHandle;
  /** The sender's host is about to know that it is broken; 0: it is not, or knows. */
  notice: EventHandle;
}

interface Segment {
  readonly flight: number;
  /** Of the message: see `Departure`. */
  readonly number: number;
  /** How often it was sent before. */
  times: number;
  /** While it is on its way: when it arrives. */
  arrivesUs: number;
  arrival: EventHandle;
  /** It arrives later than by the latency of the link as planned. */
  isLate: boolean;
}

export interface StreamTransportCheckpoint {
  readonly connections: SlotsCheckpoint<Connection>;
  readonly tables: readonly (readonly [from: number, bySlot: readonly (readonly [to: number, slot: number])[]])[];
}

const reasons: readonly ConnectionLoss[] = ["refused", "reset", "timedOut"];

export class StreamTransport {
  readonly #ground: Ground;
  readonly #flights: Flights;
  readonly #network: Network;
  readonly #processes: readonly Process[];
  readonly #connections = new Slots<Connection>();
  /** By sender, then receiver: the connection that a send uses. */
  readonly #tables = new Map<number, Map<number, number>>();

  constructor(ground: Ground, flights: Flights, network: Network, processes: readonly Process[]) {
    this.#ground = ground;
    this.#flights = flights;
    this.#network = network;
    this.#processes = processes;
    ground.kernel.on(eventKind.segment, (flight) => this.#arrive(flight));
    ground.kernel.on(eventKind.retry, (slot) => this.#retry(slot));
    ground.kernel.on(eventKind.notice, (slot, reason) => this.#notice(slot, reasons[reason]));
  }

  send(departure: Departure, interference: Interference | undefined): void {
    const { from, to, message, ordinal, number, sentUs, isChanged } = departure;
    const slot = this.#connectionOf(from, to);
    const connection = this.#connections.at(slot);
    if (connection.isBroken) return this.#flights.loseUnsent(from, to, ordinal, "connectionReset");
    const refuseStrike = this.#network.stateOf(from, to)?.refuseStrike ?? 0;
    if (refuseStrike > 0) {
      this.#ground.ledger.changed(refuseStrike);
      this.#flights.loseUnsent(from, to, ordinal, "refused");
      return this.#answer(slot, "refused");
    }
    // The checksum of a stream notices damage on the wire; what a fault did to a field is under it.
    const isLost = interference !== undefined && (interference.drop || interference.damagedOnWire);
    connection.pins++;
    const flight = this.#flights.add(from, to, message, ordinal, sentUs, slot);
    if (isChanged) this.#flights.mark(flight, 0, true, undefined);
    const segment: Segment = { flight, number, times: 0, arrivesUs: 0, arrival: 0, isLate: false };
    if (interference !== undefined && interference.heldBy.length > 0) {
      connection.holds = [...connection.holds, ...interference.heldBy];
      this.#block(slot, segment);
    } else if (connection.blocked.length > 0 || this.#network.isCut(from, to)) {
      this.#network.creditCut(from, to);
      this.#block(slot, segment);
    } else {
      this.#transmit(slot, segment, departure.delayUs, isLost);
    }
  }

  /** A link refuses from now on: the connection upon it is reset at once. */
  refuse(strike: number, from: number, to: number): void {
    const slot = this.#tables.get(from)?.get(to);
    if (slot === undefined || this.#connections.at(slot).isBroken) return;
    this.#ground.ledger.changed(strike);
    this.#breakOff(slot, "reset", 0);
  }

  /** Lets go of what a strike holds back. */
  unclog(strike: number): void {
    for (const slot of this.#connections.used()) {
      const connection = this.#connections.at(slot);
      if (!connection.holds.includes(strike)) continue;
      connection.holds = connection.holds.filter((hold) => hold !== strike);
      if (connection.holds.length === 0) this.#resend(slot);
    }
  }

  /** Segments of a process that ended still arrive, unless they wait to be sent again: nobody is there to do it. */
  onCrash(node: number): void {
    const table = this.#tables.get(node);
    if (table === undefined) return;
    this.#tables.delete(node);
    for (const slot of [...table.values()].sort((left, right) => left - right)) {
      this.#loseBlocked(slot);
      this.#unpin(slot);
    }
  }

  /** Nothing stands in the way any more: what waits is sent again now. */
  heal(): void {
    for (const slot of this.#connections.used()) {
      const connection = this.#connections.at(slot);
      connection.holds = [];
      // Its answer comes back now.
      if (connection.isBroken && connection.notice !== 0)
        connection.notice = this.#ground.kernel.reset(connection.notice, this.#ground.kernel.nowUs);
      this.#recallLate(slot);
      this.#resend(slot);
    }
  }

  /** A link is quick again: what waits for it sets out anew. */
  hasten(from: number, to: number): void {
    const slot = this.#tables.get(from)?.get(to);
    if (slot === undefined || this.#connections.at(slot).holds.length > 0) return;
    this.#recallLate(slot);
    this.#resend(slot);
  }

  checkpoint(): StreamTransportCheckpoint {
    return {
      connections: this.#connections.checkpoint(copyOf),
      tables: [...this.#tables].map(([from, table]) => [from, [...table]]),
    };
  }

  restore(from: StreamTransportCheckpoint): void {
    this.#connections.restore(from.connections, copyOf);
    this.#tables.clear();
    for (const [sender, table] of from.tables) this.#tables.set(sender, new Map(table));
  }

  #connectionOf(from: number, to: number): number {
    let table = this.#tables.get(from);
    if (table === undefined) {
      table = new Map<number, number>();
      this.#tables.set(from, table);
    }
    let slot = table.get(to);
    if (slot === undefined) {
      slot = this.#connections.add({
        from,
        to,
        incarnation: this.#processes[from].incarnation,
        peerIncarnation: -1,
        isBroken: false,
        pins: 1,
        blocked: [],
        flying: [],
        holds: [],
        retransmitUs: this.#retransmitUs(from, to),
        stalledSinceUs: -1,
        retry: 0,
        notice: 0,
      });
      table.set(to, slot);
    }
    return slot;
  }

  #retransmitUs(from: number, to: number): number {
    return Math.max(1, this.#network.profileOf(from, to).plan.retransmitUs);
  }

  /** Sends a segment; one that the link loses waits to be sent again. */
  #transmit(slot: number, segment: Segment, delayUs: number, isLostByFault: boolean): void {
    const connection = this.#connections.at(slot);
    const { from, to, flying } = connection;
    const message = this.#flights.messageOf(segment.flight);
    const { corrupt } = this.#network.profileOf(from, to).plan;
    const { nowUs } = this.#ground.kernel;
    const { isLost, latencyUs } = this.#network.chancesOf({ from, to, message, number: segment.number }, segment.times);
    const isDamaged = this.#isDamaged(corrupt, segment.times);
    const departsUs = this.#network.departsUs(from, to, message, Infinity);
    segment.times++;
    if (isLost || isDamaged || isLostByFault) return this.#block(slot, segment);
    const latencyStrike = this.#network.stateOf(from, to)?.latencyStrike ?? 0;
    const last = flying.at(-1);
    segment.isLate = departsUs > nowUs || delayUs > 0 || latencyStrike > 0 || last?.isLate === true;
    segment.arrivesUs = Math.max(last?.arrivesUs ?? 0, departsUs + delayUs + latencyUs);
    segment.arrival = this.#ground.kernel.schedule(segment.arrivesUs, eventKind.segment, segment.flight, 0);
    flying.push(segment);
    if (latencyStrike > 0) this.#ground.ledger.late(latencyStrike, segment.arrivesUs);
  }

  #isDamaged(corrupt: Rate, times: number): boolean {
    const { lanes } = this.#ground;
    if (times === 0 || corrupt.of === 0) return lanes.chance(lane.corrupt, corrupt);
    return lanes.drawAgain(lane.corruptAgain, times, (stream) => stream.chance(corrupt.of, corrupt.outOf));
  }

  #arrive(flight: number): void {
    const slot = this.#flights.connectionOf(flight);
    const connection = this.#connections.at(slot);
    const { from, to, blocked } = connection;
    const process = this.#processes[to];
    const segment = connection.flying.shift();
    assert(segment?.flight === flight, "segments arrive in the order in which they were sent");
    if (connection.isBroken) {
      this.#lose(flight, "connectionReset");
    } else if (this.#network.isCut(from, to)) {
      this.#network.creditCut(from, to);
      this.#recall(slot, 0);
      this.#block(slot, segment);
    } else if (!process.isUp) {
      this.#answer(slot, "refused");
      this.#lose(flight, "receiverDown");
    } else if (connection.peerIncarnation !== -1 && connection.peerIncarnation !== process.incarnation) {
      this.#answer(slot, "reset");
      this.#lose(flight, "connectionReset");
    } else {
      connection.peerIncarnation = process.incarnation;
      connection.stalledSinceUs = blocked.length > 0 ? this.#ground.kernel.nowUs : -1;
      connection.retransmitUs = this.#retransmitUs(from, to);
      process.receive(flight);
      this.#unpin(slot);
    }
  }

  /** Keeps a segment until the link carries it, in front of or behind all that wait: as it was sent. */
  #block(slot: number, segment: Segment): void {
    const connection = this.#connections.at(slot);
    const { blocked } = connection;
    if (!this.#hasSender(connection)) return this.#lose(segment.flight, "connectionReset");
    const first = blocked[0];
    if (first !== undefined && this.#flights.ordinalOf(first.flight) > this.#flights.ordinalOf(segment.flight)) {
      blocked.unshift(segment);
    } else {
      blocked.push(segment);
    }
    if (connection.holds.length > 0) return;
    if (connection.stalledSinceUs < 0) connection.stalledSinceUs = this.#ground.kernel.nowUs;
    if (connection.retry === 0) this.#planRetry(slot);
  }

  /** Whether somebody is there to send again what was lost. */
  #hasSender({ from, incarnation }: Connection): boolean {
    const sender = this.#processes[from];
    return sender.isUp && sender.incarnation === incarnation;
  }

  #planRetry(slot: number): void {
    const connection = this.#connections.at(slot);
    const { from, to, retransmitUs } = connection;
    const { kernel, ledger } = this.#ground;
    const atUs = Math.max(kernel.nowUs, Math.min(kernel.nowUs + retransmitUs, this.#givesUpUs(connection)));
    connection.retry = kernel.schedule(atUs, eventKind.retry, slot, 0);
    for (const strike of this.#network.strikesAgainst(from, to)) ledger.late(strike, atUs);
  }

  /** Tries again, for the last time when nothing has got through for too long. */
  #retry(slot: number): void {
    const connection = this.#connections.at(slot);
    connection.retry = 0;
    if (connection.holds.length > 0) return;
    connection.retransmitUs *= 2;
    const isLastTry = this.#ground.kernel.nowUs >= this.#givesUpUs(connection);
    this.#resend(slot);
    if (isLastTry && connection.flying.length === 0) this.#breakOff(slot, "timedOut", 0);
  }

  /** When to give up, unless something gets through; what is on its way may. */
  #givesUpUs({ from, to, stalledSinceUs, flying }: Connection): number {
    return flying.length > 0 ? Infinity : stalledSinceUs + this.#network.profileOf(from, to).plan.connectionTimeoutUs;
  }

  /** What is late waits like what is blocked, as long as somebody is there to send it again. */
  #recallLate(slot: number): void {
    const from = this.#connections.at(slot).flying.findIndex(({ isLate }) => isLate);
    if (from >= 0) this.#recall(slot, from);
  }

  /** What is on its way from a place on waits, in front of all that do. */
  #recall(slot: number, from: number): void {
    const connection = this.#connections.at(slot);
    if (connection.isBroken || !this.#hasSender(connection)) return;
    const recalled = connection.flying.splice(from);
    for (const segment of recalled) this.#ground.kernel.cancel(segment.arrival);
    connection.blocked = [...recalled, ...connection.blocked];
  }

  #resend(slot: number): void {
    const connection = this.#connections.at(slot);
    const { from, to, blocked } = connection;
    if (connection.retry !== 0) this.#ground.kernel.cancel(connection.retry);
    connection.retry = 0;
    connection.blocked = [];
    const isCut = this.#network.isCut(from, to);
    if (isCut && blocked.length > 0) this.#network.creditCut(from, to);
    for (const segment of blocked) {
      if (isCut || connection.blocked.length > 0) this.#block(slot, segment);
      else this.#transmit(slot, segment, 0, false);
    }
  }

  /** The receiving host answers that nobody takes this. Where the answer cannot come back, the sender times out. */
  #answer(slot: number, reason: ConnectionLoss): void {
    const { from, to } = this.#connections.at(slot);
    const profile = this.#network.profileOf(to, from);
    if (this.#network.isCut(to, from)) return this.#breakOff(slot, "timedOut", profile.plan.connectionTimeoutUs);
    const { lanes } = this.#ground;
    lanes.next(to, from, "reset");
    const backUs = profile.latencyUs >= 0 ? profile.latencyUs : lanes.latencyUs(lane.latency, profile.latency);
    this.#breakOff(slot, reason, backUs);
  }

  /** Ends a connection; the sender learns of it `afterUs` later. */
  #breakOff(slot: number, reason: ConnectionLoss, afterUs: number): void {
    const connection = this.#connections.at(slot);
    assert(!connection.isBroken, "a connection breaks once");
    connection.isBroken = true;
    connection.pins++;
    this.#loseBlocked(slot);
    const { kernel } = this.#ground;
    connection.notice = kernel.schedule(kernel.nowUs + afterUs, eventKind.notice, slot, reasons.indexOf(reason));
  }

  /** The sender's host knows; its process may be busy, and sends on what is broken until it is told. */
  #notice(slot: number, reason: ConnectionLoss): void {
    const connection = this.#connections.at(slot);
    const { from, to, incarnation } = connection;
    connection.notice = 0;
    this.#unpin(slot);
    this.#processes[from].loseConnection(incarnation, this.#network.nameOf(to), reason);
  }

  /** A process is told that its connection to a peer is lost: what it sends from now on goes by a new one. */
  forget(from: number, peer: NodeId): void {
    const table = this.#tables.get(from);
    for (const [to, slot] of table ?? []) {
      const { isBroken, notice } = this.#connections.at(slot);
      if (!isBroken || notice !== 0 || this.#network.nameOf(to) !== peer) continue;
      table?.delete(to);
      this.#unpin(slot);
      return;
    }
  }

  #loseBlocked(slot: number): void {
    const connection = this.#connections.at(slot);
    const { blocked } = connection;
    if (connection.retry !== 0) this.#ground.kernel.cancel(connection.retry);
    connection.retry = 0;
    connection.blocked = [];
    for (const { flight } of blocked) this.#lose(flight, "connectionReset");
  }

  #lose(flight: number, reason: LossReason): void {
    const connection = this.#flights.connectionOf(flight);
    this.#flights.lose(flight, reason);
    this.#unpin(connection);
  }

  #unpin(slot: number): void {
    const connection = this.#connections.at(slot);
    connection.pins--;
    if (connection.pins === 0) this.#connections.remove(slot);
  }
}

function copyOf(connection: Connection): Connection {
  return { ...connection, blocked: copiesOf(connection.blocked), flying: copiesOf(connection.flying) };
}

const copiesOf = (segments: readonly Segment[]): Segment[] => segments.map((segment) => ({ ...segment }));
