// Traces in files: what one is of, and one that was written with --trace, read event by event.

import { expectedOneOf } from "../scenario/closest.ts";
import { printable, shown } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import { type TraceEnd, TraceDecoder, type TraceHeader, TraceUnreadable } from "../trace/codec.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { argumentMistake, ReaderMistake } from "./exit-codes.ts";
import { readLines } from "./files.ts";

export interface TraceOrigin {
  readonly header: TraceHeader;
  readonly system: AnySystem;
}

/** What a trace of a scenario is of. */
export function headerOf({ name, system, nodes }: Scenario, seed: number): TraceHeader {
  const named = [...nodes].flatMap(([role, ids]) => ids.map((id) => ({ id, role })));
  return { scenario: name, system, seed, nodes: named };
}

/** A trace is of a run that was. @param given options that change one that is yet to be, as they were typed. */
export function refuseWithTrace(file: string, given: Readonly<Record<string, unknown>>): void {
  const option = Object.keys(given).find((name) => given[name] !== undefined);
  if (option === undefined) return;
  throw argumentMistake(`${file} ${option}`, {
    code: "WRONG_OPTION",
    what: `A trace is of a run that was, and ${option} cannot change it.`,
    expected: `Expected ${option} with a scenario or a failure file.`,
    fix: "leave it out, or name the scenario.",
  });
}

type Systems = ReadonlyMap<string, AnySystem>;

/**
 * `begin` is told what the trace is of, and gives what takes its events, in order.
 * @throws ReaderMistake when the file is no whole trace, or of a system that is not there.
 */
export function readTrace(
  file: string,
  systems: Systems,
  begin: (origin: TraceOrigin) => (event: TraceEvent) => void,
): TraceOrigin & { readonly end: TraceEnd } {
  const decoder = new TraceDecoder();
  let origin: TraceOrigin | undefined;
  let take: ((event: TraceEvent) => void) | undefined;
  try {
    let lines = 0;
    const unfinished = readLines(file, (line) => {
      const event = decoder.line(line);
      lines += 1;
      if (origin === undefined && decoder.header !== undefined) {
        origin = { header: decoder.header, system: systemOf(file, decoder.header, systems) };
        take = begin(origin);
      }
      if (event !== undefined) understanding(file, lines, () => take?.(event));
    });
    const { header, end } = decoder.finish(unfinished);
    return { ...(origin ?? { header, system: systemOf(file, header, systems) }), end };
  } catch (error) {
    throw error instanceof TraceUnreadable ? mistakeIn(file, error) : error;
  }
}

/**
 * What a system states and sends is its own: whether it is as the system expects it shows when it is told.
 * @throws ReaderMistake when it is not.
 */
export function understanding(file: string, line: number, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new ReaderMistake([
      {
        place: { type: "file", file, line, column: 1 },
        code: "WRONG_EVENT",
        what: `What is told up to here is not as the system has it (${printable(error.message)}).`,
        expected: "Expected facts and messages as this version of the system states them.",
        fix: "record it again: run the scenario with its seed and --trace.",
      },
    ]);
  }
}

function systemOf(file: string, { system: name }: TraceHeader, systems: Systems): AnySystem {
  const system = systems.get(name);
  if (system !== undefined) return system;
  throw argumentMistake(file, {
    code: "UNKNOWN_SYSTEM",
    what: `The trace is of the system ${shown(name)}.`,
    expected: expectedOneOf([...systems.keys()]),
    fix: "bring the system along with --plug-in.",
  });
}

const mistakeIn = (file: string, { line, code, what, expected, fix }: TraceUnreadable): ReaderMistake =>
  new ReaderMistake([
    { place: { type: "file", file, line, column: 1 }, code, what, expected: `Expected ${expected}`, fix },
  ]);
