// Raft as somebody might have written it: each of these was wrong in a way that a reader of the code could overlook. They
// are planted from outside, in what a node hears, reads from its disk, or says.

import type { DiskRecord, MachineEvent } from "../machine/event.ts";
import type { DiskEntry, RaftMessage } from "../protocols/raft/messages.ts";
import type { RaftMachineState } from "../protocols/raft/raft-machine.ts";
import type { RaftState } from "../protocols/raft/raft-state.ts";
import { valueOf } from "../protocols/raft/store.ts";
import type { StoreMessage } from "../protocols/raft/store-messages.ts";
import { hearing, meddling, type Meddled, setting, together } from "./meddling.ts";
import type { Mutant, Plant } from "./mutant.ts";

const nodes = ["node"];

type Heard<Type extends RaftMessage["type"]> = Extract<RaftMessage, { type: Type }>;

// Nodes of the system "raft" run a `RaftMachine`, and hear only what it understands.
const machineOf = ({ state }: Meddled): RaftMachineState => state as RaftMachineState;
const raftOf = (step: Meddled): RaftState => machineOf(step).raft;

/** What nodes hear of one type of message is something else. */
const mishearing = <Type extends RaftMessage["type"]>(
  type: Type,
  change: (message: Heard<Type>, step: Meddled) => RaftMessage,
): Plant =>
  hearing(nodes, (event, step) => {
    if (event.type !== "received" || event.message.type !== type) return event;
    return { ...event, message: change(event.message as Heard<Type>, step) };
  });

/** What a voter is told of a candidate's log is something else, also when it is only asked whether it would vote. */
const misjudgingLogs = (
  change: <Asked extends Heard<"raft.vote" | "raft.preVote">>(asked: Asked, own: RaftState) => Asked,
): Plant =>
  together(
    mishearing("raft.preVote", (asked, step) => change(asked, raftOf(step))),
    mishearing("raft.vote", (asked, step) => change(asked, raftOf(step))),
  );

/** A snapshot is put together wrongly, and what comes of it is not compared with its checksum. */
const mishearingSnapshots = (change: (part: Heard<"raft.snapshot">, step: Meddled) => RaftMessage): Plant =>
  together(setting("defence.entryChecksum", false), mishearing("raft.snapshot", change));

/** What a node finds on its disk is something else. */
const misreading = (change: (records: readonly DiskRecord[]) => readonly DiskRecord[]): Plant =>
  hearing(nodes, (event) => {
    if (event.type !== "booted") return event;
    return { ...event, disk: new Map([...event.disk].map(([file, records]) => [file, change(records)])) };
  });

const isVote = (record: DiskRecord): boolean => record.type === "intact" && (record.value as DiskEntry).kind === "vote";

const withoutLast = (
  records: readonly DiskRecord[],
  such: (record: DiskRecord) => boolean = () => true,
): readonly DiskRecord[] => {
  const at = records.findLastIndex(such);
  return at < 0 ? records : records.toSpliced(at, 1);
};

/** A second answer, as if the next other node had given it as well. */
const twice = (type: "raft.voted" | "raft.appended"): Plant =>
  meddling(nodes, (step) => {
    const { event, node } = step;
    if (event.type !== "received" || event.message.type !== type) return step.go();
    const others = raftOf(step).configurations.at(-1)?.configuration.voters ?? [];
    const another = others.find((id) => id !== event.from && id !== node.id);
    return another === undefined ? step.go() : [...step.go(), ...step.go({ ...event, from: another })];
  });

const failedSyncsCount: Plant = hearing(nodes, (event) =>
  event.type === "syncFailed"
    ? { type: "synced", sync: event.sync, monotonicUs: event.monotonicUs, wallUs: event.wallUs }
    : event,
);

