// The people at the admin tool: type each command of the script at its time, and those of the playbook some time after an
// alert, and type again until they are answered.

import { unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import { freshSeat, heardFrom, type Seat, seatFor, sentElsewhere } from "./coordinators.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type Command, commandOf, type PlaybookEntry } from "./orders.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import type { Topology } from "./topology.ts";
import type { MeshWorkload } from "./workload.ts";
import { isWellFormed } from "./well-formed.ts";

const RETRY_US = 1_000_000;
const PREFIX = "command:";
/** More than are typed before a console is started anew. */
const TYPED_MAX = 1_000_000;

export interface OperatorState {
  /** Commands typed and not answered, by place among all commands, and the number of each: those typed later have higher ones. */
  readonly open: Map<number, number>;
  /** Commands of the playbook that an alert has led to, and that are not typed yet. */
  readonly planned: Set<number>;
  readonly seat: Seat;
  /** The number of the next command that is typed. */
  next: number;
}

type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

export class Operator implements Machine<MeshMessage, MeshFact> {
  state: OperatorState = { open: new Map(), planned: new Set(), seat: freshSeat(), next: 0 };
  readonly #topology: Topology;
  readonly #script: MeshWorkload["operator"];
  readonly #playbook: readonly PlaybookEntry[];
  /** Of the script, then of the playbook. */
  readonly #commands: readonly Command[];
  #nowUs = 0;

  constructor(topology: Topology, { operator, playbook }: Pick<MeshWorkload, "operator" | "playbook">) {
    this.#topology = topology;
    this.#script = operator;
    this.#playbook = playbook;
    this.#commands = [...operator, ...playbook].map(commandOf);
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    const out = new Outbox();
    this.#nowUs = event.monotonicUs;
    switch (event.type) {
      case "booted":
        this.state.next = event.incarnation * TYPED_MAX;
        // Someone who comes back to a restarted console does not type everything once more.
        if (event.incarnation > 0) break;
        for (const [at, command] of this.#script.entries()) out.setTimer(`${PREFIX}${at}`, command.at);
        break;
      case "timerFired":
        this.#type(out, Number(event.timer.slice(PREFIX.length)));
        break;
      case "received":
        if (isWellFormed(event.message, this.#topology.members)) this.#onMessage(out, event.from, event.message);
        break;
      case "stopRequested":
        out.halt();
        break;
      case "drawn":
      case "synced":
      case "syncFailed":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return out.take();
  }

  #type(out: Outbox, at: number): void {
    const typed = this.#commands[at];
    if (typed === undefined) return;
    const { verb, subject, reason } = typed;
    const number = this.state.open.get(at) ?? this.state.next++;
    if (!this.state.open.has(at)) out.record({ type: "record", fact: "operatorAsked", command: verb, subject, reason });
    this.state.planned.delete(at);
    this.state.open.set(at, number);
    const coordinator = seatFor(this.state.seat, this.#topology, this.#nowUs, RETRY_US);
    const command = `${PREFIX}${at}`;
    if (verb === "forceRollback") {
      // A name from the workload: the coordinator knows whether there is such a player.
      out.send(coordinator, { type: "forceRollback", command, player: subject as NodeId, reason });
    } else {
      out.send(coordinator, { type: "order", command, number, verb, subject });
    }
    out.setTimer(command, RETRY_US);
  }

  #onMessage(out: Outbox, from: NodeId, message: MeshMessage): void {
    const { seat, open } = this.state;
    switch (message.type) {
      case "elsewhere":
        if (sentElsewhere(seat, this.#topology, from, message)) for (const at of open.keys()) this.#type(out, at);
        return;
      case "forced":
        heardFrom(seat, this.#topology, from);
        return this.#settle(out, message.command, message.answer);
      case "ordered":
        heardFrom(seat, this.#topology, from);
        if (message.answer !== "underway") this.#settle(out, message.command, message.answer);
        return;
      case "alert":
        return this.#onAlert(out, message);
      default:
    }
  }

  #settle(out: Outbox, command: string, answer: string): void {
    const at = Number(command.slice(PREFIX.length));
    const typed = this.#commands[at];
    if (typed === undefined || !this.state.open.delete(at)) return;
    out.cancelTimer(command);
    const { verb, subject } = typed;
    out.record({ type: "record", fact: "operatorAnswered", command: verb, subject, answer });
  }

  /** What has been planned, or typed and not answered, is not planned a second time. */
  #onAlert(out: Outbox, { severity, about }: Received<"alert">): void {
    const { open, planned } = this.state;
    out.record({ type: "record", fact: "operatorAlerted", severity, about });
    for (const [index, { on, after, spread }] of this.#playbook.entries()) {
      const at = this.#script.length + index;
      if (on !== `P${severity}` || open.has(at) || planned.has(at)) continue;
      planned.add(at);
      out.setTimer(`${PREFIX}${at}`, after, spread);
    }
  }
}
