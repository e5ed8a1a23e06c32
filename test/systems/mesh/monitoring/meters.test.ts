// What a process counts about itself, and tells whoever scrapes it.
import { describe, expect, test } from "vitest";

import type { NodeId } from "../../../../src/base/ids.ts";
import { clonePlain } from "../../../../src/base/plain-data.ts";
import type { MachineEvent } from "../../../../src/machine/event.ts";
import type { Machine } from "../../../../src/machine/machine.ts";
import type { MeshFact } from "../../../../src/systems/mesh/facts.ts";
import type { MeshMessage } from "../../../../src/systems/mesh/messages.ts";
import { Metered } from "../../../../src/systems/mesh/monitoring/metered.ts";
import type { ProcessMetric, Scraped } from "../../../../src/systems/mesh/monitoring/metrics.ts";
import type { MeshEffect } from "../../../../src/systems/mesh/outbox.ts";
import { isWellFormed } from "../../../../src/systems/mesh/well-formed.ts";
import { Bench, coordinator, operator, p1, s1, s2, topology } from "../bench.ts";

const MS = 1_000;
const SECOND = 1_000_000;

/** Does what it is told by the test: a fact or a message for each message that comes in. */
class Puppet implements Machine<MeshMessage, MeshFact> {
  state = { seen: 0 };
  does: readonly MeshEffect[] = [];
  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    if (event.type !== "received") return [];
    this.state.seen += 1;
    return this.does;
  }
}

class Process {
  readonly puppet = new Puppet();
  readonly load = { queued: 3, slotsTaken: 1, slots: 8 };
  readonly bench = new Bench(() => new Metered(this.puppet, new Set([s2]), () => this.load)).boot();

  does(...effects: readonly MeshEffect[]): this {
    this.puppet.does = effects;
    this.bench.receive(p1, { type: "hello", session: 1 });
    this.puppet.does = [];
    return this;
  }

  states(...facts: readonly MeshFact[]): this {
    return this.does(...facts.map((fact): MeshEffect => ({ type: "record", ...fact })));
  }

  sends(to: NodeId, message: MeshMessage): this {
    return this.does({ type: "send", to, message });
  }

  after(us: number): this {
    this.bench.after(us);
    return this;
  }

  scrape(): Scraped {
    this.bench.sent = [];
    this.bench.receive(operator, { type: "scrape", round: 7 });
    const [answer] = this.bench.take();
    if (answer?.type !== "scraped" || answer.round !== 7) throw new Error("a scrape is answered");
    if (!isWellFormed(answer, topology.members)) throw new Error("and well");
    return answer;
  }

  /** All that is not zero. */
  values(): Partial<Record<ProcessMetric, number>> {
    return Object.fromEntries(Object.entries(this.scrape().values).filter(([, value]) => value !== 0));
  }
}

const started = { fact: "transferStarted", transfer: "p1/1", player: p1, source: s1, target: s2, token: 1 } as const;
const ended = (outcome: "completed" | "rolledBack", transfer = "p1/1"): MeshFact => ({
  fact: "transferEnded",
  transfer,
  player: p1,
  outcome,
  endedBy: "firstAttempt",
  attempt: 1,
  token: 2,
});
const failed = (because: "timeout" | "busy"): MeshFact => ({
  fact: "attemptFailed",
  transfer: "p1/1",
  attempt: 1,
  because,
  afterUs: 100 * MS,
});
const attempt = { transfer: "p1/1", attempt: 1, player: p1 } as const;
const always = { authority_transfer_queue_depth: 3, authority_transfer_saturation: 125_000 } as const;

describe("a fact is counted by", () => {
  test.each<[string, MeshFact, Partial<Record<ProcessMetric, number>>]>([
    [
      "attemptStarted",
      { fact: "attemptStarted", transfer: "p1/1", attempt: 1 },
      { authority_transfer_attempts_total: 1 },
    ],
    [
      "attemptFailed for want of time",
      failed("timeout"),
      { authority_transfer_attempt_failures_total: 1, authority_transfer_timeout_total: 1 },
    ],
    ["attemptFailed otherwise", failed("busy"), { authority_transfer_attempt_failures_total: 1 }],
    [
      "retryScheduled",
      { fact: "retryScheduled", transfer: "p1/1", attempt: 2, afterUs: 1 },
      { authority_transfer_retries_total: 1 },
    ],
    ["transferEnded, complete", ended("completed"), { authority_transfer_completed_total: 1 }],
    ["transferEnded, rolled back", ended("rolledBack"), { authority_transfer_rollback_total: 1 }],
    [
      "transferDeferred",
      { fact: "transferDeferred", player: p1, target: s2, queued: 1 },
      { authority_transfer_deferred_total: 1 },
    ],
    [
      "stateMismatch",
      { fact: "stateMismatch", ...attempt, expected: "a", actual: "b" },
      { authority_transfer_state_mismatch_total: 1 },
    ],
    [
      "duplicateAuthorityDetected",
      { fact: "duplicateAuthorityDetected", player: p1, servers: [s1, s2], tokens: [1, 2] },
      { authority_transfer_split_brain_detected: 1 },
    ],
    [
      "itemDuplicateDetected",
      { fact: "itemDuplicateDetected", item: "item-1", places: ["p1", "p2"] },
      { authority_transfer_item_duplication_detected: 1 },
    ],
    ["itemLossDetected", { fact: "itemLossDetected", item: "item-1" }, { item_loss_detected: 1 }],
    ["nobody, when it is another one", { fact: "playerLeft", player: p1 }, {}],
  ])("%s", (_name, fact, counted) => {
    expect(new Process().states(fact).values()).toEqual({ ...always, ...counted });
  });
});

