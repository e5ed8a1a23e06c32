// `faultline diff`: where two runs part, and how. A run is a scenario or failure with its seed, or the file of a trace.

import { canonicalJson } from "../base/canonical-json.ts";
import { type Parting, partingOf } from "../explore/parting.ts";
import { tellFact, tellMessage } from "../report/told.ts";
import { clip, type Paint, padEnd, padStart, plural, printCount, printMoment } from "../report/words.ts";
import { simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { readSeed } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { traceFileEnding } from "./files.ts";
import { loadSystems, plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { onlyStory } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";
import { loadStories } from "./stories.ts";
import { readTrace, refuseWithTrace } from "./trace-file.ts";

export interface DiffFlags extends PlugInFlags {
  readonly seed?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly left?: readonly string[] | undefined;
  readonly right?: readonly string[] | undefined;
}

/** One of the two runs. */
interface Side {
  readonly name: string;
  readonly system: AnySystem;
  readonly startUs: number;
  readonly events: readonly TraceEvent[];
  readonly digest: string;
  readonly summary: string;
}

/** Shown to a reader; the document has them all. */
const nodesMax = 12;
const countsMax = 12;

export function diff(left: string, right: string, flags: DiffFlags, { paint, width }: Output): Answer {
  refuseForTraces(left, right, flags);
  const systems = loadSystems(plugInsOf(flags));
  const load = (reference: string, own: readonly string[]): Side =>
    isTrace(reference)
      ? sideOfTrace(reference, systems)
      : runOf(reference, { ...flags, set: [...(flags.set ?? []), ...own] }, systems);
  const [one, other] = [load(left, flags.left ?? []), load(right, flags.right ?? [])];
  const parting = partingOf(one.events, other.events);
  return {
    exitCode: parting.first === undefined ? exitCodes.held : exitCodes.failed,
    lines: [
      `${paint.bold("left ")}  ${one.name}  ${one.summary}`,
      `${paint.bold("right")}  ${other.name}  ${other.summary}`,
      "",
      ...(parting.first === undefined
        ? [paint.good(`One history: ${plural(one.events.length, "event")}, digest ${one.digest}.`)]
        : partingLines(parting, one, other, paint, width)),
    ],
    document: {
      left: { name: one.name, digest: one.digest, summary: one.summary, events: one.events.length },
      right: { name: other.name, digest: other.digest, summary: other.summary, events: other.events.length },
      same: parting.first === undefined,
      first: parting.first ?? null,
      nodes: parting.nodes,
      counts: parting.counts,
    },
  };
}

const isTrace = (reference: string): boolean => reference.endsWith(traceFileEnding);

/** What would change a run that is over already. A seed, settings and planted bugs are of whichever side is to be run. */
function refuseForTraces(left: string, right: string, flags: DiffFlags): void {
  const { seed, set, plant } = flags;
  if (isTrace(left)) refuseWithTrace(left, { "--left": flags.left });
  if (isTrace(right)) refuseWithTrace(right, { "--right": flags.right });
  if (isTrace(left) && isTrace(right)) refuseWithTrace(left, { "--seed": seed, "--set": set, "--plant": plant });
}

/** "mesh/baseline@7": a scenario and its seed. */
function runOf(typed: string, flags: DiffFlags, systems: ReadonlyMap<string, AnySystem>): Side {
  const [, before, written] = /^(.*)@([^@/]*)$/.exec(typed) ?? [];
  const reference = before ?? typed;
  const asked = written ?? flags.seed;
  const seed = asked === undefined ? undefined : readSeed(written === undefined ? "--seed" : `${reference} @`, asked);
  const stories = loadStories([reference], { systems, set: flags.set ?? [], variant: undefined });
  const { scenario, system } = onlyStory(stories, reference);
  const recorder = new TraceRecorder();
  const run = simulate(scenario, { seed, system, tracer: recorder });
  return {
    name: `${scenario.name}@${run.seed}`,
    system,
    startUs: scenario.world.startUs,
    events: recorder.events,
    digest: run.digest,
    summary: run.verdict.summary,
  };
}

function sideOfTrace(file: string, systems: ReadonlyMap<string, AnySystem>): Side {
  const events: TraceEvent[] = [];
  const { header, system, end } = readTrace(file, systems, () => (event) => events.push(event));
  const name = `${header.scenario}@${header.seed}`;
  return { name, system, startUs: events[0]?.atUs ?? 0, events, digest: end.digest, summary: end.ending };
}

function partingLines(
  { first, before, nodes, counts }: Parting,
  left: Side,
  right: Side,
  paint: Paint,
  width: number,
): readonly string[] {
  if (first === undefined) return [];
  const moment = (side: Side, atUs: number): string => printMoment(atUs - side.startUs, 6).padStart(13);
  const line = (side: Side, mark: string, event: TraceEvent | undefined): string =>
    event === undefined
      ? `${mark} nothing more`
      : clip(`${mark} ${moment(side, event.atUs)}  ${event.node}  ${tell(event, side.system)}`, width);
  const fact = (side: Side, mark: string, stated: Parting["nodes"][number]["left"], node: TraceEvent["node"]): string =>
    stated === undefined
      ? `  ${mark} nothing more`
      : clip(
          `  ${mark} ${moment(side, stated.atUs)}  ${tellFact(stated.fact, node, side.system) ?? canonicalJson(stated.fact)}`,
          width,
        );
  const nameWidth = Math.max(0, ...counts.slice(0, countsMax).map(({ name }) => name.length));
  return [
    paint.bold(`They part at event ${printCount(first.event)}, after ${plural(first.index, "trace event")} alike`),
    ...before.map((event) => paint.dim(line(left, " ", event))),
    paint.bad(line(left, "<", first.left)),
    paint.good(line(right, ">", first.right)),
    ...(first.field === ""
      ? []
      : [`  ${first.field}: ${shownValue(first.leftValue)} or ${shownValue(first.rightValue)}`]),
    "",
    paint.bold("What each node then states otherwise"),
    ...(nodes.length === 0 ? ["  nothing: the same facts, at other times"] : []),
    ...nodes
      .slice(0, nodesMax)
      .flatMap(({ node, alike, left: here, right: there }) => [
        `${paint.name(node)}, after ${plural(alike, "fact")} alike`,
        fact(left, "<", here, node as TraceEvent["node"]),
        fact(right, ">", there, node as TraceEvent["node"]),
      ]),
    ...(nodes.length > nodesMax ? [`  and ${nodes.length - nodesMax} more: see --json`] : []),
    "",
    paint.bold("What is counted otherwise"),
    ...(counts.length === 0 ? ["  nothing"] : []),
    ...counts
      .slice(0, countsMax)
      .map(
        (count) =>
          `  ${padEnd(count.name, nameWidth)}  ${padStart(printCount(count.left), 9)}  ${padStart(printCount(count.right), 9)}`,
      ),
    ...(counts.length > countsMax ? [`  and ${counts.length - countsMax} more: see --json`] : []),
  ];
}

const shownValue = (value: unknown): string => (value === undefined ? "nothing" : clip(canonicalJson(value), 60));

function tell(event: TraceEvent, system: AnySystem): string {
  switch (event.kind) {
    case "fact":
      return tellFact(event.fact, event.node, system) ?? `states ${canonicalJson(event.fact)}`;
    case "sent":
      return `tells ${event.to}: ${tellMessage(event.content, system)}`;
    case "delivered":
      return `hears message ${event.message} from ${event.from}`;
    case "lost":
      return `loses message ${event.message}: ${event.reason}`;
    case "synced":
      return `has synced ${event.sync} (${plural(event.records, "record")})`;
    case "syncFailed":
      return `could not sync ${event.sync}: ${event.error}`;
    default:
      return `${event.kind} ${event.timer}`;
  }
}
