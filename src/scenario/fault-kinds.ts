// How each kind of fault is written: one key names the kind, its map says what and whom. One arm a kind, as in fault.ts.

import { z } from "zod";

import { duration, positiveDuration, rate, signedDuration } from "../systems/quantities.ts";
import type { FaultAction, FaultKind, MessageSelector, PartitionShape } from "../world/fault.ts";
import { codec, durationRange, refuse, signedDurationRange } from "./codecs.ts";
import {
  messageFields,
  type NodesSchema,
  nodesSchema,
  readMessages,
  targetSchema,
  timerSchema,
  type Vocabulary,
  writeMessages,
} from "./selector-schema.ts";
import { driftPpm, latency, loss } from "./world-schema.ts";

type Action<Kind extends FaultKind> = Extract<FaultAction, { readonly kind: Kind }>;

/** What is inside the key that names the kind. */
export type ActionSchema = z.ZodType<FaultAction, unknown>;

/** What a person should know about a kind: one line, and how long it lasts. */
export interface KindGuide {
  readonly about: string;
  /** `message`: strikes messages sent in its window; `moment`: has no window; `window`: lasts. */
  readonly lasts: "message" | "moment" | "window";
}

export const kindGuides: { readonly [Kind in FaultKind]: KindGuide } = {
  drop: { about: "messages vanish", lasts: "message" },
  delay: { about: "messages arrive later", lasts: "message" },
  duplicate: { about: "messages arrive more than once", lasts: "message" },
  corrupt: { about: "a field, or any bytes, of a message are changed on the way", lasts: "message" },
  reorder: { about: "messages overtake each other", lasts: "message" },
  hold: { about: "messages are kept back until the window ends, then arrive together", lasts: "message" },
  partition: {
    about: "nodes cannot reach each other: groups, one way, bridge, ring, isolated; may flap",
    lasts: "window",
  },
  lossy: { about: "links lose messages, independently or in bursts", lasts: "window" },
  latency: { about: "links have another delay", lasts: "window" },
  bandwidth: { about: "links carry only so many bytes a second", lasts: "window" },
  refuse: { about: "streams are reset, and connections refused during a window", lasts: "window" },
  crash: { about: "nodes are down for the window, then start from what was durable", lasts: "window" },
  restart: { about: "nodes go down and up again at once", lasts: "moment" },
  pause: { about: "nodes stand still for the window, and do not know it", lasts: "window" },
  slow: { about: "every step of a node takes longer", lasts: "window" },
  stop: { about: "nodes are asked to stop in good order, and start again after the window", lasts: "window" },
  wipe: { about: "nodes are down for the window, and come back with an empty disk", lasts: "window" },
  lose: { about: "nodes are gone for good", lasts: "moment" },
  clockStep: { about: "wall clocks jump", lasts: "window" },
  clockDrift: { about: "clocks run fast or slow", lasts: "window" },
  clockSlew: { about: "wall clocks are led away gradually", lasts: "window" },
  clockFreeze: { about: "wall clocks stand still, then jump", lasts: "window" },
  diskError: { about: "syncs fail", lasts: "window" },
  diskFull: { about: "syncs fail because the disk is full", lasts: "window" },
  diskSlow: { about: "syncs take longer", lasts: "window" },
  lostSync: { about: "syncs are answered and not done", lasts: "window" },
  bitRot: { about: "durable records can no longer be read", lasts: "moment" },
  misdirectedWrite: { about: "a record lies in the place of another", lasts: "moment" },
  suppressTimers: { about: "timers do not fire", lasts: "window" },
};

export const faultKinds = Object.keys(kindGuides) as readonly FaultKind[];

/** The schema of a kind, made when it is first asked for: a file uses few of them. */
export type KindSchemas = (kind: FaultKind) => ActionSchema;