/** Reads are answered by whoever is asked. */
const answersReads = (may: (state: RaftState) => boolean): Plant =>
  meddling(nodes, (step) => {
    const { event } = step;
    // Clients speak to nodes, too.
    const said = event.type === "received" ? (event.message as RaftMessage | StoreMessage) : undefined;
    if (event.type !== "received" || said?.type !== "store.read" || !may(raftOf(step))) return step.go();
    const { ask, key } = said;
    const message: StoreMessage = { type: "store.value", ask, ...valueOf(machineOf(step).store, key) };
    return [{ type: "send", to: event.from, message }];
  });

const answersWritesAtOnce: Plant = meddling(nodes, (step) => {
  const { event } = step;
  const said = event.type === "received" ? (event.message as RaftMessage | StoreMessage) : undefined;
  const { role, log } = raftOf(step);
  if (event.type !== "received" || said?.type !== "store.write" || role !== "leader" || said.expected >= 0)
    return step.go();
  const { session, sequence, value } = said;
  const version = log.base + log.entries.length + 1;
  const message: StoreMessage = { type: "store.wrote", session, sequence, done: true, value, version };
  return [...step.go(), { type: "send", to: event.from, message }];
});

/** Every second node remembers fewer sessions than the others. */
const sessionsForgottenUnevenly: Plant = (system) => ({
  ...system,
  nodes: (input) => {
    const forgetful = setting("sessionsMax", 2)(system).nodes(input);
    return system.nodes(input).map((node, at) => (node.ordinal % 2 === 0 ? node : (forgetful[at] ?? node)));
  },
});

const asked = (event: MachineEvent, message: RaftMessage): MachineEvent =>
  event.type === "received" ? { ...event, message } : event;

const preVoteRaisesTerm: Plant = meddling(nodes, (step) => {
  const { event } = step;
  if (event.type !== "received" || event.message.type !== "raft.preVote") return step.go();
  const { term } = event.message as Heard<"raft.preVote">;
  return [...step.go(asked(event, { type: "raft.voted", term, granted: false })), ...step.go()];
});

/** One server at a time, which needs no joint configuration, and before the leader has committed anything of its own. */
const oneServerAtATime = hearing(nodes, (event, step) => {
  if (event.type !== "received") return event;
  const said = event.message as RaftMessage | StoreMessage;
  if (said.type !== "store.changeMembers") return event;
  const voters = raftOf(step).configurations.at(-1)?.configuration.voters ?? [];
  const added = said.voters.find((node) => !voters.includes(node));
  const removed = voters.find((node) => !said.voters.includes(node));
  const next =
    added === undefined ? voters.filter((node) => node !== removed || voters.length < 4) : [...voters, added];
  return { ...event, message: { ...said, voters: next } };
});

const raftMutant = (id: string, about: string, source: string, plant: Plant, depth?: number): Mutant => ({
  id: `raft/${id}`,
  system: "raft",
  where: "logic",
  about,
  source,
  plant,
  ...(depth === undefined ? {} : { depth }),
});

