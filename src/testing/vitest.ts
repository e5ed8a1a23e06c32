// `faultline/vitest`: a team's own system under test in its own repository. The second face of the package.

import { test } from "vitest";

import type { Failure } from "../explore/failure.ts";
import { shrink, type Shrunk } from "../explore/shrink/shrink.ts";
import type { Fact } from "../machine/effect.ts";
import type { Message } from "../machine/message.ts";
import type { AnySystem, System } from "../systems/system.ts";
import type { SimulationTestOptions } from "./options.ts";
import { scenarioOf } from "./scenario-of.ts";
import { runSeeds, seedRangeOf } from "./seeds.ts";
import { failed, mistakeIn, type TestPlace } from "./simulation-failure.ts";

export type { SimulationTestOptions, WrittenFault } from "./options.ts";
export { SimulationFailure } from "./simulation-failure.ts";

const timeoutDefaultMs = 60_000;
const shrinkDefaultMs = 20_000;
/** To tell and to keep a failure. */
const graceMs = 30_000;

type Register = <Settings, Workload, M extends Message, F extends Fact, View>(
  claim: string,
  system: System<Settings, Workload, M, F, View>,
  options?: SimulationTestOptions<Settings, Workload>,
) => void;

interface SimulationTest extends Register {
  /** This one alone. */
  readonly only: Register;
  readonly skip: Register;
}

/**
 * Registers a test that runs a system under many seeds and holds it to everything it promises. It fails with the story of
 * the lowest failing seed, made as small as it gets; when an expectation is not met; and when no promise was ever put to
 * the test.
 */
export const simulationTest: SimulationTest = Object.assign(registeredBy(test), {
  only: registeredBy(test.only),
  skip: registeredBy(test.skip),
});

/** The parts of vitest's `test` that are needed here. */
type VitestTest = (
  name: string,
  options: { readonly timeout: number },
  run: (context: {
    readonly task: { readonly fullTestName: string; readonly file: { readonly name: string } };
  }) => Promise<void>,
) => void;

function registeredBy(register: VitestTest): Register {
  const registered: Register = (claim, system, options = {}) => {
    // So that a failure points at the line of the team's own file.
    const here = new Error("registered");
    Error.captureStackTrace(here, registered);
    const { timeoutMs = timeoutDefaultMs, shrinkMs = shrinkDefaultMs } = options;
    register(claim, { timeout: timeoutMs + shrinkMs + graceMs }, async ({ task }) => {
      try {
        // The system's own schemas make its settings and workload, so the erased form is safe (see registry.ts).
        const place = { file: task.file.name, name: task.fullTestName };
        await held({ claim, place, system: system as unknown as AnySystem, options });
      } catch (error) {
        throw error instanceof Error ? pointingAt(here, error) : error;
      }
    });
  };
  return registered;
}

interface Held {
  readonly claim: string;
  readonly place: TestPlace;
  readonly system: AnySystem;
  readonly options: SimulationTestOptions;
}

async function held({ claim, place, system, options }: Held): Promise<void> {
  const { timeoutMs = timeoutDefaultMs } = options;
  const scenario = scenarioOf(claim, system, options);
  const seeds = seedRangeOf(options.seeds, process.env);
  const overAtMs = performance.now() + timeoutMs;
  const found = await runSeeds(scenario, system, seeds, () => performance.now() > overAtMs);
  if (found.type === "failed") {
    const shrunk = await smallest(found.failure, system, options.shrinkMs ?? shrinkDefaultMs);
    const small = { found: found.failure, shrunk, heldBefore: found.heldBefore };
    throw failed({ claim, place, small, system }, options);
  }
  const mistake = mistakeIn(claim, found, timeoutMs);
  if (mistake !== undefined) throw new Error(mistake);
}

/** As small as it gets in so many milliseconds; undefined when there are none. */
async function smallest(failure: Failure, system: AnySystem, shrinkMs: number): Promise<Shrunk | undefined> {
  if (shrinkMs <= 0) return undefined;
  // Shrinking holds the thread: what the runner has to say is said before.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  const overAtMs = performance.now() + shrinkMs;
  return shrink(failure, { system, poll: () => performance.now() > overAtMs });
}

function pointingAt(here: Error, error: Error): Error {
  const frames = (here.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  return error;
}
