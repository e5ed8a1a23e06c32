// Every event of a trace as a row: for spreadsheets, data frames and databases.

import { canonicalJson } from "../../base/canonical-json.ts";
import type { AnySystem } from "../../systems/system.ts";
import type { TraceEvent } from "../../trace/trace-event.ts";
import { tellFact, tellLoss, tellMessage } from "../told.ts";
import { type Cell, csvLine } from "./csv.ts";
import { type Exporter, type ExportSubject, Sent, typeOf } from "./exporter.ts";

/** Of an event those that apply; the rest are empty. */
interface Row {
  /** Of a fact, a message, a timer or a sync. */
  readonly name: string;
  readonly message?: number;
  readonly peer?: string;
  readonly via?: string;
  readonly copy?: number;
  readonly sentUs?: number;
  readonly dueUs?: number;
  readonly records?: number;
  readonly because?: string;
  /** In plain words; of what belongs into full traces only there are none. */
  readonly told?: string | undefined;
  /** The fact, or the message where it was sent or arrived changed, as JSON. */
  readonly content?: string;
}

const fields = [
  "name",
  "message",
  "peer",
  "via",
  "copy",
  "sentUs",
  "dueUs",
  "records",
  "because",
  "told",
  "content",
] as const satisfies readonly (keyof Row)[];

const columns: readonly string[] = ["atUs", "event", "node", "role", "kind", ...fields];

export class EventsCsv implements Exporter {
  readonly #subject: ExportSubject;
  readonly #roles: ReadonlyMap<string, string>;
  readonly #types = new Sent<string>();

  constructor(subject: ExportSubject) {
    this.#subject = subject;
    this.#roles = new Map(subject.header.nodes.map(({ id, role }) => [id, role]));
    subject.sink(csvLine(columns));
  }

  trace(event: TraceEvent): void {
    const { atUs, event: ordinal, node, kind } = event;
    const { sink, system, window } = this.#subject;
    if (kind === "sent") this.#types.add(event.message, typeOf(event.content));
    if (atUs >= window.fromUs && atUs <= window.untilUs) {
      const row = rowOf(event, this.#types, system);
      const cells: readonly Cell[] = fields.map((field) => row[field]);
      sink(csvLine([atUs, ordinal, node, this.#roles.get(node), kind, ...cells]));
    }
    if (kind === "delivered" || kind === "lost") this.#types.settle(event.message);
  }

  finish(): void {
    // The last row is the last event.
  }
}

function rowOf(event: TraceEvent, types: Sent<string>, system: AnySystem): Row {
  switch (event.kind) {
    case "fact": {
      const { fact, node } = event;
      return { name: fact.fact, told: tellFact(fact, node, system), content: canonicalJson(fact) };
    }
    case "sent": {
      const { message, to: peer, via, content } = event;
      const told = tellMessage(content, system);
      return { name: typeOf(content), message, peer, via, told, content: canonicalJson(content) };
    }
    case "delivered": {
      const { message, from: peer, copy, sentUs, content } = event;
      const changed =
        content === undefined ? {} : { told: tellMessage(content, system), content: canonicalJson(content) };
      return { name: types.of(message) ?? "", message, peer, copy, sentUs, ...changed };
    }
    case "lost": {
      const { message, to: peer, reason: because } = event;
      return { name: types.of(message) ?? "", message, peer, because, told: tellLoss(because) };
    }
    case "timerSet":
      return { name: event.timer, dueUs: event.dueUs };
    case "timerFired":
    case "timerCancelled":
    case "timerSuppressed":
      return { name: event.timer };
    case "synced":
      return { name: event.sync, records: event.records };
    case "syncFailed":
      return { name: event.sync, because: event.error };
  }
}
