// The documents that `--json` says, by command, as schemas: `faultline list schema run` prints one, `faultline merge`
// reads by them, and a test holds every document against its own.

import { z } from "zod";

import { faultKinds } from "../scenario/fault-kinds.ts";
import { claimsDocumentSchema } from "./claims-schema.ts";
import { formatNames } from "./export-formats.ts";
import {
  digest,
  documentOf,
  expectation,
  faultTally,
  figureKind,
  figuresData,
  figureSummary,
  messageTotals,
  outcome,
  propertyResult,
  propertyTotal,
  runBrief,
  scenarioOutline,
  seedRange,
  storyPart,
  violation,
  wrote,
} from "./document-parts.ts";
import { sweptDocument } from "./sweep-schema.ts";
import { tuneDocuments } from "./tune-schema.ts";

const singleRun = documentOf({
  scenario: z.string(),
  file: z.string(),
  reference: z.string(),
  title: z.string(),
  seed: z.int(),
  outcome,
  summary: z.string(),
  story: z.array(storyPart),
  properties: z.array(propertyResult),
  expectations: z.array(expectation),
  figures: z.array(figureSummary),
  faults: z.array(faultTally),
  messages: z.record(z.string(), z.unknown()),
  events: z.int(),
  endedAtUs: z.int(),
  forcedMisfits: z.int(),
  digest,
  wrote,
});

const scenarioResult = z.object({
  scenario: z.string(),
  file: z.string(),
  title: z.string(),
  seeds: seedRange,
  missingFrom: z.int().nullable().describe("The lowest seed that was not run, after an interruption."),
  outcome: z.enum([...outcome.options, "notRun"]),
  runs: z.int(),
  held: z.int(),
  violated: z.int(),
  inconclusive: z.int(),
  firstFailing: z.int().nullable(),
  replay: z.string().nullable().describe("The command that shows the first failure again."),
  failing: z.array(runBrief).describe("The first hundred runs that did not hold."),
  properties: z.array(propertyTotal),
  expectations: z.array(expectation),
  figures: z.array(figureSummary),
  faults: z.array(faultTally),
  messages: messageTotals,
  events: z.int(),
  digest,
});

const manyRuns = documentOf({ interrupted: z.boolean(), scenarios: z.array(scenarioResult), wrote });

/** What a merge needs beyond what is told. */
const part = z.object({
  plan: digest.describe("Of the scenario as it was run: equal for equal scenarios."),
  of: seedRange.describe("All that was asked for, of which this shard ran some."),
  line: z.int().min(1),
  replay: z.string(),
  signatures: z.record(z.string(), z.string()),
  outline: scenarioOutline,
  specs: z.array(z.object({ id: z.string(), title: z.string(), kind: figureKind })),
  runs: z.array(runBrief),
  samples: figuresData,
  forcedMisfits: z.int(),
});

/** What tells a shard, before anything else of it is read. */
export const shardStamp = z.object({
  format: z.int().min(1),
  campaign: z.string().describe("Equal for the shards of one campaign."),
  index: z.int().min(1),
  count: z.int().min(1).max(9999),
});

export const shardOfRun = documentOf({
  interrupted: z.boolean(),
  shard: shardStamp,
  scenarios: z.array(scenarioResult.extend({ part })),
  wrote,
});

const counts = z.record(z.string(), z.int());

/** What is fixed of a hunt's document: its ledger may tell more. */
export const hunted = documentOf({
  system: z.string(),
  seed: z.int(),
  interrupted: z.boolean(),
  findings: z.array(
    z.looseObject({
      signature: z.string().describe("Equal for the same finding in other hunts."),
      kind: z.enum(["violation", "limit", "broke", "lost"]),
      property: z.string(),
      because: z.string(),
      candidate: z.int(),
      seed: z.int(),
      count: z.int(),
      strategies: counts,
      file: z.string().nullable(),
      replay: z.string().nullable(),
      notes: z.array(z.string()),
    }),
  ),
  kept: z
    .looseObject({ path: z.string(), skipped: z.array(z.object({ file: z.string(), why: z.string() })) })
    .nullable()
    .describe("What earlier hunts left in the corpus."),
  ledger: z.looseObject({
    runs: z.int(),
    held: z.int(),
    violated: z.int(),
    inconclusive: z.int(),
    events: z.int(),
    simulatedUs: z.int(),
    turnovers: z.looseObject({ byRuns: z.array(z.int()) }),
    kinds: z.partialRecord(
      z.enum(faultKinds),
      z.object({ runs: z.int(), injected: z.int(), touched: z.int(), changed: z.int() }),
    ),
    properties: z.record(z.string(), z.object({ runsExercised: z.int(), runsViolated: z.int() })),
    strategies: z.record(z.string(), z.object({ runs: z.int(), runsNew: z.int(), runsFailed: z.int() })),
    inert: z.object({ kinds: z.array(z.string()), properties: z.array(z.string()) }),
  }),
  shard: shardStamp,
  part: z.object({
    promised: z.array(z.object({ id: z.string(), claim: z.string(), source: z.string() })),
    awaited: z.object({ kinds: z.array(z.string()), properties: z.array(z.string()) }),
    allowsInert: z.boolean(),
  }),
  wrote: wrote.optional(),
});

