// `faultline tune --external`: another optimiser asks, line by line, what a setting is worth, and is told. Both sides speak
// JSON, a document a line; what cannot be understood is answered with an error, and changes nothing.

import { StringDecoder } from "node:string_decoder";

import { z } from "zod";

import type { Evaluator } from "../campaign/evaluator.ts";
import { answered } from "../campaign/run-search.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { type Problem, shown } from "../scenario/problem.ts";
import { amountOf, type Factor, type Level } from "../tune/factor.ts";
import type { OpenStudy } from "../tune/open-study.ts";
import { isBroken, shownOf } from "../tune/search/confirm.ts";
import { Ledger, searching } from "../tune/search/ledger.ts";
import type { Answers, RunResult, Wanted } from "../tune/search/task.ts";
import { searchTaskOf, type StudyTask, studyTask } from "../tune/study-task.ts";
import { constraintWords } from "../report/tune-words.ts";
import { measuredDocument } from "./tune-document.ts";

/** Longer lines are refused before they are whole: no question is as long. */
const lineMax = 65_536;
const seedsMax = 100_000;
const seedsPreset = 20;

const question = z.union([
  z.strictObject({
    ask: z.strictObject({
      /** Given back as it is, for whoever asks several things at once. */
      id: z.union([z.string().max(200), z.number()]).optional(),
      point: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      seeds: z.int().min(1).max(seedsMax).default(seedsPreset),
    }),
  }),
  z.strictObject({ end: z.literal(true) }),
]);

type Ask = Extract<z.infer<typeof question>, { ask: unknown }>["ask"];
type Mistake = Omit<Problem, "place">;

export interface ExternalSession {
  readonly study: OpenStudy;
  readonly evaluator: Pick<Evaluator, "evaluate">;
  readonly runsMax: number;
  readonly signal: AbortSignal;
  readonly input: AsyncIterable<Buffer | string>;
  readonly say: (line: string) => void;
}

export interface ExternalEnd {
  readonly told: number;
  readonly refused: number;
  readonly runs: number;
}

/** Ends with the input, with `{"end": true}`, or when it is interrupted. */
export async function answerAsked(session: ExternalSession, task: StudyTask): Promise<ExternalEnd> {
  const desk = new Desk(session);
  desk.open(task);
  const stop = new Promise<undefined>((resolve) => {
    session.signal.addEventListener("abort", () => resolve(undefined));
  });
  const lines = linesOf(session.input)[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), stop]);
    if (next === undefined || next.done === true || session.signal.aborted) break;
    if ((await desk.take(next.value)) === "end") break;
  }
  return desk.end;
}

class Desk {
  readonly #session: ExternalSession;
  /** Of each point and worse network that was run, by its levels. */
  readonly #known = new Map<string, RunResult[]>();
  #line = 0;
  #told = 0;
  #refused = 0;
  #runs = 0;
  #isCompared = false;

  constructor(session: ExternalSession) {
    this.#session = session;
  }

