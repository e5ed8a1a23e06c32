// How nodes and messages are named in a scenario: a name, a role, a list of both, "any server".

import { z } from "zod";

import { nodeId, type NodeId } from "../base/ids.ts";
import { rate } from "../systems/quantities.ts";
import type { RoleSpec } from "../systems/system.ts";
import type { FaultTarget, MessageSelector } from "../world/fault.ts";
import type { NodeSelector } from "../world/plan.ts";
import { expectedOneOf, fixByName } from "./closest.ts";
import { codec, refuse } from "./codecs.ts";
import { shown } from "./problem.ts";

/** Whatever a scenario may name: it decides what is a typing mistake. */
export interface Vocabulary {
  readonly roles: readonly RoleSpec[];
  readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
  /** Message types with one line each. */
  readonly messages: ReadonlyMap<string, string>;
  /** Names or prefixes of timers with one line each. */
  readonly timers: ReadonlyMap<string, string>;
}

/** Selects every node. A node, role or group cannot be called so. */
export const everyNode = "all";
/** "any" alone, or before a name: one of them, drawn at each strike. */
export const anyWord = "any";

export type NodesSchema = z.ZodType<NodeSelector, unknown>;

const nodesExpected = 'Expected the name of a node, a role, a list of them, or "all".';
const textOrList = z.union([z.string(), z.array(z.string()).min(1)], { error: nodesExpected });

/** "server-1", "servers", [server-1, players], all. */
export function nodesSchema(vocabulary: Vocabulary): NodesSchema {
  return codec<typeof textOrList, NodeSelector>(textOrList, () => true, {
    decode: (written, context) => readNodes(typeof written === "string" ? [written] : written, vocabulary, context),
    encode: (selector) => oneOrList(writeNodes(selector, vocabulary)),
  });
}

/** As `nodesSchema`, or "any server", "any of" a list: `{ any: [server-1, server-2] }`. */
export function targetSchema(vocabulary: Vocabulary): z.ZodType<FaultTarget, unknown> {
  const anyOf = z.strictObject({ any: textOrList });
  const doc = z.union([textOrList, anyOf], {
    error: `${nodesExpected.slice(0, -1)}, or "any server" for one of them.`,
  });
  return codec<typeof doc, FaultTarget>(doc, () => true, {
    decode(written, context): FaultTarget {
      if (typeof written === "string" && (written === anyWord || written.startsWith(`${anyWord} `))) {
        const name = written === anyWord ? everyNode : written.slice(anyWord.length + 1).trim();
        return { of: readNodes([name], vocabulary, context), pick: "any" };
      }
      const isAny = typeof written === "object" && !Array.isArray(written);
      const named = isAny ? written.any : written;
      const of = readNodes(typeof named === "string" ? [named] : named, vocabulary, context);
      return { of, pick: isAny ? "any" : "all" };
    },
    encode({ of, pick }) {
      if (pick === "all") return oneOrList(writeNodes(of, vocabulary));
      const names = writeNodes(of, vocabulary);
      if (names[0] === everyNode) return anyWord;
      const [only] = of.roles;
      if (only !== undefined && names.length === 1) return `${anyWord} ${only}`;
      return { any: oneOrList(names) };
    },
  });
}

type Context = Parameters<typeof refuse>[0];

function readNodes(names: readonly string[], vocabulary: Vocabulary, context: Context): NodeSelector {
  if (names.length === 1 && names[0] === everyNode) return { nodes: [], roles: [] };
  const nodes: NodeId[] = [];
  const roles: string[] = [];
  const declared = new Set<string>([...vocabulary.nodes.values()].flat());
  for (const name of names) {
    const role = vocabulary.roles.find((spec) => spec.role === name || spec.group === name)?.role;
    if (declared.has(name)) nodes.push(nodeId(name));
    else if (role !== undefined) roles.push(role);
    else return refuseNode(name, vocabulary, context);
  }
  return { nodes, roles };
}

function writeNodes({ nodes, roles }: NodeSelector, vocabulary: Vocabulary): string[] {
  if (nodes.length === 0 && roles.length === 0) return [everyNode];
  return [...nodes, ...roles.map((role) => vocabulary.roles.find((spec) => spec.role === role)?.group ?? role)];
}

