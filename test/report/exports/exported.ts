// Exports of a run, or of events made up for a test, as the text they come to.
import { headerOf } from "../../../src/cli/trace-file.ts";
import type { ExportEnd, ExportSubject } from "../../../src/report/exports/exporter.ts";
import { type TraceFormat, traceFormats } from "../../../src/report/exports/formats.ts";
import { parseScenario } from "../../../src/scenario/parse.ts";
import { type Run, simulate } from "../../../src/simulate.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import type { AnySystem } from "../../../src/systems/system.ts";
import type { TraceHeader } from "../../../src/trace/codec.ts";
import { TraceRecorder } from "../../../src/trace/recorder.ts";
import type { TraceEvent } from "../../../src/trace/trace-event.ts";

export interface Recorded {
  readonly header: TraceHeader;
  readonly system: AnySystem;
  readonly events: readonly TraceEvent[];
  readonly end: ExportEnd;
}

/** A story that is written here, and what happened in it. */
export function recorded(story: string): Recorded & { readonly run: Run } {
  const systems = new Map([systemNamed("mesh")].map((system) => [system.name, system]));
  const parsed = parseScenario(story, "story.yaml", { systems });
  if (parsed.type !== "parsed") throw new Error(JSON.stringify(parsed.problems));
  const scenario = parsed.story.base;
  const system = systemNamed(scenario.system);
  const recorder = new TraceRecorder();
  const run = simulate(scenario, { system, tracer: recorder });
  return {
    run,
    system,
    events: recorder.events,
    header: headerOf(scenario, run.seed),
    end: {
      atUs: run.endedAtUs,
      ending: run.verdict.summary,
      digest: run.digest,
      violations: run.verdict.properties.flatMap(({ first }) => first),
    },
  };
}

export function exported(
  format: TraceFormat,
  { header, system, events, end }: Recorded,
  { window = { fromUs: 0, untilUs: Infinity }, everyUs = 1_000_000 }: Partial<ExportSubject> = {},
): string {
  const parts: string[] = [];
  const exporter = traceFormats[format]({ header, system, window, everyUs, sink: (lines) => parts.push(lines) });
  for (const event of events) exporter.trace(event);
  exporter.finish(end);
  return parts.join("");
}

/** A few seconds in which everything happens that an export has a word for. */
export const stormyStory = `
title: A stormy walk
why: w
system: mesh
seed: 3
until: 12s
heal: 6s
world: { nodes: { servers: 2, players: 3 }, link: { profile: datacentre, loss: 1%, duplicate: 2% } }
settings: { monitoring: { scrape: 1s, timeout: 500ms, askAgain: 200ms }, rollback: { decidedBy: source }, defence: { fencing: off } }
workload:
  players: { motion: { type: border, reach: 3000 }, speed: 4000, step: 100ms, actions: { every: 300ms, spread: 50ms } }
faults:
  - { at: 1s, for: 800ms, partition: { between: [[server-1], [server-2]] } }
  - { at: 1200ms, for: 800ms, pause: { node: player-1 } }
  - { at: 1s, for: 5s, drop: { message: confirm, rate: 50% } }
  - { at: 3s, for: 1500ms, crash: { node: server-2 } }
  - { at: 5s, for: 500ms, duplicate: { message: [move, view, act], copies: 2, within: 50ms, rate: 20% } }
`;
