// What a system under test gives Faultline: nodes to host, properties to hold, figures to measure, words for its story.

import type { z } from "zod";
import type { NodeId } from "../base/ids.ts";
import type { Measures } from "../check/figure.ts";
import type { Model, Property } from "../check/property.ts";
import type { Fact } from "../machine/effect.ts";
import type { NodeSpec } from "../machine/machine.ts";
import type { Message } from "../machine/message.ts";
import type { Historian } from "../check/history.ts";
import type { ClaimLedger } from "./claims.ts";
import type { HuntSpec } from "./hunting.ts";
import type { RequirementSection } from "./requirement.ts";
import type { Scraping } from "./scraping.ts";
import type { SpanMark } from "../check/span-mark.ts";

/** The parts of a scenario a system may know. Settings and workload have passed the system's own schemas. */
export interface SystemInput<Settings, Workload> {
  /** Names by role, in order of declaration. */
  readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
  readonly settings: Settings;
  readonly workload: Workload;
  readonly untilUs: number;
  readonly healUs: number;
}

/** A role nodes can have, and how many there are when a scenario does not say. */
export interface RoleSpec {
  readonly role: string;
  /** Plural, as the key under `world.nodes`. */
  readonly group: string;
  readonly about: string;
  readonly countDefault: number;
  readonly countMin: number;
  readonly countMax: number;
  /** An even number of them would tolerate no more failures than one less. */
  readonly countIsOdd?: boolean;
}

/** A defence that can be switched off, and the property that then must be found broken. */
export interface DefenceSpec {
  /** Path below `settings`, such as "defence.fencing". */
  readonly setting: string;
  readonly about: string;
  /** Property ids of which at least one is violated once the defence is off. */
  readonly protects: readonly string[];
  /** A scenario (with "#variant") in which it is caught. */
  readonly shownBy: string;
}

/** Parts of a scenario that are right by themselves and cannot all be so together. */
export interface Contradiction {
  /** Where it is written, from the top of the file: the one that is most easily changed. */
  readonly path: readonly (string | number)[];
  /** One sentence. */
  readonly what: string;
  /** Begins with "Expected". */
  readonly expected: string;
  /** An imperative. */
  readonly fix: string;
}

export interface System<Settings, Workload, M extends Message, F extends Fact, View> {
  readonly name: string;
  readonly title: string;
  readonly roles: readonly RoleSpec[];
  /** Message types with one line each: what a fault's `message:` may name. */
  readonly messages: ReadonlyMap<string, string>;
  /** Names (or prefixes) of timers with one line each: what `suppressTimers` may name. */
  readonly timers: ReadonlyMap<string, string>;
  readonly settings: z.ZodType<Settings>;
  readonly workload: z.ZodType<Workload>;
  readonly defences: readonly DefenceSpec[];
  /** What the schemas of settings and workload cannot see: that they contradict each other, or the number of nodes. */
  readonly explain?: (input: Omit<SystemInput<Settings, Workload>, "untilUs" | "healUs">) => readonly Contradiction[];
  /** What its documents ask for, in their order: what stories, tests, properties, figures and settings cite. */
  readonly requirements?: readonly RequirementSection[];
  readonly nodes: (input: SystemInput<Settings, Workload>) => readonly NodeSpec<M, F>[];
  /** B: how long after healing until liveness properties must hold, from the settings (properties.md AL1). */
  readonly settleUs: (settings: Settings) => number;
  readonly model: (input: SystemInput<Settings, Workload>) => Model<View, F>;
  readonly properties: (input: SystemInput<Settings, Workload>) => readonly Property<View, F>[];
  readonly measures: Measures<View, F>;
  /** Makes what turns the facts of one run into client-visible operations, for `--history` (DESIGN §7). */
  readonly history: () => Historian<F>;
  /** One line of plain words for a fact, or undefined when it belongs in full traces only. */
  readonly tell: (fact: F, node: NodeId) => string | undefined;
  /** What begins or ends with a fact and lasts, for diagrams; absent: nothing is drawn but what happened. */
  readonly spans?: (fact: F, node: NodeId) => readonly SpanMark[];
  /** Metrics that its processes tell whoever scrapes them; absent: nobody is scraped. */
  readonly scraping?: Scraping;
  /** How it is hunted; absent: in worlds of its default size, under every fault that a process can survive. */
  readonly hunt?: HuntSpec;
  /** What its documents promise in numbers, and how that is put to the test. */
  readonly claims?: ClaimLedger;
  /** The fields of a message worth showing in a story, such as "transfer=p1/7 attempt=2 token=9". */
  readonly describe: (message: M) => string;
}

/** A system whose types have been checked where it was defined. */
// Settings and workload are validated by the system's own schema, so the erased form is safe to hold in a registry.
export type AnySystem = System<unknown, unknown, Message, Fact, unknown>;
