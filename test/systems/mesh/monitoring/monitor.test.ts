// The monitor as a machine: whom it asks, what it makes of answers that come, come late, or do not come.
import { beforeEach, describe, expect, test } from "vitest";

import type { NodeId } from "../../../../src/base/ids.ts";
import type { MeshFact } from "../../../../src/systems/mesh/facts.ts";
import type { MeshMessage } from "../../../../src/systems/mesh/messages.ts";
import {
  emptyLatencies,
  type LinkCount,
  type Tally,
  zeroTally,
} from "../../../../src/systems/mesh/monitoring/metrics.ts";
import { Monitor } from "../../../../src/systems/mesh/monitoring/monitor.ts";
import { Bench, coordinator, s1, s2, s3, settingsWith, topology } from "../bench.ts";

const SECOND = 1_000_000;
const everybody = [s1, s2, s3, coordinator];

/** What everybody answers; those who are down do not. */
class Watch {
  readonly bench: Bench;
  readonly values = new Map<NodeId, Tally>(everybody.map((node) => [node, zeroTally()]));
  readonly links = new Map<NodeId, readonly LinkCount[]>();
  readonly incarnations = new Map<NodeId, number>();
  readonly down = new Set<NodeId>();

  constructor(monitoring: unknown = {}) {
    const settings = settingsWith({ monitoring });
    this.bench = new Bench(() => new Monitor(topology, settings.monitoring)).boot();
  }

  answer(node: NodeId, round: number): MeshMessage {
    return {
      type: "scraped",
      round,
      incarnation: this.incarnations.get(node) ?? 0,
      values: { ...this.values.get(node)! },
      latencies: emptyLatencies(),
      links: this.links.get(node) ?? [],
    };
  }

  /** Answers what has been asked; whoever is down is asked again until the time is up. */
  settle(): this {
    let waitedUs = 0;
    while (this.bench.timers.has("answers")) {
      const asked = this.bench.sent;
      this.bench.sent = [];
      for (const { to, message } of asked) {
        if (message.type === "scrape" && !this.down.has(to)) this.bench.receive(to, this.answer(to, message.round));
      }
      if (!this.bench.timers.has("answers")) break;
      const dueUs = this.bench.timers.get("answers")! - this.bench.nowUs;
      waitedUs += dueUs;
      this.bench.after(dueUs).fire("answers");
    }
    this.bench.after(-waitedUs);
    return this;
  }

  /** The next scrapes, 15 s apart. */
  scrapes(times: number): this {
    for (let time = 0; time < times; time++) {
      this.bench.after(this.bench.timers.get("scrape")! - this.bench.nowUs).fire("scrape");
      this.settle();
    }
    return this;
  }

  /** What was said about alerts since it was last asked, as "15s fired ServerNodeUnhealthy s1". */
  takeAlerts(): readonly string[] {
    const said = this.bench.facts.flatMap((fact: MeshFact) =>
      fact.fact === "alertPending" || fact.fact === "alertFired" || fact.fact === "alertResolved"
        ? [`${fact.fact.slice("alert".length).toLowerCase()} ${fact.alert} ${fact.on}`.trimEnd()]
        : [],
    );
    this.bench.facts = [];
    return said;
  }
}

let watch: Watch;
beforeEach(() => {
  watch = new Watch();
});

