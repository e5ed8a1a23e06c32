// Whether what came off the wire has the shape of a message: a damaged frame that was not noticed must not break a
// machine that believes its types. Values are not judged here, for a value may be wrong and well formed.

import type { ActionKind, GrantCause } from "./facts.ts";
import type { ActionOutcome, ForceAnswer, MeshMessage, Notice, RefusalReason, WriteResult } from "./messages.ts";

/** A list of words: one of them. */
type Shape = "node" | "text" | "number" | "flag" | "state" | "items" | readonly string[];
type FieldsOf<M> = M extends { readonly type: string } ? Exclude<keyof M, "type"> : never;
type Shapes = {
  readonly [Type in MeshMessage["type"]]: { readonly [Field in FieldsOf<Extract<MeshMessage, { type: Type }>>]: Shape };
};

const kinds = ["score", "pickup", "drop"] as const satisfies readonly ActionKind[];
const outcomes = ["done", "failed"] as const satisfies readonly ActionOutcome[];
const results = [...outcomes, "staleToken", "outOfOrder", "versionConflict"] as const satisfies readonly WriteResult[];
const notices = ["paused", "resumed", "moved", "rolledBack"] as const satisfies readonly Notice[];
const causes = ["join", "transfer", "rollback", "rejoin"] as const satisfies readonly GrantCause[];
const refusals = ["notReady", "superseded", "conflict"] as const satisfies readonly RefusalReason[];
const answers = ["rolledBack", "completed", "noTransfer", "noOwner"] as const satisfies readonly ForceAnswer[];

const attempt = { transfer: "text", attempt: "number", player: "node" } as const;

const shapes: Shapes = {
  join: { session: "number", ask: "number", x: "number" },
  locate: { session: "number", ask: "number" },
  hello: { session: "number" },
  bye: { session: "number" },
  move: { session: "number", step: "number", x: "number" },
  act: { session: "number", sequence: "number", oldest: "number", kind: kinds, item: "text" },
  located: { session: "number", ask: "number", server: "node", token: "number" },
  unplaced: { session: "number", ask: "number" },
  welcome: { session: "number", token: "number", version: "number", paused: "flag", items: "items" },
  view: { session: "number", token: "number", version: "number", x: "number", paused: "flag" },
  acted: { session: "number", sequence: "number", outcome: outcomes, token: "number", version: "number" },
  notice: { transfer: "text", notice: notices, server: "node", token: "number" },
  notOwner: { session: "number" },
  prepare: { ...attempt, fromToken: "number" },
  ship: { ...attempt, fromToken: "number", state: "state", checksum: "text" },
  cancel: attempt,
  prepared: attempt,
  busy: attempt,
  refused: { ...attempt, because: refusals },
  mismatch: { ...attempt, expected: "text", actual: "text", received: "state" },
  confirm: { ...attempt, token: "number" },
  adopt: { transfer: "text", player: "node", fromToken: "number", source: "node", version: "number" },
  abort: { transfer: "text", player: "node", fromToken: "number" },
  claim: { player: "node", incarnation: "number" },
  rejoin: { incarnation: "number" },
  granted: {
    player: "node",
    token: "number",
    cause: causes,
    transfer: "text",
    version: "number",
    incarnation: "number",
  },
  adoptRefused: { transfer: "text", player: "node", because: refusals },
  settled: { transfer: "text", player: "node", server: "node", token: "number" },
  owner: { player: "node", server: "node", token: "number" },
  rejoined: { incarnation: "number", players: "number" },
  fence: { player: "node", token: "number" },
  fenced: { player: "node", token: "number", version: "number" },
  load: { player: "node", token: "number", ask: "number" },
  loaded: { player: "node", token: "number", ask: "number", state: "state" },
  loadRefused: { player: "node", token: "number", ask: "number", fence: "number" },
  write: {
    player: "node",
    token: "number",
    session: "number",
    sequence: "number",
    kind: kinds,
    item: "text",
    base: "number",
    state: "state",
  },
  wrote: {
    player: "node",
    token: "number",
    session: "number",
    sequence: "number",
    result: results,
    repeated: "flag",
    version: "number",
  },
  forceRollback: { command: "text", player: "node", reason: "text" },
  force: { command: "text", player: "node", reason: "text", operator: "node" },
  forced: { command: "text", player: "node", answer: answers },
};

const fieldsOf: ReadonlyMap<string, readonly (readonly [field: string, shape: Shape])[]> = new Map(
  Object.entries(shapes).map(([type, fields]) => [type, Object.entries(fields)]),
);

/** True for every message that a machine of the mesh sends. `members`: everybody there is; nobody else can be named. */
export function isWellFormed(message: MeshMessage, members: ReadonlySet<string>): boolean {
  const fields = fieldsOf.get(message.type);
  if (fields === undefined) return false;
  const values = message as unknown as Readonly<Record<string, unknown>>;
  for (const [field, shape] of fields) if (!hasShape(values[field], shape, members)) return false;
  return true;
}

function hasShape(value: unknown, shape: Shape, members: ReadonlySet<string>): boolean {
  if (typeof shape !== "string") return typeof value === "string" && shape.includes(value);
  switch (shape) {
    case "node":
      return typeof value === "string" && members.has(value);
    case "text":
      return typeof value === "string";
    case "number":
      return Number.isSafeInteger(value);
    case "flag":
      return typeof value === "boolean";
    case "items":
      return areItems(value);
    case "state":
      return isState(value);
  }
}

function isState(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const numbers = ["version", "x", "score", "session", "sequence"];
  return numbers.every((field) => Number.isSafeInteger(fields[field])) && areItems(fields["items"]);
}

const areItems = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === "string");
