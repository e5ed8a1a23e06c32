// One transfer as its source sees it: a state machine without clock, network or authority. It says what to do next.
//
//   draining --drained--> preparing --prepared--> shipping --confirm--> completed
//                            |  ^                    |
//                    failed  |  | retryDue           | failed
//                            v  |                    |
//                         backingOff <---------------+
//                            |
//      attempts used up, watchdog or operator (from any state)
//                            v
//                         aborting --rolledBack--> rolled back      (the coordinator decides: it is one or the other,
//                                 --settled-----> completed          and asked again until it has answered)
//
// Every state can be left: draining and backingOff by the watchdog at the latest, preparing and shipping by their
// deadline, aborting by the coordinator's answer. There is no way back but from backingOff, and that is counted.

import type { NodeId } from "../../base/ids.ts";
import type { AttemptFailure, EndedBy } from "./facts.ts";
import type { RefusalReason } from "./messages.ts";
import type { PlayerState } from "./player-state.ts";

export type TransferPhase = "draining" | "preparing" | "shipping" | "backingOff" | "aborting";

/** Plain data: part of its server's state. */
export interface Transfer {
  readonly id: string;
  readonly player: NodeId;
  readonly target: NodeId;
  /** The source's token when it began: what the target's request is compared with. */
  readonly fromToken: number;
  /** When the player crossed, when it got its slot, and when the first attempt began; until then, the slot. */
  readonly wantedUs: number;
  readonly startedUs: number;
  firstAttemptUs: number;
  phase: TransferPhase;
  /** From 1; 0 while draining before the first. */
  attempt: number;
  attemptStartedUs: number;
  /** What the last attempt shipped, for the diagnosis of a mismatch. */
  shipped: PlayerState | null;
  /** The level that gave the attempts up; null while they go on. */
  givenUpBy: Extract<EndedBy, "rollback" | "watchdog" | "operator"> | null;
  /** The watchdog has reported it. */
  stuck: boolean;
  /** Operators' commands to answer when it ends. */
  commands: readonly { readonly operator: NodeId; readonly command: string }[];
}

export type TransferInput =
  | { readonly type: "drained" }
  // from the target
  | { readonly type: "prepared" }
  | { readonly type: "busy" }
  /** As `busy`, and what takes the places there waits for ours. */
  | { readonly type: "crossed" }
  | { readonly type: "refused"; readonly because: RefusalReason }
  | { readonly type: "mismatch"; readonly received: PlayerState }
  | { readonly type: "confirm"; readonly token: number }
  // from the coordinator
  | { readonly type: "rolledBack"; readonly token: number }
  | { readonly type: "settled"; readonly server: NodeId; readonly token: number }
  // from the server itself
  | { readonly type: "deadline" }
  | { readonly type: "retryDue" }
  | { readonly type: "abortDue" }
  | { readonly type: "unreachable" }
  /** The store has refused the source's token. */
  | { readonly type: "stale" }
  | { readonly type: "watchdog" }
  | { readonly type: "forced"; readonly reason: string };

/** What the server then does, in order. */
export type TransferAction =
  | { readonly type: "prepare"; readonly attempt: number }
  | { readonly type: "ship" }
  | { readonly type: "failAttempt"; readonly because: AttemptFailure }
  | { readonly type: "diagnose"; readonly received: PlayerState }
  | { readonly type: "backOff"; readonly retry: number }
  | { readonly type: "giveUp"; readonly by: NonNullable<Transfer["givenUpBy"]>; readonly because: string }
  | { readonly type: "askAbort" }
  | { readonly type: "complete"; readonly server: NodeId; readonly token: number; readonly by: EndedBy }
  /** `token`: the new grant; null: the source keeps its old one (X-M-09). */
  | { readonly type: "undo"; readonly token: number | null; readonly by: EndedBy };

export type TransferStep =
  | { readonly type: "go"; readonly to: TransferPhase; readonly actions: readonly TransferAction[] }
  | { readonly type: "end"; readonly actions: readonly TransferAction[] }
  | { readonly type: "ignore"; readonly because: string };

export interface TransferRules {
  readonly attemptsMax: number;
  readonly onMismatch: "rollback" | "retry";
  readonly decidedBy: "coordinator" | "source";
  /** Off: what the target says is believed whenever it comes. */
  readonly attemptCheck: boolean;
}

type Row<Input extends TransferInput> = (transfer: Transfer, input: Input, rules: TransferRules) => TransferStep;
type Rows = { readonly [Type in TransferInput["type"]]: Row<Extract<TransferInput, { type: Type }>> };

const ignore =
  (because: string): (() => TransferStep) =>
  () => ({ type: "ignore", because });

const noAttempt = ignore("no attempt is under way");
const notWaited = ignore("nothing waits for it");
const sealed = ignore("the store may be sealed for the target already");

/** What the coordinator says ends a transfer in any state: its word is the last. */
const lastWord = {
  rolledBack: (transfer, { token }) => undone(transfer, token, "rollback"),
  settled: (transfer, { server, token }) => completed(transfer, server, token),
} satisfies Pick<Rows, "rolledBack" | "settled">;

/** A confirmation outside an attempt is late: whether it still counts is for the coordinator to say. */
const lateConfirm: Rows["confirm"] = (transfer, { token }, rules) =>
  rules.attemptCheck ? { type: "ignore", because: "the attempt is over" } : completed(transfer, transfer.target, token);

const force = {
  watchdog: (_transfer, _input, rules) => giveUp([], "watchdog", "older than the watchdog's bound", rules),
  forced: (_transfer, { reason }, rules) => giveUp([], "operator", reason, rules),
} satisfies Pick<Rows, "watchdog" | "forced">;