export function kindSchemas(vocabulary: Vocabulary): KindSchemas {
  const arms: { readonly [Kind in FaultKind]: () => ActionSchema } = {
    ...messageKinds(vocabulary),
    ...linkKinds(vocabulary),
    ...processKinds(vocabulary),
    ...clockKinds(vocabulary),
    ...diskKinds(vocabulary),
  };
  const made = new Map<FaultKind, ActionSchema>();
  return (kind) => {
    const schema = made.get(kind) ?? arms[kind]();
    made.set(kind, schema);
    return schema;
  };
}

type Context = Parameters<typeof refuse>[0];

function arm<Kind extends FaultKind, Doc extends z.ZodType>(
  kind: Kind,
  doc: Doc,
  decode: (doc: z.output<Doc>, context: Context) => Omit<Action<Kind>, "kind">,
  encode: (action: Action<Kind>) => z.output<Doc>,
): ActionSchema {
  return codec<Doc, Action<Kind>>(doc, (action) => action.kind === kind, {
    decode: (read, context) => ({ kind, ...decode(read, context) }) as Action<Kind>,
    encode,
  });
}

type BareKind = "restart" | "stop" | "wipe" | "lose" | "clockFreeze" | "diskFull" | "lostSync" | "misdirectedWrite";

/** A kind of which there is nothing to say but whom it strikes. */
function bare(kind: BareKind, vocabulary: Vocabulary): ActionSchema {
  const doc = z.strictObject({ node: targetSchema(vocabulary) });
  return codec<typeof doc, Action<BareKind>>(doc, (action) => action.kind === kind, {
    decode: ({ node }) => ({ kind, target: node }),
    encode: ({ target }) => ({ node: target }),
  });
}

const whichOf = ({ messages }: { readonly messages: MessageSelector }) => writeMessages(messages);

function messageKinds(vocabulary: Vocabulary) {
  const fields = messageFields(vocabulary);
  return {
    drop: () => arm("drop", z.strictObject(fields), (doc) => ({ messages: readMessages(doc) }), whichOf),
    delay: () =>
      arm(
        "delay",
        z.strictObject({ ...fields, by: durationRange }),
        (doc) => ({ messages: readMessages(doc), byUsMin: doc.by.minUs, byUsMax: doc.by.maxUs }),
        (action) => ({ ...whichOf(action), by: { minUs: action.byUsMin, maxUs: action.byUsMax } }),
      ),
    duplicate: () =>
      arm(
        "duplicate",
        z.strictObject({ ...fields, copies: z.int().min(1).max(100).default(1), within: duration.default(0) }),
        (doc) => ({ messages: readMessages(doc), copies: doc.copies, withinUs: doc.within }),
        (action) => ({ ...whichOf(action), copies: action.copies, within: action.withinUs }),
      ),
    corrupt: () =>
      arm(
        "corrupt",
        z.strictObject({ ...fields, field: z.string().default(""), value: z.unknown().optional() }),
        (doc, context) => {
          const messages = readMessages(doc);
          if (doc.value === undefined) return { messages, field: doc.field };
          if (doc.field !== "") return { messages, field: doc.field, to: doc.value };
          return refuse(context, doc.value, 'Expected "value" beside the "field" that it is put into.', {
            what: "stands without a field",
            fix: 'name one, as in "field: state.x", or remove it: then any bytes are changed.',
            key: "value",
          });
        },
        (action) => ({
          ...whichOf(action),
          field: action.field,
          ...(action.to === undefined ? {} : { value: action.to }),
        }),
      ),
    reorder: () =>
      arm(
        "reorder",
        z.strictObject({ ...fields, within: positiveDuration }),
        (doc) => ({ messages: readMessages(doc), withinUs: doc.within }),
        (action) => ({ ...whichOf(action), within: action.withinUs }),
      ),
    hold: () =>
      arm(
        "hold",
        z.strictObject({ ...fields, release: z.enum(["inOrder", "shuffled"]).default("inOrder") }),
        (doc) => ({ messages: readMessages(doc), release: doc.release }),
        (action) => ({ ...whichOf(action), release: action.release }),
      ),
  };
}

