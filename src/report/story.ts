// The story of a run in a few lines: what went wrong, what became of whatever it struck, and how a property broke.

import type { Verdict } from "../check/property.ts";
import { printable } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceEvent, Tracer } from "../trace/trace-event.ts";
import { isWorldFact, tellFact, tellLoss, tellMessage } from "./told.ts";

export interface StoryLine {
  readonly atUs: number;
  readonly event: number;
  readonly node: string;
  readonly text: string;
  readonly kind: "fault" | "world" | "system" | "violation";
}

/** A story with what was left out between its lines. */
export type StoryPart = ({ readonly type: "line" } & StoryLine) | { readonly type: "gap"; readonly lines: number };

/** Something that happened, before it is known whether it belongs into the story. */
interface Happening extends StoryLine {
  /** Name of the fact, or of what befell a message. */
  readonly name: string;
  /** Values by which it hangs together with others: the ids of a transfer, of an action. */
  readonly subjects: readonly string[];
}

const happeningsMax = 100_000;
/** A value that occurs more often than this names a node or a kind, not one affair. */
const subjectTimesMax = 60;
/** Of one fault kind, or one sort of loss, so many are told. */
const alikeMax = 3;

/** Listens to a run and keeps what could be told of it, up to a bound. */
export class StoryListener implements Tracer {
  readonly #system: AnySystem;
  readonly #happenings: Happening[] = [];
  /** What is on its way: a loss only names the message. */
  readonly #sent = new Map<number, object>();
  #left = 0;

  constructor(system: AnySystem) {
    this.#system = system;
  }

