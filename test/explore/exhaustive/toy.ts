// Toy systems for explorations: machines that are tables, drawn at random, and a judge that knows who said what last.
import fc from "fast-check";

import type { NodeId } from "../../../src/base/ids.ts";
import type { Model, Property } from "../../../src/check/property.ts";
import { type Bounds, boundsDefault } from "../../../src/explore/exhaustive/bounds.ts";
import { quietBeginning } from "../../../src/explore/exhaustive/beginning.ts";
import { SmallJudge } from "../../../src/explore/exhaustive/small-judge.ts";
import { type SmallState, SmallWorld } from "../../../src/explore/exhaustive/small-world.ts";
import type { Effect, Fact } from "../../../src/machine/effect.ts";
import type { MachineEvent } from "../../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../../src/machine/machine.ts";

/** What a toy does about one event in one of its moods. */
interface Row {
  readonly mood: number;
  readonly sends: readonly { readonly to: number; readonly word: number }[];
  /** Said to the judge; below 0: nothing. */
  readonly says: number;
  readonly arms: boolean;
  readonly writes: boolean;
}

export interface ToyPlan {
  /** By node, event (started, timer, synced, a word) and mood. */
  readonly rows: readonly (readonly (readonly Row[])[])[];
  /** Events that a toy does anything about, in each of its lives. */
  readonly patience: number;
  /** What the first node must not have said last while the second has said that. */
  readonly forbidden: readonly [number, number];
  readonly bounds: Bounds;
}

const moods = 2;
const words = 2;
const sayings = 2;
const nodeIds = ["a", "b", "c"] as readonly string[] as readonly NodeId[];

interface ToyState {
  mood: number;
  patience: number;
}

class Toy implements Machine {
  state: ToyState;
  readonly #rows: ToyPlan["rows"][number];

  constructor(rows: ToyPlan["rows"][number], patience: number) {
    this.#rows = rows;
    this.state = { mood: 0, patience };
  }

  step(event: MachineEvent): readonly Effect[] {
    const { state } = this;
    if (state.patience === 0) return [];
    state.patience -= 1;
    if (event.type === "booted") state.mood = event.disk.get("moods")?.length === undefined ? 0 : 1;
    const row = this.#rows[indexOf(event)][state.mood];
    state.mood = row.mood;
    return [
      ...(row.says < 0 ? [] : [{ type: "record", fact: "said", what: row.says } as Effect]),
      ...row.sends.map(({ to, word }): Effect => ({ type: "send", to: nodeIds[to], message: { type: String(word) } })),
      ...(row.arms ? [{ type: "setTimer", timer: "again", afterUs: 10 } as const] : []),
      ...(row.writes
        ? [{ type: "append", file: "moods", record: row.mood } as const, { type: "sync", sync: "moods" } as const]
        : []),
    ];
  }
}

function indexOf(event: MachineEvent): number {
  if (event.type === "booted") return 0;
  if (event.type === "timerFired") return 1;
  return event.type === "received" ? 3 + Number(event.message.type) : 2;
}

interface Said extends Fact {
  readonly fact: "said";
  readonly what: number;
}

type View = Map<string, number>;

const model: Model<View, Said> = {
  fresh: () => new Map<string, number>(),
  fold: (view, fact, { node }) => {
    // The world states facts to every judge.
    if (fact.fact !== "said") return;
    view.set(node, fact.what);
    // Who said something before whom is all one only where nobody keeps it.
    view.set("last", nodeIds.indexOf(node));
  },
};

const notBoth = ([one, other]: ToyPlan["forbidden"]): Property<View, Said> => ({
  id: "NOT-BOTH",
  kind: "always",
  claim: "the two have not said these last",
  source: "test",
  rules: {
    said: (view, _fact, { node }, findings) => {
      if (view.get("a") === one && view.get("b") === other) findings.violated(node, "both said it");
    },
  },
});

/** A world of toys, at the very beginning. */
export function toyWorld({ rows, patience, forbidden, bounds }: ToyPlan): { world: SmallWorld; first: SmallState } {
  const specs = rows.map((own, ordinal): NodeSpec => {
    return { id: nodeIds[ordinal], role: "toy", ordinal, start: () => new Toy(own, patience) };
  });
  // The judge of a system is asked about its own facts only.
  const judge = new SmallJudge(model as never, [notBoth(forbidden)] as never, 0);
  const world = new SmallWorld(specs, judge, bounds, 0);
  const beginning = quietBeginning(world, () => false, false);
  if (beginning === undefined) throw new Error("a world without a wish begins at once");
  return { world, first: beginning.state };
}

const rowOf = (nodes: number): fc.Arbitrary<Row> =>
  fc.record({
    mood: fc.nat(moods - 1),
    sends: fc.array(fc.record({ to: fc.nat(nodes - 1), word: fc.nat(words - 1) }), { maxLength: 2 }),
    says: fc.integer({ min: -2, max: sayings - 1 }),
    arms: fc.boolean(),
    writes: fc.nat(3).map((one) => one === 0),
  });

export const toyPlan: fc.Arbitrary<ToyPlan> = fc.integer({ min: 2, max: 3 }).chain((nodes) =>
  fc.record({
    rows: fc.array(
      fc.array(fc.array(rowOf(nodes), { minLength: moods, maxLength: moods }), {
        minLength: 3 + words,
        maxLength: 3 + words,
      }),
      { minLength: nodes, maxLength: nodes },
    ),
    patience: fc.integer({ min: 1, max: 3 }),
    // Something nobody says: then all of the world is seen.
    forbidden: fc.tuple(fc.nat(sayings), fc.nat(sayings - 1)),
    bounds: fc
      .record({
        crashes: fc.nat(1),
        duplicates: fc.nat(1),
        drops: fc.nat(1),
        timers: fc.integer({ min: 0, max: 2 }).map((count) => new Map([["", count]])),
      })
      .map((drawn): Bounds => ({ ...boundsDefault, ...drawn })),
  }),
);
