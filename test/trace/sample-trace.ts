// One event of every kind, as version 1 writes them.
import { nodeId } from "../../src/base/ids.ts";
import type { Trace } from "../../src/trace/codec.ts";

const [n1, n2] = [nodeId("n1"), nodeId("n2")];

export const sampleTrace: Trace = {
  header: {
    scenario: "mesh/fm-001-network-timeout#lost-confirm",
    system: "mesh",
    seed: 7,
    nodes: [
      { id: "n1", role: "server" },
      { id: "n2", role: "server" },
    ],
  },
  events: [
    { atUs: 0, event: 1, node: n1, kind: "fact", fact: { fact: "nodeBooted", incarnation: 0 } as never },
    {
      atUs: 5,
      event: 2,
      node: n1,
      kind: "sent",
      message: 1,
      to: n2,
      via: "datagram",
      content: { type: "ship", state: { items: ["ä", "\u{1f5e1}"], x: -3 } },
    },
    { atUs: 5, event: 2, node: n1, kind: "timerSet", timer: "deadline:p1/1", dueUs: 100_005 },
    { atUs: 9, event: 3, node: n2, kind: "delivered", message: 1, from: n1, sentUs: 5, copy: 0 },
    {
      atUs: 9,
      event: 4,
      node: n2,
      kind: "delivered",
      message: 1,
      from: n1,
      sentUs: 5,
      copy: 1,
      content: { type: "ship", damaged: true },
    },
    { atUs: 10, event: 5, node: n2, kind: "sent", message: 2, to: n1, via: "stream", content: { type: "confirm" } },
    { atUs: 10, event: 5, node: n2, kind: "lost", message: 2, to: n1, reason: "dropFault" },
    { atUs: 11, event: 6, node: n2, kind: "synced", sync: "1", records: 3 },
    { atUs: 12, event: 7, node: n2, kind: "syncFailed", sync: "2", error: "io" },
    { atUs: 13, event: 8, node: n1, kind: "timerCancelled", timer: "tick" },
    { atUs: 100_005, event: 9, node: n1, kind: "timerSuppressed", timer: "deadline:p1/1" },
    { atUs: 100_006, event: 10, node: n1, kind: "timerFired", timer: "deadline:p1/1" },
  ],
  end: { events: 12, atUs: 60_000_000, ending: "reached", digest: "00112233445566778899aabbccddeeff" },
};
