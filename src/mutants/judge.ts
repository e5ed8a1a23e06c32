// Judges that do not see what they should, or see what is not there. A story that is known to be bad must be found so, by
// the property it is known for; what is known to be good must be found good.

import type { HistoryEntry } from "../check/history.ts";
import type { Findings, Instant, Model, Property } from "../check/property.ts";
import type { Fact } from "../machine/effect.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Mutant, Plant } from "./mutant.ts";

type AnyProperty = Property<unknown, Fact>;

/** Properties are something else; the model is as it was. */
const judging =
  (change: (property: AnyProperty) => AnyProperty): Plant =>
  (system) => ({ ...system, properties: (input) => system.properties(input).map((property) => change(property)) });

/** A rule of any fact. */
type AnyRule = (view: unknown, fact: Fact, at: Instant, findings: Findings) => void;

/** Every rule is something else. */
const ruling = (change: (rule: AnyRule) => AnyRule): Plant =>
  judging((property) => ({
    ...property,
    rules: Object.fromEntries(
      Object.entries(property.rules).flatMap(([name, rule]) => (rule === undefined ? [] : [[name, change(rule)]])),
    ),
  }));

/** What a rule says is heard otherwise. */
const hearsay = (change: (findings: Findings, fact: Fact, at: Instant) => Findings): Plant =>
  ruling((rule) => (view, fact, at, findings) => rule(view, fact, at, change(findings, fact, at)));

const deaf: Findings = {
  exercised() {},
  violated() {},
  owe() {},
  paid() {},
  forgiven() {},
  happened() {},
};

/** Some facts are shown neither to the model nor to the rules. */
const unseen =
  (isUnseen: (fact: Fact, at: Instant) => boolean): Plant =>
  (system) => ({
    ...ruling((rule) => (view, fact, at, findings) => {
      if (!isUnseen(fact, at)) rule(view, fact, at, findings);
    })(system),
    model: (input) =>
      folding(system.model(input), (fold) => (view, fact, at) => {
        if (!isUnseen(fact, at)) fold(view, fact, at);
      }),
  });

type Fold = Model<unknown, Fact>["fold"];

/** A model that folds otherwise. */
function folding(model: Model<unknown, Fact>, change: (fold: Fold) => Fold): Model<unknown, Fact> {
  const { folds } = model;
  const fold = change(model.fold);
  if (folds === undefined) return { ...model, fold };
  return { ...model, fold, folds: new Map([...folds].map(([name, one]) => [name, change(one)])) };
}

/** The model forgets something after it was told of something. */
const forgetting =
  (when: readonly string[], forget: (view: unknown, fact: Fact, at: Instant) => void): Plant =>
  (system) => ({
    ...system,
    model: (input) => {
      const model = system.model(input);
      const fold: Fold = (view, fact, at) => {
        (model.folds?.get(fact.fact) ?? model.fold)(view, fact, at);
        if (when.includes(fact.fact)) forget(view, fact, at);
      };
      const folds = new Map(model.folds ?? []);
      for (const name of when) folds.set(name, fold);
      return { ...model, fold, ...(model.folds === undefined ? {} : { folds }) };
    },
  });

/** A field of a view that holds something by key. */
function mapIn(view: unknown, name: string): Map<unknown, unknown> {
  const found: unknown = typeof view === "object" && view !== null ? Reflect.get(view, name) : undefined;
  return found instanceof Map ? found : new Map();
}

const fieldOf = (fact: Fact, name: string): unknown => Reflect.get(fact, name);

/** Facts seen in another light. */
const recolouring =
  (name: string, change: (fact: Fact) => Fact): Plant =>
  (system: AnySystem) => ({
    ...system,
    model: (input) =>
      folding(
        system.model(input),
        (fold) => (view, fact, at) => fold(view, fact.fact === name ? change(fact) : fact, at),
      ),
    properties: (input) =>
      system.properties(input).map((property) => {
        const rule = property.rules[name];
        if (rule === undefined) return property;
        const coloured: typeof rule = (view, fact, at, findings) => rule(view, change(fact), at, findings);
        return { ...property, rules: { ...property.rules, [name]: coloured } };
      }),
  });

