// `faultline sweep`: runs a scenario at many points under the same seeds, and says which of them will do.

import { Evaluator } from "../campaign/evaluator.ts";
import type { ResultCache } from "../campaign/result-cache.ts";
import { pairingLines } from "../report/pairing-lines.ts";
import { sweepLines } from "../report/sweep-lines.ts";
import { sweepPage } from "../report/sweep-page.ts";
import { sweepMarkdown } from "../report/sweep-markdown.ts";
import { pointLabel } from "../report/sweep-words.ts";
import { plural, printCount } from "../report/words.ts";
import type { AnySystem } from "../systems/system.ts";
import { type OpenStudy, studyPoints } from "../tune/open-study.ts";
import { type Sweep, sweepOf } from "../tune/sweep.ts";
import { answerOf } from "../tune/sweep-answer.ts";
import { openCache } from "./cache-option.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { writeWhole } from "./files.ts";
import { interruptible } from "./interruption.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import { isStudyFile, loadStudy, openedStudy } from "./studies.ts";
import { sweepDocument } from "./sweep-document.ts";
import { changedStudy, readSweepRequest, type SweepFlags, type SweepRequest, typedStudy } from "./sweep-request.ts";

export async function sweep(reference: string, flags: SweepFlags, output: Output): Promise<Answer> {
  const request = readSweepRequest(flags);
  const systems = loadSystems(request.plugIns);
  const study = studyOf(reference, request, systems);
  // Before anything runs: a sweep of an hour must not end at a folder that cannot be made.
  const folder = request.report === undefined ? undefined : new ReportFolder(request.report);
  const clock = startClock(request.workers);
  const cache = openCache(flags, request.plugIns);
  try {
    const { swept, wasInterrupted, ran, known, leftOut } = await sweptStudy(study, request, cache);
    const answer = answerOf(swept);
    const document = sweepDocument(swept, answer);
    const told = { paint: output.paint, width: output.width };
    const lines = [
      ...sweepLines(swept, answer, told),
      ...(request.showsPairing ? ["", ...pairingLines(swept, told)] : []),
      "",
      output.paint.dim(costLine({ swept, ran, known, leftOut })),
      ...(cache?.notes ?? []),
      ...(wasInterrupted && cache !== undefined
        ? ["What was finished is kept: typed again, it goes on from there."]
        : []),
    ];
    const whole = { ...document, interrupted: wasInterrupted, leftOut };
    const json = `${JSON.stringify(whole, undefined, 2)}\n`;
    if (request.output !== undefined) writeWhole(request.output, json);
    const wrote = [
      ...(request.output === undefined ? [] : [request.output]),
      ...(folder === undefined
        ? []
        : folder.write([{ name: "index", page: sweepPage(swept, answer) }], clock(), [
            { name: "report.md", text: sweepMarkdown(swept, answer) },
            { name: "report.json", text: json },
          ])),
    ];
    const exitCode: ExitCode = wasInterrupted ? exitCodes.interrupted : exitCodes.held;
    return {
      exitCode,
      lines: [...lines, ...wrote.map((path) => `wrote ${path}`)],
      document: { ...whole, runs: { ran, known }, notes: cache?.notes ?? [], wrote },
    };
  } finally {
    cache?.close();
  }
}

function studyOf(reference: string, request: SweepRequest, systems: ReadonlyMap<string, AnySystem>): OpenStudy {
  const options = { systems, set: request.set, change: (study: OpenStudy["study"]) => changedStudy(study, request) };
  const isTyped = request.vary.length + request.responses.length > 0 && !isStudyFile(reference);
  return isTyped ? openedStudy(typedStudy(reference, request), "", options) : loadStudy(reference, options);
}

interface Swept {
  readonly swept: Sweep;
  readonly wasInterrupted: boolean;
  readonly ran: number;
  readonly known: number;
  /** Points that contradict themselves. */
  readonly leftOut: readonly { readonly point: string; readonly why: string }[];
}

async function sweptStudy(study: OpenStudy, request: SweepRequest, cache: ResultCache | undefined): Promise<Swept> {
  const { points, leftOut } = studyPoints(study);
  const { from, to } = study.study.seeds;
  const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const { result, wasInterrupted } = await interruptible(
    "keeping the finished runs",
    ({ done, total }: { done: number; total: number }) => `${printCount(done)} of ${plural(total, "run")}`,
    async ({ signal, onProgress }) => {
      const evaluator = await Evaluator.start({
        workers: request.workers,
        limits: { runMsMax: request.runMsMax },
        plugIns: request.plugIns,
        figures: study.figures,
        cache,
        signal,
        onProgress: (done, total) => onProgress({ done, total }),
      });
      try {
        const found = await evaluator.evaluate(points.map(({ scenario }) => ({ scenario, seeds })));
        return { found, ran: evaluator.ran, known: evaluator.known };
      } finally {
        await evaluator.end();
      }
    },
  );
  const left = leftOut.map(({ point, problem }) => ({ point: pointLabel({ study }, point), why: problem.what }));
  const { found, ran, known } = result;
  return { swept: sweepOf(study, points, found), wasInterrupted, ran, known, leftOut: left };
}

function costLine({ swept, ran, known, leftOut }: Omit<Swept, "wasInterrupted">): string {
  const { from, to } = swept.study.study.seeds;
  const left =
    leftOut.length === 0 ? "" : `; ${plural(leftOut.length, "point")} contradict themselves and were left out`;
  const cached = known === 0 ? "" : `, ${printCount(known)} known from before`;
  return `${plural(swept.points.length, "point")}, seeds ${from}..${to}: ${plural(ran, "run")}${cached}${left}.`;
}
