// `faultline replay`: the story of one run, event by event, and its verdict.

import { type Standing, standingOf } from "../explore/failure.ts";
import { type Run, simulate } from "../simulate.ts";
import { fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import type { TraceEvent, Tracer } from "../trace/trace-event.ts";
import { expectationLines, misfitLines, paintOutcome, propertyLines } from "../report/run-summary.ts";
import { titleLines } from "../report/prose.ts";
import { replayLines, type ReplayFilter, type ReplayLine } from "../report/replay-lines.ts";
import { eventLines } from "../report/event-lines.ts";
import { type Paint, plural, printMoment, printTime, wrap } from "../report/words.ts";
import { readSeed, readTime } from "./arguments.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems, plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { commandLine } from "./next-commands.ts";
import { onlyStory } from "./one-failure.ts";
import { type NamedPage, ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import { recordedRun } from "./run-recording.ts";
import { type LoadedStory, loadStories } from "./stories.ts";

export interface ReplayFlags extends PlugInFlags {
  readonly seed?: string | undefined;
  readonly variant?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly node?: readonly string[] | undefined;
  readonly follow?: string | undefined;
  readonly report?: string | undefined;
}

/** More events than a reader reads; the last ones are kept, since failures are told by their end. */
const eventsMax = 2_000_000;

export function replay(reference: string, flags: ReplayFlags, { paint, width, eventWidth }: Output): Answer {
  const seed = flags.seed === undefined ? undefined : readSeed("--seed", flags.seed);
  const fromUs = flags.from === undefined ? 0 : readTime("--from", flags.from);
  const untilUs = flags.until === undefined ? Infinity : readTime("--until", flags.until);
  const systems = loadSystems(plugInsOf(flags));
  const stories = loadStories([reference], { systems, set: flags.set ?? [], variant: flags.variant });
  const story = onlyStory(stories, reference);
  checkNodes(flags.node ?? [], story);

  const folder = flags.report === undefined ? undefined : new ReportFolder(flags.report);
  const clock = startClock(0);
  const { startUs } = story.scenario.world;
  const filter = {
    fromUs: startUs + fromUs,
    untilUs: startUs + untilUs,
    nodes: flags.node ?? [],
    follow: flags.follow ?? "",
  };
  const { run, lines, leftOut } = retold(story, seed, filter);
  const { scenario, outcome, verdict, digest, forcedMisfits, expectations } = run;
  const standing = standingOf(run, story.system);
  const wrote = folder?.write([pageOf(story, run.seed, flags)], clock()) ?? [];
  const isAsItShouldBe = outcome === "held" && standing?.type !== "notReached";
  return {
    exitCode: isAsItShouldBe ? exitCodes.held : exitCodes.failed,
    lines: [
      paint.bold(`${scenario.name}  seed ${run.seed}`),
      ...titleLines(scenario.title, width),
      "",
      ...(leftOut === 0 ? [] : [paint.doubt(`${plural(leftOut, "event")} before these are left out: see --until.`)]),
      ...(lines.length === 0
        ? wrap(nothingToTell(flags), width)
        : printed(lines, startUs, { paint, width: eventWidth })),
      "",
      ...verdictLines(run, paint, width),
      ...(standing === undefined ? [] : standingLines(standing, run, paint, width)),
      ...wrote.map((path) => `wrote ${path}`),
    ],
    document: {
      scenario: scenario.name,
      file: story.file,
      seed: run.seed,
      outcome,
      summary: verdict.summary,
      digest,
      forcedMisfits,
      leftOut,
      lines,
      properties: verdict.properties,
      expectations,
      ...(standing === undefined ? {} : { standing }),
      ...(wrote.length === 0 ? {} : { wrote }),
    },
  };
}

function pageOf(story: LoadedStory, seed: number, flags: ReplayFlags): NamedPage {
  const changes = { set: flags.set ?? [], plugIns: plugInsOf(flags) };
  return {
    name: "index",
    ...recordedRun(story, seed, commandLine("replay", story, changes, `--seed ${seed}`), "index"),
  };
}

/** What was looked for in vain: a name with a slip in it is no different from one that nothing concerns. */
function nothingToTell({ from, until, node = [], follow }: ReplayFlags): string {
  const looked = [
    ...(follow === undefined ? [] : [`names ${shown(follow)}`]),
    ...(node.length === 0 ? [] : [`is about ${node.join(" or ")}`]),
    ...(from === undefined ? [] : [`is from ${from} on`]),
    ...(until === undefined ? [] : [`is before ${until}`]),
  ];
  return looked.length === 0 ? "Nothing happened." : `Nothing to tell: no line ${looked.join(" and ")}.`;
}

/** Whether the failure that was kept is still one. */
function standingLines(standing: Standing, { scenario }: Run, paint: Paint, width: number): readonly string[] {
  const property = scenario.failure?.property ?? "";
  switch (standing.type) {
    case "stillFails":
      return [paint.bad(`still fails: ${property} is broken, as it was`)];
    case "fixed": {
      const said = paint.good(`fixed: everything that broke ${property} happened again, and it holds`);
      if (standing.unused === 0) return [said];
      const left = `${plural(standing.unused, "decision")} of the run that failed did not come up: this one goes on otherwise.`;
      return [said, ...wrap(left, width)];
    }
    case "notReached": {
      const { misfits, unused, idle, cut } = standing;
      const why = [
        ...(misfits === 0 ? [] : [`${plural(misfits, "decision")} no longer fit`]),
        ...(unused === 0 ? [] : [`it came to none of ${plural(unused, "decision")}`]),
        ...(idle.length === 0 ? [] : [`nothing was struck by ${idle.join(", ")}`]),
        ...(cut === undefined ? [] : [cut]),
      ];
      const reasons = why.length === 0 ? `there is no property ${property} any more` : why.join("; ");
      return wrap(`${paint.doubt("no longer reaches that point")}: ${property} is not broken, but ${reasons}.`, width);
    }
  }
}

function retold({ scenario, system }: LoadedStory, seed: number | undefined, filter: ReplayFilter) {
  const recorder = new TraceRecorder({ eventsMax });
  const tracer: Tracer = {
    trace(event) {
      if (isKept(event, filter.untilUs)) recorder.trace(event);
    },
  };
  const run = simulate(scenario, { seed, system, tracer, check: true });
  return { run, lines: replayLines(recorder.events, run.verdict, system, filter), leftOut: recorder.dropped };
}

function verdictLines(run: Run, paint: Paint, width: number): readonly string[] {
  const { scenario, outcome, verdict, endedAtUs, digest, expectations, forcedMisfits } = run;
  const { startUs } = scenario.world;
  const broken = verdict.properties.filter(({ status }) => status === "violated");
  return [
    `${paintOutcome(outcome, scenario.expect, paint)}  ${verdict.summary}, after ${printTime(endedAtUs - startUs)} of simulated time`,
    ...propertyLines(broken, scenario.expect, startUs, paint, width),
    ...expectationLines(
      expectations.filter(({ met }) => !met),
      paint,
      width,
    ),
    ...misfitLines(forcedMisfits, width),
    `digest ${digest}`,
  ];
}

/** Fates of messages are needed whatever is shown; timers are not told. */
const isKept = ({ kind, atUs }: TraceEvent, untilUs: number): boolean => {
  if (kind === "delivered" || kind === "lost") return true;
  return (kind === "fact" || kind === "sent") && atUs <= untilUs;
};

function printed(
  lines: readonly ReplayLine[],
  startUs: number,
  { paint, width }: Pick<Output, "paint" | "width">,
): readonly string[] {
  const nodeWidth = Math.min(20, Math.max(5, ...lines.slice(0, 10_000).map(({ node }) => node.length)));
  const styles = {
    message: (text: string) => text,
    changed: paint.doubt,
    lost: paint.doubt,
    fact: paint.name,
    world: paint.bold,
    violation: paint.bad,
  };
  const columns = { atWidth: 13, nodeWidth, width, paint };
  return lines.flatMap(({ atUs, node, kind, text }) =>
    eventLines({ at: printMoment(atUs - startUs, 6), node, text }, styles[kind], columns),
  );
}

function checkNodes(wanted: readonly string[], { scenario }: LoadedStory): void {
  const names: readonly string[] = [...[...scenario.nodes.values()].flat(), "world"];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw argumentMistake(`--node ${unknown}`, {
    code: "UNKNOWN_NODE",
    what: `There is no node ${shown(unknown)} in ${scenario.name}.`,
    expected: `Expected one of ${names.slice(0, 12).join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}.`,
    fix: fixByName(unknown, names, "name a node of the scenario."),
  });
}
