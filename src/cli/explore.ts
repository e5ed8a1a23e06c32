// `faultline explore`: every interleaving of a small world, and the shortest way to what is broken.

import { existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

import {
  belongsTo,
  type Exploration,
  explore as exploration,
  type Explored,
  type ExploreProgress,
  setUp,
  type SetUp,
} from "../explore/exhaustive/explore.ts";
import { pathOfTrail, trailOf } from "../explore/exhaustive/trail.ts";
import {
  type ExploreLine,
  outcomeOf,
  scopeLines,
  shortestLine,
  sizeLine,
  summaryOf,
  trailLines,
} from "../report/explore-lines.ts";
import { plural, wrap } from "../report/words.ts";
import { eventLines } from "../report/event-lines.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { explorationOf, type ExploreFlags, typedBounds } from "./explore-request.ts";
import { planOf, readWalk, walkText } from "./explore-file.ts";
import { writeWhole } from "./files.ts";
import { interruptible } from "./interruption.ts";
import { commandLine } from "./next-commands.ts";
import { loadStory } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";

export async function explore(reference: string, flags: ExploreFlags, output: Output): Promise<Answer> {
  const { story, plugIns } = loadStory(reference, flags);
  const asked = explorationOf(flags, story.scenario, story.system);
  const ground = setUp(asked);
  if (ground === undefined) throw neverStated(asked);
  const lineOf = (rest: string): string =>
    commandLine("explore", story, { set: flags.set ?? [], plugIns }, [...typedBounds(flags), rest].join(" ").trim());
  if (flags.trail !== undefined) return retold(flags.trail, asked, ground, output);

  const path = flags.resume ?? flags.save;
  const plan = path === undefined ? "" : planOf(asked, plugIns);
  const goesOn = flags.resume !== undefined && existsSync(flags.resume);
  const before = goesOn ? readWalk(flags.resume, plan) : undefined;
  if (goesOn && (before === undefined || !belongsTo(ground, before))) throw foreignWalk(flags.resume);
  const { result: explored, wasInterrupted } = await interruptible(
    path === undefined ? "telling what was seen so far" : "keeping what was seen so far",
    progressText,
    async ({ signal, onProgress }) => {
      const going = exploration(asked, ground, before);
      let next = going.next(true);
      while (next.done !== true) {
        onProgress(next.value);
        await setImmediate();
        next = going.next(!signal.aborted);
      }
      return next.value;
    },
  );
  const wrote = path !== undefined && explored.file !== undefined ? [path] : [];
  for (const name of wrote) if (explored.file !== undefined) writeWhole(name, walkText(explored.file, plan));
  return answerOf({ asked, ground, explored, wrote, wasInterrupted, lineOf, output });
}

interface Told {
  readonly asked: Exploration;
  readonly ground: SetUp;
  readonly explored: Explored;
  readonly wrote: readonly string[];
  readonly wasInterrupted: boolean;
  readonly lineOf: (rest: string) => string;
  readonly output: Output;
}

function answerOf({ asked, ground, explored, wrote, wasInterrupted, lineOf, output }: Told): Answer {
  const { paint, width } = output;
  const { scenario, system, bounds, from, walk } = asked;
  const { result, shortest } = explored;
  const outcome = outcomeOf(result);
  const trail = shortest && trailOf(ground.world, ground.beginning.state, shortest.broken.path);
  const replay = trail === undefined ? undefined : lineOf(`--trail ${trail}`);
  const lines = shortest === undefined ? [] : trailLines(ground, shortest.broken.path, system);
  const styled = { held: paint.good, violated: paint.bad, inconclusive: paint.doubt }[outcome];
  const summary = summaryOf(result, walk);
  const scope = scopeLines(bounds, walk, from);
  return {
    exitCode: wasInterrupted ? exitCodes.interrupted : outcome === "held" ? exitCodes.held : exitCodes.failed,
    lines: [
      paint.bold(scenario.name),
      ...wrap(scope.join(" "), width),
      "",
      ...(lines.length === 0 ? [] : [...printed(lines, output), ""]),
      `${styled(summary)}${shortest === undefined ? "" : `: ${shortest.broken.properties.join(", ")}`}  ${sizeLine(result)}`,
      ...wrap(shortestLine(explored) ?? "", width).filter((line) => line !== ""),
      ...(replay === undefined ? [] : [`  ${replay}`]),
      ...wrote.flatMap((name) => [`wrote ${name}`, `  ${lineOf(`--resume ${name}`)}`]),
    ],
    document: {
      scenario: scenario.name,
      outcome,
      summary,
      interrupted: wasInterrupted,
      scope,
      begunAfter: ground.beginning.moves,
      states: result.states,
      transitions: result.transitions,
      depth: result.depth,
      reduced: walk.reduces,
      violation: violationOf(explored, trail, replay, lines),
      wrote,
    },
  };
}

function violationOf(
  { shortest }: Explored,
  trail: string | undefined,
  replay: string | undefined,
  story: readonly ExploreLine[],
): object | null {
  if (shortest === undefined) return null;
  const { broken, isShortest } = shortest;
  return { properties: broken.properties, steps: broken.path.length, isShortest, trail, replay, story };
}

/** The story of a way that was found before. */
function retold(trail: string, { scenario, system }: Exploration, ground: SetUp, output: Output): Answer {
  const { paint } = output;
  const { world, beginning } = ground;
  const path = pathOfTrail(world, beginning.state, trail);
  if (path === undefined) throw lostTrail(trail);
  const lines = trailLines(ground, path, system);
  const broken = lines.filter(({ kind }) => kind === "violation");
  return {
    exitCode: broken.length === 0 ? exitCodes.held : exitCodes.failed,
    lines: [
      paint.bold(scenario.name),
      "",
      ...printed(lines, output),
      "",
      broken.length === 0 ? paint.good("nothing is broken on this way") : paint.bad("violated"),
    ],
    document: {
      scenario: scenario.name,
      outcome: broken.length === 0 ? "held" : "violated",
      summary: broken.length === 0 ? "nothing is broken on this way" : "violated",
      steps: path.length,
      story: lines,
    },
  };
}

const progressText = ({ phase, states, transitions, depth }: ExploreProgress): string =>
  `${plural(states, "state")}, ${plural(transitions, "transition")}, depth ${depth}${phase === "shortest" ? ": looking for the shortest way" : ""}`;

function printed(lines: readonly ExploreLine[], { paint, width }: Output): readonly string[] {
  const nodeWidth = Math.min(20, Math.max(5, ...lines.map(({ node }) => node.length)));
  const styles = {
    event: paint.bold,
    message: (text: string) => text,
    lost: paint.doubt,
    fact: paint.name,
    world: paint.bold,
    violation: paint.bad,
  };
  const columns = { atWidth: 4, nodeWidth, width, paint };
  return lines.flatMap(({ step, node, kind, text }) =>
    eventLines({ at: String(step), node, text }, styles[kind], columns),
  );
}

const neverStated = ({ from }: Exploration): Error =>
  argumentMistake(`--from ${from ?? ""}`, {
    code: "NEVER_STATED",
    what: `Without faults, nobody ever states "${from ?? ""}" in this story.`,
    expected: "Expected the name of a fact that the story comes to by itself.",
    fix: "name one that run --trace shows, as in --from transferStarted.",
  });

const foreignWalk = (path: string): Error =>
  argumentMistake(`--resume ${path}`, {
    code: "ANOTHER_WALK",
    what: "The file keeps a walk through another world: the story, the bounds, the system or the code were others.",
    expected: "Expected a walk that was begun with the same command.",
    fix: "give the options that it was begun with, or begin anew with another file.",
  });

const lostTrail = (trail: string): Error =>
  argumentMistake(`--trail ${trail}`, {
    code: "LOST_TRAIL",
    what: "The trail leads nowhere in this world: the story, the bounds or the system were others.",
    expected: "Expected a trail that explore has printed, with the options beside it.",
    fix: "copy the whole line that explore has printed.",
  });
