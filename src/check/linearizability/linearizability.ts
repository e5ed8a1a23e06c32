// Whether a history is linearizable: each object by itself, which together is the whole (Herlihy and Wing 1990, theorem 1).

import type { HistoryMistake } from "./history-mistake.ts";
import { readLines } from "./history-lines.ts";
import type { AnyModel } from "./model.ts";
import { readOperations, type ObjectHistory } from "./operations.ts";
import { type ObjectVerdict, searchOrder } from "./search.ts";

export interface JudgedObject {
  readonly history: ObjectHistory;
  readonly verdict: ObjectVerdict;
}

export type HistoryJudgement =
  | { readonly type: "malformed"; readonly mistakes: readonly HistoryMistake[] }
  | { readonly type: "judged"; readonly objects: readonly JudgedObject[] };

export interface CheckOptions {
  /** Where two have an operation in common, the first is meant. */
  readonly models: readonly AnyModel[];
  /** Of one object; beyond it, its verdict is "inconclusive". */
  readonly configurationsMax: number;
}

/** `text`: JSON lines, as `--history` writes them. Objects come in order of model and key. */
export function checkHistory(text: string, { models, configurationsMax }: CheckOptions): HistoryJudgement {
  const lines = readLines(text);
  if (lines.type === "malformed") return lines;
  const read = readOperations(lines.entries, models);
  if (read.type === "malformed") return read;
  const objects = read.objects.map((history) => ({ history, verdict: searchOrder(history, configurationsMax) }));
  return { type: "judged", objects };
}
