// `faultline tune`: searches for the best setting, and says how good it is and how sure that is.

import { Evaluator } from "../campaign/evaluator.ts";
import type { ResultCache } from "../campaign/result-cache.ts";
import { runSearch } from "../campaign/run-search.ts";
import { tunePage } from "../report/tune-page.ts";
import { tuneLines, type TuneTold } from "../report/tune-summary.ts";
import { plural } from "../report/words.ts";
import { type StudyTask, studyTask } from "../tune/study-task.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { openCache } from "./cache-option.ts";
import { type ExitCode, exitCodes, ReaderMistake } from "./exit-codes.ts";
import { WholeFile } from "./files.ts";
import { interruptible } from "./interruption.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { ReportFolder } from "./report-folder.ts";
import { startClock } from "./report-meta.ts";
import { loadStudy } from "./studies.ts";
import { answerAsked } from "./tune-external.ts";
import { tuneDocument } from "./tune-document.ts";
import { budgetOf, readTuneRequest, type TuneFlags, type TuneRequest } from "./tune-request.ts";

export async function tune(reference: string, flags: TuneFlags, output: Output): Promise<Answer> {
  const request = readTuneRequest(flags);
  const task = taskOf(reference, request);
  // Before anything runs: a search of an hour must not end at a file that cannot be made.
  const file = request.output === undefined ? undefined : new WholeFile(request.output);
  const folder = request.report === undefined ? undefined : new ReportFolder(request.report);
  const clock = startClock(request.workers);
  const cache = openCache(flags, request.plugIns);
  try {
    if (request.isExternal) return await external(task, request, cache);
    const { result: found, wasInterrupted } = await searched(task, request, cache);
    const told: TuneTold = { task, found };
    const document = { ...tuneDocument(told), notes: notesOn(task, cache) };
    const text = `${canonicalJson(document)}\n`;
    if (file !== undefined) file.write(text);
    file?.finish();
    const wrote = [
      ...(request.output === undefined ? [] : [request.output]),
      ...(folder?.write([{ name: "index", page: tunePage(told, text) }], clock(), [{ name: "tune.json", text }]) ?? []),
    ];
    const exitCode = exitCodeOf(told, wasInterrupted);
    return {
      exitCode,
      lines: [
        ...tuneLines(told, output.paint, output.width),
        ...notesOn(task, cache),
        ...(wasInterrupted && cache !== undefined ? [goesOn] : []),
        ...wrote.map((path) => `wrote ${path}`),
      ],
      document: { ...document, ...(wrote.length === 0 ? {} : { wrote }) },
    };
  } finally {
    file?.abandon();
    cache?.close();
  }
}

const goesOn = "What was finished is kept: typed again, it goes on from there.";

/** What the reader should know beside what was found. */
function notesOn({ study }: StudyTask, cache: ResultCache | undefined): readonly string[] {
  const names = study.study.circumstances.map(({ name }) => name);
  const left = `Not varied, since nobody chooses it: ${names.join(", ")}. It is as the scenario has it.`;
  return [...(names.length === 0 ? [] : [left]), ...(cache?.notes ?? [])];
}

function exitCodeOf({ found }: TuneTold, wasInterrupted: boolean): ExitCode {
  if (wasInterrupted) return exitCodes.interrupted;
  return found.recommended === undefined ? exitCodes.failed : exitCodes.held;
}

/** @throws ReaderMistake */
function taskOf(reference: string, { set, plugIns }: TuneRequest): StudyTask {
  const systems = loadSystems(plugIns);
  const study = loadStudy(reference, { systems, set, change: (read) => read });
  const result = studyTask(study);
  if (result.type === "refused") throw new ReaderMistake(result.problems);
  return result.task;
}

async function searched(task: StudyTask, request: TuneRequest, cache: ResultCache | undefined) {
  const budget = budgetOf(request, task.study.study.search.budget);
  const total = budget.runsMax < Infinity ? ` of ${plural(budget.runsMax, "run")}` : " runs";
  return interruptible(
    "telling the best so far",
    (runs: number) => `${runs}${total}`,
    async ({ signal, onProgress }) => {
      const { workers, plugIns } = request;
      let before = 0;
      const evaluator = await Evaluator.start({
        workers,
        plugIns,
        signal,
        cache,
        limits: { runMsMax: Infinity },
        figures: task.study.figures,
        onProgress: (done) => onProgress(before + done),
      });
      try {
        return await runSearch({
          task,
          evaluator,
          budget,
          seed: request.seed,
          signal,
          onProgress: (runs) => {
            before = runs;
          },
        });
      } finally {
        await evaluator.end();
      }
    },
  );
}

/** Whatever is said on stdout is a document a line, also the last one. */
async function external(task: StudyTask, request: TuneRequest, cache: ResultCache | undefined): Promise<Answer> {
  const { result: end, wasInterrupted } = await interruptible(
    "ending with what was told",
    (text: string) => text,
    async ({ signal }) => {
      const { workers, plugIns } = request;
      const limits = { runMsMax: Infinity };
      const evaluator = await Evaluator.start({ workers, plugIns, signal, cache, limits, figures: task.study.figures });
      try {
        return await answerAsked(
          {
            study: task.study,
            evaluator,
            runsMax: request.runsMax ?? Infinity,
            signal,
            input: process.stdin,
            say: (line) => process.stdout.write(line),
          },
          task,
        );
      } finally {
        await evaluator.end();
      }
    },
  );
  // Whoever drives may keep its end of the pipe open.
  process.stdin.destroy();
  const exitCode = wasInterrupted ? exitCodes.interrupted : exitCodes.held;
  return { exitCode, lines: [JSON.stringify({ end })], document: { ...end } };
}
