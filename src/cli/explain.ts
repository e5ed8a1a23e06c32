// `faultline explain`: why a failure failed, in sentences.

import { explainAside } from "../campaign/aside.ts";
import type { Explanation } from "../explore/explain/explain.ts";
import { signatureOf } from "../explore/signature.ts";
import { eventLines } from "../report/event-lines.ts";
import {
  decisiveSentence,
  type ExplainedLine,
  inevitableSentence,
  sliceLines,
  nothingDecisiveSentence,
} from "../report/explanation-lines.ts";
import { shrunkLines } from "../report/shrunk-lines.ts";
import { plural, printMoment, wrap } from "../report/words.ts";
import { readTime } from "./arguments.ts";
import { exitCodes } from "./exit-codes.ts";
import { interruptible } from "./interruption.ts";
import { commandLine } from "./next-commands.ts";
import { type FailureFlags, loadFailure } from "./one-failure.ts";
import type { Answer, Output } from "./output.ts";
import { progressText } from "./shrink.ts";

export interface ExplainFlags extends FailureFlags {
  readonly time?: string | undefined;
  readonly asItIs?: boolean | undefined;
}

const msMaxDefault = 60_000;
/** Decisive things that are told to a reader; the document has them all. */
const decisiveMax = 8;
const linesMax = 60;

export async function explain(reference: string, flags: ExplainFlags, output: Output): Promise<Answer> {
  const msMax = flags.time === undefined ? msMaxDefault : readTime("--time", flags.time) / 1000;
  const { story, failure, plugIns } = loadFailure(reference, flags);
  const { result: explanation, wasInterrupted } = await interruptible(
    "saying what is known so far",
    progressText,
    (options) => explainAside({ failure, plugIns, msMax, asItIs: flags.asItIs }, options),
  );
  if (explanation === undefined) throw new Error("a failure fails again when it is run again");
  const decisive = explanation.decisive.map((one) => decisiveSentence(one, explanation, story.system));
  const lines = sliceLines(explanation, story.system);
  const { violation, scenario } = explanation.failure;
  const changes = { set: flags.set ?? [], plugIns };
  return {
    exitCode: wasInterrupted ? exitCodes.interrupted : exitCodes.held,
    lines: [
      ...headLines(explanation, story.scenario.name, failure.scenario.seed, output),
      "",
      output.paint.bold("What it hung on"),
      ...(decisive.length === 0
        ? [nothingDecisiveSentence(explanation)]
        : decisive.slice(0, decisiveMax).flatMap((sentence, index) => numbered(index + 1, sentence, output.width))),
      ...(decisive.length > decisiveMax ? [`    and ${decisive.length - decisiveMax} more: see --json`] : []),
      "",
      output.paint.bold("What led to it"),
      ...told(lines, scenario.world.startUs, output),
      "",
      output.paint.bold("When it was too late"),
      ...wrap(inevitableSentence(explanation), output.width),
      "",
      `${plural(explanation.asked, "question")} asked by runs that differ in one thing each${explanation.isComplete ? "" : ", and time was up"}.`,
      `  ${commandLine("shrink", story, changes, `--seed ${failure.scenario.seed}`)}`,
    ],
    document: {
      scenario: story.scenario.name,
      file: story.file,
      seed: failure.scenario.seed,
      property: violation.property,
      violation,
      signature: signatureOf(explanation.failure, story.system),
      shrunk: explanation.shrunk ?? null,
      decisive: explanation.decisive.map((one, index) => ({ ...one, sentence: decisive[index] })),
      slice: lines,
      inevitability: { ...explanation.inevitability, sentence: inevitableSentence(explanation) },
      asked: explanation.asked,
      isComplete: explanation.isComplete,
      interrupted: wasInterrupted,
    },
  };
}

function headLines({ failure, shrunk }: Explanation, name: string, seed: number, output: Output): readonly string[] {
  const { paint, width } = output;
  const { violation, scenario } = failure;
  return [
    paint.bold(`${name}  seed ${seed}`),
    ...wrap(`${paint.bad(violation.property)}: ${violation.claim}`, width),
    ...wrap(
      `Broken at ${printMoment(violation.atUs - scenario.world.startUs, 6)} on ${violation.node}: ${violation.because}.`,
      width,
    ),
    ...(shrunk === undefined
      ? []
      : [
          "",
          ...wrap("Told of the smallest failure that is left of it.", width),
          ...shrunkLines(shrunk).flatMap((line) => wrap(line, width)),
        ]),
  ];
}

const numbered = (number: number, sentence: string, width: number): readonly string[] =>
  wrap(sentence, width - 4).map((line, index) => `${index === 0 ? `${number}.`.padEnd(4) : "    "}${line}`);

function told(lines: readonly ExplainedLine[], startUs: number, { paint, width }: Output): readonly string[] {
  const styles = {
    fault: paint.bold,
    heard: (text: string) => text,
    fact: paint.name,
    sent: (text: string) => text,
    violation: paint.bad,
  };
  const shown = lines.length <= linesMax ? lines : lines.slice(-linesMax);
  const nodeWidth = Math.max(5, ...shown.map(({ node }) => node.length));
  const columns = { atWidth: 13, nodeWidth, width, paint };
  return [
    ...(shown.length < lines.length
      ? [paint.dim(`      …  ${plural(lines.length - shown.length, "line")} before`)]
      : []),
    ...shown.flatMap(({ atUs, node, kind, text }) =>
      eventLines({ at: printMoment(atUs - startUs, 6), node, text }, styles[kind], columns),
    ),
  ];
}
