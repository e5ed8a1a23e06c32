// A failing run as a file of its own: the scenario with its decisions inside, and above it the story.

import { printScenario } from "../scenario/print.ts";
import { simulate } from "../simulate.ts";
import { StoryListener } from "../report/story.ts";
import { plural, printMoment } from "../report/words.ts";
import { fileNameOf, type OutputFolder } from "./files.ts";
import type { LoadedStory } from "./stories.ts";

const storyLinesMax = 30;

/** Runs it again to record what chance decided, and writes it down. @returns the path of the file. */
export function saveFailure({ scenario, system }: LoadedStory, seed: number, folder: OutputFolder): string {
  const listener = new StoryListener(system);
  const run = simulate(scenario, { seed, system, tracer: listener, recordDecisions: true });
  const name = `${fileNameOf(scenario.name)}-seed-${seed}.failure.yaml`;
  const story = listener
    .story(run.verdict, storyLinesMax)
    .map((part) =>
      part.type === "gap"
        ? `      …  ${plural(part.lines, "line")} left out`
        : `${printMoment(part.atUs - scenario.world.startUs, 3).padStart(11)}  ${part.node}  ${part.text}`,
    );
  const broken = run.verdict.properties.flatMap(({ id, first }) =>
    first
      .slice(0, 1)
      .map(
        ({ because, atUs, node }) => `${id} at ${printMoment(atUs - scenario.world.startUs, 6)} on ${node}: ${because}`,
      ),
  );
  const unmet = run.expectations.filter(({ met }) => !met).map(({ text, found }) => `expected ${text}: ${found}`);
  const header = [
    scenario.title,
    `Seed ${seed} of ${scenario.name}, ${run.verdict.summary}`,
    "",
    ...broken,
    ...unmet,
    "",
    ...story,
    "",
    `Replay with: faultline replay ${name}`,
    `The run it was made of had the digest ${run.digest}.`,
  ];
  const kept = { ...scenario, seed, decisions: run.decisions };
  return folder.write(name, printScenario(kept, system, { header }));
}
