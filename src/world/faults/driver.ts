// Lets the faults of a plan happen: when each strikes, for how long and at whom, drawn from streams of its own, so that
// a fault taken out or added shifts no strike of another.

import { assert } from "../../base/assert.ts";
import type { Controls, NodeIndex } from "../controls.ts";
import { type Fault, rateErrorPpm, type FaultTarget, type FaultTiming } from "../fault.ts";
import type { FaultSite, OpenStrike } from "./conduct.ts";
import { aimStrike, beginStrike, endStrike, endsAtOnce, turnStrike } from "./conducts.ts";
import { MessageFaults, isMessageStrike } from "./messages.ts";
import { pickNode, shuffleNodes } from "./pick.ts";
import { asScripted, strikeName, type PastStrike } from "./scripted.ts";
import type { Strike } from "./strike.ts";

/** Everything a driver remembers, as plain data; what it waits for lies with the kernel. */
export interface FaultDriverCheckpoint {
  readonly startUs: number;
  readonly healed: boolean;
  readonly lost: readonly NodeIndex[];
  readonly strikes: readonly Strike[];
  readonly past: readonly PastStrike[];
}

type Window = Pick<Strike, "window" | "forUs">;

// What a wake-up is for; its argument is the number of a fault, or of a strike.
const WAKE_STRIKE = 0;
const WAKE_END = 1;
const WAKE_TURN = 2;

/** The faults of one run. */
export class FaultDriver {
  readonly #faults: readonly Fault[];
  readonly #controls: Controls;
  readonly #site: FaultSite;
  #startUs = 0;
  #healed = false;
  #lost: NodeIndex[] = [];
  #open: OpenStrike[] = [];
  /** Every strike so far, by fault. */
  #past: PastStrike[][];

  constructor(faults: readonly Fault[], controls: Controls) {
    this.#faults = faults;
    this.#controls = controls;
    this.#past = faults.map(() => []);
    this.#site = this.#makeSite();
  }

