// Whether what came off the wire has the shape of a message of Raft's: a damaged frame that was not noticed must not
// break a node that believes its types. Contents of entries and of snapshots have checksums of their own.

import type { Message } from "../../machine/message.ts";
import type { Entry, RaftConfiguration, RaftMessage } from "./messages.ts";

export function isWellFormed(message: Message): message is RaftMessage {
  // Its type says which message it wants to be; whether it is one is what is asked here.
  const wanted = message as RaftMessage;
  if (!isCount(wanted.term)) return false;
  switch (wanted.type) {
    case "raft.append":
      return (
        isCount(wanted.prevIndex) &&
        isCount(wanted.prevTerm) &&
        isCount(wanted.commit) &&
        isCount(wanted.round) &&
        areEntries(wanted.entries, wanted.prevIndex)
      );
    case "raft.appended":
      return isCount(wanted.match) && isCount(wanted.round);
    case "raft.refused":
      return (
        isCount(wanted.prevIndex) &&
        isCount(wanted.conflictTerm) &&
        isCount(wanted.conflictIndex) &&
        isCount(wanted.round)
      );
    case "raft.preVote":
      return isCount(wanted.lastIndex) && isCount(wanted.lastTerm);
    case "raft.vote":
      return isCount(wanted.lastIndex) && isCount(wanted.lastTerm) && typeof wanted.forced === "boolean";
    case "raft.preVoted":
    case "raft.voted":
      return typeof wanted.granted === "boolean";
    case "raft.snapshot":
      return (
        isCount(wanted.index) &&
        isCount(wanted.lastTerm) &&
        isCount(wanted.configurationIndex) &&
        isConfiguration(wanted.configuration) &&
        typeof wanted.checksum === "number" &&
        isCount(wanted.offset) &&
        isCount(wanted.round) &&
        typeof wanted.data === "string" &&
        typeof wanted.done === "boolean"
      );
    case "raft.snapshotReceived":
      return isCount(wanted.index) && isCount(wanted.offset) && isCount(wanted.round);
    case "raft.timeoutNow":
      return true;
    default:
      return false;
  }
}

const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function areEntries(entries: readonly Entry[], prevIndex: number): boolean {
  if (!Array.isArray(entries)) return false;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] as Entry | null;
    if (typeof entry !== "object" || entry === null) return false;
    if (entry.index !== prevIndex + 1 + at || !isCount(entry.term) || typeof entry.checksum !== "number") return false;
    if (entry.kind !== "command" && entry.kind !== "noop" && entry.kind !== "configuration") return false;
    if (entry.kind === "configuration" && !isConfiguration(entry.content)) return false;
  }
  return true;
}

function isConfiguration(value: RaftConfiguration): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    areNames(value.voters) &&
    areNames(value.outgoing) &&
    areNames(value.learners)
  );
}

const areNames = (value: unknown): boolean => Array.isArray(value) && value.every((name) => typeof name === "string");