function linkKinds(vocabulary: Vocabulary) {
  const nodes = nodesSchema(vocabulary);
  const ends = { from: nodes, to: nodes };
  return {
    partition: () => partitionSchema(vocabulary, nodes),
    lossy: () =>
      arm(
        "lossy",
        z.strictObject({ ...ends, loss }),
        (doc) => doc,
        (action) => ({ from: action.from, to: action.to, loss: action.loss }),
      ),
    latency: () =>
      arm(
        "latency",
        z.strictObject({ ...ends, latency }),
        (doc) => doc,
        (action) => ({ from: action.from, to: action.to, latency: action.latency }),
      ),
    bandwidth: () =>
      arm(
        "bandwidth",
        z.strictObject({ ...ends, bytesPerSecond: z.int().min(1) }),
        (doc) => doc,
        (action) => ({ from: action.from, to: action.to, bytesPerSecond: action.bytesPerSecond }),
      ),
    refuse: () =>
      arm(
        "refuse",
        z.strictObject(ends),
        (doc) => doc,
        ({ from, to }) => ({ from, to }),
      ),
  };
}

function partitionSchema(vocabulary: Vocabulary, nodes: NodesSchema): ActionSchema {
  const target = targetSchema(vocabulary);
  return z.union([
    shaped(
      "groups",
      { between: z.array(nodes).min(2) },
      (doc) => ({ groups: doc.between }),
      (shape) => ({
        between: [...shape.groups],
      }),
    ),
    shaped(
      "oneWay",
      { oneWay: z.strictObject({ from: nodes, to: nodes }) },
      (doc) => doc.oneWay,
      ({ from, to }) => ({
        oneWay: { from, to },
      }),
    ),
    shaped(
      "bridge",
      { bridge: z.strictObject({ left: nodes, bridge: nodes, right: nodes }) },
      (doc) => doc.bridge,
      ({ left, bridge, right }) => ({ bridge: { left, bridge, right } }),
    ),
    shaped(
      "ring",
      { ring: nodes },
      (doc) => ({ nodes: doc.ring }),
      (shape) => ({ ring: shape.nodes }),
    ),
    shaped(
      "isolate",
      { isolate: target },
      (doc) => ({ target: doc.isolate }),
      (shape) => ({ isolate: shape.target }),
    ),
    shaped(
      "dealt",
      { deal: nodes, as: z.enum(["halves", "minority", "deafHalf", "bridge", "ring"]).default("halves") },
      (doc) => ({ nodes: doc.deal, as: doc.as }),
      (shape) => ({ deal: shape.nodes, as: shape.as }),
    ),
  ]);
}

type Shape<Type> = Extract<PartitionShape, { readonly type: Type }>;

const flap = z.strictObject({ cut: positiveDuration, open: positiveDuration }).optional();

interface FlapDoc {
  readonly flap?: { readonly cut: number; readonly open: number };
}

function shaped<Type extends PartitionShape["type"], Fields extends z.ZodRawShape>(
  type: Type,
  fields: Fields,
  read: (doc: z.output<z.ZodObject<Fields>>) => Omit<Shape<Type>, "type">,
  write: (shape: Shape<Type>) => z.output<z.ZodObject<Fields>>,
) {
  const doc = z.strictObject({ ...fields, flap });
  type Doc = z.output<typeof doc>;
  const isOfShape = ({ kind, shape }: Action<"partition">): boolean => kind === "partition" && shape.type === type;
  return codec<typeof doc, Action<"partition">>(doc, isOfShape, {
    decode: (written) => ({
      kind: "partition",
      shape: { type, ...read(written as z.output<z.ZodObject<Fields>>) } as Shape<Type>,
      flapCutUs: (written as FlapDoc).flap?.cut ?? 0,
      flapOpenUs: (written as FlapDoc).flap?.open ?? 0,
    }),
    encode: ({ shape, flapCutUs: cut, flapOpenUs: open }) =>
      ({ ...write(shape as Shape<Type>), ...(cut > 0 && open > 0 ? { flap: { cut, open } } : {}) }) as Doc,
  });
}

