// One entry of `faults`: when, for how long, and one key that names the kind. Times and names are checked here.

import { z } from "zod";

import { printDuration } from "../base/units.ts";
import { duration, positiveDuration } from "../systems/quantities.ts";
import type { Fault, FaultAction, FaultKind, FaultTiming } from "../world/fault.ts";
import { codec, durationRange, refuse } from "./codecs.ts";
import { type ActionSchema, kindGuides, type KindSchemas } from "./fault-kinds.ts";
import { faultId } from "./fault-id.ts";

/** When a run ends and when it heals, microseconds after its start: no fault begins later. */
export interface RunSpan {
  readonly untilUs: number;
  readonly healUs: number;
}

export type FaultSchema = z.ZodType<Fault, unknown>;

/** A name that streams, ledgers and stories can bear. */
const faultIdPattern = /^[A-Za-z0-9][A-Za-z0-9_.+/-]{0,79}$/;

const forExpected = 'Expected a duration such as 3s, a range such as 500ms..2s, "until heal", or "once".';
const windowWords = z.enum(["until heal", "once"]);
const window = z.union([windowWords, durationRange], { error: forExpected });

const shell = {
  id: z
    .string()
    .regex(faultIdPattern, { error: "Expected a name of letters, digits and - _ . + / (at most 80)." })
    .optional(),
  at: duration.optional(),
  every: positiveDuration.optional(),
  for: window.optional(),
  from: duration.optional(),
  until: duration.optional(),
};

type Shell = z.output<z.ZodObject<typeof shell>>;

/** Keys of an entry beside the one that names the kind. */
export const entryKeys: readonly string[] = [...Object.keys(shell), "profile"];

/** The schema of an entry by its kind; an entry that has none, or two, is told apart by story-reader.ts. */
export function faultSchemas(kinds: KindSchemas, span: RunSpan): (kind: FaultKind) => FaultSchema {
  const made = new Map<FaultKind, FaultSchema>();
  return (kind) => {
    const schema = made.get(kind) ?? entrySchema(kind, kinds(kind), span);
    made.set(kind, schema);
    return schema;
  };
}

function entrySchema(kind: FaultKind, action: ActionSchema, span: RunSpan): FaultSchema {
  const doc = z.strictObject({ ...shell, [kind]: action });
  return codec<typeof doc, Fault>(doc, (fault) => fault.action.kind === kind, {
    decode(written, context): Fault {
      // The shape above puts the action under the name of its kind.
      const act = (written as Record<string, unknown>)[kind] as FaultAction;
      const timing = readTiming(written, kind, span, context);
      return { id: written.id ?? faultId(timing, act), timing, action: act };
    },
    encode: ({ id, timing, action: act }) => ({ id, ...writeTiming(timing, kind), [kind]: act }),
  });
}

type Context = Parameters<typeof refuse>[0];

function readTiming(doc: Shell, kind: FaultKind, span: RunSpan, context: Context): FaultTiming {
  const { lasts } = kindGuides[kind];
  if (typeof doc.for === "object" && doc.for.maxUs === 0) {
    return refuse(context, doc.for, "Expected a duration above zero.", {
      code: "FAULT_TIMING",
      what: "lets it end as it begins",
      fix: 'give it a length, or remove "for".',
      key: "for",
    });
  }
  if (doc.for !== undefined && lasts === "moment") {
    return refuse(context, doc.for, `Expected no "for": ${kind} happens at one moment.`, {
      code: "FAULT_TIMING",
      what: `gives ${kind} a window`,
      fix: 'remove "for".',
      key: "for",
    });
  }
  if (doc.every !== undefined) return readRandomTiming(doc, doc.every, span, context);
  if (doc.at === undefined) {
    return refuse(context, doc, 'Expected "at" for one time, or "every" for random times.', {
      code: "FAULT_TIMING",
      what: "does not say when it strikes",
      fix: 'add "at: 2s", or "every: 20s".',
    });
  }
  if (doc.from !== undefined || doc.until !== undefined) {
    return refuse(context, doc, 'Expected "from" and "until" beside "every" only.', {
      code: "FAULT_TIMING",
      what: "limits a single strike",
      fix: 'remove it, or write "every" instead of "at".',
      key: doc.from === undefined ? "until" : "from",
    });
  }
  if (doc.at >= span.healUs) return refuseLate("at", doc.at, span, context);
  return { type: "scripted", atUs: doc.at, forUs: readWindow(doc.for, lasts === "message", context) };
}

