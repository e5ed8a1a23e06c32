// A failing run as a file of its own: the scenario with its decisions inside, and above it the story.

import type { HostedSystem, Run } from "../simulate.ts";
import { simulate } from "../simulate.ts";
import type { Failure } from "../explore/failure.ts";
import { findingOf } from "../explore/failure.ts";
import { StoryListener } from "../report/story.ts";
import { plural, printMoment } from "../report/words.ts";
import { printScenario } from "../scenario/print.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

const storyLinesMax = 30;

/** Runs it again to record what chance decided, and writes it down. @returns the path of the file. */
export function saveFailure({ scenario, system }: LoadedStory, seed: number, folder: OutputFolder): string {
  const name = `${fileNameOf(scenario.name)}-seed-${seed}.failure.yaml`;
  const { run, story } = retold({ ...scenario, seed }, system, { recordDecisions: true });
  const finding = findingOf(run);
  const note = finding === undefined ? {} : { failure: { property: finding.property, decisive: [] } };
  const kept = { ...scenario, seed, decisions: run.decisions, ...note };
  const header = [
    scenario.title,
    `Seed ${seed} of ${scenario.name}, ${run.verdict.summary}`,
    "",
    ...brokenLines(run),
    "",
    ...story,
    "",
    `Replay with: faultline replay ${name}`,
    `The run it was made of had the digest ${run.digest}.`,
  ];
  return folder.write(name, printScenario(kept, system, { header }));
}

/** A failure as the text of its file, under these lines and with the story of its run. */
export function failureText(
  { scenario, property }: Failure,
  system: HostedSystem,
  about: { readonly lines: readonly string[]; readonly replay: string; readonly seenAt?: string | undefined },
): string {
  const { run, story } = retold(scenario, system, {});
  // A fault that is there and strikes nothing did not decide anything.
  const decisive = run.tallies.filter(({ changed }) => changed > 0).map(({ id }) => id);
  const kept = { ...scenario, failure: { property, decisive, seenAt: about.seenAt } };
  const header = [
    ...about.lines,
    "",
    ...brokenLines(run, property),
    "",
    ...story,
    "",
    `Replay with: ${about.replay}`,
    `The run has the digest ${run.digest}.`,
  ];
  return printScenario(kept, system, { header });
}

function retold(scenario: Scenario, system: HostedSystem, { recordDecisions }: { readonly recordDecisions?: boolean }) {
  const listener = new StoryListener(system);
  const run = simulate(scenario, { system, tracer: listener, recordDecisions });
  const story = listener
    .story(run.verdict, storyLinesMax)
    .map((part) =>
      part.type === "gap"
        ? `      …  ${plural(part.lines, "line")} left out`
        : `${printMoment(part.atUs - scenario.world.startUs, 3).padStart(11)}  ${part.node}  ${part.text}`,
    );
  return { run, story };
}

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