  /** Plans the first strike of each fault. Called once, at the start of the run. */
  begin(): void {
    this.#startUs = this.#controls.nowUs;
    this.#faults.forEach((fault, index) => {
      const { timing } = fault;
      if (timing.type === "scripted") this.#wakeAt(this.#startUs + timing.atUs, WAKE_STRIKE, index);
      else this.#planNext(index, fault.id, timing, this.#startUs + timing.fromUs);
    });
  }

  /** Carries out what `Controls.wakeFaultsAt` was asked for. */
  onWake(what: number, argument: number): void {
    if (what === WAKE_STRIKE) return this.#strike(argument);
    // What ended early, or by healing, is not there any more.
    const open = this.#open.find(({ strike }) => strike.number === argument);
    if (open === undefined) return;
    if (what === WAKE_END) this.#end(open);
    else turnStrike(open.action.kind, open, this.#site);
  }

  /** Heals: ends every open strike in order of beginning, and lets no further one begin. */
  endAll(): void {
    this.#healed = true;
    // Each end makes a new list, so that this one can be walked.
    for (const open of this.#open) this.#end(open);
  }

  /** How many strikes are open. */
  get openCount(): number {
    return this.#open.length;
  }

  /**
   * What struck so far, as scripted faults that do the same again: each names whom it struck, and draws under the name of
   * the strike as the strike did. A run of them in place of the plan's faults is the same run; one can be left out.
   */
  scripted(): readonly Fault[] {
    return this.#past.flatMap((strikes, index) => {
      const fault = this.#faultAt(index);
      return strikes.flatMap((strike) => asScripted(fault, strike, this.#controls));
    });
  }

  checkpoint(): FaultDriverCheckpoint {
    return {
      startUs: this.#startUs,
      healed: this.#healed,
      lost: [...this.#lost],
      strikes: this.#open.map(({ strike }) => ({ ...strike })),
      past: this.#past.flat(),
    };
  }

  restore(checkpoint: FaultDriverCheckpoint): void {
    this.#startUs = checkpoint.startUs;
    this.#healed = checkpoint.healed;
    this.#lost = [...checkpoint.lost];
    this.#open = checkpoint.strikes.map((strike) => this.#opened({ ...strike }));
    this.#past = this.#faults.map((_, index) => checkpoint.past.filter(({ fault }) => fault === index));
    this.#armMessages();
  }

  #strike(index: number): void {
    if (this.#healed) return;
    const { id, timing, action } = this.#faultAt(index);
    const past = this.#past[index] ?? [];
    const window = this.#windowOf(id, timing);
    const open = this.#opened({
      number: this.#controls.ledger.begin(index),
      fault: index,
      ordinal: past.length + 1,
      beganUs: this.#controls.nowUs,
      ...window,
      nodes: [],
      amounts: [],
      matches: 0,
      struck: 0,
      cut: false,
    });
    this.#open.push(open);
    const about = aimStrike(action.kind, open, this.#site);
    this.#controls.stateFaultBegan(index, action.kind, about, rateErrorPpm(action));
    const { ordinal, nodes } = open.strike;
    past.push({ fault: index, ordinal, atUs: this.#controls.nowUs - this.#startUs, ...window, nodes });
    beginStrike(action.kind, open, this.#site);
    if (isMessageStrike(open)) this.#armMessages();
    if (endsAtOnce(action.kind, window.window)) this.#end(open);
    else if (window.window === "bounded") this.#wakeIn(window.forUs, WAKE_END, open.strike.number);
    if (timing.type === "random") this.#planNext(index, id, timing, this.#controls.nowUs);
  }

  #end(open: OpenStrike): void {
    endStrike(open.action.kind, open, this.#site);
    this.#open = this.#open.filter((other) => other !== open);
    if (isMessageStrike(open)) this.#armMessages();
    const { action, strike } = open;
    // Healing lets go what is late, too.
    const { nowUs, ledger } = this.#controls;
    const lateUs = this.#healed ? 0 : Math.max(0, ledger.lateUntilUs(strike.number) - nowUs);
    this.#controls.stateFaultEnded(strike.fault, action.kind, lateUs);
  }

  /** Two strikes never begin at once: the next is a microsecond away at least. */
  #planNext(index: number, id: string, timing: FaultTiming & { readonly type: "random" }, afterUs: number): void {
    const gapUs = Math.max(1, this.#controls.streams.named("faultGap", id).exponentialUs(timing.everyUs));
    const atUs = afterUs + gapUs;
    if (atUs < this.#startUs + timing.untilUs) this.#wakeAt(atUs, WAKE_STRIKE, index);
  }

  #windowOf(id: string, timing: FaultTiming): Window {
    const forUs = timing.type === "random" ? this.#drawnLength(id, timing) : timing.forUs;
    return typeof forUs === "number" ? { window: "bounded", forUs } : { window: forUs, forUs: 0 };
  }

  #drawnLength(id: string, { forUsMin, forUsMax }: FaultTiming & { readonly type: "random" }): number | "once" {
    if (forUsMax === 0) return "once";
    if (forUsMin === forUsMax) return forUsMin;
    return this.#controls.streams.named("faultDuration", id).between(forUsMin, forUsMax);
  }

  #armMessages(): void {
    const open = this.#open.filter(isMessageStrike);
    this.#controls.setInterceptor(
      open.length === 0 ? undefined : new MessageFaults(this.#controls, open, (spent) => this.#onSpent(spent)),
    );
  }

  /** A strike that will strike nothing more ends; but what it holds, it holds until its window ends. */
  #onSpent({ strike, action }: OpenStrike): void {
    if (action.kind !== "hold") this.#wakeIn(0, WAKE_END, strike.number);
  }

  #faultAt(index: number): Fault {
    const fault = this.#faults[index];
    assert(fault !== undefined, "a strike belongs to a fault of the plan");
    return fault;
  }

  #opened(strike: Strike): OpenStrike {
    const { id, timing, action } = this.#faultAt(strike.fault);
    return { strike, id: strikeName(id, timing, strike.ordinal), action };
  }

  #wakeIn(delayUs: number, what: number, argument: number): void {
    this.#wakeAt(this.#controls.nowUs + delayUs, what, argument);
  }

  #wakeAt(atUs: number, what: number, argument: number): void {
    this.#controls.wakeFaultsAt(atUs, what, argument);
  }

  #aim(target: FaultTarget, id: string): readonly NodeIndex[] {
    const nodes = this.#controls.nodesOf(target.of);
    return target.pick === "all" ? nodes : pickNode(nodes, id, this.#controls);
  }

  #makeSite(): FaultSite {
    const open = (): readonly OpenStrike[] => this.#open;
    const lost = (): readonly NodeIndex[] => this.#lost;
    return {
      controls: this.#controls,
      get open() {
        return open();
      },
      get lost() {
        return lost();
      },
      addLost: (node) => this.#lost.push(node),
      aim: (target, id) => this.#aim(target, id),
      shuffle: (selector, id) => shuffleNodes(this.#controls.nodesOf(selector), id, this.#controls),
      turnAfter: (delayUs, strike) => this.#wakeIn(delayUs, WAKE_TURN, strike.number),
    };
  }
}