function readWindow(
  written: Shell["for"],
  isMessageFault: boolean,
  context: Context,
): Extract<FaultTiming, { type: "scripted" }>["forUs"] {
  if (written === undefined) return isMessageFault ? "untilHeal" : "once";
  if (written === "once") return "once";
  if (written === "until heal") return "untilHeal";
  if (written.minUs === written.maxUs) return written.minUs;
  return refuse(context, written, "Expected one duration for a fault at one time.", {
    code: "FAULT_TIMING",
    what: "is a range, for a single strike",
    key: "for",
    fix: 'write one duration, or "every" instead of "at".',
  });
}

function readRandomTiming(doc: Shell, everyUs: number, span: RunSpan, context: Context): FaultTiming {
  if (doc.at !== undefined) {
    return refuse(context, doc, 'Expected "at" or "every", not both.', {
      code: "FAULT_TIMING",
      what: 'stands beside "at"',
      fix: 'keep one; "from" says when random strikes begin.',
      key: "every",
    });
  }
  const { for: lasting = { minUs: 0, maxUs: 0 }, from: fromUs = 0, until: untilUs = span.healUs } = doc;
  if (typeof lasting === "string") {
    return refuse(context, lasting, "Expected a duration, or a range such as 500ms..2s.", {
      code: "FAULT_TIMING",
      what: "is no duration to draw",
      fix: "write how long each strike lasts.",
      key: "for",
    });
  }
  if (fromUs >= span.healUs) return refuseLate("from", fromUs, span, context);
  if (untilUs <= fromUs || untilUs > span.healUs) {
    return refuse(
      context,
      untilUs,
      `Expected "until" after ${printDuration(fromUs)} and by ${printDuration(span.healUs)}.`,
      {
        code: "FAULT_TIMING",
        what: `is ${printDuration(untilUs)}`,
        fix: 'move "until", or leave it out: strikes end when the world heals.',
        key: doc.until === undefined ? "from" : "until",
      },
    );
  }
  return { type: "random", everyUs, forUsMin: lasting.minUs, forUsMax: lasting.maxUs, fromUs, untilUs };
}

function refuseLate(key: string, us: number, { untilUs, healUs }: RunSpan, context: Context): never {
  const [end, what] = us >= untilUs ? (["ends", untilUs] as const) : (["heals", healUs] as const);
  return refuse(context, us, `Expected a time before ${printDuration(healUs)}, when faults end.`, {
    code: "FAULT_AFTER_END",
    what: `is ${printDuration(us)}, but the run ${end} at ${printDuration(what)}`,
    key,
    fix: "strike earlier, or raise until (and heal, if it is set).",
  });
}

function writeTiming(timing: FaultTiming, kind: FaultKind): Omit<Shell, "id"> {
  if (timing.type === "random") {
    const { everyUs, forUsMin, forUsMax, fromUs, untilUs } = timing;
    const lasts = forUsMax === 0 ? {} : { for: { minUs: forUsMin, maxUs: forUsMax } };
    return { every: everyUs, ...lasts, from: fromUs, until: untilUs };
  }
  const { atUs, forUs } = timing;
  const unsaid = kindGuides[kind].lasts === "message" ? "untilHeal" : "once";
  if (forUs === unsaid) return { at: atUs };
  if (forUs === "untilHeal") return { at: atUs, for: "until heal" };
  return { at: atUs, for: forUs === "once" ? "once" : { minUs: forUs, maxUs: forUs } };
}
