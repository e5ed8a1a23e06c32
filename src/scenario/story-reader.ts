// One story, variants and overrides already applied, to one Scenario: each part by its schema, names and times checked.

import { z } from "zod";

import { canonicalJson } from "../base/canonical-json.ts";
import { durationUsMax, printDuration } from "../base/units.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { expectedOneOf, fixByName } from "./closest.ts";
import { expectSchema } from "./expect-schema.ts";
import { faultKinds, kindSchemas, type KindSchemas } from "./fault-kinds.ts";
import { entryKeys, faultSchemas, type FaultSchema, type RunSpan } from "./fault-schema.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { at, keysOf, type Located, type LocatedMap, type Path, placeAt, plain, printPath } from "./located.ts";
import { defaultNames, type NodeNames, nodeNamesSchema } from "./node-names.ts";
import { type Problem, shown } from "./problem.ts";
import { problemsOf, unknownKeyProblem } from "./problems-of-schema.ts";
import { profileEntrySchema } from "./profile-entry.ts";
import type { Expectations, Scenario } from "./scenario.ts";
import type { Vocabulary } from "./selector-schema.ts";
import { plainKeys, promisesOf, vocabularyOf } from "./story-schema.ts";
import { worldSchema } from "./world-part.ts";

export interface ReadScenario {
  /** Absent when there are problems. */
  readonly scenario?: Scenario;
  readonly problems: readonly Problem[];
}

/** What is made of a system once, for all stories about it: a schema takes longer to make than to use. */
export interface StorySchemas {
  readonly names: z.ZodType<NodeNames, unknown>;
  /** Names every figure there is. */
  readonly expectations: z.ZodType<Expectations, unknown>;
  /** By who is there. */
  readonly worlds: Map<string, WorldSchemas>;
}

interface WorldSchemas {
  readonly vocabulary: Vocabulary;
  readonly world: ReturnType<typeof worldSchema>;
  readonly kinds: KindSchemas;
}

export const storySchemas = (system: AnySystem): StorySchemas => ({
  names: nodeNamesSchema(system.roles),
  expectations: expectSchema(promisesOf(system, defaultNames(system.roles)), system.measures.figures),
  worlds: new Map(),
});

function worldSchemas({ worlds }: StorySchemas, system: AnySystem, nodes: NodeNames): WorldSchemas {
  const who = canonicalJson([...nodes]);
  const known = worlds.get(who);
  if (known !== undefined) return known;
  const vocabulary = vocabularyOf(system, nodes);
  const made = { vocabulary, world: worldSchema(vocabulary, z.unknown()), kinds: kindSchemas(vocabulary) };
  worlds.set(who, made);
  return made;
}

export function readScenario(story: LocatedMap, name: string, system: AnySystem, schemas: StorySchemas): ReadScenario {
  const reader = new StoryReader(story, system, schemas);
  const scenario = reader.read(name);
  return reader.problems.length === 0 && scenario !== undefined
    ? { scenario, problems: [] }
    : { problems: reader.problems };
}

class StoryReader {
  problems: Problem[] = [];
  readonly #root: LocatedMap;
  readonly #system: AnySystem;
  readonly #schemas: StorySchemas;

  constructor(root: LocatedMap, system: AnySystem, schemas: StorySchemas) {
    this.#root = root;
    this.#system = system;
    this.#schemas = schemas;
  }