/** Operations are written down otherwise. */
const chronicling =
  (change: (entry: HistoryEntry) => readonly HistoryEntry[]): Plant =>
  (system) => ({
    ...system,
    history: () => {
      const historian = system.history();
      return (fact, atUs, node) => historian(fact, atUs, node).flatMap((entry) => change(entry));
    },
  });

const judge = (system: "mesh" | "raft", id: string, about: string, source: string, plant: Plant): Mutant => ({
  id: `judge/${system}-${id}`,
  system,
  where: "judge",
  about,
  source,
  plant,
});

const only =
  (ids: readonly string[], plant: Plant): Plant =>
  (system) => {
    const changed = plant(system);
    return {
      ...changed,
      properties: (input) => {
        const before = new Map(system.properties(input).map((property) => [property.id, property]));
        return changed
          .properties(input)
          .map((property) => (ids.includes(property.id) ? property : (before.get(property.id) ?? property)));
      },
    };
  };

const overdueIgnored = hearsay((findings) => ({ ...findings, ...bound(findings), owe() {} }));

/** The same findings as functions of their own, so that some can be replaced. */
function bound(findings: Findings): Findings {
  return {
    exercised: () => findings.exercised(),
    violated: (about, because, evidence) => findings.violated(about, because, evidence),
    owe: (key, dueUs, because, evidence) => findings.owe(key, dueUs, because, evidence),
    paid: (key) => findings.paid(key),
    forgiven: (key) => findings.forgiven(key),
    happened: () => findings.happened(),
  };
}

const storeFacts: readonly string[] = ["effectAccepted", "itemCarried"];