function processKinds(vocabulary: Vocabulary) {
  const node = targetSchema(vocabulary);
  return {
    crash: () =>
      arm(
        "crash",
        z.strictObject({ node, torn: z.boolean().default(false) }),
        (doc) => ({ target: doc.node, torn: doc.torn }),
        ({ target, torn }) => ({ node: target, torn }),
      ),
    restart: () => bare("restart", vocabulary),
    pause: () =>
      arm(
        "pause",
        z.strictObject({ node, monotonic: z.enum(["runs", "stops"]).default("runs") }),
        (doc) => ({ target: doc.node, monotonic: doc.monotonic }),
        ({ target, monotonic }) => ({ node: target, monotonic }),
      ),
    slow: () =>
      arm(
        "slow",
        z.strictObject({ node, step: positiveDuration }),
        (doc) => ({ target: doc.node, stepUs: doc.step }),
        ({ target, stepUs }) => ({ node: target, step: stepUs }),
      ),
    stop: () => bare("stop", vocabulary),
    wipe: () => bare("wipe", vocabulary),
    lose: () => bare("lose", vocabulary),
    suppressTimers: () =>
      arm(
        "suppressTimers",
        z.strictObject({
          node,
          timers: z.array(timerSchema(vocabulary)).default([]),
          lost: z.boolean().default(false),
        }),
        (doc) => ({ target: doc.node, timers: doc.timers, lost: doc.lost }),
        ({ target, timers, lost }) => ({ node: target, timers: [...timers], lost }),
      ),
  };
}

function clockKinds(vocabulary: Vocabulary) {
  const node = targetSchema(vocabulary);
  return {
    clockStep: () =>
      arm(
        "clockStep",
        z.strictObject({ node, by: signedDurationRange }),
        (doc) => ({ target: doc.node, byUsMin: doc.by.minUs, byUsMax: doc.by.maxUs }),
        ({ target, byUsMin, byUsMax }) => ({ node: target, by: { minUs: byUsMin, maxUs: byUsMax } }),
      ),
    clockDrift: () =>
      arm(
        "clockDrift",
        z.strictObject({ node, ppm: driftPpm }),
        (doc) => ({ target: doc.node, ppm: doc.ppm }),
        ({ target, ppm }) => ({ node: target, ppm }),
      ),
    clockSlew: () =>
      arm(
        "clockSlew",
        z.strictObject({ node, by: signedDuration }),
        (doc) => ({ target: doc.node, byUs: doc.by }),
        ({ target, byUs }) => ({ node: target, by: byUs }),
      ),
    clockFreeze: () => bare("clockFreeze", vocabulary),
  };
}

function diskKinds(vocabulary: Vocabulary) {
  const node = targetSchema(vocabulary);
  return {
    diskError: () =>
      arm(
        "diskError",
        z.strictObject({ node, rate: rate.default({ of: 1, outOf: 1 }) }),
        (doc) => ({ target: doc.node, rate: doc.rate }),
        ({ target, rate: share }) => ({ node: target, rate: share }),
      ),
    diskFull: () => bare("diskFull", vocabulary),
    diskSlow: () =>
      arm(
        "diskSlow",
        z.strictObject({ node, latency }),
        (doc) => ({ target: doc.node, latency: doc.latency }),
        ({ target, latency: model }) => ({ node: target, latency: model }),
      ),
    lostSync: () => bare("lostSync", vocabulary),
    bitRot: () =>
      arm(
        "bitRot",
        z.strictObject({ node, records: z.int().min(1).max(1_000_000).default(1) }),
        (doc) => ({ target: doc.node, records: doc.records }),
        ({ target, records }) => ({ node: target, records }),
      ),
    misdirectedWrite: () => bare("misdirectedWrite", vocabulary),
  };
}