  /** Reads on after a mistake as far as sense can be made of the rest, so that one look shows them all. */
  read(name: string): Scenario | undefined {
    const system = this.#system;
    const { title, why, seed, until, heal, decisions, failure } = plainKeys;
    if (at(this.#root, ["name"]) !== undefined) this.#part(["name"], plainKeys.name);
    const words = {
      title: this.#part(["title"], title),
      why: this.#part(["why"], why),
      seed: this.#part(["seed"], seed),
    };
    const settings = this.#part(["settings"], system.settings, {});
    const workload = this.#part(["workload"], system.workload, {});
    const untilUs = this.#part(["until"], until);
    const healWritten = this.#part(["heal"], heal.optional());
    const forced = this.#part(["decisions"], decisions.optional());
    const note = this.#part(["failure"], failure.optional());
    const named = this.#part<NodeNames>(["world", "nodes"], this.#schemas.names, {});
    const nodes = named ?? defaultNames(system.roles);
    if (named !== undefined) this.#explain(nodes, settings, workload);
    const schemas = worldSchemas(this.#schemas, system, nodes);
    const world = this.#part(["world"], schemas.world, {});
    const healUs = this.#heal(untilUs ?? durationUsMax, healWritten, settings);
    const faults = this.#faults(schemas, { untilUs: untilUs ?? durationUsMax, healUs });
    const expect = this.#part(["expect"], this.#schemas.expectations, {});
    // Who is there is not known: a name that is not among the defaults may well be right.
    if (named === undefined) this.problems = this.problems.filter(({ code }) => code !== "UNKNOWN_NODE");
    if (words.title === undefined || words.why === undefined || words.seed === undefined) return undefined;
    if (untilUs === undefined || world === undefined || expect === undefined) return undefined;
    return {
      name,
      title: words.title,
      why: words.why,
      system: system.name,
      seed: words.seed,
      nodes,
      world: { ...world, untilUs, healUs, faults },
      settings,
      workload,
      expect,
      ...(forced === undefined ? {} : { decisions: forced }),
      ...(note === undefined ? {} : { failure: note }),
    };
  }

  #part<T>(path: Path, schema: z.ZodType<T, unknown>, absent?: unknown): T | undefined {
    const located = at(this.#root, path);
    const result = z.safeDecode(schema, located === undefined ? absent : plain(located));
    if (result.success) return result.data;
    this.problems.push(
      ...problemsOf(result.error.issues, { root: this.#root, path, schema: () => jsonSchemaOf(schema) }),
    );
    return undefined;
  }

  /** What the system finds contradictory in parts that are each right by themselves. */
  #explain(nodes: NodeNames, settings: unknown, workload: unknown): void {
    if (settings === undefined || workload === undefined) return;
    for (const { path, what, expected, fix } of this.#system.explain?.({ nodes, settings, workload }) ?? []) {
      this.problems.push({ place: placeAt(this.#root, path), code: "CONTRADICTION", what, expected, fix });
    }
  }

  #heal(untilUs: number, written: number | undefined, settings: unknown): number {
    // Settings that were refused say nothing about how long anything takes.
    const settleUs = settings === undefined ? 0 : this.#system.settleUs(settings);
    const healUs = written ?? Math.max(0, untilUs - settleUs);
    if (healUs > untilUs) {
      this.problems.push({
        place: placeAt(this.#root, ["heal"]),
        code: "HEAL_AFTER_END",
        what: `heal is ${printDuration(healUs)}, after the run ends at ${printDuration(untilUs)}.`,
        expected: `Expected heal between 0s and ${printDuration(untilUs)}.`,
        fix: "raise until, or lower heal.",
      });
    }
    const faults = at(this.#root, ["faults"]);
    const isTooShort = written === undefined && healUs === 0 && faults?.kind === "list" && faults.items.length > 0;
    if (!isTooShort) return healUs;
    this.problems.push({
      place: placeAt(this.#root, ["until"]),
      code: "NO_TIME_TO_SETTLE",
      what: `until is ${printDuration(untilUs)}, and the system may need ${printDuration(settleUs)} to settle after faults.`,
      expected: `Expected until above ${printDuration(settleUs)} plus the time in which faults strike.`,
      fix: 'raise until, or say with "heal: …" when faults end.',
    });
    return untilUs;
  }

  #faults({ vocabulary, kinds }: WorldSchemas, span: RunSpan): readonly Fault[] {
    const written = at(this.#root, ["faults"]);
    if (written === undefined) return [];
    if (written.kind !== "list") {
      this.#part(["faults"], z.array(z.unknown()));
      return [];
    }
    const schemaOf = faultSchemas(kinds, span);
    const profile = profileEntrySchema(vocabulary, span);
    const taken = new Set<string>();
    const faults = written.items.flatMap((entry, index): readonly Fault[] => {
      const path: Path = ["faults", index];
      const schema = this.#entrySchema(entry, path, schemaOf);
      const fault = schema === undefined || schema === "profile" ? undefined : this.#part(path, schema);
      const read = schema === "profile" ? (this.#part(path, profile) ?? []) : fault === undefined ? [] : [fault];
      this.#checkIds(read, taken, path);
      return read;
    });
    return faults;
  }

  /** The schema of an entry by its one key that names a kind; undefined when there is none, or more, and noted. */
  #entrySchema(
    entry: Located,
    path: Path,
    schemaOf: (kind: FaultKind) => FaultSchema,
  ): FaultSchema | "profile" | undefined {
    const keys = keysOf(entry);
    if (keys.includes("profile")) return "profile";
    const kinds = faultKinds.filter((name) => keys.includes(name));
    const [kind, second] = kinds;
    if (entry.kind === "map" && kind !== undefined && second === undefined) return schemaOf(kind);
    const name = printPath(path);
    if (second !== undefined) {
      this.problems.push({
        place: placeAt(this.#root, [...path, second], true),
        code: "TWO_FAULTS_IN_ONE",
        what: `${name} is both ${kind} and ${second}.`,
        expected: "Expected one key that names the kind.",
        fix: "make two entries of it.",
      });
      return undefined;
    }
    const strange = keys.find((key) => !entryKeys.includes(key));
    if (strange === undefined) {
      this.problems.push({
        place: placeAt(this.#root, path),
        code: "UNKNOWN_FAULT",
        what: `${name} ${entry.kind === "map" ? "does not say what goes wrong" : `is ${shown(plain(entry))}`}.`,
        expected: expectedOneOf(faultKinds),
        fix: 'add a key that names the kind, as in "crash: { node: any server }".',
      });
    } else {
      const near = unknownKeyProblem(strange, path, faultKinds, this.#root);
      const names = [...faultKinds, ...entryKeys];
      this.problems.push({
        ...near,
        code: "UNKNOWN_FAULT",
        fix: fixByName(strange, names, 'see "faultline list faults".'),
      });
    }
    return undefined;
  }

  #checkIds(faults: readonly Fault[], taken: Set<string>, path: Path): void {
    for (const { id } of faults) {
      if (taken.has(id)) {
        this.problems.push({
          place: placeAt(this.#root, path),
          code: "FAULT_NAME_TAKEN",
          what: `${printPath(path)} and a fault before it would both be named ${shown(id)}.`,
          expected: "Expected each fault to have a name of its own: its decisions are drawn under it.",
          fix: 'give one of them another, as in "id: second-drop".',
        });
      }
      taken.add(id);
    }
  }
}