const oneOrList = (names: string[]): string | string[] => (names.length === 1 ? (names[0] ?? everyNode) : names);

function refuseNode(name: string, vocabulary: Vocabulary, context: Context): never {
  const nodes = [...vocabulary.nodes.values()].flat();
  const groups = vocabulary.roles.map(({ group }) => group);
  if (name === everyNode) {
    return refuse(context, name, "Expected names of nodes and roles.", {
      what: `puts "${everyNode}" into a list`,
      fix: `write "${everyNode}" without the list.`,
    });
  }
  return refuse(context, name, expectedOneOf([...nodes, ...groups, everyNode]), {
    code: "UNKNOWN_NODE",
    what: `names ${shown(name)}, which is neither a node nor a role`,
    fix: fixByName(
      name,
      [...nodes, ...groups, ...vocabulary.roles.map(({ role }) => role), everyNode],
      "declare it under world.nodes, or name an existing node.",
    ),
  });
}

/** One of the system's message types. */
function messageTypeSchema({ messages }: Vocabulary): z.ZodType<string, unknown> {
  const types = [...messages.keys()];
  return codec<z.ZodString, string>(z.string(), (value) => typeof value === "string", {
    decode(type, context) {
      if (messages.has(type)) return type;
      return refuse(context, type, expectedOneOf(types), {
        code: "UNKNOWN_MESSAGE",
        what: `names the message ${shown(type)}, which the system does not send`,
        fix: fixByName(type, types, 'see "faultline list messages".'),
      });
    },
    encode: (type) => type,
  });
}

/** A timer of the system, or the beginning of the names of several. */
export function timerSchema({ timers }: Vocabulary): z.ZodType<string, unknown> {
  const names = [...timers.keys()];
  return codec<z.ZodString, string>(z.string().min(1), (value) => typeof value === "string", {
    decode(timer, context) {
      if (names.some((name) => name.startsWith(timer) || timer.startsWith(name))) return timer;
      return refuse(context, timer, expectedOneOf(names), {
        code: "UNKNOWN_TIMER",
        what: `names the timer ${shown(timer)}, which no node of the system sets`,
        fix: fixByName(timer, names, "name one of them, or its beginning."),
      });
    },
    encode: (timer) => timer,
  });
}

/** The fields of a message fault that say which messages it strikes. */
export function messageFields(vocabulary: Vocabulary) {
  const nodes = nodesSchema(vocabulary);
  const type = messageTypeSchema(vocabulary);
  return {
    message: z.union([type, z.array(type).min(1)]).optional(),
    from: nodes.optional(),
    to: nodes.optional(),
    skip: z.int().min(0).optional(),
    count: z.int().min(1).optional(),
    rate: rate.optional(),
  };
}

type MessageDoc = z.output<z.ZodObject<ReturnType<typeof messageFields>>>;

const everyone: NodeSelector = { nodes: [], roles: [] };

export function readMessages(doc: MessageDoc): MessageSelector {
  const { message } = doc;
  return {
    types: message === undefined ? [] : typeof message === "string" ? [message] : message,
    from: doc.from ?? everyone,
    to: doc.to ?? everyone,
    skip: doc.skip ?? 0,
    count: doc.count ?? Infinity,
    rate: doc.rate ?? { of: 1, outOf: 1 },
  };
}

/** Only what differs from the default is written. */
export function writeMessages({ types, from, to, skip, count, rate: share }: MessageSelector): MessageDoc {
  const [only] = types;
  return {
    ...(only === undefined ? {} : { message: types.length === 1 ? only : [...types] }),
    ...(isEveryone(from) ? {} : { from }),
    ...(isEveryone(to) ? {} : { to }),
    ...(skip === 0 ? {} : { skip }),
    ...(count === Infinity ? {} : { count }),
    ...(share.of === 1 && share.outOf === 1 ? {} : { rate: share }),
  };
}

export const isEveryone = ({ nodes, roles }: NodeSelector): boolean => nodes.length === 0 && roles.length === 0;
