// What every host owes every machine (machine.ts, properties.md §7), checked from the machine's side: an accountant sits
// between the machine and the world, and keeps its own books of what was asked and what came. It changes nothing.

import type { NodeId } from "../base/ids.ts";
import { equalPlain } from "../base/plain-data.ts";
import type { Property } from "../check/property.ts";
import type { Effect, Fact } from "../machine/effect.ts";
import type { DiskContents, DiskRecord, MachineEvent } from "../machine/event.ts";
import type { Message } from "../machine/message.ts";
import type { HostedSystem } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import type { WorldPlan } from "../world/plan.ts";
import { type Meddled, meddling } from "./meddling.ts";

/** What a plan allows that would otherwise break the contract. */
export interface Allowances {
  /** Messages may come more than once, or changed. */
  readonly copies: boolean;
  readonly damage: boolean;
  /** A crash may leave more than was synced: it tears writes, or syncs fail. */
  readonly torn: boolean;
  /** Disks may take back what they have confirmed. */
  readonly takenBack: boolean;
}

const copying: readonly string[] = ["duplicate"];
const takingBack: readonly string[] = ["lostSync", "bitRot", "misdirectedWrite", "wipe"];
const tearing: readonly string[] = ["diskError", "diskFull"];

export function allowancesOf({ faults, link }: WorldPlan): Allowances {
  const kinds = faults.map(({ action }) => action.kind);
  return {
    copies: link.duplicate.of > 0 || kinds.some((kind) => copying.includes(kind)),
    damage: link.corrupt.of > 0 || kinds.includes("corrupt"),
    torn:
      kinds.some((kind) => tearing.includes(kind)) ||
      faults.some(({ action }) => action.kind === "crash" && action.torn),
    takenBack: kinds.some((kind) => takingBack.includes(kind)),
  };
}

type HostLaw = "HOST-BOOT" | "HOST-TIMER" | "HOST-CLOCK" | "HOST-SYNC" | "HOST-DISK" | "HOST-MAIL" | "HOST-DICE";

interface HostBroke extends Fact {
  readonly fact: "hostBroke";
  readonly law: HostLaw;
  readonly because: string;
}

const claims: Readonly<Record<HostLaw, string>> = {
  "HOST-BOOT": "each incarnation is a new machine, and the next one (X8)",
  "HOST-TIMER": "a timer fires that is armed, and no sooner than was asked",
  "HOST-CLOCK": "within an incarnation the monotonic clock never goes back",
  "HOST-SYNC": "syncs are answered that were asked for, in their order",
  "HOST-DISK": "a restart finds what was synced, and nothing that was not (X8)",
  "HOST-MAIL": "what comes was sent, by whom it says and as often as it was sent (X5)",
  "HOST-DICE": "what is drawn lies in its range, and is not always the same (X2)",
};

/** Draws of one value in a row that no dice make. */
const SAME_DRAWS_MAX = 60;

interface Written {
  readonly file: string;
  readonly records: readonly unknown[];
  readonly whole: boolean;
}

interface Book {
  incarnation: number;
  isOpen: boolean;
  monotonicUs: number;
  readonly timersUs: Map<string, number>;
  syncs: { readonly sync: string; readonly writes: number }[];
  /** All writes since the last boot, and how many of them are durable. */
  writes: Written[];
  durable: number;
  disk: DiskContents;
  hasHalted: boolean;
  drawn: number;
  same: number;
}

/** The books of one run. */
class Accounts {
  readonly #allowed: Allowances;
  readonly #books = new Map<NodeId, Book>();
  /** How often each message was sent over each link, and has not come yet. */
  readonly #mail = new Map<string, Map<Message, number>>();

  constructor(allowed: Allowances) {
    this.#allowed = allowed;
  }

  step(step: Meddled): readonly Effect[] {
    const { event, node } = step;
    const broken: HostBroke[] = [];
    const book = this.#bookOf(node.id);
    const blame = (law: HostLaw, because: string): void => void broken.push({ fact: "hostBroke", law, because });
    if (event.type === "booted") this.#onBoot(book, step, event, blame);
    if (event.monotonicUs < book.monotonicUs) {
      blame("HOST-CLOCK", `the clock of ${node.id} went back from ${book.monotonicUs} to ${event.monotonicUs}`);
    }
    book.monotonicUs = event.monotonicUs;
    this.#onEvent(book, node.id, event, blame);
    const effects = step.go();
    for (const effect of effects) this.#onEffect(book, node.id, effect);
    return broken.length === 0
      ? effects
      : [...broken.map((fact) => ({ type: "record", ...fact }) as const), ...effects];
  }

