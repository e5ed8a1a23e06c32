// What a failure is called by, whatever its seed: the property, the shape of what broke it, and the events it points to,
// with roles in place of names and without numbers. Findings of one signature are one finding.

import type { HostedSystem } from "../simulate.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import type { Failure } from "./failure.ts";
import { tryScenario } from "./trial.ts";

/** Runs the failure once more, to see what was stated in the events that the violation points to. */
export function signatureOf({ scenario, property, violation }: Failure, system: HostedSystem): string {
  const roles = new Map([...scenario.nodes].flatMap(([role, names]) => names.map((name) => [name, role] as const)));
  const facts = new Map<number, readonly string[]>(violation.evidence.map((event) => [event, []]));
  const trace = (traced: TraceEvent): void => {
    if (traced.kind !== "fact") return;
    const { event, node, fact } = traced;
    // What a protocol below says, such as "raft.committed", is said in another order each time.
    if (fact.fact.includes(".")) return;
    const stated = facts.get(event);
    if (stated !== undefined) facts.set(event, [...stated, `${roleOf(node, roles)} ${fact.fact}`]);
  };
  tryScenario(scenario, { system, property, tracer: { trace } });
  const path = [...facts.values()].flatMap((stated) => stated.slice(0, 1));
  return [property, shapeOf(violation.because, roles), ...path].join(" | ");
}

const roleOf = (node: string, roles: ReadonlyMap<string, string>): string => roles.get(node) ?? node;

/** A sentence with roles for the names of nodes, and "#" for every other word that holds a digit. */
function shapeOf(sentence: string, roles: ReadonlyMap<string, string>): string {
  return sentence.replaceAll(/[\w./-]*\w/g, (word) => roles.get(word) ?? (/\d/.test(word) ? "#" : word));
}
