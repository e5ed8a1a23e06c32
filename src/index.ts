// The package face: everything a team needs to put its own logic under test in its own repository. The only barrel.

// What logic is written against.
export { nodeId, type NodeId } from "./base/ids.ts";
export type { Effect, Fact, Transport } from "./machine/effect.ts";
export type { ConnectionLoss, DiskContents, DiskRecord, MachineEvent, NodeClocks } from "./machine/event.ts";
export type { Machine, NodeSpec } from "./machine/machine.ts";
export type { Message } from "./machine/message.ts";

// A system: its nodes, settings, promises, measures and words.
export { duration, positiveDuration, rate, signedDuration } from "./systems/quantities.ts";
export { systemNamed, systemNames } from "./systems/registry.ts";
export { requirement, type Requirement, type RequirementKind, type RequirementSection } from "./systems/requirement.ts";
export type { AnySystem, DefenceSpec, RoleSpec, System, SystemInput } from "./systems/system.ts";
export type { FigureKind, FigureSink, FigureSpec, Measures } from "./check/figure.ts";
export type { Historian, HistoryEntry } from "./check/history.ts";
export type {
  Findings,
  Instant,
  Model,
  Outcome,
  Property,
  PropertyResult,
  Rule,
  Rules,
  Verdict,
  Violation,
} from "./check/property.ts";

// A scenario: from a file, to a file, and as values.
export { baseName, parseScenario, type ParseOptions, type ParseResult, wanted } from "./scenario/parse.ts";
export { printScenario, type PrintOptions } from "./scenario/print.ts";
export { type Place, printProblems, type Problem } from "./scenario/problem.ts";
export type { Expectations, FigureExpectation, Scenario, Story } from "./scenario/scenario.ts";
export { storyJsonSchema } from "./scenario/story-schema.ts";
export type { Fault, FaultAction, FaultKind, FaultTally, FaultTiming } from "./world/fault.ts";
export type { LatencyModel, LinkPlan, LossModel, NodeSelector, Rate, WorldPlan } from "./world/plan.ts";
export { faultProfiles, linkProfiles, planDefaults } from "./world/profiles.ts";

// A run.
export { checkDeterminism, type Determinism } from "./campaign/determinism.ts";
export { type FiguresData, type FigureSummary, summarise } from "./check/figures.ts";
export type { ExpectationResult, RunOutcome } from "./scenario/expectations.ts";
export { type Run, simulate, type SimulateOptions } from "./simulate.ts";
export { TraceRecorder, TraceWriter } from "./trace/recorder.ts";
export type { TraceEvent, Tracer } from "./trace/trace-event.ts";
