// A trace that ui.perfetto.dev and chrome://tracing open: a node is a process, its role a thread, a step of its machine a
// slice, a message a flow between two of them. Faults, nodes that are down, and whatever else lasts have threads of their
// own; what is scraped, and how many messages are on their way, are counters. Times are microseconds, as the format has it.

import { canonicalJson } from "../../base/canonical-json.ts";
import { printable } from "../../scenario/problem.ts";
import type { ScrapeReader } from "../../systems/scraping.ts";
import type { SpanMark } from "../../check/span-mark.ts";
import type { TraceEvent, WorldFact } from "../../trace/trace-event.ts";
import { isWorldFact, tellFact, tellLoss, tellMessage } from "../told.ts";
import { contentIn, type Exporter, type ExportEnd, type ExportSubject, Sent, typeOf } from "./exporter.ts";
import { Lanes, type OpenSlice } from "./perfetto-lanes.ts";

/** A step takes no time; nothing could be seen of it, nor be bound to it, if it were drawn so. */
const stepUs = 1;
/** No process has more of them: numbers of threads differ between processes, too. */
const threadsMax = 100_000;
const world = "world";

type Fields = Readonly<Record<string, unknown>>;
type Of<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

interface Process {
  readonly pid: number;
  /** The thread of its machine. */
  readonly main: string;
  readonly lanes: Lanes;
}

/** A message with all that its flow needs. */
interface Departed {
  readonly atUs: number;
  readonly process: Process;
  readonly content: object;
}

/** What one node does during one event of the kernel. */
interface Step {
  readonly atUs: number;
  readonly event: number;
  readonly node: string;
  /** What it answers to; empty: nothing has said so yet. */
  name: string;
  args: Fields;
}

export class PerfettoTrace implements Exporter {
  readonly #subject: ExportSubject;
  readonly #processes = new Map<string, Process>();
  readonly #sent = new Sent<Departed>();
  readonly #scrape: ScrapeReader;
  #step: Step | undefined;
  #isFirst = true;
  #flows = 0;
  #onTheWay = 0;
  #onTheWayShown = 0;

  constructor(subject: ExportSubject) {
    this.#subject = subject;
    this.#scrape = subject.system.scraping?.reader(subject.header.nodes) ?? (() => []);
    subject.sink(`{"displayTimeUnit":"ms","traceEvents":[\n`);
    this.#addProcess(world, world);
    // A trace from elsewhere may name one twice, or as the world is named.
    for (const { id, role } of subject.header.nodes) if (!this.#processes.has(id)) this.#addProcess(id, role);
  }

  trace(event: TraceEvent): void {
    const { atUs, node } = event;
    if (this.#step?.atUs !== atUs || this.#step.event !== event.event || this.#step.node !== node) {
      this.#closeStep();
      this.#step = { atUs, event: event.event, node, name: "", args: {} };
    }
    this.#sample(event);
    switch (event.kind) {
      case "fact":
        return this.#fact(event);
      case "sent":
        this.#onTheWay += 1;
        this.#sent.add(event.message, { atUs, process: this.#processOf(node), content: event.content });
        return undefined;
      case "delivered":
        return this.#arrives(event);
      case "lost":
        return this.#loses(event);
      case "timerFired":
        return this.#began(`timer ${event.timer}`, {});
      case "synced":
        return this.#began(`synced ${event.sync}`, { records: event.records });
      case "syncFailed":
        return this.#began(`could not sync ${event.sync}`, { because: event.error });
      case "timerSet":
      case "timerCancelled":
      case "timerSuppressed":
        return undefined;
    }
  }

  finish({ atUs, ending, digest, violations }: ExportEnd): void {
    this.#closeStep();
    for (const process of this.#processes.values()) {
      for (const slice of process.lanes.endAll("all")) this.#slice(process, slice, atUs);
    }
    for (const { atUs: brokenUs, property, because, claim, about } of violations) {
      const mark = { ph: "i", s: "g", name: printable(`${property} IS VIOLATED: ${because}`), cat: "violation" };
      this.#line(brokenUs, { ...mark, ...this.#placeOf(world, "story"), args: { claim, about } });
    }
    const { scenario, system, seed } = this.#subject.header;
    const about = canonicalJson({ scenario, system, seed, digest, ending });
    this.#subject.sink(`\n],"otherData":${about}}\n`);
  }

  /** What the step answers to is the first thing that says so. */
  #began(name: string, args: Fields): void {
    if (this.#step === undefined || this.#step.name !== "") return;
    this.#step.name = printable(name);
    this.#step.args = args;
  }

  #closeStep(): void {
    const step = this.#step;
    this.#step = undefined;
    if (step === undefined) return;
    const { atUs, event, node, name, args } = step;
    if (name !== "") this.#stepSlice(atUs, node, name, { event, ...args });
    if (this.#onTheWay === this.#onTheWayShown) return;
    this.#onTheWayShown = this.#onTheWay;
    this.#counter(atUs, world, "messages on their way", this.#onTheWay);
  }

  #stepSlice(atUs: number, node: string, name: string, args: Fields): void {
    const main = this.#processOf(node).main;
    this.#line(atUs, { ph: "X", dur: stepUs, name, cat: "step", ...this.#placeOf(node, main), args });
  }

