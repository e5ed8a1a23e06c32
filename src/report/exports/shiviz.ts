// A log that ShiViz draws: one event in two lines, with the vector clock of its host. The first line of the file is the
// expression that reads it, the second one is empty, for there is one execution.

import { canonicalJson } from "../../base/canonical-json.ts";
import { printable } from "../../scenario/problem.ts";
import type { TraceEvent } from "../../trace/trace-event.ts";
import { tellFact, tellLoss, tellMessage } from "../told.ts";
import { printMoment } from "../words.ts";
import { type Exporter, type ExportSubject, Sent, typeOf } from "./exporter.ts";

/** Reads two lines: the moment and what happened; the host and its clock. */
export const shivizExpression = String.raw`(?<moment>\S+ s) (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})`;

/** How many events of each host are known there, by host. Only ever replaced, so that messages can share it. */
type Clock = ReadonlyMap<string, number>;

/** What a message carries. */
interface Carried {
  readonly clock: Clock;
  readonly about: string;
}

/**
 * Only what is told counts as an event: ShiViz asks that each host counts its own from 1 without a gap. What is left out
 * carries knowledge on all the same, so an event never looks independent of what led to it.
 */
export class ShivizLog implements Exporter {
  readonly #subject: ExportSubject;
  readonly #clocks = new Map<string, Clock>();
  readonly #sent = new Sent<Carried>();

  constructor(subject: ExportSubject) {
    this.#subject = subject;
    subject.sink(`${shivizExpression}\n\n`);
  }

  trace(event: TraceEvent): void {
    const { system } = this.#subject;
    switch (event.kind) {
      case "fact": {
        const text = tellFact(event.fact, event.node, system);
        if (text !== undefined) this.#tell(event, event.node, text);
        return;
      }
      case "sent": {
        this.#tell(event, event.node, `to ${event.to}: ${tellMessage(event.content, system)}`);
        this.#sent.add(event.message, { clock: this.#clockOf(event.node), about: typeOf(event.content) });
        return;
      }
      case "delivered": {
        const carried = this.#sent.of(event.message);
        this.#learn(event.node, carried?.clock);
        const about = event.content === undefined ? carried?.about : tellMessage(event.content, system);
        const changed = event.content === undefined ? "" : ", changed on its way";
        this.#tell(event, event.node, `from ${event.from}: ${about ?? "a message"}${changed}`);
        this.#sent.settle(event.message);
        return;
      }
      case "lost": {
        // Nobody in the system sees it, so it is the world's to tell.
        const carried = this.#sent.of(event.message);
        this.#learn("world", carried?.clock);
        const about = carried?.about ?? "a message";
        this.#tell(event, "world", `${about} of ${event.node} to ${event.to} is ${tellLoss(event.reason)}`);
        this.#sent.settle(event.message);
        return;
      }
      default:
    }
  }

  finish(): void {
    // The last event was the last line.
  }

  #clockOf(host: string): Clock {
    return this.#clocks.get(host) ?? new Map();
  }

  #learn(host: string, told: Clock | undefined): void {
    if (told === undefined) return;
    const merged = new Map(this.#clockOf(host));
    for (const [other, count] of told) if (count > (merged.get(other) ?? 0)) merged.set(other, count);
    this.#clocks.set(host, merged);
  }

  #tell({ atUs }: TraceEvent, host: string, text: string): void {
    const { sink, window } = this.#subject;
    if (atUs < window.fromUs || atUs > window.untilUs) return;
    const clock = new Map(this.#clockOf(host));
    clock.set(host, (clock.get(host) ?? 0) + 1);
    this.#clocks.set(host, clock);
    const counts = [...clock].map(([name, count]) => `${canonicalJson(hostOf(name))}:${count}`);
    sink(`${printMoment(atUs, 6)} ${printable(text)}\n${hostOf(host)} {${counts.join(",")}}\n`);
  }
}

/** Names in a file from elsewhere may hold what ends a field. */
const hostOf = (name: string): string => printable(name).replaceAll(/\s/g, "_");
