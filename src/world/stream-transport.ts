// Reliable, ordered delivery, one connection for each directed pair of nodes. What would lose a datagram costs a stream
// time: a lost, dropped or damaged segment is sent again after `retransmitUs`, which doubles; on a cut link segments
// queue up and are tried again. A connection ends when nothing gets through for `connectionTimeoutUs`, or when the
// receiving process is not the one it was made with; everything not yet delivered is lost then, and the sender is told.
//
// The two directions between a pair are connections of their own: the loss of one does not end the other.

import { assert } from "../base/assert.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { ConnectionLoss } from "../machine/event.ts";
import type { LossReason } from "../trace/trace-event.ts";
import type { Interference } from "./controls.ts";
import type { Flights } from "./flights.ts";
import { eventKind, type Ground } from "./ground.ts";
import { lane } from "./lanes.ts";
import type { Departure, Network } from "./network.ts";
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
  /** No segment arrives before those sent earlier. */
  lastArrivalUs: number;
  /** Segments that wait to be sent again, by ordinal. */
  blocked: number[];
  /**
   * Segments that arrive later than the link's latency, by ordinal: lost ones, sent again in time, those that wait for
   * bandwidth, and those behind them.
   */
  late: readonly LateSegment[];
  /** When the last segment arrives that is not late. */
  onTimeUs: number;
  /** Strikes that hold it back. */
  holds: readonly number[];
  retransmitUs: number;
  /** Since when nothing has got through although something waits; -1: all is well. */
  stalledSinceUs: number;
  retry: EventHandle;
  /** The sender is about to be told that it is broken; 0: it is not. */
  notice: EventHandle;
}