export const raftSubtle: readonly Mutant[] = [
  raftMutant(
    "vote-forgotten",
    "a restarted node remembers its term, and not whom it voted for in it",
    "§5.2, Figure 2: votedFor is persistent",
    misreading((records) =>
      records.map((record) =>
        record.type === "intact" && isVote(record)
          ? { ...record, value: { ...(record.value as DiskEntry), votedFor: null } }
          : record,
      ),
    ),
    3,
  ),
  raftMutant(
    "term-forgotten",
    "a restarted node does not find the last term and vote it wrote",
    "§5.2, Figure 2: currentTerm is persistent",
    misreading((records) => withoutLast(records, isVote)),
    3,
  ),
  raftMutant(
    "last-record-cut",
    "a restarted node takes its last record for torn, whether it is or not",
    "properties.md X8",
    misreading((records) => withoutLast(records)),
  ),
  raftMutant(
    "longer-log-wins",
    "logs are compared by their lengths alone when votes are given",
    "§5.4.1",
    misjudgingLogs((vote, { log }) => ({ ...vote, lastTerm: log.entries.at(-1)?.term ?? log.baseTerm })),
    4,
  ),
  raftMutant(
    "newer-term-wins",
    "logs are compared by their last terms alone when votes are given",
    "§5.4.1",
    misjudgingLogs((vote, { log }) => ({
      ...vote,
      lastIndex: Math.max(vote.lastIndex, log.base + log.entries.length),
    })),
    3,
  ),
  raftMutant("vote-counts-twice", "a vote counts for its voter and for one more", "§5.2", twice("raft.voted"), 3),
  raftMutant(
    "acknowledgement-counts-twice",
    "an acknowledgement counts for its follower and for one more",
    "§5.3",
    twice("raft.appended"),
  ),
  raftMutant(
    "late-votes-count",
    "votes of an earlier term count in this one",
    "§5.2",
    mishearing("raft.voted", (voted, step) => ({ ...voted, term: raftOf(step).term })),
    4,
  ),
  raftMutant(
    "old-leader-heard",
    "an append is taken whatever its term",
    "§5.1",
    mishearing("raft.append", (append, step) => ({ ...append, term: Math.max(append.term, raftOf(step).term) })),
    3,
  ),
  raftMutant(
    "failed-sync-counts",
    "a sync that failed is taken for one that went well",
    "fsyncgate (PostgreSQL, 2018)",
    failedSyncsCount,
  ),
  raftMutant(
    "chunks-in-any-order",
    "parts of a snapshot are put together in the order in which they come",
    "§7, Figure 13",
    mishearingSnapshots((part, step) => {
      const { incoming } = raftOf(step);
      const isNext = incoming !== null && incoming.index === part.index && incoming.term === part.term;
      return isNext ? { ...part, offset: incoming.text.length } : part;
    }),
    3,
  ),
  raftMutant(
    "snapshot-keeps-conflicts",
    "what follows a snapshot in the log is kept, whether it agrees or not",
    "§7",
    mishearingSnapshots((part, step) => {
      const { log } = raftOf(step);
      const found = log.entries[part.index - log.base - 1];
      return found === undefined ? part : { ...part, lastTerm: found.term };
    }),
    4,
  ),
  raftMutant(
    "followers-answer-reads",
    "a follower answers reads from what it has applied",
    "§8; thesis §6.4",
    answersReads(({ role }) => role === "follower"),
  ),
  raftMutant(
    "deposed-leader-answers-reads",
    "a leader answers reads at once, whether it still is one or not",
    "thesis §6.4",
    answersReads(({ role }) => role === "leader"),
    3,
  ),
  raftMutant(
    "written-before-committed",
    "a leader tells clients that it has written what it has only put into its log",
    "§5.3",
    answersWritesAtOnce,
  ),
  raftMutant(
    "sessions-forgotten-unevenly",
    "some nodes forget sessions that others remember",
    "§8; X-V-35",
    sessionsForgottenUnevenly,
    3,
  ),
  raftMutant(
    "asking-raises-the-term",
    "who is asked whether it would vote takes over the term it is asked about",
    "thesis §9.6",
    preVoteRaisesTerm,
  ),
  raftMutant(
    "match-is-what-was-sent",
    "a leader takes for stored what it has sent, once anything is acknowledged",
    "§5.3",
    mishearing("raft.appended", (appended, step) => {
      const { log } = raftOf(step);
      return { ...appended, match: log.base + log.entries.length };
    }),
  ),
  raftMutant(
    "single-server-changes",
    "members change one at a time, also before a new leader has committed anything",
    "raft-dev, July 2015",
    together(
      oneServerAtATime,
      setting("defence.jointConsensus", false),
      setting("defence.changeAfterNoop", false),
      setting("defence.catchUpFirst", false),
    ),
    4,
  ),
  raftMutant(
    "lease-from-the-answer",
    "a leader counts its lease from when the last answer came, not from when it asked",
    "thesis §6.4.1",
    hearing(nodes, (event, step) => {
      if (event.type !== "received" || event.message.type !== "raft.appended") return event;
      const { round } = event.message as Heard<"raft.appended">;
      const { roundsUs } = raftOf(step);
      roundsUs[round % roundsUs.length] = event.monotonicUs;
      return event;
    }),
    3,
  ),
];
