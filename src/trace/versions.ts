// Versions of the trace format, and how a trace of an older one is read as if it had been written today.

/** Raised whenever a reader of the version before would misread or refuse what is written now. */
export const TRACE_VERSION = 1;

export type TracePart = "header" | "event" | "end";

/** From one version to the next: takes and gives a line of that part as plain data, of whatever shape it finds. */
export type Upgrade = (part: TracePart, line: unknown) => unknown;

/** By the version each begins with. Every version since the first has one, for ever: old traces open. */
export const upgrades: ReadonlyMap<number, Upgrade> = new Map();

/** A line written under version `from` as version `to` has it. */
export function upgraded(
  part: TracePart,
  line: unknown,
  { from, to }: { readonly from: number; readonly to: number },
  steps: ReadonlyMap<number, Upgrade>,
): unknown {
  let value = line;
  for (let version = from; version < to; version++) value = steps.get(version)?.(part, value);
  return value;
}
