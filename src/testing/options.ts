// What a team writes to put its system to the test: a scenario as values, or the file of one, and how much to run of it.

import type { FaultKind } from "../world/fault.ts";

/** A value as a scenario file has it: any part of it, and a text such as "80ms" wherever there is a number. */
export type Written<Value> = Value extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Written<Value[Key]> }
    : Value extends number
      ? number | string
      : Value;

/** What a fault of a kind strikes, as in a scenario file: `{ message: "renew", rate: "30%" }`. */
type FaultArguments = Readonly<Record<string, unknown>> | string;

/** "Once at 2s", "from 5s for 3s", "on average every 20s", or a mixture by name; see `faultline list faults`. */
export type WrittenFault =
  | { readonly profile: "calm" | "rough" | "storm" }
  | ({
      readonly at?: string;
      readonly for?: string;
      readonly every?: string;
    } & { readonly [Kind in FaultKind]?: FaultArguments });

export interface SimulationTestOptions<Settings = unknown, Workload = unknown> {
  /** How many seeds, from 1 on, or from where to where. Absent: 200. The environment's FAULTLINE_SEEDS is stronger. */
  readonly seeds?: number | { readonly from: number; readonly to: number };
  /** The path of a scenario file, perhaps with "#variant". What else is given here is put on top of it. */
  readonly scenario?: string;
  /** How many nodes of each group there are, or their names: `{ servers: 3, players: ["ann", "bob"] }`. */
  readonly nodes?: Readonly<Record<string, number | readonly string[]>>;
  readonly settings?: Written<Settings>;
  readonly workload?: Written<Workload>;
  /** Absent, and without a file: the profile "rough". */
  readonly faults?: readonly WrittenFault[];
  /** The rest of the world, as in a scenario file: `{ link: "mobile", clocks: […] }`. */
  readonly world?: Readonly<Record<string, unknown>>;
  /** Simulated time of one run, such as "30s". Absent, and without a file: "60s". */
  readonly until?: string;
  /** As in a scenario file: `{ exercised: ["A1"], "lock.wait": { p99: "< 2s" } }`, judged over all seeds together. */
  readonly expect?: Readonly<Record<string, unknown>>;
  /** Wall-clock milliseconds for all seeds. Absent: 60 000. */
  readonly timeoutMs?: number;
  /** Wall-clock milliseconds to make a failure small. Absent: 20 000; 0: it is told as it was found. */
  readonly shrinkMs?: number;
  /** The folder for failure files. Absent: "failures". */
  readonly saveTo?: string;
  /** The module that exports the system in `systems`, so that the replay line can be typed as it stands. */
  readonly plugIn?: string;
}
