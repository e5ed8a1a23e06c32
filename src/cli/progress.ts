// How far a campaign is: one line kept up to date on a terminal, a line every ten seconds elsewhere. On stderr only.

import { plural, printCount } from "../report/words.ts";

/** Text in place of the text before it, on a terminal. */
interface LogUpdate {
  (text: string): void;
  clear(): void;
  done(): void;
}

const plainEveryMs = 10_000;
/** Whoever waits wants to know early that something happens. */
const plainFirstMs = 1_000;

export class Progress {
  readonly #startMs = performance.now();
  readonly #update: LogUpdate | undefined;
  #plainNextMs = performance.now() + plainFirstMs;

  private constructor(update: LogUpdate | undefined) {
    this.#update = update;
  }

  static async begin(): Promise<Progress> {
    // A terminal without rows, as some recorders are, has no line to keep up to date.
    if (!process.stderr.isTTY || !(process.stderr.rows > 0)) return new Progress(undefined);
    const { createLogUpdate } = await import("log-update");
    return new Progress(createLogUpdate(process.stderr));
  }

  show(done: number, total: number): void {
    this.say(`${printCount(done)} of ${plural(total, "run")}, ${this.#rateOf(done)} a second`);
  }

  #rateOf(done: number): string {
    const rate = done / Math.max((performance.now() - this.#startMs) / 1000, 0.001);
    return rate < 10 ? rate.toFixed(1) : printCount(Math.round(rate));
  }

  /** How far it is, in words of its own. */
  say(text: string): void {
    if (this.#update !== undefined) {
      this.#update(text);
    } else if (performance.now() >= this.#plainNextMs) {
      this.#plainNextMs = performance.now() + plainEveryMs;
      process.stderr.write(`${text}\n`);
    }
  }

  /** Leaves nothing on the terminal. */
  clear(): void {
    this.#update?.clear();
    this.#update?.done();
  }
}