test("queue, active transfers and saturation can be read (MESH-F8-03)", () => {
  expect(new Process().states(started).values()).toMatchObject({
    authority_transfer_active_count: 1,
    authority_transfer_queue_depth: 3,
    authority_transfer_saturation: 125_000,
  });
});

describe("a transfer", () => {
  test("is active from its beginning to its end, and its age is told", () => {
    const process = new Process().states(started).after(30 * MS);
    expect(process.values()).toMatchObject({
      authority_transfer_started_total: 1,
      authority_transfer_active_count: 1,
      authority_transfer_duration_seconds: 30 * MS,
      authority_transfer_longest: 30 * MS,
    });
    const over = process
      .after(5 * MS)
      .states(ended("completed"))
      .after(SECOND);
    expect(over.values()).toEqual({
      ...always,
      authority_transfer_started_total: 1,
      authority_transfer_completed_total: 1,
      authority_transfer_latency_us_total: 35 * MS,
      authority_transfer_longest: 35 * MS,
    });
    expect(over.scrape().latencies.filter((count) => count > 0)).toEqual([1]);
  });

  test("that was rolled back has no latency, but was as long as it was (X-M-47)", () => {
    const process = new Process()
      .states(started)
      .after(10_050 * MS)
      .states(ended("rolledBack"));
    expect(process.values()).not.toHaveProperty("authority_transfer_latency_us_total");
    expect(process.after(59 * SECOND).values().authority_transfer_longest).toBe(10_050 * MS);
    expect(process.after(SECOND).values().authority_transfer_longest).toBeUndefined();
  });

  test("of all that ended within a minute the longest is told, whatever came after it", () => {
    const process = new Process();
    for (const [at, ms] of [50, 20, 40, 10].entries()) {
      const transfer = `p1/${at}`;
      process.states({ ...started, transfer }).after(ms * MS);
      process.states(ended("completed", transfer)).after(20 * SECOND - ms * MS);
    }
    // The one of 50 ms ended 79.95 s ago, and of those since then the one of 40 ms is the longest.
    expect(process.values().authority_transfer_longest).toBe(40 * MS);
    expect(process.after(21 * SECOND).values().authority_transfer_longest).toBe(10 * MS);
  });

  test("of a server that was given up is forgotten", () => {
    const process = new Process().states(started);
    process.states({ fact: "serverExpelled", server: s1, incarnation: 0, because: "givenUp" });
    expect(process.values()).not.toHaveProperty("authority_transfer_active_count");
  });
});

describe("packets", () => {
  const prepare = { type: "prepare", ...attempt, fromToken: 1 } as const;

  test("between servers are counted, and no others", () => {
    const process = new Process().sends(s2, prepare).sends(coordinator, prepare).sends(p1, prepare);
    process.bench
      .receive(s2, { type: "prepared", ...attempt })
      .receive(s2, prepare)
      .receive(coordinator, prepare);
    const { values, links } = process.scrape();
    expect(links).toEqual([{ peer: s2, sent: 1, received: 2 }]);
    expect(values).toMatchObject({ inter_server_packets_sent_total: 1, inter_server_packets_received_total: 2 });
  });

  test.each<MeshMessage>([
    { type: "prepared", ...attempt },
    { type: "busy", ...attempt },
    { type: "refused", ...attempt, because: "notReady" },
    { type: "confirm", ...attempt, token: 2 },
  ])("a request is answered by $type, once", (answer) => {
    const process = new Process().sends(s2, prepare).after(3 * MS);
    process.bench.receive(s2, answer).receive(s2, answer);
    expect(process.values()).toMatchObject({
      inter_server_round_trips_total: 1,
      inter_server_round_trip_us_total: 3 * MS,
    });
  });

  test("an answer to another attempt answers nothing", () => {
    const process = new Process().sends(s2, { ...prepare, attempt: 2 }).after(3 * MS);
    process.bench.receive(s2, { type: "prepared", ...attempt });
    expect(process.values()).not.toHaveProperty("inter_server_round_trips_total");
  });
});

describe("the machine inside", () => {
  test("sees everything but scrapes, and what it does is done", () => {
    const process = new Process().states(started);
    process.scrape();
    expect(process.puppet.state.seen).toBe(1);
    expect(process.bench.facts).toMatchObject([started]);
  });

  test("is restored together with its meters", () => {
    const process = new Process().states(started);
    const before = clonePlain(process.bench.machine.state);
    process.states(ended("completed"));
    process.bench.machine.state = clonePlain(before);
    expect(process.bench.machine.state).toEqual(before);
    expect(process.puppet.state.seen).toBe(1);
    expect(process.values()).toMatchObject({ authority_transfer_active_count: 1 });
  });

  test("counts from zero after a crash", () => {
    const process = new Process().states(started);
    process.bench.restart();
    const { incarnation, values } = process.scrape();
    expect(incarnation).toBe(1);
    expect(values.authority_transfer_started_total).toBe(0);
  });
});

test("a damaged scrape is not answered", () => {
  const process = new Process();
  process.bench.receive(operator, { type: "scrape", round: "7" } as unknown as MeshMessage);
  expect(process.bench.take()).toEqual([]);
});
