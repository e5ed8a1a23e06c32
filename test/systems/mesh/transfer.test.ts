// The source's state machine, cell by cell: for each state and each input exactly one thing happens.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import type { PlayerState } from "../../../src/systems/mesh/player-state.ts";
import {
  stepTransfer,
  type Transfer,
  type TransferInput,
  type TransferPhase,
  type TransferRules,
  type TransferStep,
} from "../../../src/systems/mesh/transfer.ts";

const state: PlayerState = { version: 3, x: 0, score: 1, items: [], session: 1, sequence: 3 };
const [s2, p1] = [nodeId("s2"), nodeId("p1")];

const inputs: readonly TransferInput[] = [
  { type: "drained" },
  { type: "prepared" },
  { type: "busy" },
  { type: "crossed" },
  { type: "refused", because: "notReady" },
  { type: "refused", because: "superseded" },
  { type: "refused", because: "conflict" },
  { type: "mismatch", received: state },
  { type: "confirm", token: 2 },
  { type: "rolledBack", token: 2 },
  { type: "settled", server: s2, token: 2 },
  { type: "deadline" },
  { type: "retryDue" },
  { type: "abortDue" },
  { type: "unreachable" },
  { type: "stale" },
  { type: "watchdog" },
  { type: "forced", reason: "looks stuck" },
];
const phases: readonly TransferPhase[] = ["draining", "preparing", "shipping", "backingOff", "aborting"];

const safe: TransferRules = { attemptsMax: 4, onMismatch: "rollback", decidedBy: "coordinator", attemptCheck: true };

const transferIn = (phase: TransferPhase, attempt = phase === "draining" ? 0 : 1): Transfer => ({
  id: "p1/1",
  player: p1,
  target: s2,
  fromToken: 1,
  wantedUs: 0,
  startedUs: 0,
  firstAttemptUs: 0,
  phase,
  attempt,
  attemptStartedUs: 0,
  shipped: phase === "shipping" ? state : null,
  givenUpBy: phase === "aborting" ? "rollback" : null,
  stuck: false,
  commands: [],
});

const nameOf = (input: TransferInput): string => (input.type === "refused" ? `refused ${input.because}` : input.type);

function told(step: TransferStep): string {
  if (step.type === "ignore") return `ignored: ${step.because}`;
  const actions = step.actions.map((action) => {
    switch (action.type) {
      case "failAttempt":
        return `fail ${action.because}`;
      case "prepare":
        return `prepare ${action.attempt}`;
      case "backOff":
        return `back off ${action.retry}`;
      case "giveUp":
        return `give up (${action.by})`;
      case "complete":
        return `complete (${action.by})`;
      case "undo":
        return `undo (${action.by}${action.token === null ? ", own token" : ""})`;
      default:
        return action.type;
    }
  });
  return `${step.type === "go" ? step.to : "ended"}: ${actions.join(", ")}`;
}

const tableOf = (rules: TransferRules): string =>
  phases
    .flatMap((phase) =>
      inputs.map(
        (input) =>
          `${phase.padEnd(10)} ${nameOf(input).padEnd(18)} ${told(stepTransfer(transferIn(phase), input, rules))}`,
      ),
    )
    .join("\n");

