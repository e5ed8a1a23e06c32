// Alerts in whole runs: what meters say is what happened, and what is measured of alerts is what was said.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import type { AlertName } from "../../../../src/systems/mesh/monitoring/alert-rules.ts";
import type { Scraped } from "../../../../src/systems/mesh/monitoring/metrics.ts";
import type { DashboardPoint } from "../../../../src/systems/mesh/monitoring/dashboard.ts";
import type { TraceEvent } from "../../../../src/trace/trace-event.ts";
import { simulate } from "../../../../src/simulate.ts";
import { storyNamed } from "../../../laws/stories.ts";
import { Story } from "../properties/story.ts";

const SECOND = 1_000_000;

function traceOf(name: string, set: readonly string[] = []): readonly TraceEvent[] {
  const trace: TraceEvent[] = [];
  simulate(storyNamed(name, set), { tracer: { trace: (event) => void trace.push(event) } });
  return trace;
}

/** What happened beside what was scraped of it. */
interface Compared {
  readonly scraped: Partial<Scraped["values"]>;
  readonly happened: Partial<Scraped["values"]>;
}

/** Every answer of a server to a scrape, and the same numbers counted in the trace. */
function compareWithTrace(trace: readonly TraceEvent[]): readonly Compared[] {
  const happened = new Map<string, Record<string, number>>();
  const countOf = (node: string): Record<string, number> => {
    const counts = happened.get(node) ?? { sent: 0, received: 0, timeouts: 0, attempts: 0, completed: 0 };
    happened.set(node, counts);
    return counts;
  };
  const count = (node: string, what: string): void => {
    const counts = countOf(node);
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const isServer = (node: string): boolean => node.startsWith("server-");
  const compared: Compared[] = [];
  const underWay = new Map<number, string>();
  for (const event of trace) {
    if (event.kind === "sent") {
      const content = event.content as { readonly type: string } & Scraped;
      if (isServer(event.node) && isServer(event.to)) {
        count(event.node, "sent");
        underWay.set(event.message, event.node);
      }
      if (content.type === "scraped" && isServer(event.node)) {
        const { sent, received, timeouts, attempts, completed } = countOf(event.node);
        const { values } = content;
        compared.push({
          scraped: {
            inter_server_packets_sent_total: values.inter_server_packets_sent_total,
            inter_server_packets_received_total: values.inter_server_packets_received_total,
            authority_transfer_timeout_total: values.authority_transfer_timeout_total,
            authority_transfer_attempts_total: values.authority_transfer_attempts_total,
            authority_transfer_completed_total: values.authority_transfer_completed_total,
          },
          happened: {
            inter_server_packets_sent_total: sent,
            inter_server_packets_received_total: received,
            authority_transfer_timeout_total: timeouts,
            authority_transfer_attempts_total: attempts,
            authority_transfer_completed_total: completed,
          },
        });
      }
    }
    if (event.kind === "delivered" && underWay.has(event.message)) count(event.node, "received");
    if (event.kind !== "fact") continue;
    const fact = event.fact as { readonly fact: string; readonly because?: string; readonly outcome?: string };
    if (fact.fact === "attemptStarted") count(event.node, "attempts");
    if (fact.fact === "attemptFailed" && fact.because === "timeout") count(event.node, "timeouts");
    if (fact.fact === "transferEnded" && fact.outcome === "completed") count(event.node, "completed");
  }
  return compared;
}

describe("what meters say is what happened", () => {
  const compared = compareWithTrace(traceOf("mesh/alerts#packet-loss"));

  test("at every scrape", () => {
    expect(compared.length).toBeGreaterThan(50);
    expect(compared.map(({ scraped }) => scraped)).toEqual(compared.map(({ happened }) => happened));
  });

  test("and it was something", () => {
    const { scraped } = compared.at(-1)!;
    expect(Math.min(...Object.values(scraped))).toBeGreaterThan(0);
  });
});

describe("the dashboard", () => {
  const points = traceOf("mesh/alerts#packet-loss").flatMap((event) =>
    event.kind === "fact" && event.fact.fact === "dashboardShown"
      ? [(event.fact as unknown as { readonly points: readonly DashboardPoint[] }).points]
      : [],
  );

  test("has its seven panels after every scrape (MESH-MON-08)", () => {
    expect(points.length).toBe(28);
    expect(new Set(points.at(-1)!.map(({ panel }) => panel))).toEqual(
      new Set([
        "transfer health",
        "mean latency",
        "p99 latency",
        "latency over time",
        "throughput",
        "failures and retries",
        "concurrent load",
      ]),
    );
  });

  test("shows nothing where nothing is known yet, and something later", () => {
    const values = (at: number) => points.at(at)!.map(({ value }) => value);
    expect(values(0).filter((value) => value !== null)).toEqual([0, 0]);
    expect(values(17)).not.toContain(null);
    const [health, meanUs, p99Us] = values(17) as readonly number[];
    expect(health).toBe(1_000_000);
    expect(meanUs).toBeGreaterThan(5_000);
    expect(p99Us).toBeGreaterThan(100_000);
  });
});

test("a monitor changes nothing for anybody else: without it every transfer ends at the same instant", () => {
  const ends = (monitors: number): readonly string[] =>
    traceOf("mesh/baseline", [`world.nodes.monitors=${monitors}`]).flatMap((event) =>
      event.kind === "fact" && event.fact.fact === "transferEnded" ? [`${event.atUs} ${event.node}`] : [],
    );
  expect(ends(1).length).toBeGreaterThan(10);
  expect(ends(0)).toEqual(ends(1));
});

describe("of alerts is measured", () => {
  const alert: AlertName = "ServerNodeUnhealthy";
  const fired = (on: string) =>
    ({ fact: "alertFired", alert, on: nodeId(on), pages: false, value: 0, unit: "flag" }) as const;
  const resolved = (on: string) => ({ fact: "alertResolved", alert, on: nodeId(on) }) as const;
  const began = { fact: "faultBegan", fault: 0, kind: "crash", about: "", ratePpm: 0 } as const;
  const begin = (): Story => new Story().say("monitor", { fact: "nodeBooted", incarnation: 0 });
  const seconds = (story: Story, figure: string): number => story.figure(`alert.${alert}.${figure}`).max / SECOND;

  test("when each fired first, from the first fault", () => {
    const story = begin()
      .wait(5 * SECOND)
      .say("world", began)
      .wait(3 * SECOND)
      .say("world", began);
    story
      .wait(40 * SECOND)
      .say("monitor", fired("n1"))
      .wait(SECOND)
      .say("monitor", fired("n2"));
    expect(seconds(story, "delay")).toBe(43);
    expect(story.figure(`alert.${alert}.delay`).count).toBe(1);
    expect(story.figure(`alert.${alert}.fired`).count).toBe(2);
    expect(story.figure("alerts.fired").count).toBe(2);
    expect(story.figure("alerts.pages").count).toBe(0);
  });

  test("or from the beginning, where there was no fault", () => {
    expect(
      seconds(
        begin()
          .wait(7 * SECOND)
          .say("monitor", fired("n1")),
        "delay",
      ),
    ).toBe(7);
  });

  test("for how long, of each by itself (X-M-39)", () => {
    const story = begin().say("monitor", fired("n1")).wait(SECOND).say("monitor", fired("n2"));
    story
      .wait(4 * SECOND)
      .say("monitor", resolved("n1"))
      .wait(SECOND)
      .say("monitor", resolved("n2"));
    expect(story.figure(`alert.${alert}.firing`)).toMatchObject({ count: 2, min: 5 * SECOND, max: 5 * SECOND });
  });

  test.each([
    ["until the monitor crashes", "monitor", { fact: "nodeCrashed", cause: "crash", lostRecords: 0 }],
    ["until the run ends", "world", { fact: "runEnded", ending: "reached" }],
  ] as const)("%s", (_until, node, end) => {
    const story = begin()
      .say("monitor", fired("n1"))
      .wait(9 * SECOND)
      .say(node, end)
      .wait(SECOND);
    expect(seconds(story.say("monitor", resolved("n1")), "firing")).toBe(9);
  });
});

test("who pages is counted", () => {
  const split = {
    fact: "alertFired",
    alert: "SplitBrainDetected",
    on: "",
    pages: true,
    value: 1,
    unit: "times",
  } as const;
  expect(new Story().say("monitor", split).figure("alerts.pages").count).toBe(1);
});