const size = z.object({
  faults: z.int(),
  nodes: z.int(),
  untilUs: z.int(),
  forced: z.int().describe("Outcomes that are forced."),
  decisions: z.int(),
});

const shrunk = documentOf({
  scenario: z.string(),
  file: z.string(),
  seed: z.int(),
  property: z.string(),
  violation,
  digest,
  before: size,
  after: size,
  tries: z.int(),
  isMinimal: z.boolean().describe("Each part that is left was taken out alone, and then it no longer failed so."),
  removals: z.int(),
  witnesses: z.int(),
  seeds: z.object({ failing: z.int(), tried: z.int() }),
  interrupted: z.boolean(),
  wrote,
  replay: z.string(),
});

/** What became of a failure that was kept. */
const standing = z.looseObject({ type: z.enum(["stillFails", "fixed", "notReached"]) });

const keptFailure = documentOf({
  scenario: z.string(),
  property: z.string(),
  standing: standing.optional(),
  seenAt: z.string().nullable().describe("The last commit at which it failed."),
  signature: z.string().nullable(),
  wrote,
});

const mutantsHunted = documentOf({ interrupted: z.boolean() }).loose();

/** Its parts are told in words as well: what else they hold may change. */
const explained = documentOf({
  scenario: z.string(),
  file: z.string(),
  seed: z.int(),
  property: z.string(),
  violation,
  signature: z.string(),
  shrunk: z.looseObject({ tries: z.int(), isMinimal: z.boolean() }).nullable(),
  decisive: z.array(z.looseObject({ sentence: z.string() })).describe("The most decisive first."),
  slice: z.array(z.looseObject({ text: z.string() })).describe("What led to it, in order."),
  inevitability: z.looseObject({ sentence: z.string() }),
  asked: z.int().describe("Runs made to find out."),
  isComplete: z.boolean(),
  interrupted: z.boolean(),
});

const side = z.object({ name: z.string(), digest: z.string(), summary: z.string(), events: z.int() });

const parted = documentOf({
  left: side,
  right: side,
  same: z.boolean(),
  first: z.record(z.string(), z.unknown()).nullable().describe("The first event that differs."),
  nodes: z.array(z.looseObject({ node: z.string(), alike: z.int() })),
  counts: z.array(z.record(z.string(), z.unknown())),
});

const exported = documentOf({
  scenario: z.string(),
  seed: z.int(),
  format: z.enum(formatNames),
  summary: z.string(),
  digest: z.string().describe("Of the history; empty when the trace had none."),
  events: z.int().describe("Of the whole trace, whatever window of it was asked for."),
  wrote,
});

const sameTwice = documentOf({ determinism: z.array(z.looseObject({ scenario: z.string(), seed: z.int() })) });

const merged = documentOf({
  complete: z.boolean().describe("Whether every shard is there, whole."),
  inputs: z.array(
    z.object({ file: z.string(), command: z.string(), campaign: z.string(), index: z.int(), count: z.int() }),
  ),
  remarks: z
    .array(z.object({ file: z.string(), code: z.string(), what: z.string() }))
    .describe("Files that were left out or doubled, and shards that are missing."),
  scenarios: z.array(scenarioResult),
  hunts: z.array(
    z.object({
      system: z.string(),
      seed: z.int(),
      runs: z.int(),
      violated: z.int(),
      inconclusive: z.int(),
      findings: z.array(
        z.object({
          signature: z.string(),
          kind: z.string(),
          property: z.string(),
          because: z.string(),
          count: z.int(),
          seed: z.int(),
          file: z.string().nullable(),
          replay: z.string().nullable(),
        }),
      ),
      inert: z.object({ kinds: z.array(z.string()), properties: z.array(z.string()) }),
    }),
  ),
});

