// The mesh after edits that have nothing to do with any failure: what is kept must not depend on them.
import { nodeId } from "../../src/base/ids.ts";
import type { Effect, Fact } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { AnySystem } from "../../src/systems/system.ts";

const mesh = systemNamed("mesh");

/** A node of a kind that was not there: it draws, it sets timers, it talks. */
class Newcomer implements Machine {
  state = { drawn: 0 };

  step(event: MachineEvent): readonly Effect[] {
    if (event.type === "drawn") this.state.drawn += event.value;
    if (event.type !== "booted" && event.type !== "timerFired") return [];
    return [
      { type: "draw", purpose: "mood", below: 1000 },
      { type: "setTimer", timer: "again", afterUs: 100_000, spreadUs: 50_000 },
      { type: "record", fact: "newcomerWoke" },
    ];
  }
}

/** A machine that says more than it did, and keeps what it remembers under another name. */
function talkative(spec: NodeSpec): NodeSpec {
  return {
    ...spec,
    start: () => {
      const machine = spec.start();
      return {
        get state() {
          return { renamed: machine.state };
        },
        set state({ renamed }: { readonly renamed: object }) {
          machine.state = renamed;
        },
        step: (event) => [
          { type: "record", fact: `log ${event.type}` } satisfies { type: "record" } & Fact,
          ...machine.step(event),
        ],
      };
    },
  };
}

/** With a node type, a fact and streams more, and the internals of every machine renamed. */
export const edited: AnySystem = {
  ...mesh,
  nodes: (input) => [
    { id: nodeId("newcomer-1"), role: "newcomer", ordinal: 0, start: () => new Newcomer() },
    ...mesh.nodes(input).map(talkative),
  ],
};