  get end(): ExternalEnd {
    return { told: this.#told, refused: this.#refused, runs: this.#runs };
  }

  /** What is asked about, so that whoever drives knows its factors and what is wanted. */
  open(task: StudyTask): void {
    const { study, runsMax } = this.#session;
    this.#isCompared = task.constraints.some(({ type }) => type === "asToday");
    const budget = runsMax === Infinity ? null : runsMax;
    this.#say({
      study: {
        title: study.study.title,
        factors: study.study.factors.map(({ name, levels, unit }) => ({
          path: name,
          levels: levels.map(({ text }) => text),
          isOrdered: unit !== undefined,
        })),
        objectives: task.objectives.map(({ response, direction }) => ({
          response: task.responses[response].id,
          direction,
        })),
        constraints: task.constraints.map((constraint) => constraintWords(task, constraint)),
        today: Object.fromEntries(study.study.factors.map(({ name }, at) => [name, study.baseline.point[at].text])),
        budget,
      },
    });
  }

  async take(line: string | undefined): Promise<"end" | "next"> {
    this.#line += 1;
    if (line === undefined) return this.#refuse(tooLong);
    if (line.trim() === "") return "next";
    const read = readQuestion(line);
    if ("code" in read) return this.#refuse(read);
    if ("end" in read) return "end";
    const levels = this.#levelsOf(read.ask);
    if ("code" in levels) return this.#refuse(levels, read.ask.id);
    return this.#answer(read.ask, levels);
  }

  #levelsOf({ point, seeds }: Ask): readonly Level[] | Mistake {
    const { study, runsMax } = this.#session;
    const { factors } = study.study;
    const paths = factors.map(({ name }) => name);
    const unknown = Object.keys(point).find((name) => !paths.includes(name));
    if (unknown !== undefined) return notAFactor(unknown, paths);
    const levels: Level[] = [];
    for (const factor of factors) {
      const written = Object.hasOwn(point, factor.name) ? point[factor.name] : undefined;
      if (written === undefined) return noLevel(factor.name);
      const level = levelFor(factor, written);
      if (level === undefined) return notALevel(factor, written);
      levels.push(level);
    }
    // Today's setting is run as well, under the same seeds, where a limit refers to it.
    const names = new Set([textOf(levels), ...(this.#isCompared ? [textOf(study.baseline.point)] : [])]);
    const cost = [...names].reduce((sum, name) => sum + Math.max(0, seeds - (this.#known.get(name)?.length ?? 0)), 0);
    if (this.#runs + cost > runsMax) return spent(runsMax - this.#runs);
    const read = study.scenarios.at(levels);
    return read.type === "scenario" ? levels : read.problems[0];
  }

  async #answer({ id, point, seeds }: Ask, levels: readonly Level[]): Promise<"next"> {
    const { study, signal } = this.#session;
    // A space of two points: the one that is asked about and today's, which limits may refer to.
    const made = studyTask(
      study,
      levels.map((level, at) => [study.baseline.point[at], level]),
    );
    if (made.type === "refused") return this.#refuse(made.problems[0], id);
    const task = { ...made.task, today: levels.map(() => 0) };
    const ledger = new Ledger(searchTaskOf(task, { seed: 1, runsMax: Number.MAX_SAFE_INTEGER }));
    const chosen = levels.map(() => 1);
    await this.#drive(ledger.need(this.#isCompared ? [chosen, task.today] : [chosen], seeds), task);
    const shownThere = shownOf(ledger, chosen, searching);
    if (signal.aborted && shownThere.runs < seeds) return "next";
    this.#told += 1;
    this.#say({
      tell: {
        ...(id === undefined ? {} : { id }),
        point,
        isKept: !isBroken(shownThere),
        ...measuredDocument(task, shownThere),
      },
    });
    return "next";
  }

  async #drive(asking: Generator<readonly Wanted[], void, Answers>, task: StudyTask): Promise<void> {
    let step = asking.next();
    while (step.done !== true) {
      const results: (readonly RunResult[])[] = [];
      for (const wanted of step.value) results.push(await this.#run(wanted, task));
      step = asking.next({ results, isOver: this.#session.signal.aborted });
    }
  }

  /** The same seeds at every point, of which those that were run before are known. */
  async #run({ point, under, seeds }: Wanted, task: StudyTask): Promise<readonly RunResult[]> {
    const name = textOf(point.map((level, at) => task.levels[at][level]));
    const known = this.#known.get(name) ?? [];
    this.#known.set(name, known);
    const missing = seeds.slice(known.length);
    const [fresh = []] = await answered([{ point, under, seeds: missing }], {
      task,
      evaluator: this.#session.evaluator,
    });
    this.#runs += fresh.length;
    known.push(...fresh);
    return known.slice(0, seeds.length);
  }

  #refuse({ code, what, expected, fix }: Mistake, id?: string | number): "next" {
    this.#refused += 1;
    this.#say({ error: { line: this.#line, ...(id === undefined ? {} : { id }), code, what, expected, fix } });
    return "next";
  }

  #say(document: object): void {
    this.#session.say(`${JSON.stringify(document)}\n`);
  }
}

const textOf = (levels: readonly Level[]): string => levels.map(({ text }) => text).join("\u0000");

/** One of the factor's own levels, or an amount between its ends. */
function levelFor(factor: Factor, written: string | number | boolean): Level | undefined {
  const text = String(written);
  const own = factor.levels.find((level) => level.text === text);
  if (own !== undefined || factor.unit === undefined) return own;
  const amount = amountOf(written);
  const [first, last] = [factor.levels[0].at ?? 0, factor.levels[factor.levels.length - 1].at ?? 0];
  if (amount === undefined || amount.unit !== factor.unit || amount.at < first || amount.at > last) return undefined;
  const place = { type: "argument", argument: "ask" } as const;
  const value = { kind: "scalar", value: written, place } as const;
  return { text, at: amount.at, puts: [{ path: factor.name, pathPlace: place, value }] };
}

function readQuestion(line: string): z.infer<typeof question> | Mistake {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return {
      code: "NOT_JSON",
      what: `${shown(line)} is no JSON.`,
      expected: expectedLine,
      fix: "write one document a line.",
    };
  }
  const read = question.safeParse(document);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const nested = issue?.code === "invalid_union" ? issue.errors.flat()[0] : issue;
  const where = (nested?.path ?? []).join(".");
  return {
    code: "NOT_UNDERSTOOD",
    what: `${where === "" ? "The line" : shown(where)} is not as it should be: ${nested?.message ?? "it cannot be read"}.`,
    expected: expectedLine,
    fix: 'see "An optimiser of your own" in the README.',
  };
}

