// Words for what happens in a group: one line for a message or a fact.

import type { RaftFact, StoreFact } from "../../protocols/raft/facts.ts";
import type { Entry, RaftConfiguration, RaftMessage } from "../../protocols/raft/messages.ts";
import type { StoreCommand } from "../../protocols/raft/store.ts";
import type { StoreMessage } from "../../protocols/raft/store-messages.ts";

export function describeMessage(message: RaftMessage | StoreMessage): string {
  switch (message.type) {
    case "raft.append": {
      const { term, prevIndex, prevTerm, commit, entries } = message;
      const brought = entries.length === 0 ? "" : `: ${entries.map(describeEntry).join(", ")}`;
      return `append term=${term} behind=${prevIndex}/${prevTerm} commit=${commit}${brought}`;
    }
    case "raft.appended":
      return `appended term=${message.term} match=${message.match}`;
    case "raft.refused":
      return `refused term=${message.term} behind=${message.prevIndex} conflict=${message.conflictIndex}/${message.conflictTerm}`;
    case "raft.vote":
      return `vote term=${message.term} log=${message.lastIndex}/${message.lastTerm}${message.forced ? " forced" : ""}`;
    case "raft.preVote":
      return `preVote term=${message.term} log=${message.lastIndex}/${message.lastTerm}`;
    case "raft.voted":
    case "raft.preVoted":
      return `${message.type.slice(5)} term=${message.term} ${message.granted ? "yes" : "no"}`;
    case "raft.snapshot": {
      const { term, index, offset, data, done } = message;
      return `snapshot term=${term} of=${index} part=${offset}..${offset + data.length}${done ? " done" : ""}`;
    }
    case "raft.snapshotReceived":
      return `snapshotReceived of=${message.index} to=${message.offset}`;
    case "raft.timeoutNow":
      return `timeoutNow term=${message.term}`;
    case "store.write":
      return `write ${message.session}.${message.sequence} ${message.key}=${message.value}`;
    case "store.wrote": {
      const { session, sequence, done, value, version } = message;
      return `wrote ${session}.${sequence} ${done ? "done" : "not done"}: ${value}@${version}`;
    }
    case "store.value":
      return `value ${message.value}@${message.version}`;
    case "store.elsewhere":
      return `elsewhere ${message.leader ?? "(unknown)"}`;
    case "store.opened":
      return `opened session=${message.session}`;
    case "store.changeMembers":
      return `changeMembers to=${message.voters.join(",")}${message.learners.length > 0 ? ` learners=${message.learners.join(",")}` : ""}`;
    case "store.transferLeadership":
      return `transferLeadership to=${message.target}`;
    case "store.administered":
      return `administered ${message.answer}`;
    case "store.read":
      return `read ${message.key}`;
    case "store.open":
      return "open";
    case "store.expired":
      return `expired ${message.session}.${message.sequence}`;
  }
}

function describeEntry(entry: Entry): string {
  const place = `${entry.index}/${entry.term}`;
  if (entry.kind === "noop") return `${place} noop`;
  if (entry.kind === "configuration") return `${place} ${describeConfiguration(entry.content)}`;
  const command = entry.content as StoreCommand;
  return command.type === "open" ? `${place} open` : `${place} ${command.key}=${command.value}`;
}

const describeConfiguration = ({ voters, outgoing, learners }: RaftConfiguration): string =>
  `${outgoing.length > 0 ? `{${outgoing.join(" ")}}+` : ""}{${voters.join(" ")}}${learners.length > 0 ? ` learners {${learners.join(" ")}}` : ""}`;

/** Undefined: it says nothing that other lines do not. */
export function describeFact(fact: RaftFact | StoreFact): string | undefined {
  switch (fact.fact) {
    case "raft.recovered": {
      const { term, votedFor, base, terms } = fact;
      const log = terms.map((entryTerm, place) => `${base + 1 + place}/${entryTerm}`).join(" ");
      return `finds term ${term}, vote ${votedFor ?? "none"}, log ${base > 0 ? `from ${base}: ` : ""}${log}`.trimEnd();
    }
    case "raft.stood":
      return `${fact.pre ? "would stand" : "stands"} for term ${fact.term}`;
    case "raft.voted":
      return `votes for ${fact.candidate} in term ${fact.term}`;
    case "raft.leaderElected":
      return `leads term ${fact.term}`;
    case "raft.steppedDown":
      return `steps down from term ${fact.term}: ${fact.because}`;
    case "raft.truncated":
      return `cuts its log from ${fact.from} to ${fact.last}`;
    case "raft.committed":
      return `commits to ${fact.index}/${fact.term}`;
    case "raft.snapshotTaken":
      return `takes a snapshot of ${fact.index}, keeps what is behind ${fact.base}`;
    case "raft.snapshotInstalled":
      return `installs the snapshot of ${fact.index}${fact.kept ? ", keeps what is behind it" : ""}`;
    case "raft.configured":
      return `goes by ${describeConfiguration(fact.configuration)} of ${fact.index}`;
    case "raft.transferBegun":
      return `hands over to ${fact.target}`;
    case "raft.transferGivenUp":
      return `gives up handing over to ${fact.target}`;
    case "raft.diskUnreadable":
      return `cannot read record ${fact.record} of its disk`;
    case "raft.appended":
    case "raft.durable":
    case "raft.applied":
    case "store.executed":
    case "store.invoked":
    case "store.answered":
    case "store.unanswered":
      return undefined;
  }
}