  #bookOf(node: NodeId): Book {
    let book = this.#books.get(node);
    if (book === undefined) {
      book = {
        incarnation: -1,
        isOpen: false,
        monotonicUs: -1,
        timersUs: new Map(),
        syncs: [],
        writes: [],
        durable: 0,
        disk: new Map(),
        hasHalted: false,
        drawn: -1,
        same: 0,
      };
      this.#books.set(node, book);
    }
    return book;
  }

  #onBoot(
    book: Book,
    { node, memory }: Meddled,
    { incarnation, disk }: Extract<MachineEvent, { type: "booted" }>,
    blame: (law: HostLaw, because: string) => void,
  ): void {
    if (incarnation !== book.incarnation + 1) {
      blame("HOST-BOOT", `incarnation ${incarnation} of ${node.id} follows ${book.incarnation}`);
    }
    if (memory.has("booted")) blame("HOST-BOOT", `${node.id} is booted with the memory of its former life`);
    memory.set("booted", true);
    if (book.incarnation >= 0 && !this.#allowed.takenBack) this.#compareDisk(book, node.id, disk, blame);
    book.incarnation = incarnation;
    book.monotonicUs = -1;
    book.timersUs.clear();
    book.syncs = [];
    book.writes = [];
    book.durable = 0;
    book.disk = disk;
    book.hasHalted = false;
  }

  #compareDisk(book: Book, node: NodeId, found: DiskContents, blame: (law: HostLaw, because: string) => void): void {
    const least = replayed(book.disk, book.writes.slice(0, book.durable));
    const later = book.writes.slice(book.durable);
    const replaced = new Set(later.filter(({ whole }) => whole).map(({ file }) => file));
    for (const [file, records] of least) {
      const there = found.get(file) ?? [];
      if (!replaced.has(file) && !startsWith(there, records)) {
        blame("HOST-DISK", `${node} does not find everything in ${file} that was synced there`);
      }
    }
    if (this.#allowed.torn || book.hasHalted) return;
    for (const [file, there] of found) {
      const records = least.get(file) ?? [];
      if (there.length !== records.length || !startsWith(there, records)) {
        blame("HOST-DISK", `${node} finds ${there.length} records in ${file}, and ${records.length} had been synced`);
      }
    }
  }

  #onEvent(book: Book, node: NodeId, event: MachineEvent, blame: (law: HostLaw, because: string) => void): void {
    switch (event.type) {
      case "timerFired": {
        const dueUs = book.timersUs.get(event.timer);
        book.timersUs.delete(event.timer);
        if (dueUs === undefined) blame("HOST-TIMER", `${event.timer} fired at ${node} and was not armed`);
        else if (event.monotonicUs < dueUs) {
          blame("HOST-TIMER", `${event.timer} fired at ${node} ${dueUs - event.monotonicUs} us too soon`);
        }
        return;
      }
      case "synced":
      case "syncFailed": {
        const [first, ...rest] = book.syncs;
        if (first?.sync !== event.sync) return blame("HOST-SYNC", `${event.sync} of ${node} was answered out of order`);
        book.syncs = rest;
        if (event.type === "synced") book.durable = Math.max(book.durable, first.writes);
        return;
      }
      case "received":
        return this.#onMail(node, event.from, event.message, blame);
      case "drawn":
        return onDrawn(book, node, event.value, blame);
      default:
        return undefined;
    }
  }

  #onMail(to: NodeId, from: NodeId, message: Message, blame: (law: HostLaw, because: string) => void): void {
    if (this.#allowed.damage) return;
    const sent = this.#mail.get(`${from}>${to}`)?.get(message);
    if (sent === undefined) return blame("HOST-MAIL", `${to} heard ${message.type} from ${from}, who had not said it`);
    if (this.#allowed.copies) return;
    if (sent === 0) return blame("HOST-MAIL", `${to} heard ${message.type} from ${from} once more than it was said`);
    this.#mail.get(`${from}>${to}`)?.set(message, sent - 1);
  }

  #onEffect(book: Book, node: NodeId, effect: Effect): void {
    switch (effect.type) {
      case "setTimer":
        book.timersUs.set(effect.timer, book.monotonicUs + effect.afterUs);
        return;
      case "cancelTimer":
        book.timersUs.delete(effect.timer);
        return;
      case "append":
        book.writes.push({ file: effect.file, records: [effect.record], whole: false });
        return;
      case "rewrite":
        book.writes.push({ file: effect.file, records: effect.records, whole: true });
        return;
      case "sync":
        book.syncs.push({ sync: effect.sync, writes: book.writes.length });
        return;
      case "send": {
        const link = `${node}>${effect.to}`;
        const mail = this.#mail.get(link) ?? new Map<Message, number>();
        this.#mail.set(link, mail);
        mail.set(effect.message, (mail.get(effect.message) ?? 0) + 1);
        return;
      }
      case "halt":
        book.hasHalted = true;
        return;
      case "draw":
      case "record":
        return;
    }
  }
}

function onDrawn(book: Book, node: NodeId, value: number, blame: (law: HostLaw, because: string) => void): void {
  book.same = value === book.drawn ? book.same + 1 : 0;
  book.drawn = value;
  if (book.same === SAME_DRAWS_MAX) blame("HOST-DICE", `${node} drew ${value} ${SAME_DRAWS_MAX} times in a row`);
}

function replayed(disk: DiskContents, writes: readonly Written[]): ReadonlyMap<string, readonly DiskRecord[]> {
  const files = new Map<string, DiskRecord[]>([...disk].map(([file, records]) => [file, [...records]]));
  for (const { file, records, whole } of writes) {
    const before = whole ? [] : (files.get(file) ?? []);
    files.set(file, [...before, ...records.map((value): DiskRecord => ({ type: "intact", value }))]);
  }
  return files;
}

const startsWith = (found: readonly DiskRecord[], records: readonly DiskRecord[]): boolean =>
  found.length >= records.length && records.every((record, at) => equalPlain(record, found[at]));

const properties: readonly Property<unknown, HostBroke>[] = Object.entries(claims).map(([law, claim]) => ({
  id: law,
  kind: "always",
  claim,
  source: "properties.md §7",
  rules: {
    hostBroke: (_view, fact, at, findings) => {
      if (fact.law === law) findings.violated(at.node, fact.because);
    },
  },
}));

/** The same system, with an accountant at every machine. Nothing else of a run changes, but for what it finds. */
export function audited(system: AnySystem, allowed: Allowances): HostedSystem {
  return {
    ...system,
    nodes: (input) => {
      const accounts = new Accounts(allowed);
      const roles = system.roles.map(({ role }) => role);
      return meddling(roles, (step) => accounts.step(step))(system).nodes(input);
    },
    // Facts of the accountant are shown to its own rules only.
    properties: (input) => [...system.properties(input), ...(properties as readonly Property<unknown, Fact>[])],
  };
}
