// `faultline tune`: searches for the best setting, and says how good it is and how sure that is.

import { Evaluator } from "../campaign/evaluator.ts";
import { runSearch } from "../campaign/run-search.ts";
import { tunePage } from "../report/tune-page.ts";
import { tuneLines, type TuneTold } from "../report/tune-summary.ts";
import { plural } from "../report/words.ts";
import { type StudyTask, studyTask } from "../tune/study-task.ts";
import { canonicalJson } from "../base/canonical-json.ts";
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
  if (request.isExternal) return external(task, request);
  // Before anything runs: a search of an hour must not end at a file that cannot be made.
  const file = request.output === undefined ? undefined : new WholeFile(request.output);
  const folder = request.report === undefined ? undefined : new ReportFolder(request.report);
  const clock = startClock(request.workers);
  const { result: found, wasInterrupted } = await searched(task, request);
  const told: TuneTold = { task, found };
  const document = tuneDocument(told);
  const text = `${canonicalJson(document)}\n`;
  const wrote: string[] = [];
  if (file !== undefined) {
    file.write(text);
    file.finish();
    wrote.push(request.output ?? "");
  }
  if (folder !== undefined) {
    const page = { name: "index", page: tunePage(told, text) };
    wrote.push(...folder.write([page], clock(), [{ name: "tune.json", text }]));
  }
  return {
    exitCode: exitCodeOf(told, wasInterrupted),
    lines: [...tuneLines(told, output.paint, output.width), ...wrote.map((path) => `wrote ${path}`)],
    document: { ...document, ...(wrote.length === 0 ? {} : { wrote }) },
  };
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

async function searched(task: StudyTask, request: TuneRequest) {
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
async function external(task: StudyTask, request: TuneRequest): Promise<Answer> {
  const { result: end, wasInterrupted } = await interruptible(
    "ending with what was told",
    (text: string) => text,
    async ({ signal }) => {
      const { workers, plugIns } = request;
      const limits = { runMsMax: Infinity };
      const evaluator = await Evaluator.start({ workers, plugIns, signal, limits, figures: task.study.figures });
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
