// A system as small as one can be, for tests of what surrounds systems: clients say hello, servers echo it.
import { z } from "zod";

import type { NodeId } from "../../src/base/ids.ts";
import { alertFigureSpecs, alertFiguresOf } from "../../src/check/alert-figures.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import { duration, positiveDuration } from "../../src/systems/quantities.ts";
import type { AnySystem, System } from "../../src/systems/system.ts";

const settings = z.strictObject({
  retry: z
    .strictObject({
      after: positiveDuration.prefault("100ms").describe("An unanswered hello is sent again after this long."),
      attemptsMax: z.int().min(1).max(10).default(3).describe("Sends in all."),
    })
    .prefault({}),
  defence: z.strictObject({ onceOnly: z.boolean().default(true).describe("An echo is counted once.") }).prefault({}),
});

const workload = z.strictObject({
  every: positiveDuration.prefault("1s").describe("Time between hellos of a client."),
  greeting: z.enum(["hello", "hi"]).default("hello").describe("What clients say."),
  motion: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("still") }),
      z.strictObject({ type: z.literal("walk"), pause: duration.prefault("0s") }),
    ])
    .default({ type: "still" }),
});

type EchoSettings = z.infer<typeof settings>;
type EchoWorkload = z.infer<typeof workload>;
type EchoMessage =
  | { readonly type: "hello"; readonly round: number }
  | { readonly type: "echo"; readonly round: number };
type EchoFact = { readonly fact: "said"; readonly round: number } | { readonly fact: "heard"; readonly round: number };
interface EchoView {
  readonly said: Map<string, number>;
  readonly heard: Map<string, number>;
}

class Client implements Machine<EchoMessage, EchoFact> {
  state: { round: number; answered: number };
  readonly #everyUs: number;
  readonly #server: NodeId;
  readonly #countTwice: boolean;
  constructor(input: { readonly everyUs: number; readonly server: NodeId; readonly countTwice: boolean }) {
    this.state = { round: 0, answered: 0 };
    this.#everyUs = input.everyUs;
    this.#server = input.server;
    this.#countTwice = input.countTwice;
  }

  step(
    event: Parameters<Machine<EchoMessage, EchoFact>["step"]>[0],
  ): ReturnType<Machine<EchoMessage, EchoFact>["step"]> {
    const next = { type: "setTimer", timer: "next", afterUs: this.#everyUs, spreadUs: this.#everyUs } as const;
    if (event.type === "booted") return [next];
    if (event.type === "timerFired") {
      this.state.round += 1;
      const { round } = this.state;
      return [
        { type: "record", fact: "said", round },
        { type: "send", to: this.#server, message: { type: "hello", round } },
        next,
      ];
    }
    if (event.type !== "received" || event.message.type !== "echo") return [];
    if (event.message.round <= this.state.answered && !this.#countTwice) return [];
    this.state.answered = event.message.round;
    return [{ type: "record", fact: "heard", round: event.message.round }];
  }
}

class Server implements Machine<EchoMessage, EchoFact> {
  state = {};
  step(
    event: Parameters<Machine<EchoMessage, EchoFact>["step"]>[0],
  ): ReturnType<Machine<EchoMessage, EchoFact>["step"]> {
    if (event.type !== "received" || event.message.type !== "hello") return [];
    return [{ type: "send", to: event.from, message: { type: "echo", round: event.message.round } }];
  }
}

export const echo: System<EchoSettings, EchoWorkload, EchoMessage, EchoFact, EchoView> = {
  name: "echo",
  title: "Clients say hello, servers echo it",
  roles: [
    { role: "server", group: "servers", about: "Answers.", countDefault: 2, countMin: 1, countMax: 9 },
    { role: "client", group: "clients", about: "Asks.", countDefault: 3, countMin: 0, countMax: 100 },
  ],
  messages: new Map([
    ["hello", "a client says hello"],
    ["echo", "a server says it back"],
  ]),
  timers: new Map([["next", "a client's next hello"]]),
  settings,
  workload,
  defences: [
    { setting: "defence.onceOnly", about: "An echo counts once.", protects: ["ONCE"], shownBy: "echo/story#twice" },
  ],
  nodes({ nodes, settings: { defence }, workload: { every } }) {
    const servers = nodes.get("server") ?? [];
    const clients = nodes.get("client") ?? [];
    return [
      ...servers.map((id, ordinal): NodeSpec<EchoMessage, EchoFact> => ({
        id,
        role: "server",
        ordinal,
        start: () => new Server(),
      })),
      ...clients.map((id, ordinal): NodeSpec<EchoMessage, EchoFact> => ({
        id,
        role: "client",
        ordinal,
        start: () =>
          new Client({ everyUs: every, server: servers[ordinal % servers.length], countTwice: !defence.onceOnly }),
      })),
    ];
  },
  settleUs: () => 1_000_000,
  model: () => ({
    fresh: () => ({ said: new Map(), heard: new Map() }),
    fold(view, fact, at) {
      // The world's own facts come by here too.
      const counts = new Map<string, Map<string, number>>(Object.entries(view)).get(fact.fact);
      counts?.set(at.node, (counts.get(at.node) ?? 0) + 1);
    },
  }),
  properties: () => [
    {
      id: "ONCE",
      kind: "always",
      claim: "a client hears no more echoes than it said hellos",
      source: "test",
      rules: {
        heard(view, _fact, at, findings) {
          findings.exercised();
          const [said = 0, heard = 0] = [view.said.get(at.node), view.heard.get(at.node)];
          if (heard > said) findings.violated(at.node, `${at.node} heard ${heard} echoes of ${said} hellos`);
        },
      },
    },
    {
      id: "SPOKEN",
      kind: "sometimes",
      claim: "somebody says something",
      source: "test",
      rules: { said: (_view, _fact, _at, findings) => findings.happened() },
    },
  ],
  measures: {
    figures: [
      { id: "hellos", title: "Hellos said", kind: "count" },
      { id: "echo.round", title: "Round of an echo", kind: "durationUs" },
      // Noise fires when a client says something first, and nothing else ever does.
      ...alertFigureSpecs("Silence"),
      ...alertFigureSpecs("Noise"),
    ],
    measure(_view, fact, at, sink) {
      if (fact.fact === "said") sink.count("hellos");
      if (fact.fact === "heard") sink.sample("echo.round", fact.round);
      if (fact.fact !== "said" || fact.round > 1) return;
      sink.count(alertFiguresOf("Noise").fired);
      sink.sample(alertFiguresOf("Noise").delay, at.atUs);
    },
  },
  history: () => (fact, atUs, node) => {
    const types = new Map<string, "invoke" | "ok">([
      ["said", "invoke"],
      ["heard", "ok"],
    ]);
    const type = types.get(fact.fact);
    return type === undefined ? [] : [{ process: node, type, op: "hello", key: node, value: fact.round, time: atUs }];
  },
  tell: (fact, node) => (fact.fact === "said" ? `${node} says hello ${fact.round}` : undefined),
  describe: (message) => `round=${message.round}`,
};

/** What a module that is plugged in exports. */
export const systems: readonly AnySystem[] = [echo as unknown as AnySystem];

export const byName: ReadonlyMap<string, AnySystem> = new Map(systems.map((system) => [system.name, system]));
