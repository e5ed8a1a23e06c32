// Runs that reached something new, to be changed a little and run again. The choice among them is a function of the die and
// of what is in it.

import type { Proposal } from "./candidate.ts";
import type { Die } from "./die.ts";

export interface CorpusEntry {
  readonly proposal: Proposal;
  readonly strategy: string;
  /** How much of what it reached was new, and when in the run about half of that had been reached. */
  readonly news: number;
  readonly newAtUs: number;
  /** How often it was chosen. */
  chosen: number;
}

/** Beyond this the least new make room. */
const entriesMax = 1_500;
/** So many are looked at for each choice. */
const lookedAt = 4;
/** Percent of choices among the newest. */
const newestShare = 50;
const newestCount = 64;

export class Corpus {
  #entries: CorpusEntry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Omit<CorpusEntry, "chosen">): void {
    this.#entries.push({ ...entry, chosen: 0 });
    if (this.#entries.length <= entriesMax) return;
    const ranked = this.#entries.toSorted((a, b) => worth(a) - worth(b));
    const least = new Set(ranked.slice(0, Math.floor(entriesMax / 4)));
    this.#entries = this.#entries.filter((one) => !least.has(one));
  }

  /** One that brought much and was not chosen often; undefined when there is none. */
  choose(die: Die): CorpusEntry | undefined {
    if (this.#entries.length === 0) return undefined;
    const among = die.percent(newestShare) ? this.#entries.slice(-newestCount) : this.#entries;
    let best = die.pick(among);
    for (let look = 1; look < lookedAt; look += 1) {
      const other = die.pick(among);
      if (worth(other) > worth(best)) best = other;
    }
    best.chosen += 1;
    return best;
  }
}

const worth = ({ news, chosen }: CorpusEntry): number => Math.min(news, 50) / (1 + chosen);
