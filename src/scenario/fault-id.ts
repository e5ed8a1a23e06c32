// A fault's name when the scenario gives it none: made from what it says and nothing else, so that adding or removing
// another fault leaves it, and every decision drawn under it, as it was (DESIGN §3.4).

import { PlainHasher } from "../base/plain-hash.ts";
import { printDuration } from "../base/units.ts";
import type { FaultAction, FaultTarget, FaultTiming, MessageSelector, PartitionShape } from "../world/fault.ts";
import type { NodeSelector } from "../world/plan.ts";
import { isEveryone } from "./selector-schema.ts";

const idLengthMax = 72;

/** "drop-confirm-at-2s", "crash-any-server-every-20s": kind, whom, when. */
export function faultId(timing: FaultTiming, action: FaultAction): string {
  const when =
    timing.type === "scripted" ? `at-${printDuration(timing.atUs)}` : `every-${printDuration(timing.everyUs)}`;
  const whom = subject(action).replaceAll(/[^A-Za-z0-9_.+-]/g, "_");
  const id = [action.kind, ...(whom === "" ? [] : [whom]), when].join("-");
  if (id.length <= idLengthMax) return id;
  return `${action.kind}-${when}-${fingerprint(action)}`;
}

function subject(action: FaultAction): string {
  if ("messages" in action) return messagesText(action.messages);
  if ("target" in action) return targetText(action.target);
  if ("shape" in action) return shapeText(action.shape);
  return joined([nodesText(action.from), nodesText(action.to)], "-to-");
}

function messagesText({ types, from, to }: MessageSelector): string {
  return joined(
    [
      types.join("+"),
      ...(isEveryone(from) ? [] : ["from", nodesText(from)]),
      ...(isEveryone(to) ? [] : ["to", nodesText(to)]),
    ],
    "-",
  );
}

const targetText = ({ of, pick }: FaultTarget): string =>
  joined(pick === "any" ? ["any", isEveryone(of) ? "" : nodesText(of)] : [nodesText(of)], "-");

function shapeText(shape: PartitionShape): string {
  switch (shape.type) {
    case "groups":
      return joined(
        shape.groups.map((group) => nodesText(group)),
        "-vs-",
      );
    case "oneWay":
      return `${nodesText(shape.from)}-to-${nodesText(shape.to)}`;
    case "bridge":
      return `${nodesText(shape.left)}-via-${nodesText(shape.bridge)}-${nodesText(shape.right)}`;
    case "ring":
      return `ring-${nodesText(shape.nodes)}`;
    case "dealt":
      return `${shape.as}-${nodesText(shape.nodes)}`;
    case "isolate":
      return `isolate-${targetText(shape.target)}`;
  }
}

const nodesText = (selector: NodeSelector): string =>
  isEveryone(selector) ? "all" : joined([...selector.nodes, ...selector.roles], "+");

const joined = (parts: readonly string[], by: string): string => parts.filter((part) => part !== "").join(by);

function fingerprint(action: FaultAction): string {
  const hasher = new PlainHasher();
  hasher.hash(action);
  return (hasher.first >>> 0).toString(36).padStart(7, "0");
}
