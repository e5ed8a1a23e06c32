// What clients ask of each kind of object, and a queue: a model that the sources do not need, and the literature does.
import type { Generator } from "../../../src/base/random.ts";
import { type Meaning, meaningless, type Model, type Said } from "../../../src/check/linearizability/model.ts";
import type { Workload } from "./histories.ts";

type Field = Readonly<Record<string, unknown>>;

const pick = <T>(random: Generator, choices: readonly T[]): T => choices[random.below(choices.length)];

export const registerWorkload = (values: number): Workload => ({
  op: (random) => {
    const kind = random.below(10);
    if (kind < 4) return { op: "read", value: null };
    if (kind < 8) return { op: "write", value: random.below(values) };
    return { op: "cas", value: { from: random.below(values), to: random.below(values) } };
  },
  anyAnswer: (op, value, random) => (op === "read" ? random.below(values) : value),
  fresh: () => {
    let content: unknown = null;
    return (op, value) => {
      if (op === "read") return content;
      if (op === "cas" && content !== (value as Field)["from"]) return undefined;
      content = op === "cas" ? (value as Field)["to"] : value;
      return value;
    };
  },
});

const players = ["ann", "bob", "cid"];

export const itemWorkload: Workload = {
  op: (random) => {
    const player = pick(random, players);
    const [op, value] = pick<readonly [string, unknown]>(random, [
      ["spawn", null],
      ["pickup", { player }],
      ["pickup", { player }],
      ["drop", { player }],
      ["drop", { player }],
      ["give", { player, to: pick(random, players) }],
      ["destroy", pick(random, [null, { player }])],
      ["where", null],
    ]);
    return { op, value };
  },
  anyAnswer: (op, value, random) =>
    op === "where" ? pick(random, [null, { player: null }, { player: pick(random, players) }]) : value,
  fresh: () => {
    let place: string | null = null;
    let isBorn = false;
    return (op, value) => {
      const { player = null, to } = (value ?? {}) as { readonly player?: string; readonly to?: string };
      if (op === "where") return place === null ? null : { player: place === "ground" ? null : place };
      if (op === "spawn" && isBorn) return undefined;
      const needed = { spawn: null, pickup: "ground", destroy: player ?? "ground" }[op];
      if (place !== (needed === undefined ? player : needed)) return undefined;
      isBorn = true;
      place = { spawn: "ground", pickup: player, drop: "ground", give: to, destroy: null }[op] ?? null;
      return value;
    };
  },
};

const servers = ["north", "south"];

/** Grants that happen behind the clients' backs. */
export const authorityWorkload: Workload = {
  op: (random) => {
    const [op, value] = pick<readonly [string, unknown]>(random, [
      ["acquire", { server: pick(random, servers) }],
      ["act", null],
      ["act", null],
      ["owner", null],
    ]);
    return { op, value };
  },
  anyAnswer: (op, _value, random) =>
    op === "owner" && random.below(4) === 0 ? null : { server: pick(random, servers), token: 1 + random.below(3) },
  fresh: () => {
    let holder: { readonly server: string; readonly token: number } | null = null;
    return (op, _value, random) => {
      if ((holder === null && op !== "owner") || random.below(3) === 0) {
        holder = { server: pick(random, servers), token: (holder?.token ?? 0) + 1 + random.below(2) };
      }
      return holder;
    };
  },
};

/** Grants are what clients acquire. */
export const lockWorkload: Workload = {
  op: (random) => {
    const server = pick(random, servers);
    const [op, value] = pick<readonly [string, unknown]>(random, [
      ["acquire", { server }],
      ["acquire", { server }],
      ["act", { server, token: 1 + random.below(4) }],
      ["act", { server, token: 1 + random.below(4) }],
      ["owner", null],
    ]);
    return { op, value };
  },
  anyAnswer: (op, value, random) => {
    if (op === "act") return value;
    return op === "acquire" ? { token: 1 + random.below(4) } : { server: pick(random, servers), token: 1 };
  },
  fresh: () => {
    let holder: { readonly server: string; readonly token: number } | null = null;
    return (op, value, random) => {
      const asked = value as { readonly server: string; readonly token: number };
      if (op === "acquire") {
        holder = { server: asked.server, token: (holder?.token ?? 0) + 1 + (random.below(4) === 0 ? 1 : 0) };
        return { token: holder.token };
      }
      if (op === "owner") return holder;
      return holder?.server === asked.server && holder.token === asked.token ? value : undefined;
    };
  },
};

/** First in, first out. */
export const queue: Model<readonly string[]> = {
  name: "queue",
  about: "first in, first out",
  operations: ["enq", "deq"],
  initial: [],
  meaning: queueMeaning,
  identity: (waiting) => waiting.join(),
  tell: (waiting) => `[${waiting.join()}]`,
};

function queueMeaning({ op, value, answer }: Said): Meaning<readonly string[]> {
  if (op === "enq") {
    const next = (waiting: readonly string[]): readonly string[] => [...waiting, String(value)];
    const says = `enq ${String(value)}`;
    return {
      type: "action",
      action: { says, next, observes: false, overwrites: false, needs: undefined, leaves: "turn" },
    };
  }
  if (answer !== null && typeof answer.value !== "number") return meaningless("a number");
  const taken = answer === null ? undefined : String(answer.value);
  const next = ([first, ...rest]: readonly string[]): readonly string[] | undefined =>
    first !== undefined && (taken === undefined || first === taken) ? rest : undefined;
  // What is to be taken must have come in and to the front: any enq and any other deq can help.
  const says = `deq ${taken ?? "without an answer"}`;
  return {
    type: "action",
    action: { says, next, observes: false, overwrites: false, needs: "turn", leaves: "turn" },
  };
}

export const queueWorkload: Workload = {
  op: (random) => (random.below(2) === 0 ? { op: "enq", value: random.below(3) } : { op: "deq", value: null }),
  anyAnswer: (op, value, random) => (op === "deq" ? random.below(3) : value),
  fresh: () => {
    const waiting: unknown[] = [];
    return (op, value) => {
      if (op === "deq") return waiting.shift();
      waiting.push(value);
      return value;
    };
  },
};
