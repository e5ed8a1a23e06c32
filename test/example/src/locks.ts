// The system as Faultline sees it: its nodes, what it promises, what is measured, and words for its story.
import type { AnySystem, NodeSpec, Property, System } from "faultline";

import { Client } from "./client.ts";
import {
  type LockFact,
  type LockMessage,
  type LockSettings,
  type LockWorkload,
  settings,
  workload,
} from "./protocol.ts";
import { Server } from "./server.ts";

/** All that the judge remembers of a run. */
interface LockView {
  newest: { token: number; client: string; event: number };
  /** When each client last asked without having been granted anything since. */
  asking: Map<string, number>;
}

/** Grants and their use, as plain sentences. */
const exclusive: Property<LockView, LockFact> = {
  id: "EXCLUSIVE",
  kind: "always",
  claim: "whoever uses the lock holds the newest grant",
  source: "the first line of our README",
  rules: {
    used({ newest }, { token }, { node, event }, findings) {
      findings.exercised();
      if (token === newest.token) return;
      findings.violated(
        "the lock",
        `${node} uses the lock under token ${token}, and ${newest.client} was granted it under token ${newest.token}`,
        // What a reader should look at: the story tells these events first.
        [newest.event, event],
      );
    },
  },
};

const granted = (settleUs: number, healUs: number): Property<LockView, LockFact> => ({
  id: "GRANTED",
  kind: "eventually",
  claim: "somebody is granted the lock while anybody asks for it",
  source: "what it is for",
  rules: {
    // While faults go on nothing can be promised; once they are over, within the time it takes to settle.
    asked: (_view, _fact, { atUs }, findings) =>
      findings.owe("a grant", Math.max(atUs, healUs) + settleUs, "somebody asks, and nobody is granted the lock"),
    granted: (_view, _fact, _at, findings) => findings.paid("a grant"),
  },
});

export const locks: System<LockSettings, LockWorkload, LockMessage, LockFact, LockView> = {
  name: "locks",
  title: "A lock with leases",
  roles: [
    { role: "server", group: "servers", about: "Grants the lock.", countDefault: 1, countMin: 1, countMax: 1 },
    { role: "client", group: "clients", about: "Wants the lock.", countDefault: 3, countMin: 1, countMax: 20 },
  ],
  messages: new Map([
    ["acquire", "a client asks for the lock"],
    ["grant", "the server lets it have the lock"],
    ["release", "a client gives it back"],
  ]),
  timers: new Map([
    ["ask", "a client asks, for the first time or again"],
    ["use", "a client uses the lock"],
  ]),
  settings,
  workload,
  defences: [],
  nodes({ nodes, settings: chosen, workload: asked }) {
    const [server] = nodes.get("server") ?? [];
    if (server === undefined) return [];
    const clients = nodes.get("client") ?? [];
    return [
      { id: server, role: "server", ordinal: 0, start: () => new Server(chosen) },
      ...clients.map((id, ordinal): NodeSpec<LockMessage, LockFact> => ({
        id,
        role: "client",
        ordinal,
        start: () => new Client({ server, settings: chosen, workload: asked }),
      })),
    ];
  },
  settleUs: ({ lease, retry }) => 2 * lease.duration + 4 * retry,
  model: () => ({
    fresh: () => ({ newest: { token: 0, client: "nobody", event: 0 }, asking: new Map() }),
    fold(view, fact, { atUs, node, event }) {
      if (fact.fact === "asked") view.asking.set(node, atUs);
      if (fact.fact !== "granted") return;
      view.newest = { token: fact.token, client: fact.client, event };
    },
  }),
  properties: ({ settings: chosen, healUs }) => [exclusive, granted(locks.settleUs(chosen), healUs)],
  measures: {
    figures: [
      { id: "lock.uses", title: "Uses of the lock", kind: "count" },
      { id: "lock.wait", title: "From asking to the grant", kind: "durationUs" },
    ],
    measure({ asking }, fact, { atUs }, figures) {
      if (fact.fact === "used") figures.count("lock.uses");
      if (fact.fact !== "granted") return;
      const askedUs = asking.get(fact.client);
      if (askedUs !== undefined) figures.sample("lock.wait", atUs - askedUs);
      asking.delete(fact.client);
    },
  },
  history: () => () => [],
  tell(fact, node) {
    switch (fact.fact) {
      case "granted":
        return `grants ${fact.client} the lock under token ${fact.token}`;
      case "used":
        return `uses the lock under token ${fact.token}`;
      case "lapsed":
        return `stops: its lease (token ${fact.token}) is over`;
      case "released":
        return `gives the lock back (token ${fact.token})`;
      case "asked":
        return undefined;
    }
  },
  describe: (message) => ("token" in message ? `token=${message.token}` : `ask=${message.ask}`),
};

/** What `--plug-in ./src/locks.ts` looks for. */
export const systems: readonly AnySystem[] = [locks as unknown as AnySystem];