describe("the table of a transfer's source (MESH-F7-05)", () => {
  test("has exactly one outcome for every state and input", async () => {
    await expect(`${tableOf(safe)}\n`).toMatchFileSnapshot("../../golden/mesh-transfer-table.snap");
  });

  test("differs, where the source decides, only in giving up (X-M-09)", () => {
    const lines = tableOf(safe).split("\n");
    const other = tableOf({ ...safe, decidedBy: "source" }).split("\n");
    const changed = lines.filter((line, at) => line !== other[at]);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every((line) => line.includes("give up"))).toBe(true);
    expect(other.filter((line, at) => line !== lines[at]).every((line) => line.includes("own token"))).toBe(true);
  });

  test("differs, without the attempt check, only for confirmations that come late (A7)", () => {
    const lines = tableOf(safe).split("\n");
    const other = tableOf({ ...safe, attemptCheck: false }).split("\n");
    const changed = lines.filter((line, at) => line !== other[at]);
    expect(changed.map((line) => line.split(/\s+/).slice(0, 2).join(" "))).toEqual([
      "draining confirm",
      "backingOff confirm",
      "aborting confirm",
    ]);
  });

  test("has a way out of every state that does not depend on the target", () => {
    const own = new Set(["deadline", "watchdog", "forced", "rolledBack", "settled", "retryDue"]);
    for (const phase of phases) {
      const ways = inputs.filter(
        (input) => own.has(input.type) && stepTransfer(transferIn(phase), input, safe).type !== "ignore",
      );
      expect(ways.map(({ type }) => type)).toContain("watchdog");
      expect(ways.length).toBeGreaterThan(2);
    }
  });

  test("reaches an end from every state, whatever comes: no cycle is free of a count", () => {
    // Follows the machine's own inputs only, as when nobody ever answers but the coordinator, at the end.
    for (const phase of phases) {
      let transfer = transferIn(phase);
      let steps = 0;
      for (; steps < 50; steps += 1) {
        const next: TransferInput =
          transfer.phase === "draining"
            ? { type: "watchdog" }
            : transfer.phase === "backingOff"
              ? { type: "retryDue" }
              : transfer.phase === "aborting"
                ? { type: "rolledBack", token: 2 }
                : { type: "deadline" };
        const step = stepTransfer(transfer, next, safe);
        if (step.type === "end") break;
        expect(step.type).toBe("go");
        if (step.type !== "go") break;
        const begun = step.actions.find((action) => action.type === "prepare");
        transfer = {
          ...transfer,
          phase: step.to,
          attempt: begun?.type === "prepare" ? begun.attempt : transfer.attempt,
        };
      }
      expect(steps).toBeLessThan(2 * safe.attemptsMax + 2);
    }
  });
});

describe("attempts", () => {
  const lastAttempt = (phase: TransferPhase): Transfer => transferIn(phase, safe.attemptsMax);

  test.each(["deadline", "busy", "unreachable"] as const)(
    "are retried after %s until they are used up (MESH-F1-05, MESH-F1-09)",
    (type) => {
      expect(told(stepTransfer(transferIn("preparing"), { type }, safe))).toMatch(/^backingOff: fail \w+, back off 1$/);
      expect(told(stepTransfer(lastAttempt("preparing"), { type }, safe))).toMatch(/^aborting: fail \w+, give up/);
    },
  );

  test.each([3, 4])("are %i sends in all (X-M-02)", (attemptsMax) => {
    const rules = { ...safe, attemptsMax };
    expect(stepTransfer(transferIn("shipping", attemptsMax - 1), { type: "deadline" }, rules)).toMatchObject({
      to: "backingOff",
    });
    expect(stepTransfer(transferIn("shipping", attemptsMax), { type: "deadline" }, rules)).toMatchObject({
      to: "aborting",
    });
  });

  test("a mismatch is rolled back at once, or shipped again as long as there are attempts (MESH-F4-05)", () => {
    const mismatch: TransferInput = { type: "mismatch", received: state };
    const retrying: TransferRules = { ...safe, onMismatch: "retry" };
    expect(stepTransfer(transferIn("shipping"), mismatch, safe)).toMatchObject({ to: "aborting" });
    expect(stepTransfer(transferIn("shipping"), mismatch, retrying)).toMatchObject({ to: "backingOff" });
    expect(stepTransfer(lastAttempt("shipping"), mismatch, retrying)).toMatchObject({ to: "aborting" });
  });

  test("the level that ended a transfer is the one that gave it up (X-M-14)", () => {
    const ends = (transfer: Transfer, input: TransferInput): unknown => {
      const step = stepTransfer(transfer, input, safe);
      return step.type === "end" ? step.actions.at(-1) : step;
    };
    const confirm: TransferInput = { type: "confirm", token: 2 };
    expect(ends(transferIn("shipping"), confirm)).toMatchObject({ by: "firstAttempt" });
    expect(ends(transferIn("shipping", 3), confirm)).toMatchObject({ by: "retry" });
    const forced: Transfer = { ...transferIn("aborting"), givenUpBy: "operator" };
    expect(ends(forced, { type: "rolledBack", token: 2 })).toMatchObject({ by: "operator" });
    expect(ends(forced, { type: "settled", server: s2, token: 2 })).toMatchObject({ by: "operator" });
  });
});
