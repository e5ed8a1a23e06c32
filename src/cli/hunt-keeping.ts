// What becomes of findings: a file at once, so that nothing is lost when the hunt is killed; and in the end the smallest
// failure that is left of each, as far as the time for that goes.

import { join } from "node:path";

import { explainAside, shrinkAside } from "../campaign/aside.ts";
import type { Verdict } from "../check/property.ts";
import { type Failure, findingOf } from "../explore/failure.ts";
import { alikeAmong, type FindingGroup, type Groups } from "../explore/groups.ts";
import type { ShrinkProgress } from "../explore/shrink/shrink.ts";
import { signatureOf } from "../explore/signature.ts";
import { decisiveSentence, inevitableSentence } from "../report/explanation-lines.ts";
import { failureText } from "../report/failure-text.ts";
import type { ToldGroup } from "../report/hunt-summary.ts";
import { shrunkLines } from "../report/shrunk-lines.ts";
import { plural } from "../report/words.ts";
import { printScenario } from "../scenario/print.ts";
import { proseLengthMax } from "../scenario/story-schema.ts";
import { simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { ReaderMistake } from "./exit-codes.ts";
import { saveFailure } from "./failure-files.ts";
import { OutputFolder } from "./files.ts";
import { interruptible } from "./interruption.ts";
import { commandLine } from "./next-commands.ts";

export interface KeepingOptions {
  readonly groups: Groups;
  readonly system: AnySystem;
  /** Folder of failure files; made with the first one. */
  readonly save: string;
  readonly plugIns: readonly string[];
  /** Wall-clock milliseconds for each; 0: none is shrunk. */
  readonly shrinkMsMax: number;
}

/** Findings beyond the first ones are most likely what the first ones have led to. */
const savedMax = 50;
const shrunkMax = 4;
const decisiveMax = 3;
const failureEnding = ".failure.yaml";

export class HuntKeeping {
  readonly #options: KeepingOptions;
  readonly #told = new Map<FindingGroup, ToldGroup>();
  /** What the smallest run of a group breaks, and its signature. */
  readonly #smallest = new Map<FindingGroup, { readonly broken: ReadonlySet<string>; readonly signature: string }>();
  /** Of the files written. */
  readonly #names = new Set<string>();

  constructor(options: KeepingOptions) {
    this.#options = options;
  }

  get told(): readonly ToldGroup[] {
    return this.#options.groups.all.map(
      (group) => this.#told.get(group) ?? { group, file: undefined, replay: undefined, lines: [] },
    );
  }

  /** Writes what has no file yet. */
  save(): void {
    for (const group of this.#options.groups.all) {
      if (this.#told.has(group) || this.#told.size >= savedMax) continue;
      this.#told.set(group, this.#saved(group));
    }
  }

  /** The first of each group, made small; none when the reader is in a hurry. Those that turn out the same become one. */
  async shrink(): Promise<void> {
    await this.#shrinkFirst();
    this.#foldAlike();
  }

  async #shrinkFirst(): Promise<void> {
    const { shrinkMsMax } = this.#options;
    const worth = this.told.filter(({ group, file }) => group.first.kind === "violation" && file !== undefined);
    for (const told of shrinkMsMax === 0 ? [] : worth.slice(0, shrunkMax)) {
      const { result, wasInterrupted } = await interruptible(
        "keeping the smallest failure so far",
        ({ tries, step }: ShrinkProgress) => `${plural(tries, "run")}: ${step}`,
        async ({ signal, onProgress }) => this.#shrunk(told, { signal, onProgress }),
      );
      this.#told.set(told.group, result);
      if (wasInterrupted) return;
    }
  }

  #foldAlike(): void {
    const shrunk = [...this.#told.values()].flatMap((told) => {
      const smallest = this.#smallest.get(told.group);
      return smallest === undefined ? [] : [{ told, property: told.group.first.property, ...smallest }];
    });
    for (const alike of alikeAmong(shrunk)) {
      const [{ told }, ...others] = alike;
      const lines = others.map(({ told: { group, file = "" } }) => {
        const seen = `${group.first.property}, ${group.first.because} (${plural(group.count, "run")})`;
        return `Also seen as ${seen}: the smallest run of each breaks both. ${file}`;
      });
      for (const other of others) this.#options.groups.fold(other.told.group, told.group);
      this.#told.set(told.group, { ...told, lines: [...told.lines, ...lines] });
    }
  }

  #saved(group: FindingGroup): ToldGroup {
    const { system, save } = this.#options;
    const { first, scenario, signature } = group;
    if (first.kind === "lost" || first.kind === "broke") return this.#keptUntold(group);
    const isEndless = first.kind === "limit";
    const told = {
      ...scenario,
      title: `${isEndless ? "It comes to no end" : `${first.property} broken`}, found by ${first.strategy}`,
      why: `Found by a hunt: ${first.because} (${signature})`.slice(0, proseLengthMax),
    };
    const ending = isEndless ? ".endless.yaml" : failureEnding;
    const story = { file: "", reference: "", scenario: told, system };
    return keptOr({ group, file: undefined, replay: undefined, lines: [] }, () => {
      const name = fileOf(saveFailure(story, scenario.seed, new OutputFolder(save), { taken: this.#names, ending }));
      this.#names.add(name);
      const file = join(save, name);
      return { group, file, replay: this.#replay(file, group), lines: [] };
    });
  }

  /** Whose run does not come back, or breaks off, has no story; it is kept as what was to be run. */
  #keptUntold(group: FindingGroup): ToldGroup {
    const { system, save } = this.#options;
    const { scenario } = group;
    const told = { group, file: undefined, replay: undefined, lines: [] };
    const name = `${scenario.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}-seed-${scenario.seed}.yaml`;
    return keptOr(told, () => {
      new OutputFolder(save).write(name, printScenario(scenario, system));
      return { ...told, lines: [`It has no story: its run was ended. What was run: ${join(save, name)}`] };
    });
  }

  async #shrunk(told: ToldGroup, options: Parameters<typeof shrinkAside>[1]): Promise<ToldGroup> {
    const { system, plugIns, save, shrinkMsMax: msMax } = this.#options;
    const { group, file = "" } = told;
    const failure = findingOf(simulate(group.scenario, { system }), group.first.property);
    if (failure === undefined) return { ...told, lines: ["It was not seen again when it was run once more."] };
    const shrunk = await shrinkAside({ failure, plugIns, msMax }, options);
    if (shrunk === undefined) return told;
    const lines = shrunkLines(shrunk);
    const name = `${fileOf(file).slice(0, -failureEnding.length)}.shrunk${failureEnding}`;
    const path = join(save, name);
    const replay = this.#replay(path, group);
    const header = [`Shrunk from seed ${group.scenario.seed}, found by ${group.first.strategy}.`, ...lines];
    const kept = keptOr(told, () => {
      new OutputFolder(save).write(name, failureText(shrunk.failure, system, { lines: header, replay }));
      return { ...told, file: path, replay };
    });
    const { verdict } = simulate(shrunk.failure.scenario, { system });
    const signature = signatureOf(shrunk.failure, system);
    this.#smallest.set(group, { broken: new Set(brokenIn(verdict)), signature });
    const explained = await this.#explained(shrunk.failure, options);
    return { ...kept, lines: [...lines, ...explained, ...kept.lines] };
  }

  /** What it hung on, and when it was too late. */
  async #explained(failure: Failure, options: Parameters<typeof explainAside>[1]): Promise<readonly string[]> {
    const { system, plugIns, shrinkMsMax: msMax } = this.#options;
    const explanation = await explainAside({ failure, plugIns, msMax, asItIs: true }, options);
    if (explanation === undefined) return [];
    const decisive = explanation.decisive.slice(0, decisiveMax);
    return [...decisive.map((one) => decisiveSentence(one, explanation, system)), inevitableSentence(explanation)];
  }

  #replay(file: string, { scenario }: FindingGroup): string {
    const { system, plugIns } = this.#options;
    return commandLine("replay", { file, reference: file, scenario, system }, { set: [], plugIns }, "");
  }
}

/** What is told when it is written, or as it was, and why: a disk that is full ends no hunt. */
function keptOr(told: ToldGroup, write: () => ToldGroup): ToldGroup {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof ReaderMistake)) throw error;
    return { ...told, lines: [...told.lines, `It could not be kept: ${error.problems[0]?.what ?? error.message}`] };
  }
}

const brokenIn = ({ properties }: Verdict): readonly string[] =>
  properties.flatMap(({ id, status }) => (status === "violated" ? [id] : []));

const fileOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;