const replayed = documentOf({
  scenario: z.string(),
  file: z.string(),
  seed: z.int(),
  outcome,
  summary: z.string(),
  digest,
  forcedMisfits: z.int(),
  leftOut: z.int(),
  standing: standing.optional().describe("Of a failure file."),
  lines: z.array(
    z.object({
      atUs: z.int(),
      event: z.int(),
      node: z.string(),
      peer: z.string().optional(),
      kind: z.enum(["message", "changed", "lost", "fact", "world", "violation"]),
      text: z.string(),
    }),
  ),
  properties: z.array(propertyResult),
  expectations: z.array(expectation),
  wrote: wrote.optional(),
});

const listed = documentOf({
  topic: z.string(),
  coverage: z.record(z.string(), z.unknown()).optional().describe("Of requirements: how many are shown."),
  items: z.array(z.looseObject({ name: z.string(), about: z.string() })),
});

const validated = documentOf({
  stories: z.array(
    z.object({
      file: z.string(),
      reference: z.string(),
      name: z.string(),
      title: z.string(),
      system: z.string(),
      faults: z.int(),
    }),
  ),
});

const judgedHistory = z.object({
  file: z.string(),
  outcome: z.enum(["held", "violated", "inconclusive"]),
  objects: z.array(z.record(z.string(), z.unknown())),
});

const checked = z.union([
  documentOf(judgedHistory.shape),
  documentOf({ histories: z.array(judgedHistory).describe("Of several files, in order of their names.") }),
]);

const shown = documentOf({
  acts: z.array(
    z.object({
      reference: z.string(),
      promise: z.string(),
      seed: z.int(),
      outcome,
      word: z.string(),
      summary: z.string(),
      digest,
      replay: z.string(),
    }),
  ),
  kept: z.boolean(),
});

const place = z.discriminatedUnion("type", [
  z.object({ type: z.literal("file"), file: z.string(), line: z.int(), column: z.int() }),
  z.object({ type: z.literal("wholeFile"), file: z.string() }),
  z.object({ type: z.literal("argument"), argument: z.string() }),
]);

const problem = z.object({
  where: z.string(),
  place,
  code: z.string(),
  what: z.string(),
  expected: z.string(),
  fix: z.string(),
});

const exploredLine = z.object({
  step: z.int().describe("0: so it was at the beginning."),
  node: z.string(),
  kind: z.enum(["event", "message", "lost", "fact", "world", "violation"]),
  text: z.string(),
});

const explored = z.union([
  documentOf({
    scenario: z.string(),
    outcome: z.enum(["held", "violated", "inconclusive"]),
    summary: z.string(),
    interrupted: z.boolean(),
    scope: z.array(z.string()),
    begunAfter: z.int().describe("Moves of the world without faults, up to where exploration began."),
    states: z.int(),
    transitions: z.int(),
    depth: z.int(),
    reduced: z.boolean(),
    violation: z
      .object({
        properties: z.array(z.string()),
        steps: z.int(),
        isShortest: z.boolean(),
        trail: z.string(),
        replay: z.string(),
        story: z.array(exploredLine),
      })
      .nullable(),
    wrote,
  }),
  documentOf({
    scenario: z.string(),
    outcome: z.enum(["held", "violated"]),
    summary: z.string(),
    steps: z.int(),
    story: z.array(exploredLine),
  }),
]);

const refused = documentOf({
  error: z.union([
    z.object({ problems: z.array(problem), left: z.int().optional() }),
    z.object({ code: z.literal("OUR_BUG"), what: z.string(), where: z.array(z.string()) }),
  ]),
});

/** By name: those of commands by the command, and of whatever goes wrong "error". */
export const documentSchemas: Readonly<Record<string, z.ZodType>> = {
  run: z.union([singleRun, shardOfRun, manyRuns, sameTwice]),
  fuzz: hunted,
  explore: explored,
  shrink: shrunk,
  explain: explained,
  diff: parted,
  export: exported,
  keep: keptFailure,
  mutants: mutantsHunted,
  sweep: sweptDocument,
  tune: tuneDocuments,
  claims: claimsDocumentSchema,
  merge: merged,
  replay: replayed,
  list: listed,
  validate: validated,
  check: checked,
  demo: shown,
  error: refused,
};

/** Open: later builds may say more. */
export const documentJsonSchema = (name: string, schema: z.ZodType): object => ({
  ...z.toJSONSchema(schema, { io: "input" }),
  title: `The document of faultline ${name} --json`,
});