  #sample(event: TraceEvent): void {
    for (const { atUs, node, family, value } of this.#scrape(event, contentIn(event, this.#sent))) {
      if (value.type === "number") this.#counter(atUs, node, family, value.value);
    }
  }

  #settle(message: number): void {
    if (this.#sent.settle(message)) this.#onTheWay -= 1;
  }

  #arrives({ atUs, node, message, from, copy, content }: Of<"delivered">): void {
    const departed = this.#sent.of(message);
    const said = content ?? departed?.content ?? {};
    const about = typeOf(said);
    const words = printable(tellMessage(said, this.#subject.system));
    const isChanged = content === undefined ? {} : { changed: true };
    this.#began(`${about} from ${from}`, { message, copy, said: words, ...isChanged });
    this.#settle(message);
    if (departed === undefined || !this.#isShown(departed.atUs) || !this.#isShown(atUs)) return;
    // Both ends at once: of a message that is lost there would be a beginning only.
    this.#flows += 1;
    const flow = { id: this.#flows, name: printable(about), cat: "message" };
    const [source, target] = [departed.process, this.#processOf(node)];
    this.#line(departed.atUs, { ph: "s", ...flow, pid: source.pid, tid: source.lanes.threadOf(source.main) });
    this.#line(atUs, { ph: "f", bp: "e", ...flow, pid: target.pid, tid: target.lanes.threadOf(target.main) });
  }

  #loses({ atUs, node, message, to, reason }: Of<"lost">): void {
    const words = tellMessage(this.#sent.of(message)?.content ?? {}, this.#subject.system);
    const name = printable(`${words} to ${to}: ${tellLoss(reason)}`);
    this.#line(atUs, { ph: "i", s: "t", name, cat: "lost", ...this.#placeOf(node, "lost"), args: { message } });
    this.#settle(message);
  }

  #fact({ fact, node, atUs }: Of<"fact">): void {
    const { system } = this.#subject;
    if (isWorldFact(fact)) this.#worldFact(fact, node, atUs);
    else for (const mark of system.spans?.(fact, node) ?? []) this.#mark(mark, mark.lane ?? node, atUs);
    const told = tellFact(fact, node, system);
    if (told === undefined) return;
    this.#line(atUs, { ph: "i", s: "t", name: told, cat: "story", ...this.#placeOf(node, "story"), args: fact });
  }

  #worldFact(fact: WorldFact, node: string, atUs: number): void {
    switch (fact.fact) {
      case "nodeBooted":
        this.#began("boot", { incarnation: fact.incarnation });
        return this.#end(node, "process", "down", atUs);
      case "nodeCrashed":
      case "nodeStopped": {
        const process = this.#processOf(node);
        for (const slice of process.lanes.endAll("ofProcess")) this.#slice(process, slice, atUs);
        const name = fact.fact === "nodeCrashed" ? `down (${fact.cause})` : "down (stopped)";
        return this.#begin(node, "process", "down", { name, sinceUs: atUs, category: "process" });
      }
      case "nodePaused":
        return this.#begin(node, "process", "paused", { name: "paused", sinceUs: atUs, category: "process" }, true);
      case "nodeResumed":
        return this.#end(node, "process", "paused", atUs);
      case "faultBegan": {
        const name = `${fact.kind} ${fact.about}`.trimEnd();
        return this.#begin(world, `fault: ${fact.kind}`, String(fact.fault), {
          name,
          sinceUs: atUs,
          category: "fault",
        });
      }
      case "faultEnded":
        return this.#end(world, `fault: ${fact.kind}`, String(fact.fault), atUs);
      default:
        return undefined;
    }
  }

  /** What lasts, as the system says: a mark of what goes on unchanged changes nothing. */
  #mark({ row, key, label }: SpanMark, node: string, atUs: number): void {
    const open = this.#processOf(node).lanes.openOf(row, key);
    if (open?.name === label) return;
    this.#end(node, row, key, atUs);
    if (label !== undefined) this.#begin(node, row, key, { name: label, sinceUs: atUs, category: row }, true);
  }

  #begin(
    node: string,
    group: string,
    about: string,
    slice: Pick<OpenSlice, "name" | "sinceUs" | "category">,
    endsWithProcess = false,
  ): void {
    this.#processOf(node).lanes.begin(group, about, { ...slice, name: printable(slice.name), endsWithProcess });
  }

  #end(node: string, group: string, about: string, atUs: number): void {
    const process = this.#processOf(node);
    const slice = process.lanes.end(group, about);
    if (slice !== undefined) this.#slice(process, slice, atUs);
  }

  #slice({ pid }: Process, { name, sinceUs, tid, category }: OpenSlice, untilUs: number): void {
    const { window } = this.#subject;
    if (untilUs < window.fromUs || sinceUs > window.untilUs) return;
    this.#write({ ph: "X", ts: sinceUs, dur: untilUs - sinceUs, name, cat: category, pid, tid });
  }

  #counter(atUs: number, node: string, name: string, value: number): void {
    this.#line(atUs, { ph: "C", name, pid: this.#processOf(node).pid, args: { value } });
  }

  #placeOf(node: string, thread: string): Fields {
    const { pid, lanes } = this.#processOf(node);
    return { pid, tid: lanes.threadOf(thread) };
  }

  /** Whoever is not in the header is met on the way. */
  #processOf(node: string): Process {
    return this.#processes.get(node) ?? this.#addProcess(node, node);
  }

  #addProcess(node: string, main: string): Process {
    const pid = this.#processes.size + 1;
    const lanes = new Lanes(pid * threadsMax, (tid, name) => {
      this.#write({ ph: "M", name: "thread_name", pid, tid, args: { name: printable(name) } });
      this.#write({ ph: "M", name: "thread_sort_index", pid, tid, args: { sort_index: tid - pid * threadsMax } });
    });
    const process = { pid, main, lanes };
    this.#processes.set(node, process);
    this.#write({ ph: "M", name: "process_name", pid, args: { name: printable(node) } });
    this.#write({ ph: "M", name: "process_sort_index", pid, args: { sort_index: pid } });
    lanes.threadOf(main);
    return process;
  }

  readonly #isShown = (atUs: number): boolean =>
    atUs >= this.#subject.window.fromUs && atUs <= this.#subject.window.untilUs;

  #line(atUs: number, fields: Fields): void {
    if (this.#isShown(atUs)) this.#write({ ts: atUs, ...fields });
  }

  #write(fields: Fields): void {
    this.#subject.sink(`${this.#isFirst ? "" : ",\n"}${canonicalJson(fields)}`);
    this.#isFirst = false;
  }
}
