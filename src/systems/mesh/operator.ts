// The person at the admin tool: types each command of the script at its time, and again until it is answered.

import { unreachable } from "../../base/assert.ts";
import { nodeId, type NodeId } from "../../base/ids.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import { freshSeat, heardFrom, type Seat, seatFor, sentElsewhere } from "./coordinators.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import type { Topology } from "./topology.ts";
import type { OperatorCommand } from "./workload.ts";
import { isWellFormed } from "./well-formed.ts";

const RETRY_US = 1_000_000;
const PREFIX = "command:";

export interface OperatorState {
  /** Commands typed and not answered, by place in the script. */
  readonly open: Set<number>;
  readonly seat: Seat;
}

export class Operator implements Machine<MeshMessage, MeshFact> {
  state: OperatorState = { open: new Set(), seat: freshSeat() };
  readonly #topology: Topology;
  readonly #script: readonly OperatorCommand[];
  #nowUs = 0;

  constructor(topology: Topology, script: readonly OperatorCommand[]) {
    this.#topology = topology;
    this.#script = script;
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    const out = new Outbox();
    this.#nowUs = event.monotonicUs;
    switch (event.type) {
      case "booted":
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
    const command = this.#script[at];
    if (command === undefined) return;
    const player = nodeId(command.forceRollback);
    const { reason } = command;
    if (!this.state.open.has(at))
      out.record({ type: "record", fact: "operatorAsked", command: "forceRollback", player, reason });
    this.state.open.add(at);
    const coordinator = seatFor(this.state.seat, this.#topology, this.#nowUs, RETRY_US);
    out.send(coordinator, { type: "forceRollback", command: `${PREFIX}${at}`, player, reason });
    out.setTimer(`${PREFIX}${at}`, RETRY_US);
  }

  #onMessage(out: Outbox, from: NodeId, message: MeshMessage): void {
    const { seat, open } = this.state;
    if (message.type === "elsewhere") {
      if (sentElsewhere(seat, this.#topology, from, message)) for (const at of open) this.#type(out, at);
      return;
    }
    if (message.type !== "forced") return;
    heardFrom(seat, this.#topology, from);
    this.#onForced(out, message);
  }

  #onForced(out: Outbox, { command, player, answer }: Extract<MeshMessage, { type: "forced" }>): void {
    const at = Number(command.slice(PREFIX.length));
    if (!this.state.open.delete(at)) return;
    out.cancelTimer(command);
    out.record({ type: "record", fact: "operatorAnswered", command: "forceRollback", player, answer });
  }
}