export const judgeMutants: readonly Mutant[] = [
  judge(
    "mesh",
    "skips-recovered",
    "effects that a restart finds are not judged",
    "properties.md trap 4",
    unseen(({ fact }) => fact === "effectRecovered"),
  ),
  judge(
    "mesh",
    "no-effects",
    "what the store accepts is not shown to the judge of authority",
    "properties.md trap 1",
    only(
      ["A1", "A2", "A4"],
      unseen(({ fact }) => storeFacts.includes(fact)),
    ),
  ),
  judge(
    "mesh",
    "only-the-first-player",
    "violations are reported about the first player only",
    "properties.md trap 3",
    hearsay((findings) => ({
      ...bound(findings),
      violated(about, because, evidence) {
        if (about.startsWith("player-1")) findings.violated(about, because, evidence);
      },
    })),
  ),
  judge(
    "mesh",
    "only-at-the-end",
    "violations count once the world has healed",
    "properties.md trap 3",
    hearsay((findings, _fact, { atUs }) => (atUs < 20_000_000 ? { ...bound(findings), violated() {} } : findings)),
  ),
  judge(
    "mesh",
    "never-asks-for-debts",
    "what must happen in time is never asked for",
    "properties.md AL1",
    overdueIgnored,
  ),
  judge(
    "mesh",
    "forgets-players",
    "a player that connects again is a new one to the judge",
    "properties.md A3",
    forgetting(["playerConnecting"], (view, fact) => void mapIn(view, "players").delete(fieldOf(fact, "player"))),
  ),
  judge(
    "mesh",
    "resets-at-a-new-leader",
    "with a new leader of the coordinators the judge begins anew",
    "properties.md A3",
    forgetting(["raft.leaderElected"], (view) => mapIn(view, "players").clear()),
  ),
  judge(
    "mesh",
    "counts-types-of-items",
    "items are told apart by their kind, not by their name",
    "properties.md §2 traps",
    forgetting(["effectAccepted"], (view) => mapIn(view, "items").clear()),
  ),
  judge(
    "mesh",
    "answers-unheard",
    "answers to players are not shown to the judge",
    "properties.md A9",
    unseen(({ fact }) => fact === "actionAnswered"),
  ),
  judge(
    "mesh",
    "effects-unseen",
    "what the store accepts is not shown to the judge",
    "properties.md trap 13",
    unseen(({ fact }) => fact === "effectAccepted"),
  ),
  judge(
    "mesh",
    "transfers-unseen",
    "transfers that end are not shown to the judge",
    "properties.md A7",
    unseen(({ fact }) => fact === "transferEnded"),
  ),
  judge(
    "mesh",
    "judges-nothing",
    "nothing is ever found to be wrong",
    "properties.md X9",
    hearsay(() => deaf),
  ),
  judge(
    "mesh",
    "outputs-unseen",
    "what players are shown is not shown to the judge",
    "properties.md A5",
    unseen(({ fact }) => fact === "emitShown"),
  ),
  judge(
    "raft",
    "skips-crashed-nodes",
    "what a node said is forgotten when it crashes",
    "properties.md §4 traps",
    forgetting(["nodeCrashed", "nodeStopped"], (view, _fact, { node }) => {
      mapIn(view, "nodes").delete(node);
      for (const votes of mapIn(view, "votes").values()) if (votes instanceof Map) votes.delete(node);
    }),
  ),
  judge(
    "raft",
    "resets-at-a-new-leader",
    "with a new leader the judge begins anew",
    "properties.md RF1",
    forgetting(["raft.leaderElected"], (view) => {
      for (const name of ["votes", "executed", "shown", "applied", "entries"]) mapIn(view, name).clear();
    }),
  ),
  judge(
    "raft",
    "content-unseen",
    "entries are compared by index and term, not by what they say",
    "properties.md §4 traps: a tautology",
    recolouring("raft.appended", (fact) => ({ ...fact, checksums: asZeros(fact, "checksums") })),
  ),
  judge(
    "raft",
    "applies-by-term",
    "what is applied is compared by index and term",
    "properties.md RF4 trap",
    recolouring("raft.applied", (fact) => ({ ...fact, checksums: asZeros(fact, "checksums") })),
  ),
  judge(
    "raft",
    "reads-are-always-right",
    "reads are not judged",
    "properties.md RF5: reads included",
    unseen((fact) => fact.fact === "store.answered" && fieldOf(fact, "kind") === "get"),
  ),
  judge(
    "raft",
    "executions-unseen",
    "what is executed twice counts once",
    "properties.md RF9",
    unseen(({ fact }) => fact === "store.executed"),
  ),
  judge(
    "raft",
    "durability-taken-on-trust",
    "what a node has in its log counts as durable",
    "properties.md RF8",
    forgetting(["raft.appended"], (view, _fact, { node }) => {
      const known: unknown = mapIn(view, "nodes").get(node);
      if (typeof known === "object" && known !== null) Reflect.set(known, "durable", Reflect.get(known, "last"));
    }),
  ),
  judge(
    "raft",
    "never-asks-for-debts",
    "what must happen in time is never asked for",
    "properties.md RFL1",
    overdueIgnored,
  ),
  judge(
    "raft",
    "joint-as-one",
    "configurations are not compared",
    "properties.md RF7",
    unseen(({ fact }) => fact === "raft.configured"),
  ),
  judge(
    "raft",
    "timeouts-are-failures",
    "an operation without an answer is taken for one that had no effect",
    "properties.md §4 traps",
    chronicling((entry) => [entry.type === "info" ? { ...entry, type: "fail" } : entry]),
  ),
  judge(
    "raft",
    "reads-left-out",
    "reads are left out of histories",
    "properties.md RF5",
    chronicling((entry) => (entry.op === "read" ? [] : [entry])),
  ),
];

function asZeros(fact: Fact, name: string): readonly number[] {
  const value = fieldOf(fact, name);
  return Array.isArray(value) ? value.map(() => 0) : [];
}