const expectedLine = 'Expected {"ask": {"point": {"settings…": "80ms"}, "seeds": 20}} or {"end": true}.';

const tooLong: Mistake = {
  code: "LINE_TOO_LONG",
  what: `The line has more than ${lineMax} characters.`,
  expected: expectedLine,
  fix: "end each document with a line break.",
};

const notAFactor = (name: string, names: readonly string[]): Mistake => ({
  code: "NOT_VARIED",
  what: `${shown(name)} is not varied by this study.`,
  expected: expectedOneOf(names),
  fix: fixByName(name, names, "leave it out."),
});

const noLevel = (name: string): Mistake => ({
  code: "LEVEL_MISSING",
  what: `The point has no ${shown(name)}.`,
  expected: "Expected a value for each factor of the study.",
  fix: "name all of them.",
});

const notALevel = ({ name, levels, unit }: Factor, written: unknown): Mistake => ({
  code: "NOT_A_LEVEL",
  what: `${shown(name)} cannot be ${shown(written)} in this study.`,
  expected:
    unit === undefined
      ? expectedOneOf(levels.map(({ text }) => text))
      : `Expected a value from ${levels[0].text} to ${levels[levels.length - 1].text}.`,
  fix: "stay within what the study varies, or vary more in it.",
});

const spent = (left: number): Mistake => ({
  code: "BUDGET_SPENT",
  what: `The budget has ${left} runs left, which is not enough for this.`,
  expected: "Expected no more runs than the budget has.",
  fix: "ask for fewer seeds, or begin with a larger --budget.",
});

/** Lines without their ends; undefined: one that was too long, and was let go of. */
async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let isSkipping = false;
  for await (const chunk of input) {
    const parts = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      if (isSkipping) isSkipping = false;
      else yield part.length > lineMax ? undefined : part;
    }
    if (rest.length > lineMax) {
      if (!isSkipping) yield undefined;
      isSkipping = true;
      rest = "";
    }
  }
  if (rest !== "" && !isSkipping) yield rest;
}
