// The failure that a command is about: a failure file, or a scenario whose run fails under a seed.

import { type Failure, findingOf } from "../explore/failure.ts";
import { closestTo, expectedOneOf } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { type Run, simulate } from "../simulate.ts";
import { plural } from "../report/words.ts";
import { readSeed } from "./arguments.ts";
import { argumentMistake } from "./exit-codes.ts";
import { commandLine } from "./next-commands.ts";
import { loadSystems, plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { type LoadedStory, loadStories } from "./stories.ts";

export interface FailureFlags extends PlugInFlags {
  readonly seed?: string | undefined;
  readonly variant?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly property?: string | undefined;
}

export interface OneFailure {
  readonly story: LoadedStory;
  readonly failure: Failure;
  readonly plugIns: readonly string[];
}

/** @throws ReaderMistake when there is none. */
export function loadFailure(reference: string, flags: FailureFlags): OneFailure {
  const { story, plugIns } = loadStory(reference, flags);
  const seed = flags.seed === undefined ? undefined : readSeed("--seed", flags.seed);
  const run = simulate(story.scenario, { seed, system: story.system });
  const known = run.verdict.properties.map(({ id }) => id);
  const property = flags.property ?? story.scenario.failure?.property;
  if (property !== undefined && !known.includes(property)) throw unknownProperty(property, known);
  const failure = findingOf(run, property);
  if (failure === undefined)
    throw notFailing(
      reference,
      run,
      property,
      commandLine("run", story, { set: flags.set ?? [], plugIns }, "--seeds 1..200"),
    );
  return { story, failure, plugIns };
}

/** One story, however many its file holds. */
export function loadStory(reference: string, flags: FailureFlags): Omit<OneFailure, "failure"> {
  const plugIns = plugInsOf(flags);
  const systems = loadSystems(plugIns);
  const stories = loadStories([reference], { systems, set: flags.set ?? [], variant: flags.variant });
  return { story: onlyStory(stories, reference), plugIns };
}

export function onlyStory(stories: readonly LoadedStory[], reference: string): LoadedStory {
  const [only, second] = stories;
  if (only !== undefined && second === undefined) return only;
  const names = stories.map((story) => story.reference);
  throw argumentMistake(reference, {
    code: "ONE_STORY_ONLY",
    what: `The file holds ${plural(stories.length, "story", "stories")}.`,
    expected: expectedOneOf(names),
    fix: `name one, as in ${names[0] ?? reference}.`,
  });
}

function unknownProperty(property: string, known: readonly string[]): Error {
  const near = closestTo(property, known);
  return argumentMistake(`--property ${property}`, {
    code: "UNKNOWN_PROPERTY",
    what: `The system promises no property ${shown(property)}.`,
    expected: `Expected one of ${known.join(", ")}.`,
    fix: near === undefined ? 'see "faultline list invariants".' : `did you mean "${near}"?`,
  });
}

function notFailing(
  reference: string,
  { seed, verdict, scenario }: Run,
  property: string | undefined,
  search: string,
): Error {
  const what = property === undefined ? "no property" : `not ${property}`;
  return argumentMistake(reference, {
    code: "NOT_FAILING",
    what: `Under seed ${seed} ${scenario.name} breaks ${what} (${verdict.summary}).`,
    expected: "Expected a run that fails.",
    fix: `find a seed that does, as in ${search}.`,
  });
}