interface LateSegment {
  readonly flight: number;
  readonly arrival: EventHandle;
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
    ground.kernel.on(eventKind.segment, (flight, isDoomed) => this.#arrive(flight, isDoomed === 1));
    ground.kernel.on(eventKind.retry, (slot) => this.#retry(slot));
    ground.kernel.on(eventKind.notice, (slot, reason) => this.#notice(slot, reasons[reason]));
  }

  send(departure: Departure, interference: Interference | undefined): void {
    const { from, to, message, ordinal, sentUs, isChanged } = departure;
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
    if (interference !== undefined && interference.heldBy > 0) {
      connection.holds = [...connection.holds, interference.heldBy];
      this.#block(slot, flight);
    } else if (connection.blocked.length > 0 || this.#network.isCut(from, to)) {
      this.#network.creditCut(from, to);
      this.#block(slot, flight);
    } else {
      this.#transmit(slot, flight, departure.delayUs, isLost);
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
      if (connection.isBroken)
        connection.notice = this.#ground.kernel.reset(connection.notice, this.#ground.kernel.nowUs);
      this.#recall(slot);
      this.#resend(slot);
    }
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
        lastArrivalUs: 0,
        blocked: [],
        late: [],
        onTimeUs: 0,
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

  /** Sends a segment, and again as often as the link loses it. */
  #transmit(slot: number, flight: number, delayUs: number, isLostOnce: boolean): void {
    const connection = this.#connections.at(slot);
    const { from, to } = connection;
    const message = this.#flights.messageOf(flight);
    const { connectionTimeoutUs, corrupt } = this.#network.profileOf(from, to).plan;
    const { nowUs } = this.#ground.kernel;
    const { lanes } = this.#ground;
    const chances = this.#network.chancesOf(from, to, message);
    const isDamaged = lanes.chance(lane.corrupt, corrupt);
    let isLost = chances.isLost || isDamaged;
    let againUs = this.#retransmitUs(from, to);
    let lateUs = isLostOnce ? againUs : 0;
    while (isLost && lateUs < connectionTimeoutUs) {
      lateUs += againUs;
      againUs *= 2;
      isLost = this.#network.chancesOf(from, to, message).isLost;
    }
    const departsUs = this.#network.departsUs(from, to, message, Infinity);
    const isDoomed = lateUs >= connectionTimeoutUs && isLost;
    const arrivesUs = isDoomed ? nowUs + connectionTimeoutUs : departsUs + delayUs + lateUs + chances.latencyUs;
    connection.lastArrivalUs = Math.max(connection.lastArrivalUs, arrivesUs);
    const arrival = this.#ground.kernel.schedule(connection.lastArrivalUs, eventKind.segment, flight, isDoomed ? 1 : 0);
    if (lateUs > 0 || departsUs > nowUs || connection.late.length > 0)
      connection.late = [...connection.late, { flight, arrival }];
    else connection.onTimeUs = connection.lastArrivalUs;
  }

  #arrive(flight: number, isDoomed: boolean): void {
    const slot = this.#flights.connectionOf(flight);
    const connection = this.#connections.at(slot);
    const { from, to, blocked } = connection;
    const process = this.#processes[to];
    if (connection.late.length > 0) connection.late = connection.late.filter((segment) => segment.flight !== flight);
    if (isDoomed && !connection.isBroken) this.#breakOff(slot, "timedOut", 0);
    if (connection.isBroken) {
      this.#lose(flight, "connectionReset");
    } else if (this.#network.isCut(from, to)) {
      this.#network.creditCut(from, to);
      this.#block(slot, flight);
    } else if (blocked.length > 0 && this.#flights.ordinalOf(blocked[0]) < this.#flights.ordinalOf(flight)) {
      this.#block(slot, flight);
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

  /** Keeps a segment until the link carries it, behind those sent before it. */
  #block(slot: number, flight: number): void {
    const connection = this.#connections.at(slot);
    const { from, blocked } = connection;
    const ordinal = this.#flights.ordinalOf(flight);
    const sender = this.#processes[from];
    // Nobody is there to send it again.
    if (!sender.isUp || sender.incarnation !== connection.incarnation) return this.#lose(flight, "connectionReset");
    let at = blocked.length;
    while (at > 0 && this.#flights.ordinalOf(blocked[at - 1]) > ordinal) at--;
    blocked.splice(at, 0, flight);
    if (connection.holds.length > 0) return;
    if (connection.stalledSinceUs < 0) connection.stalledSinceUs = this.#ground.kernel.nowUs;
    if (connection.retry === 0) this.#planRetry(slot);
  }

  #planRetry(slot: number): void {
    const connection = this.#connections.at(slot);
    const { from, to, stalledSinceUs, retransmitUs } = connection;
    const { kernel } = this.#ground;
    const { connectionTimeoutUs } = this.#network.profileOf(from, to).plan;
    const atUs = Math.min(kernel.nowUs + retransmitUs, stalledSinceUs + connectionTimeoutUs);
    connection.retry = kernel.schedule(Math.max(kernel.nowUs, atUs), eventKind.retry, slot, 0);
  }

  #retry(slot: number): void {
    const connection = this.#connections.at(slot);
    connection.retry = 0;
    const { from, to, stalledSinceUs } = connection;
    if (!this.#network.isCut(from, to)) return this.#resend(slot);
    const { connectionTimeoutUs } = this.#network.profileOf(from, to).plan;
    if (this.#ground.kernel.nowUs >= stalledSinceUs + connectionTimeoutUs) return this.#breakOff(slot, "timedOut", 0);
    connection.retransmitUs *= 2;
    this.#planRetry(slot);
  }

  /** What is late waits like what is blocked, as long as somebody is there to send it again. */
  #recall(slot: number): void {
    const connection = this.#connections.at(slot);
    const { from, incarnation, late, isBroken } = connection;
    const sender = this.#processes[from];
    if (late.length === 0 || isBroken || !sender.isUp || sender.incarnation !== incarnation) return;
    for (const { arrival } of late) this.#ground.kernel.cancel(arrival);
    connection.late = [];
    connection.lastArrivalUs = connection.onTimeUs;
    const waiting = [...late.map(({ flight }) => flight), ...connection.blocked];
    connection.blocked = waiting.sort((a, b) => this.#flights.ordinalOf(a) - this.#flights.ordinalOf(b));
  }

  #resend(slot: number): void {
    const connection = this.#connections.at(slot);
    const { blocked } = connection;
    if (connection.retry !== 0) this.#ground.kernel.cancel(connection.retry);
    connection.retry = 0;
    connection.blocked = [];
    for (const flight of blocked) this.#transmit(slot, flight, 0, false);
  }

  /** The receiving host answers that nobody takes this. Where the answer cannot come back, the sender times out. */
  #answer(slot: number, reason: ConnectionLoss): void {
    const { from, to } = this.#connections.at(slot);
    const profile = this.#network.profileOf(to, from);
    if (this.#network.isCut(to, from)) return this.#breakOff(slot, "timedOut", profile.plan.connectionTimeoutUs);
    const { lanes } = this.#ground;
    lanes.aim(to, from, "reset");
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

  #notice(slot: number, reason: ConnectionLoss): void {
    const { from, to, incarnation } = this.#connections.at(slot);
    const table = this.#tables.get(from);
    if (table?.get(to) === slot) {
      table.delete(to);
      this.#unpin(slot);
    }
    this.#unpin(slot);
    this.#processes[from].loseConnection(incarnation, this.#network.nameOf(to), reason);
  }

  #loseBlocked(slot: number): void {
    const connection = this.#connections.at(slot);
    const { blocked } = connection;
    if (connection.retry !== 0) this.#ground.kernel.cancel(connection.retry);
    connection.retry = 0;
    connection.blocked = [];
    for (const flight of blocked) this.#lose(flight, "connectionReset");
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
  return { ...connection, blocked: [...connection.blocked] };
}
