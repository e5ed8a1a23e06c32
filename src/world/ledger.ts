// Counts what every fault did: injected, touched something live, changed the outcome. A fault kind that never bites
// fails a campaign, so each strike is counted at most once as touched and once as changed.

import { assert } from "../base/assert.ts";
import type { Ledger } from "./controls.ts";
import type { Fault, FaultTally } from "./fault.ts";

/** Plain data; entry `strike - 1` of each list is about that strike. */
export interface LedgerCheckpoint {
  readonly faultOf: readonly number[];
  readonly marks: readonly number[];
  readonly lateUntilUs: readonly number[];
}

const TOUCHED = 1;
const CHANGED = 2;

/** The ledger of one run. */
export class FaultLedger implements Ledger {
  readonly #faults: readonly Fault[];
  #faultOf: number[] = [];
  #marks: number[] = [];
  #lateUntilUs: number[] = [];

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  begin(fault: number): number {
    assert(fault >= 0 && fault < this.#faults.length, "a strike belongs to a fault of the plan");
    this.#marks.push(0);
    this.#lateUntilUs.push(0);
    return this.#faultOf.push(fault);
  }

  touched(strike: number): void {
    this.#mark(strike, TOUCHED);
  }

  /** What changed the outcome has touched something: both are counted. */
  changed(strike: number): void {
    this.#mark(strike, TOUCHED | CHANGED);
  }

  late(strike: number, untilUs: number): void {
    this.#lateUntilUs[strike - 1] = Math.max(this.lateUntilUs(strike), untilUs);
  }

  lateUntilUs(strike: number): number {
    const untilUs = this.#lateUntilUs[strike - 1];
    assert(untilUs !== undefined, "only a strike that began makes anything late");
    return untilUs;
  }

  /** One tally for each fault of the plan, in its order. */
  tallies(): readonly FaultTally[] {
    const tallies = this.#faults.map(({ id, action }) => ({
      id,
      kind: action.kind,
      injected: 0,
      touched: 0,
      changed: 0,
    }));
    this.#faultOf.forEach((fault, at) => {
      const tally = tallies[fault];
      const mark = this.#marks[at] ?? 0;
      if (tally === undefined) return;
      tally.injected++;
      if ((mark & TOUCHED) !== 0) tally.touched++;
      if ((mark & CHANGED) !== 0) tally.changed++;
    });
    return tallies;
  }

  checkpoint(): LedgerCheckpoint {
    return { faultOf: [...this.#faultOf], marks: [...this.#marks], lateUntilUs: [...this.#lateUntilUs] };
  }

  restore(checkpoint: LedgerCheckpoint): void {
    this.#faultOf = [...checkpoint.faultOf];
    this.#marks = [...checkpoint.marks];
    this.#lateUntilUs = [...checkpoint.lateUntilUs];
  }

  #mark(strike: number, marks: number): void {
    const before = this.#marks[strike - 1];
    assert(before !== undefined, "only a strike that began touches or changes anything");
    this.#marks[strike - 1] = before | marks;
  }
}
