// Why a failure failed, in sentences: what it hung on, what led to it, and from when on it was too late.

import type { Decisive } from "../explore/explain/counterfactuals.ts";
import type { Explanation, SliceEvent } from "../explore/explain/explain.ts";
import type { Moment } from "../explore/explain/futures.ts";
import type { SentMessage } from "../explore/explain/recording.ts";
import { nodeId } from "../base/ids.ts";
import { printable } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import { isWorldFact, tellDelay, tellFact, tellLoss, tellMessage } from "./told.ts";
import { plural, printMoment, printTime } from "./words.ts";

/** One line of what led to the violation. */
export interface ExplainedLine {
  readonly atUs: number;
  readonly event: number;
  readonly node: string;
  readonly kind: "fault" | "heard" | "fact" | "sent" | "violation";
  readonly text: string;
}

/** A decisive thing in a sentence, with what would have made the difference. */
export function decisiveSentence(decisive: Decisive, { failure, slice }: Explanation, system: AnySystem): string {
  const { startUs } = failure.scenario.world;
  const instead = insteadOf(decisive);
  switch (decisive.kind) {
    case "fault": {
      const [first, ...more] = decisive.struck;
      const { kind } = decisive.fault.action;
      const what =
        first === undefined
          ? `${kind} ${aboutOf(decisive.index, slice)}`.trimEnd()
          : `${kind} of ${tellMessage(first.content, system)} from ${first.from} to ${first.to}`;
      const others = more.length === 0 ? "" : ` and ${plural(more.length, "more message")}`;
      return `${what}${others}, at ${printMoment(decisive.atUs, 6)}: ${instead}.`;
    }
    case "message": {
      const { from, to, content, atUs } = decisive.message;
      return `${tellMessage(content, system)} from ${from} to ${to}, sent at ${printMoment(atUs - startUs, 6)}: ${instead}.`;
    }
    case "setting":
      return `${decisive.name}, which is not the default: ${instead}.`;
  }
}

/** Where no decisive thing was named. */
export const nothingDecisiveSentence = ({ isComplete }: Pick<Explanation, "isComplete">): string =>
  isComplete
    ? "Nothing that can be taken away alone: several things would each have been enough."
    : "Nothing was seen to be decisive before time was up: a longer --time asks further.";

/** Whom or what a fault was about, as the world told it. */
function aboutOf(index: number, slice: Explanation["slice"]): string {
  const began = slice
    .flatMap(({ facts }) => facts)
    .find((fact) => isWorldFact(fact) && fact.fact === "faultBegan" && fact.fault === index);
  return began !== undefined && "about" in began ? String(began.about) : "";
}

function insteadOf({ laterUs, earlierUs, weight, kind }: Decisive): string {
  const seeds = kind === "message" || weight === 1 ? "" : ` (in ${Math.round(weight * 100)} % of the seeds tried)`;
  const without = kind === "setting" ? `with the default it holds${seeds}` : `without it, it holds${seeds}`;
  const later = laterUs === undefined ? [] : [`${printTime(laterUs)} later it holds`];
  const earlier = earlierUs === undefined ? [] : [`${printTime(earlierUs)} earlier it holds`];
  return [without, ...later, ...earlier].join("; ");
}

/** What led to it, in order, the violation last. */
export function sliceLines({ slice, failure }: Explanation, system: AnySystem): readonly ExplainedLine[] {
  const { violation } = failure;
  const lines = slice.flatMap((event) => linesOf(event, system));
  return [
    ...lines,
    {
      atUs: violation.atUs,
      event: violation.event,
      node: violation.node,
      kind: "violation",
      text: printable(`${violation.property} IS VIOLATED: ${violation.because}`),
    },
  ];
}

function linesOf(
  { atUs, event, node, facts, heard, sent, struck }: SliceEvent,
  system: AnySystem,
): readonly ExplainedLine[] {
  const line = (kind: ExplainedLine["kind"], text: string): ExplainedLine => ({ atUs, event, node, kind, text });
  return [
    ...(heard === undefined
      ? []
      : [
          line(
            "heard",
            `hears from ${heard.from}: ${tellMessage(heard.content, system)}, ${tellDelay(heard.atUs, atUs)}`,
          ),
        ]),
    ...facts.flatMap((fact) => {
      const text = tellFact(fact, nodeId(node), system);
      return text === undefined ? [] : [line(isWorldFact(fact) ? "fault" : "fact", text)];
    }),
    ...sent.map((message) => {
      const isStruck = struck.includes(message.message);
      return line(isStruck ? "fault" : "sent", `${sentText(message, system)}${isStruck ? " (struck by a fault)" : ""}`);
    }),
  ];
}

function sentText({ to, content, atUs, arrivedUs, lostBy }: SentMessage, system: AnySystem): string {
  const fate =
    lostBy !== undefined
      ? tellLoss(lostBy)
      : arrivedUs === undefined
        ? "still on its way"
        : `arrives ${tellDelay(atUs, arrivedUs)}`;
  return `tells ${to}: ${tellMessage(content, system)}; ${fate}`;
}

const share = (moment: Moment | undefined): string => `${moment?.failing ?? 0} of ${moment?.tried ?? 0}`;

/** From when on it was too late, in one sentence. */
export function inevitableSentence({ inevitability, failure, isComplete }: Explanation): string {
  const { moments, fromUs } = inevitability;
  const brokenUs = failure.violation.atUs - failure.scenario.world.startUs;
  const [first] = moments;
  if (first === undefined) return "When it was too late was not asked: time was up.";
  if (!isComplete) return "When it was too late was not asked to the end: time was up.";
  if (fromUs === undefined) {
    return "Until the end chance had a word: no moment was found from which on nearly every future fails.";
  }
  const at = moments.findIndex(({ atUs }) => atUs === fromUs);
  const futures = "futures, with other chances and no further fault,";
  if (at === 0) return `It was so from the beginning: ${share(first)} ${futures} fail.`;
  const before = moments[at - 1];
  return [
    `Too late from ${printMoment(fromUs, 6)} on, ${printTime(brokenUs - fromUs)} before the violation:`,
    `${share(moments[at])} ${futures} fail from there, and ${share(before)} from ${printMoment(before?.atUs ?? 0, 6)}.`,
  ].join(" ");
}
