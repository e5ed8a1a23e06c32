// How far a campaign is: one line kept up to date on a terminal, a line every ten seconds elsewhere. On stderr only.

import { plural, printCount } from "../report/words.ts";

/** Text in place of the text before it, on a terminal. */
interface LogUpdate {
  (text: string): void;
  clear(): void;
  done(): void;
}

const plainEveryMs = 10_000;

export class Progress {
  readonly #startMs = performance.now();
  readonly #update: LogUpdate | undefined;
  #plainMs = performance.now();

  private constructor(update: LogUpdate | undefined) {
    this.#update = update;
  }

  static async begin(): Promise<Progress> {
    if (!process.stderr.isTTY) return new Progress(undefined);
    const { createLogUpdate } = await import("log-update");
    return new Progress(createLogUpdate(process.stderr));
  }

  show(done: number, total: number): void {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const text = `${printCount(done)} of ${plural(total, "run")}, ${printCount(Math.round(done / Math.max(seconds, 0.001)))} a second`;
    if (this.#update !== undefined) {
      this.#update(text);
    } else if (performance.now() - this.#plainMs >= plainEveryMs) {
      this.#plainMs = performance.now();
      process.stderr.write(`${text}\n`);
    }
  }

  /** Leaves nothing on the terminal. */
  clear(): void {
    this.#update?.clear();
    this.#update?.done();
  }
}
