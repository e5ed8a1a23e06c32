// The monitor: asks every server and coordinator for its metrics at a fixed pace, keeps what it heard for as long as a
// rule looks back, and says which alerts are pending, fire and are over. A node like any other: what cannot reach it is
// down as far as it knows, and what it knew is gone when it crashes.

import { unreachable } from "../../../base/assert.ts";
import type { NodeId } from "../../../base/ids.ts";
import type { MachineEvent } from "../../../machine/event.ts";
import type { Machine } from "../../../machine/machine.ts";
import type { MeshFact } from "../facts.ts";
import type { MeshMessage } from "../messages.ts";
import { type MeshEffect, Outbox } from "../outbox.ts";
import type { Topology } from "../topology.ts";
import { isWellFormed } from "../well-formed.ts";
import { type AlertRule, alertRules } from "./alert-rules.ts";
import { type AlertState, type AlertStep, isMet, stepAlert } from "./alert-states.ts";
import { dashboardOf } from "./dashboard.ts";
import type { Scraped } from "./metrics.ts";
import type { MonitoringSettings } from "./monitoring-settings.ts";
import { compareCounts, freshPacketLoss, type PacketLoss } from "./packet-loss.ts";
import { type Known, type Reading, readings, type Sample } from "./series.ts";

/** Rounds in one incarnation; the next counts on above them, so that no answer is taken for another. */
const ROUNDS_MAX = 1_000_000_000;

export interface MonitorState {
  /** The scrape under way, or the last one. */
  round: number;
  roundAtUs: number;
  /** Who has not answered it; empty: it is over. */
  awaited: Set<NodeId>;
  answers: Map<NodeId, Scraped>;
  readonly series: Map<NodeId, Sample[]>;
  readonly loss: PacketLoss;
  /** By alert and whose it is. */
  readonly alerts: Map<string, AlertState>;
}

export class Monitor implements Machine<MeshMessage, MeshFact> {
  state: MonitorState = {
    round: 0,
    roundAtUs: 0,
    awaited: new Set(),
    answers: new Map(),
    series: new Map(),
    loss: freshPacketLoss(),
    alerts: new Map(),
  };
  readonly #topology: Topology;
  readonly #settings: MonitoringSettings;
  readonly #rules: readonly AlertRule[];
  readonly #watched: readonly NodeId[];
  readonly #out = new Outbox();

  constructor(topology: Topology, settings: MonitoringSettings) {
    this.#topology = topology;
    this.#settings = settings;
    this.#rules = alertRules(settings);
    this.#watched = [...topology.servers, ...topology.coordinators];
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    switch (event.type) {
      case "booted":
        this.state.round = event.incarnation * ROUNDS_MAX;
        this.#scrape(event.monotonicUs);
        break;
      case "timerFired":
        if (event.timer === "scrape") this.#scrape(event.monotonicUs);
        if (event.timer === "answers") this.#askAgain(event.monotonicUs);
        break;
      case "received":
        if (isWellFormed(event.message, this.#topology.members)) this.#onMessage(event.from, event.message);
        break;
      case "stopRequested":
        this.#out.halt();
        break;
      case "drawn":
      case "synced":
      case "syncFailed":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return this.#out.take();
  }

  #scrape(nowUs: number): void {
    const { state } = this;
    if (state.awaited.size > 0) this.#conclude();
    state.round += 1;
    state.roundAtUs = nowUs;
    state.awaited = new Set(this.#watched);
    state.answers = new Map();
    this.#ask(nowUs);
    this.#out.setTimer("scrape", this.#settings.scrape);
  }

  #ask(nowUs: number): void {
    const { askAgain, timeout } = this.#settings;
    this.#out.setTimer("answers", Math.min(askAgain, this.state.roundAtUs + timeout - nowUs));
    for (const node of this.state.awaited) this.#out.send(node, { type: "scrape", round: this.state.round });
  }

  /** A question or its answer was lost, or whoever was asked is down. */
  #askAgain(nowUs: number): void {
    if (this.state.awaited.size === 0) return;
    if (nowUs - this.state.roundAtUs >= this.#settings.timeout) this.#conclude();
    else this.#ask(nowUs);
  }

  #onMessage(from: NodeId, message: MeshMessage): void {
    const { state } = this;
    if (message.type !== "scraped" || message.round !== state.round || !state.awaited.delete(from)) return;
    const { incarnation, values, latencies, links } = message;
    state.answers.set(from, { incarnation, values, latencies, links });
    if (state.awaited.size === 0) this.#conclude();
  }

  /** The scrape is over: everybody has answered, or will not. */
  #conclude(): void {
    const { state } = this;
    const { roundAtUs: atUs, answers, loss, series } = state;
    this.#out.cancelTimer("answers");
    compareCounts(loss, answers);
    for (const node of this.#watched) {
      const answer = answers.get(node);
      const samples = (series.get(node) ?? []).filter((sample) => sample.atUs > atUs - this.#settings.window);
      if (answer !== undefined) {
        const values = { ...answer.values, inter_server_packet_loss_total: loss.lost.get(node) ?? 0 };
        samples.push({ atUs, values, latencies: answer.latencies });
      }
      series.set(node, samples);
    }
    const up = new Map(this.#topology.servers.map((server) => [server, answers.has(server)]));
    state.awaited = new Set();
    state.answers = new Map();
    const known = { series, atUs, up };
    for (const rule of this.#rules) this.#evaluate(rule, known);
    const { window: windowUs, scrape: scrapeUs } = this.#settings;
    this.#out.record({ type: "record", fact: "dashboardShown", points: dashboardOf(known, { windowUs, scrapeUs }) });
  }

  #evaluate(rule: AlertRule, known: Known): void {
    const { alerts } = this.state;
    const found = new Map(readings(known, rule.measure, rule.scope).map((reading) => [reading.on, reading]));
    for (const on of rule.scope === "all" ? ([""] as const) : this.#watched) {
      const key = `${rule.name} ${on}`;
      const reading = found.get(on);
      const met = reading !== undefined && isMet(rule, reading.value);
      const { state, says } = stepAlert(alerts.get(key), { met, nowUs: known.atUs, holdUs: rule.holdUs });
      if (state === undefined) alerts.delete(key);
      else alerts.set(key, state);
      this.#say(rule, on, says, reading);
    }
  }

  #say(
    { name: alert, severity, pages, unit }: AlertRule,
    on: NodeId | "",
    says: AlertStep["says"],
    reading?: Reading,
  ): void {
    const value = reading === undefined ? 0 : Math.floor(reading.value.of / reading.value.outOf);
    switch (says) {
      case "pending":
        return this.#out.record({ type: "record", fact: "alertPending", alert, on, value, unit });
      case "fired":
        this.#tell(severity, pages, on === "" ? alert : `${alert} ${on}`);
        return this.#out.record({ type: "record", fact: "alertFired", alert, on, pages, value, unit });
      case "resolved":
        return this.#out.record({ type: "record", fact: "alertResolved", alert, on });
      case undefined:
        return undefined;
    }
  }

  /** Who is at the admin tool; what pages somebody is the worst (MESH-IR-01). */
  #tell(severity: AlertRule["severity"], pages: boolean, about: string): void {
    const { operator } = this.#topology;
    if (operator === null) return;
    this.#out.send(operator, { type: "alert", severity: pages ? 1 : severity === "critical" ? 2 : 3, about });
  }
}
