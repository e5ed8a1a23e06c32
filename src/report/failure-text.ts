// A failure as the text of its file: the scenario, with its decisions when chance made it, and above it the story.

import { type Failure, findingOf } from "../explore/failure.ts";
import { printScenario } from "../scenario/print.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, type Run, simulate } from "../simulate.ts";
import { StoryListener, type StoryPart } from "./story.ts";
import { plural, printMoment } from "./words.ts";

const storyLinesMax = 30;

/** A run that was told while it ran. */
interface ToldRun {
  readonly run: Run;
  readonly story: readonly StoryPart[];
}

export function retold(
  scenario: Scenario,
  system: HostedSystem,
  { recordDecisions }: { readonly recordDecisions?: boolean } = {},
): ToldRun {
  const listener = new StoryListener(system);
  const run = simulate(scenario, { system, tracer: listener, recordDecisions });
  return { run, story: listener.story(run.verdict, storyLinesMax) };
}

/** The run of a scenario under a seed, as it was found: with all that chance decided. */
export function foundText(scenario: Scenario, system: HostedSystem, name: string): string {
  const { run, story } = retold(scenario, system, { recordDecisions: true });
  const finding = findingOf(run);
  const note = finding === undefined ? {} : { failure: { property: finding.property, decisive: [] } };
  const kept = { ...scenario, decisions: run.decisions, ...note };
  const header = [
    scenario.title,
    `Seed ${scenario.seed} of ${scenario.name}, ${run.verdict.summary}`,
    "",
    ...brokenLines(run),
    "",
    ...linesOf(story, scenario),
    "",
    `Replay with: faultline replay ${name}`,
    `The run it was made of had the digest ${run.digest}.`,
  ];
  return printScenario(kept, system, { header });
}

/** A failure under these lines, and with the story of its run. */
export function failureText(
  { scenario, property }: Failure,
  system: HostedSystem,
  about: { readonly lines: readonly string[]; readonly replay: string; readonly seenAt?: string | undefined },
): string {
  const { run, story } = retold(scenario, system);
  // A fault that is there and strikes nothing did not decide anything.
  const decisive = run.tallies.filter(({ changed }) => changed > 0).map(({ id }) => id);
  const kept = { ...scenario, failure: { property, decisive, seenAt: about.seenAt } };
  const header = [
    ...about.lines,
    "",
    ...brokenLines(run, property),
    "",
    ...linesOf(story, scenario),
    "",
    `Replay with: ${about.replay}`,
    `The run has the digest ${run.digest}.`,
  ];
  return printScenario(kept, system, { header });
}

const linesOf = (story: readonly StoryPart[], { world }: Scenario): readonly string[] =>
  story.map((part) =>
    part.type === "gap"
      ? `      …  ${plural(part.lines, "line")} left out`
      : `${printMoment(part.atUs - world.startUs, 3).padStart(11)}  ${part.node}  ${part.text}`,
  );

/** What broke, and what was not as expected; of one property alone when it is named. */
function brokenLines({ verdict, scenario, expectations }: Run, property?: string): readonly string[] {
  const broken = verdict.properties
    .filter(({ id }) => property === undefined || id === property)
    .flatMap(({ id, first }) =>
      first
        .slice(0, 1)
        .map(
          ({ because, atUs, node }) =>
            `${id} at ${printMoment(atUs - scenario.world.startUs, 6)} on ${node}: ${because}`,
        ),
    );
  const unmet = expectations.filter(({ met }) => !met).map(({ text, found }) => `expected ${text}: ${found}`);
  return [...broken, ...unmet];
}
