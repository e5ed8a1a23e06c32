// Collects the effects of one step, in order.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";

export type MeshEffect = Effect<MeshMessage, MeshFact>;

export class Outbox {
  readonly effects: MeshEffect[] = [];

  send(to: NodeId, message: MeshMessage): void {
    this.effects.push({ type: "send", to, message });
  }

  record(fact: MeshFact): void {
    this.effects.push({ type: "record", ...fact });
  }

  setTimer(timer: string, afterUs: number, spreadUs = 0): void {
    this.effects.push(
      spreadUs === 0 ? { type: "setTimer", timer, afterUs } : { type: "setTimer", timer, afterUs, spreadUs },
    );
  }

  cancelTimer(timer: string): void {
    this.effects.push({ type: "cancelTimer", timer });
  }

  draw(purpose: string, below: number): void {
    this.effects.push({ type: "draw", purpose, below });
  }

  add(effects: readonly MeshEffect[]): void {
    this.effects.push(...effects);
  }
}