const attempting = {
  drained: notWaited,
  busy: (transfer, _input, rules) => failed(transfer, "busy", rules),
  crossed: (_transfer, _input, rules) =>
    giveUp([failure("busy")], "rollback", "gives way to one from its target", rules),
  refused: (transfer, { because }, rules) =>
    because === "notReady"
      ? failed(transfer, "refused", rules)
      : giveUp([failure(because === "conflict" ? "conflict" : "refused")], "rollback", because, rules),
  confirm: (transfer, { token }) => completed(transfer, transfer.target, token),
  rolledBack: (transfer, { token }) => undone(transfer, token, "rollback", [failure("conflict")]),
  settled: lastWord.settled,
  deadline: (transfer, _input, rules) => failed(transfer, "timeout", rules),
  retryDue: notWaited,
  abortDue: notWaited,
  unreachable: (transfer, _input, rules) => failed(transfer, "unreachable", rules),
  stale: sealed,
  ...force,
} satisfies Omit<Rows, "prepared" | "mismatch">;

/** One row for each state, one column for each input: all of them, or it does not compile. */
const table: { readonly [Phase in TransferPhase]: Rows } = {
  draining: {
    drained: () => ({ type: "go", to: "preparing", actions: [{ type: "prepare", attempt: 1 }] }),
    prepared: noAttempt,
    busy: noAttempt,
    crossed: noAttempt,
    refused: noAttempt,
    mismatch: noAttempt,
    confirm: lateConfirm,
    ...lastWord,
    deadline: noAttempt,
    retryDue: notWaited,
    abortDue: notWaited,
    unreachable: noAttempt,
    // Nothing was asked of anyone yet, so it is not the target that the store is sealed for.
    stale: (_transfer, _input, rules) => giveUp([], "rollback", "fenced before it began", rules),
    ...force,
  },
  preparing: {
    ...attempting,
    prepared: () => ({ type: "go", to: "shipping", actions: [{ type: "ship" }] }),
    mismatch: ignore("nothing was shipped in this attempt"),
  },
  shipping: {
    ...attempting,
    prepared: notWaited,
    mismatch: (transfer, { received }, rules) => {
      const found: TransferAction[] = [{ type: "diagnose", received }, failure("mismatch")];
      return rules.onMismatch === "retry"
        ? failedWith(transfer, found, rules)
        : giveUp(found, "rollback", "mismatch", rules);
    },
  },
  backingOff: {
    drained: notWaited,
    prepared: noAttempt,
    busy: noAttempt,
    crossed: noAttempt,
    refused: noAttempt,
    mismatch: noAttempt,
    confirm: lateConfirm,
    ...lastWord,
    deadline: noAttempt,
    retryDue: ({ attempt }) => ({ type: "go", to: "preparing", actions: [{ type: "prepare", attempt: attempt + 1 }] }),
    abortDue: notWaited,
    unreachable: noAttempt,
    stale: sealed,
    ...force,
  },
  aborting: {
    drained: notWaited,
    prepared: noAttempt,
    busy: noAttempt,
    crossed: noAttempt,
    refused: noAttempt,
    mismatch: noAttempt,
    confirm: lateConfirm,
    ...lastWord,
    deadline: noAttempt,
    retryDue: notWaited,
    abortDue: () => ({ type: "go", to: "aborting", actions: [{ type: "askAbort" }] }),
    unreachable: noAttempt,
    stale: ignore("the coordinator has been asked"),
    // Already given up: asked again at once, whatever became of the timer.
    watchdog: () => ({ type: "go", to: "aborting", actions: [{ type: "askAbort" }] }),
    forced: () => ({ type: "go", to: "aborting", actions: [{ type: "askAbort" }] }),
  },
};

/** Exactly one thing happens for each state and input. */
export function stepTransfer(transfer: Transfer, input: TransferInput, rules: TransferRules): TransferStep {
  // The row is found under the input's own type; the compiler cannot follow the pairing.
  const row = table[transfer.phase][input.type] as Row<TransferInput>;
  return row(transfer, input, rules);
}

export const isAttempting = ({ phase }: Transfer): boolean => phase === "preparing" || phase === "shipping";

const failure = (because: AttemptFailure): TransferAction => ({ type: "failAttempt", because });

const failed = (transfer: Transfer, because: AttemptFailure, rules: TransferRules): TransferStep =>
  failedWith(transfer, [failure(because)], rules);

function failedWith(transfer: Transfer, found: readonly TransferAction[], rules: TransferRules): TransferStep {
  if (transfer.attempt >= rules.attemptsMax) return giveUp(found, "rollback", "attempts used up", rules);
  return { type: "go", to: "backingOff", actions: [...found, { type: "backOff", retry: transfer.attempt }] };
}

function giveUp(
  first: readonly TransferAction[],
  by: NonNullable<Transfer["givenUpBy"]>,
  because: string,
  rules: TransferRules,
): TransferStep {
  const given: TransferAction[] = [...first, { type: "giveUp", by, because }];
  if (rules.decidedBy === "source") return { type: "end", actions: [...given, { type: "undo", token: null, by }] };
  return { type: "go", to: "aborting", actions: [...given, { type: "askAbort" }] };
}

function completed(transfer: Transfer, server: NodeId, token: number): TransferStep {
  const by = transfer.givenUpBy ?? (transfer.attempt <= 1 ? "firstAttempt" : "retry");
  return { type: "end", actions: [{ type: "complete", server, token, by }] };
}

function undone(transfer: Transfer, token: number, by: EndedBy, first: readonly TransferAction[] = []): TransferStep {
  const given: readonly TransferAction[] =
    transfer.givenUpBy === null ? [{ type: "giveUp", by: "rollback", because: "taken back by the coordinator" }] : [];
  return { type: "end", actions: [...first, ...given, { type: "undo", token, by: transfer.givenUpBy ?? by }] };
}