describe("a scrape", () => {
  test("asks every server and coordinator, at boot and every 15 s (X-ALL-06)", () => {
    expect(watch.bench.sent.map(({ to, message }) => `${message.type} ${to}`)).toEqual([
      "scrape s1",
      "scrape s2",
      "scrape s3",
      "scrape coordinator",
    ]);
    expect(watch.bench.timers.get("scrape")).toBe(15 * SECOND);
    watch.settle().scrapes(1);
    expect(watch.bench.timers.get("scrape")).toBe(30 * SECOND);
  });

  test("is over when everybody has answered", () => {
    watch.settle();
    expect(watch.bench.timers.has("answers")).toBe(false);
    expect(watch.bench.facts.map(({ fact }) => fact)).toEqual(["dashboardShown"]);
  });

  test("asks those again who are silent, and gives them up after 5 s", () => {
    const { bench } = watch;
    for (const node of [s1, s3, coordinator]) bench.receive(node, watch.answer(node, 1));
    bench.sent = [];
    for (let second = 1; second < 5; second++) {
      bench.after(SECOND).fire("answers");
      expect(bench.sent.splice(0)).toEqual([{ to: s2, message: { type: "scrape", round: 1 } }]);
    }
    expect(bench.facts).toEqual([]);
    bench.after(SECOND).fire("answers");
    expect(bench.sent).toEqual([]);
    expect(bench.facts.map(({ fact }) => fact)).toEqual(["alertPending", "dashboardShown"]);
  });

  test("is over at the latest when the next one begins, also where its own timer was lost", () => {
    watch.bench.after(15 * SECOND).fire("scrape");
    expect(watch.takeAlerts()).toEqual([s1, s2, s3].map((server) => `pending ServerNodeUnhealthy ${server}`));
  });
});

describe("an answer", () => {
  const pendingOf = (node: NodeId, message: MeshMessage): readonly string[] => {
    watch.down.add(node);
    watch.bench.receive(node, message);
    return watch.settle().takeAlerts();
  };

  test("to an earlier scrape is none to this one", () => {
    watch.settle().takeAlerts();
    watch.bench.after(15 * SECOND).fire("scrape");
    expect(pendingOf(s2, watch.answer(s2, 1))).toEqual(["pending ServerNodeUnhealthy s2"]);
  });

  test("that is damaged is none", () => {
    const damaged = { ...watch.answer(s2, 1), values: {} } as unknown as MeshMessage;
    expect(pendingOf(s2, damaged)).toEqual(["pending ServerNodeUnhealthy s2"]);
  });

  test("of somebody who was not asked is ignored", () => {
    watch.bench.receive(topology.store, watch.answer(s1, 1));
    expect(watch.settle().takeAlerts()).toEqual([]);
  });

  test("counts once", () => {
    watch.bench.receive(s2, watch.answer(s2, 1)).receive(s2, watch.answer(s2, 1));
    expect(watch.settle().takeAlerts()).toEqual([]);
  });
});

describe("a server that is down", () => {
  test("is an alert after 30 s, until it answers (MESH-F3-10)", () => {
    watch.settle().down.add(s2);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["pending ServerNodeUnhealthy s2"]);
    expect(watch.scrapes(1).takeAlerts()).toEqual([]);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["fired ServerNodeUnhealthy s2"]);
    expect(watch.scrapes(4).takeAlerts()).toEqual([]);
    watch.down.delete(s2);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["resolved ServerNodeUnhealthy s2"]);
  });

  test("and is back before that is none (X-M-41)", () => {
    watch.settle().down.add(s2);
    watch.scrapes(2).down.delete(s2);
    expect(watch.scrapes(4).takeAlerts()).toEqual(["pending ServerNodeUnhealthy s2"]);
  });

  test("is told apart from a coordinator: those have no such alert", () => {
    watch.settle().down.add(coordinator);
    expect(watch.scrapes(5).takeAlerts()).toEqual([]);
  });
});

