// What happened, one plain line for each thing worth telling: faults and crashes by the world, the rest by the system.

import { printable } from "../scenario/problem.ts";
import type { NodeId } from "../base/ids.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceEvent, WorldFact } from "../trace/trace-event.ts";
import { printTime } from "./words.ts";

/** Facts that the world states about itself rather than a machine. */
const worldFacts = [
  "nodeBooted",
  "nodeCrashed",
  "nodeStopped",
  "nodePaused",
  "nodeResumed",
  "machineBroke",
  "faultBegan",
  "faultEnded",
  "healed",
  "timerLeft",
  "runEnded",
] as const satisfies readonly WorldFact["fact"][];

export const isWorldFact = (fact: { readonly fact: string }): fact is WorldFact =>
  (worldFacts as readonly string[]).includes(fact.fact);

/** A fact in words; undefined when it is worth no line in a story. */
export function tellFact(fact: { readonly fact: string }, node: NodeId, system: AnySystem): string | undefined {
  const text = isWorldFact(fact) ? tellWorldFact(fact) : system.tell(fact, node);
  return text === undefined ? undefined : printable(text);
}

function tellWorldFact(fact: WorldFact): string | undefined {
  switch (fact.fact) {
    case "nodeBooted":
      return fact.incarnation === 0 ? undefined : `starts again (incarnation ${fact.incarnation})`;
    case "nodeCrashed":
      return `crashes (${fact.cause})${fact.lostRecords === 0 ? "" : ` and loses ${fact.lostRecords} records not yet durable`}`;
    case "nodeStopped":
      return "stops in good order";
    case "nodePaused":
      return "stands still, and does not know it";
    case "nodeResumed":
      return "goes on";
    case "machineBroke":
      return `BREAKS on ${fact.event}: ${fact.error}`;
    case "faultBegan":
      return `fault begins: ${fact.kind} ${fact.about}`.trimEnd();
    case "faultEnded":
      return `fault ends: ${fact.kind}`;
    case "healed":
      return "the world is fair from here on";
    case "timerLeft":
      return undefined;
    case "runEnded":
      return fact.ending === "reached" ? undefined : `the run ends: ${fact.ending}`;
  }
}

/** A message as a story names it: "confirm transfer=p1/7 attempt=1". */
export function tellMessage(content: object, system: AnySystem): string {
  const type = "type" in content ? String(content.type) : "message";
  // What was sent had a type that the system declared, or was damaged on the way; either is only shown.
  const fields = system.describe(content as Parameters<AnySystem["describe"]>[0]);
  return printable(fields === "" ? type : `${type} ${fields}`);
}

const lossWords: { readonly [Reason in Extract<TraceEvent, { kind: "lost" }>["reason"]]: string } = {
  loss: "lost on the link",
  partition: "lost in a partition",
  dropFault: "dropped by a fault",
  queueFull: "lost: the queue was full",
  corruptFrame: "discarded: the frame was damaged",
  malformed: "discarded: it could not be read",
  receiverDown: "lost: the receiver was down",
  connectionReset: "lost: the connection was reset",
  refused: "refused",
};

export const tellLoss = (reason: keyof typeof lossWords): string => lossWords[reason];

export const tellDelay = (sentUs: number, atUs: number): string => `after ${printTime(atUs - sentUs)}`;
