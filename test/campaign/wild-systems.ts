// Systems that no hunt may be brought down by: machines that throw, flood, never rest, or never come back.
import type { Machine } from "../../src/machine/machine.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { echo } from "../scenario/echo-system.ts";

type Step = Machine["step"];

const beat = (event: Parameters<Step>[0], afterUs: number, more: ReturnType<Step>): ReturnType<Step> =>
  event.type === "booted" || event.type === "timerFired" ? [{ type: "setTimer", timer: "next", afterUs }, ...more] : [];

const steps: Readonly<Record<string, Step>> = {
  thrower(event) {
    if (event.type === "timerFired") throw new Error("a machine has had enough");
    return beat(event, 1_000, []);
  },
  /** Every message is answered by two. */
  flooder(event) {
    const more = Array.from(
      { length: 2 },
      () => ({ type: "send", to: "server-1", message: { type: "hello" } }) as const,
    );
    return event.type === "received" || event.type === "booted" ? (more as unknown as ReturnType<Step>) : [];
  },
  /** Time stands still. */
  restless: (event) => beat(event, 0, []),
  endless(event) {
    while (event.type === "timerFired") {}
    return beat(event, 1_000, []);
  },
};

export const wildSystems: readonly AnySystem[] = Object.entries(steps).map(([name, step]) => ({
  ...(echo as unknown as AnySystem),
  name,
  nodes: ({ nodes }) =>
    (nodes.get("server") ?? []).map((id, ordinal) => ({
      id,
      role: "server",
      ordinal,
      start: () => ({ state: {}, step }),
    })),
}));

/** What a module that is plugged in exports. */
export const systems = wildSystems;