  trace(event: TraceEvent): void {
    switch (event.kind) {
      case "fact":
        return this.#fact(event);
      case "sent":
        this.#sent.set(event.message, event.content);
        return undefined;
      case "delivered":
        this.#sent.delete(event.message);
        if (event.content !== undefined) {
          this.#message(
            event,
            event.content,
            `receives a changed ${tellMessage(event.content, this.#system)}`,
            "changed",
          );
        }
        return undefined;
      case "lost": {
        const content = this.#sent.get(event.message) ?? {};
        this.#sent.delete(event.message);
        if (event.reason === "dropFault") {
          this.#message(
            event,
            content,
            `${tellMessage(content, this.#system)} to ${event.to}: ${tellLoss(event.reason)}`,
            "dropped",
          );
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** The happenings that matter most, at most about `linesMax`, in order, with gaps between. */
  story(verdict: Verdict, linesMax: number): readonly StoryPart[] {
    const all = withViolations(this.#happenings, verdict);
    const chosen = new Set<number>();
    for (const index of ranked(all, verdict)) {
      if (chosen.size >= linesMax) break;
      chosen.add(index);
    }
    return withGaps(all, chosen, this.#left);
  }

  /**
   * One affair from beginning to end: everything that names what the first fact of this name names, and little else does,
   * such as a transfer. Empty when no such fact was stated.
   */
  affair(factName: string, linesMax: number): readonly StoryPart[] {
    const all = this.#happenings;
    const first = all.find(({ name }) => name === factName);
    // What names an affair turns up in facts of many names; a reason or a checksum does not.
    const breadth = (subject: string): number => {
      const naming = all.filter(({ subjects }) => subjects.includes(subject));
      return naming.length > subjectTimesMax ? 0 : new Set(naming.map(({ name }) => name)).size;
    };
    const [subject] = (first?.subjects ?? []).toSorted((a, b) => breadth(b) - breadth(a) || (a < b ? -1 : 1));
    if (subject === undefined) return [];
    const chosen = all.flatMap(({ subjects }, index) => (subjects.includes(subject) ? [index] : []));
    // A long affair is told by its beginning and its end.
    const shown = chosen.length <= linesMax ? chosen : [...chosen.slice(0, linesMax - 5), ...chosen.slice(-5)];
    return withGaps(all, new Set(shown), this.#left);
  }

  #fact({ atUs, event, node, fact }: TraceEvent & { readonly kind: "fact" }): void {
    const text = tellFact(fact, node, this.#system);
    if (text === undefined) return;
    if (this.#happenings.length >= happeningsMax) {
      this.#left += 1;
      return;
    }
    const world = isWorldFact(fact);
    const kind = world ? (fact.fact === "faultBegan" || fact.fact === "faultEnded" ? "fault" : "world") : "system";
    const name = nameOf(fact, kind);
    this.#happenings.push({ atUs, event, node, text, kind, name, subjects: world ? [] : subjectsOf(fact) });
  }

  #message({ atUs, event, node }: TraceEvent, content: object, text: string, name: string): void {
    if (this.#happenings.length >= happeningsMax) this.#left += 1;
    else this.#happenings.push({ atUs, event, node, text, kind: "fault", name, subjects: subjectsOf(content) });
  }
}

/** Of faults those of a kind are alike, of alerts those of a name. */
function nameOf(fact: { readonly fact: string }, kind: StoryLine["kind"]): string {
  if (kind === "fault" && "kind" in fact) return `${fact.fact} ${String(fact.kind)}`;
  return "alert" in fact ? `${fact.fact} ${String(fact.alert)}` : fact.fact;
}

const subjectsOf = (value: object): readonly string[] =>
  Object.entries(value).flatMap(([key, field]) =>
    typeof field === "string" && field !== "" && key !== "fact" && key !== "type" && key !== "kind" ? [field] : [],
  );

function withViolations(happenings: readonly Happening[], verdict: Verdict): readonly Happening[] {
  const violations = verdict.properties.flatMap(({ first }) =>
    first.slice(0, 1).map(({ atUs, event, node, property, because, about }): Happening => ({
      atUs,
      event,
      node,
      text: printable(`${property} IS VIOLATED: ${because}`),
      kind: "violation",
      name: "violation",
      subjects: [about],
    })),
  );
  // Behind everything that was stated in the same event.
  return [...happenings, ...violations]
    .map((happening, index) => ({ happening, index }))
    .sort((a, b) => a.happening.atUs - b.happening.atUs || a.happening.event - b.happening.event || a.index - b.index)
    .map(({ happening }) => happening);
}

/** Indices from the most telling down: violations and their evidence, faults, what is rare, and what hangs together with it. */
function ranked(all: readonly Happening[], verdict: Verdict): readonly number[] {
  const evidence = new Set(verdict.properties.flatMap(({ first }) => first.slice(0, 1).flatMap((one) => one.evidence)));
  const times = new Map<string, number>();
  const subjectTimes = new Map<string, number>();
  for (const { name, subjects } of all) {
    times.set(name, (times.get(name) ?? 0) + 1);
    for (const subject of new Set(subjects)) subjectTimes.set(subject, (subjectTimes.get(subject) ?? 0) + 1);
  }
  const rarities = [...times.values()].toSorted((a, b) => a - b);
  const rareMax = Math.max(2, rarities[Math.floor(rarities.length / 4)] ?? 0);

  const struckAt = all.findIndex(
    ({ kind, name }) => kind === "violation" || (kind === "fault" && !name.startsWith("fault")),
  );
  const seen = new Map<string, number>();
  const key = all.flatMap((happening, index) => {
    const before = seen.get(happening.name) ?? 0;
    seen.set(happening.name, before + 1);
    const isRare = (times.get(happening.name) ?? 0) <= rareMax;
    const rank = rankOf(happening, evidence.has(happening.event), index < struckAt);
    const isKey = rank < 2 || ((happening.kind !== "system" || isRare) && before < alikeMax);
    return isKey ? [{ index, rank }] : [];
  });
  const affairs = new Set(
    key
      .flatMap(({ index }) => all[index]?.subjects ?? [])
      .filter((subject) => (subjectTimes.get(subject) ?? 0) <= subjectTimesMax),
  );
  const keyed = key.toSorted((a, b) => a.rank - b.rank || a.index - b.index);
  const telling = keyed.filter(({ rank }) => rank < 5).map(({ index }) => index);
  const beginnings = keyed.filter(({ rank }) => rank === 5).map(({ index }) => index);
  const related = all.flatMap(({ subjects, kind }, index) =>
    kind === "system" && subjects.some((subject) => affairs.has(subject)) ? [index] : [],
  );
  const opening = all.slice(0, 200).flatMap(({ kind }, index) => (kind === "system" ? [index] : []));
  return [...telling, ...related, ...beginnings, ...opening.slice(0, 6)];
}

/** What was rare before anything was struck is how the run began: it comes last. */
function rankOf({ kind }: Happening, isEvidence: boolean, isBeforeStrike: boolean): number {
  if (kind === "violation") return 0;
  if (isEvidence) return 1;
  if (kind === "fault") return 2;
  return isBeforeStrike ? 5 : 3;
}

function withGaps(all: readonly Happening[], chosen: ReadonlySet<number>, left: number): readonly StoryPart[] {
  const parts: StoryPart[] = [];
  const lineOf = ({ atUs, event, node, text, kind }: Happening): StoryPart => ({
    type: "line",
    atUs,
    event,
    node,
    text,
    kind,
  });
  let skipped: Happening[] = [];
  for (const [index, happening] of all.entries()) {
    if (!chosen.has(index)) {
      skipped.push(happening);
      continue;
    }
    // One line left out would leave a line that says so: then it may as well be told.
    if (skipped.length === 1 && parts.length > 0) parts.push(...skipped.map((one) => lineOf(one)));
    else if (skipped.length > 0) parts.push({ type: "gap", lines: skipped.length });
    skipped = [];
    parts.push(lineOf(happening));
  }
  if (skipped.length + left > 0) parts.push({ type: "gap", lines: skipped.length + left });
  return parts;
}
