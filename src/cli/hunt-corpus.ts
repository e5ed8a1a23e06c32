// The folder that hunts leave to the next: runs that reached something new, failures, and how far each hunt was. One file
// each, written whole or not at all, so that several hunts can share it and any of them can be killed.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { canonicalJson } from "../base/canonical-json.ts";
import { plainDigest } from "../base/plain-hash.ts";
import type { Proposal } from "../explore/candidate.ts";
import type { Trial } from "../explore/try-candidate.ts";
import { parseScenario } from "../scenario/parse.ts";
import { printScenario } from "../scenario/print.ts";
import type { AnySystem } from "../systems/system.ts";
import { ReaderMistake } from "./exit-codes.ts";
import { OutputFolder, readText } from "./files.ts";

/** The format this build writes, and the newest it reads. */
const corpusFormat = 1;
const entryEnding = ".run.json";
const failureEnding = ".failure.yaml";
/** Read at the start of a hunt, at most: the first by name, which is by nothing in particular. */
const entriesReadMax = 512;
/** Written after each round, at most: those that reached most. */
const entriesARoundMax = 6;

const entrySchema = z.strictObject({
  faultlineCorpus: z.literal(corpusFormat),
  system: z.string(),
  strategy: z.string(),
  news: z.int().min(0),
  reseeds: z
    .array(z.strictObject({ atUs: z.int().min(0), seed: z.int().min(0) }))
    .max(1_000)
    .refine((reseeds) => reseeds.every(({ atUs }, at) => at === 0 || atUs >= (reseeds[at - 1]?.atUs ?? 0)), {
      message: "must be in the order of their times",
    }),
  scenario: z.string(),
});

const positionSchema = z.strictObject({
  faultlineCorpus: z.literal(corpusFormat),
  system: z.string(),
  hunt: z.string(),
  rounds: z.int().min(0),
});

/** A file that is left alone, and why. */
export interface Skipped {
  readonly file: string;
  readonly why: string;
}

export interface KeptRuns {
  /** Failures first. */
  readonly proposals: readonly Proposal[];
  readonly failures: number;
  readonly skipped: readonly Skipped[];
}

export class HuntCorpus {
  readonly path: string;
  /** Why something could not be written; the hunt goes on without it. */
  unwritten: string | undefined;
  readonly #entries: OutputFolder;
  readonly #failures: OutputFolder;
  readonly #system: AnySystem;

  constructor(path: string, system: AnySystem) {
    this.path = path;
    this.#entries = new OutputFolder(join(path, "runs"));
    this.#failures = new OutputFolder(join(path, "failures"));
    this.#system = system;
  }

  /** Where failure files belong. */
  get failures(): string {
    return join(this.path, "failures");
  }

  /** Everything that can be read; what cannot is named. */
  read(): KeptRuns {
    const skipped: Skipped[] = [];
    const failures = this.#readAll(
      this.#failures.path,
      failureEnding,
      (text, file) => this.#failure(text, file),
      skipped,
    );
    const entries = this.#readAll(this.#entries.path, entryEnding, (text) => this.#entry(text), skipped);
    return { proposals: [...failures, ...entries], failures: failures.length, skipped };
  }

  /** Keeps what a round reached first. */
  add(fresh: readonly Trial[]): void {
    const most = fresh
      .toSorted((a, b) => b.news.length - a.news.length || a.index - b.index)
      .slice(0, entriesARoundMax);
    for (const { proposal, strategy, news } of most) {
      const { scenario, reseeds } = proposal;
      const entry: z.infer<typeof entrySchema> = {
        faultlineCorpus: corpusFormat,
        system: this.#system.name,
        strategy,
        news: news.length,
        reseeds: reseeds.map(({ atUs, seed }) => ({ atUs, seed })),
        scenario: printScenario(scenario, this.#system),
      };
      const text = canonicalJson(entry);
      this.#write(`${plainDigest([text])}${entryEnding}`, text);
    }
  }

  /** How many rounds of a hunt are done; a hunt is named by all that its candidates depend on. */
  roundsOf(hunt: string): number {
    try {
      const read = positionSchema.safeParse(JSON.parse(readText(join(this.#entries.path, positionFile(hunt)))));
      return read.success && read.data.hunt === hunt ? read.data.rounds : 0;
    } catch {
      // There is none, or none that says anything: the hunt begins at its beginning.
      return 0;
    }
  }

  reached(hunt: string, rounds: number): void {
    const position: z.infer<typeof positionSchema> = {
      faultlineCorpus: corpusFormat,
      system: this.#system.name,
      hunt,
      rounds,
    };
    this.#write(positionFile(hunt), canonicalJson(position));
  }

  /** A full disk costs what is kept for later, and no run. */
  #write(name: string, text: string): void {
    try {
      this.#entries.write(name, text);
    } catch (error) {
      if (!(error instanceof ReaderMistake)) throw error;
      this.unwritten ??= error.problems[0]?.what ?? error.message;
    }
  }

  #readAll(
    folder: string,
    ending: string,
    read: (text: string, file: string) => Proposal | string,
    skipped: Skipped[],
  ): readonly Proposal[] {
    const names = readdirSync(folder).filter((name) => name.endsWith(ending) && !name.startsWith("."));
    return names
      .toSorted((a, b) => (a < b ? -1 : 1))
      .slice(0, entriesReadMax)
      .flatMap((name) => {
        const file = join(folder, name);
        const found = readOrWhy(file, read);
        if (typeof found !== "string") return [found];
        skipped.push({ file, why: found });
        return [];
      });
  }

  #failure(text: string, file: string): Proposal | string {
    const parsed = parseScenario(text, file, { systems: new Map([[this.#system.name, this.#system]]) });
    if (parsed.type === "parsed") return { scenario: parsed.story.base, reseeds: [] };
    const [problem] = parsed.problems;
    return problem === undefined ? "it is no scenario" : problem.what;
  }

  #entry(text: string): Proposal | string {
    const read = entrySchema.safeParse(JSON.parse(text));
    if (!read.success) return versionOf(text);
    const { system, scenario, reseeds } = read.data;
    if (system !== this.#system.name) return `it is about ${system}`;
    const proposal = this.#failure(scenario, "entry.yaml");
    return typeof proposal === "string" ? proposal : { ...proposal, reseeds };
  }
}

/** Other files of a hunt's own are no entries. */
const positionFile = (hunt: string): string => `position-${plainDigest([hunt])}.json`;

function readOrWhy(file: string, read: (text: string, file: string) => Proposal | string): Proposal | string {
  try {
    return read(readText(file), file);
  } catch (error) {
    if (error instanceof ReaderMistake) return error.problems[0]?.what ?? error.message;
    if (error instanceof SyntaxError) return "it is damaged: no JSON";
    throw error;
  }
}

const stamp = z.object({ faultlineCorpus: z.number() });

function versionOf(text: string): string {
  const stamped = stamp.safeParse(JSON.parse(text));
  if (!stamped.success) return "it is no run of a hunt";
  const { faultlineCorpus: version } = stamped.data;
  return version > corpusFormat ? `it is written in format ${version}, newer than this build` : "it is damaged";
}