describe("one mismatch of many states", () => {
  const mismatch = (node: NodeId): void => {
    watch.values.get(node)!.authority_transfer_state_mismatch_total += 1;
    watch.values.get(node)!.authority_transfer_state_adopted_total += 99;
  };

  test("fires after a minute and is over when the window has forgotten it, after five (MESH-F4-08)", () => {
    watch.settle();
    mismatch(s1);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["pending AuthorityTransferStateMismatch s1"]);
    expect(watch.scrapes(3).takeAlerts()).toEqual([]);
    // Since the scrape at 15 s: a minute.
    expect(watch.scrapes(1).takeAlerts()).toEqual(["fired AuthorityTransferStateMismatch s1"]);
    expect(watch.scrapes(14).takeAlerts()).toEqual([]);
    // At 300 s the sample at 0 s is no part of the window any more.
    expect(watch.bench.nowUs).toBe(285 * SECOND);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["resolved AuthorityTransferStateMismatch s1"]);
  });

  test("is counted also where the server has crashed since and counts from zero", () => {
    watch.settle().scrapes(2);
    watch.values.set(s1, zeroTally());
    watch.incarnations.set(s1, 1);
    mismatch(s1);
    expect(watch.scrapes(1).takeAlerts()).toEqual(["pending AuthorityTransferStateMismatch s1"]);
  });

  test("is remembered while the server is silent", () => {
    watch.settle();
    mismatch(s1);
    watch.scrapes(1).takeAlerts();
    watch.down.add(s1);
    expect(watch.scrapes(4).takeAlerts()).toContain("fired AuthorityTransferStateMismatch s1");
  });
});

describe("what must not be (MESH-F5-14, MESH-F6-12, MESH-MON-06, MESH-MON-07)", () => {
  test.each([
    ["authority_transfer_split_brain_detected", "SplitBrainDetected"],
    ["authority_transfer_item_duplication_detected", "ItemDuplicationDetected"],
    ["item_loss_detected", "ItemLossDetected"],
  ] as const)("%s fires at the first scrape, whoever found it", (metric, alert) => {
    watch.settle();
    watch.values.get(coordinator)![metric] += 1;
    expect(watch.scrapes(1).takeAlerts()).toEqual([`fired ${alert} coordinator`]);
    expect(watch.scrapes(30).takeAlerts()).toEqual([`resolved ${alert} coordinator`]);
  });

  test("never ends as it is written (X-M-54)", () => {
    watch = new Watch({ detections: "ever" }).settle();
    watch.values.get(s1)!.authority_transfer_split_brain_detected += 1;
    expect(watch.scrapes(100).takeAlerts()).toEqual(["fired SplitBrainDetected s1"]);
  });

  test("pages somebody, but for lost items", () => {
    watch.settle();
    const values = watch.values.get(s1)!;
    values.authority_transfer_split_brain_detected += 1;
    values.authority_transfer_item_duplication_detected += 1;
    values.item_loss_detected += 1;
    watch.scrapes(1);
    const fired = watch.bench.facts.filter((fact) => fact.fact === "alertFired");
    expect(fired.map(({ alert, pages }) => `${alert} ${pages}`)).toEqual([
      "SplitBrainDetected true",
      "ItemDuplicationDetected true",
      "ItemLossDetected false",
    ]);
  });
});

test("packet loss is what one server sent and the other did not receive", () => {
  watch.settle();
  for (let scrape = 1; scrape <= 10; scrape++) {
    watch.links.set(s1, [{ peer: s2, sent: 100 * scrape, received: 0 }]);
    watch.links.set(s2, [{ peer: s1, sent: 0, received: 98 * scrape }]);
    watch.values.get(s1)!.inter_server_packets_sent_total = 100 * scrape;
    watch.scrapes(1);
  }
  expect(watch.takeAlerts()).toEqual(["pending InterServerPacketLossHigh s1", "fired InterServerPacketLossHigh s1"]);
});

test("a monitor that has crashed knows nothing any more, and begins anew", () => {
  watch.settle().down.add(s2);
  watch.scrapes(3).takeAlerts();
  const answer = watch.answer(s2, 5);
  watch.bench.restart();
  expect(watch.bench.receive(s2, answer).facts).toEqual([]);
  expect(watch.settle().takeAlerts()).toEqual(["pending ServerNodeUnhealthy s2"]);
  expect(watch.scrapes(2).takeAlerts()).toEqual(["fired ServerNodeUnhealthy s2"]);
});

test("it does not grow: samples are forgotten with the window", () => {
  const samples = (): number => {
    const { series } = watch.bench.machine.state as { series: Map<string, readonly unknown[]> };
    return series.get(s1)!.length;
  };
  watch.settle().scrapes(40);
  expect(samples()).toBe(20);
  watch.scrapes(40);
  expect(samples()).toBe(20);
});
