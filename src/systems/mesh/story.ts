// A mesh run in words: a line for each fact that moves the story on, and the fields of a message worth showing.

import type { NodeId } from "../../base/ids.ts";
import { printDuration } from "../../base/units.ts";
import type { OwnFact } from "./facts.ts";
import type { RaftFact } from "../../protocols/raft/facts.ts";
import type { JudgedFact } from "./mesh-view.ts";
import type { MeshMessage } from "./messages.ts";
import { alertTellers } from "./monitoring/alert-story.ts";

type FactOf<Name extends OwnFact["fact"]> = Extract<OwnFact, { fact: Name }>;
type Tellers = { readonly [Name in OwnFact["fact"]]: ((fact: FactOf<Name>, node: NodeId) => string) | undefined };

const attemptOf = ({ transfer, attempt }: { readonly transfer: string; readonly attempt: number }): string =>
  `attempt ${attempt} of transfer ${transfer}`;

/** Of a command and what it is about. */
const wordsOf: { readonly [Verb in FactOf<"operatorAsked">["command"]]: (subject: string) => string } = {
  forceRollback: (player) => `roll ${player} back`,
  drain: (server) => `drain ${server}`,
  resume: (server) => `let ${server} take part again`,
  addNode: (server) => `give ${server} a region`,
  freeze: (region) => `freeze region ${region}`,
  unfreeze: (region) => `let play go on in region ${region}`,
  stopAdmissions: () => "let nobody in",
  openAdmissions: () => "let everybody in",
};

const tellers: Tellers = {
  granted: ({ player, server, token, cause, transfer }) =>
    `${player} belongs to ${server} under token ${token} (${cause}${transfer === "" ? "" : ` ${transfer}`})`,
  grantRecovered: ({ player, server, token, cause }) =>
    `found in the log: ${player} belongs to ${server} under token ${token} (${cause})`,
  grantRefused: ({ player, server, transfer, because }) =>
    `${server} does not get ${player} by ${transfer}: ${because}`,
  effectAccepted: ({ action, kind, item, server, token, state }) =>
    `accepts ${kind}${item === "" ? "" : ` ${item}`} (${action}) from ${server} under token ${token}: version ${state.version}`,
  effectRecovered: ({ action, server, token, state }) =>
    `found after the restart: ${action} from ${server} under token ${token}, version ${state.version}`,
  effectRefused: ({ action, server, token, because, recovered }) =>
    `${recovered ? "found after the restart: " : ""}refuses ${action} from ${server} under token ${token}: ${because}`,
  effectRepeated: ({ action, server }) => `has seen ${action} before, ${server} asks again`,
  fenceRaised: ({ player, token }) => `refuses tokens below ${token} for ${player}`,
  stateLoaded: ({ player, server, token, version }) =>
    `gives ${player} to ${server} under token ${token}: version ${version}`,
  server_failure_detected: ({ server, silentUs }) =>
    `suspects ${server}, which has been silent for ${printDuration(Math.floor(silentUs / 1000) * 1000)}`,
  regionMoved: ({ region, from, server, epoch, because }) =>
    `region ${region} goes from ${from} to ${server} (${because === "failure" ? `${from} is given up` : "as asked"}, epoch ${epoch})`,
  leaseRenewed: undefined,
  leaseExpired: () => "has no lease any more, and does nothing until it is renewed",
  serverExpelled: ({ because }) =>
    because === "revoked"
      ? "lets go of everything, as it is asked to"
      : "learns that it has been given up, and begins anew",
  mapLearned: ({ map, regions }) =>
    `knows map ${map}: ${regions.length === 0 ? "it has no region" : `it has ${regions.map(({ region }) => region).join(", ")}`}`,
  itemCarried: ({ errand, item, player, server, token, state, other }) =>
    `${carriedAs[errand]} ${item}${other === "" ? "" : ` for ${other}`} for ${player} (${server}, token ${token}): version ${state.version}`,
  groundChanged: ({ server, region, epoch, op, item, move }) =>
    `${laidAs[op]} ${item} (${move}) for ${server}, which has region ${region} in epoch ${epoch}`,
  groundRefused: ({ server, region, epoch }) => `refuses ${server} on region ${region}: epoch ${epoch} is over`,
  regionOpened: ({ region, epoch, server }) =>
    server === ""
      ? `seals region ${region} below epoch ${epoch}`
      : `opens region ${region} to ${server} in epoch ${epoch}`,
  itemCopied: ({ item, place }) => `has ${item} once more, at ${place}, by no doing of anybody`,
  itemFrozen: ({ item, places, foundBy }) =>
    `freezes ${item}, which is at ${places.join(" and ")} (found ${foundBy}ly)`,
  itemResolved: ({ item, kept, removed }) => `leaves ${item} at ${kept}, and takes it from ${removed.join(" and ")}`,
  replicasChanged: undefined,
  itemSuspected: ({ item, source }) => `has ${item} at home, and a replica of it from ${source}`,
  itemCleared: ({ item }) => `learns that there is one ${item} only`,
  pickupForwarded: ({ authority, action, item, sent }) =>
    `asks ${authority} for ${item} (${action})${sent === 1 ? "" : `, for the ${sent}th time`}`,
  pickupReturned: ({ item, action, answer, afterUs }) =>
    `has ${answer === "none" ? "no answer" : `the answer ${answer}`} about ${item} (${action}) after ${printDuration(afterUs)}`,
  whereAsked: ({ item }) => `asks where ${item} is`,
  whereTold: ({ item, at, held }) =>
    `is told that ${item} is ${at === "held" ? `with ${held}` : at === "ground" ? "on the ground" : "nowhere"}`,
  whereUntold: undefined,
  itemsSpawned: ({ items }) => `${items.length} items lie on the ground`,
  diskUnreadable: ({ file, record }) => `cannot read record ${record} of its ${file}, and halts`,
  serverDrained: ({ server }) => `${server} is drained: what it has goes to others`,
  serverResumed: ({ server }) => `${server} takes part again`,
  serverRejoined: ({ server, players }) => `${server} is back: ${players} players are granted to it again`,
  authorityTaken: ({ player, token, version }) => `has ${player} under token ${token}, version ${version}`,
  authorityDropped: ({ player, token, because }) => `has ${player} no longer (token ${token}): ${because}`,
  transferStarted: ({ transfer, player, target }) => `begins transfer ${transfer}: ${player} to ${target}`,
  transferDeferred: ({ player, target, queued }) => `has no slot to move ${player} to ${target}: ${queued} wait`,
  transferAdmitted: ({ player, target, waitedUs, queued }) =>
    `has a slot to move ${player} to ${target} after ${printDuration(waitedUs)}: ${queued} wait`,
  transferWithdrawn: ({ player, because, queued }) =>
    `takes ${player} out of the queue, ${endOfDeferral[because]}: ${queued} wait`,
  transferTurnedAway: ({ player, target }) => `has no place in the queue for ${player}, who goes to ${target}`,
  requestDeferred: ({ transfer, how }) =>
    `has no slot for transfer ${transfer}${how === "waits" ? ", which waits" : ", which is to come again"}`,
  requestDropped: ({ transfer }) => `lets transfer ${transfer} wait no longer: it is over`,
  throttlingBegan: ({ depth, isStrained }) =>
    `throttles transfers: ${depth} at once${isStrained ? ", and late with its timers" : ""}`,
  throttlingEnded: ({ depth, afterUs }) => `throttles no more after ${printDuration(afterUs)}: ${depth} at once`,
  loadMeasured: undefined,
  attemptStarted: (fact) => `begins ${attemptOf(fact)}`,
  stateShipped: (fact) => `ships version ${fact.state.version} in ${attemptOf(fact)}`,
  stateAdopted: (fact) => `adopts version ${fact.state.version} from ${attemptOf(fact)}`,
  stateMismatch: (fact) => `finds another checksum in ${attemptOf(fact)}`,
  mismatchDiagnosed: ({ transfer, difference }) =>
    `finds what differs in ${transfer}: ${difference.length === 0 ? "nothing but the checksum" : difference.join("; ")}`,
  attemptFailed: (fact) => `gives up ${attemptOf(fact)} after ${printDuration(fact.afterUs)}: ${fact.because}`,
  retryScheduled: (fact) => `will begin ${attemptOf(fact)} in ${printDuration(fact.afterUs)}`,
  rollbackStarted: ({ transfer, player, because }) => `takes ${player} back from ${transfer}: ${because}`,
  transferEnded: ({ transfer, outcome, endedBy, attempt, token }) =>
    `transfer ${transfer} is ${outcome === "completed" ? "complete" : "rolled back"} ` +
    `(by ${endedBy}, ${attempt} ${attempt === 1 ? "attempt" : "attempts"}, token ${token})`,
  transferStuck: ({ transfer, ageUs }) =>
    `finds transfer ${transfer} stuck for ${printDuration(Math.floor(ageUs / 1000) * 1000)}`,
  lateMessageIgnored: (fact) => `ignores a late ${fact.message} of ${attemptOf(fact)}: ${fact.because}`,
  lockTaken: undefined,
  lockReleased: undefined,
  playerPaused: ({ player }) => `${player} stands still at the border`,
  playerResumed: ({ player }) => `${player} goes on`,
  noticeSent: undefined,
  playerConnecting: ({ server, session }) => `asks ${server} for session ${session}`,
  playerConnected: ({ server, session, token }) => `plays at ${server} in session ${session}, token ${token}`,
  playerLeft: () => "leaves",
  actionInvoked: ({ action, kind, item }) => `asks for ${kind}${item === "" ? "" : ` ${item}`} (${action})`,
  actionAnswered: ({ action, outcome }) => `is told ${action} is ${outcome}`,
  actionUnanswered: ({ action }) => `will never know about ${action}`,
  emitShown: undefined,
  emitIgnored: ({ server, token }) => `ignores ${server}: its token ${token} is old`,
  noticeShown: ({ notice }) => `reads: ${notice}`,
  regionServed: ({ region, epoch, backups }) => `serves region ${region} in epoch ${epoch}, with ${backups} backups`,
  backup_created: ({ region, server }) => `${server} has everything of region ${region}: a backup`,
  backupLost: ({ region, server }) => `${server} is no backup of region ${region} any more`,
  replicaRefused: ({ region, epoch, server }) =>
    `refuses what ${server} sends as primary of region ${region} in epoch ${epoch}`,
  failover_initiated: ({ region, failed, server }) => `region ${region} fails over from ${failed} to ${server}`,
  failover_completed: (fact) =>
    "region" in fact
      ? `the failover of region ${fact.region} to ${fact.server} is complete`
      : `has heard of all it had asked for${fact.success ? "" : ", and not all was done"}`,
  failover_started: ({ player, from, server }) => `${player} fails over from ${from} to ${server}`,
  tailsRecalled: ({ region, actions, silent }) =>
    `has from backups of region ${region} what they know: ${actions} soft actions${silent.length === 0 ? "" : `; ${silent.join(", ")} silent`}`,
  promotedWarm: ({ player, version }) => `goes on with its own copy of ${player}, version ${version}`,
  actionNoted: ({ action }) => `is told ${action} will be done`,
  actionLost: ({ action }) => `is told that ${action} is lost`,
  actionDropped: ({ because }) => (because === "full" ? "cannot ask for more: its buffer is full" : "asks in vain"),
  actionExpired: ({ action }) => `withdraws ${action}`,
  player_reconnected: ({ server, actions }) =>
    `is back in play at ${server}, and asks for ${actions.length} actions again`,
  duplicateAuthorityDetected: ({ player, servers, tokens }) =>
    `finds ${player} at ${servers.map((server, at) => `${server} (token ${tokens[at]})`).join(" and ")}`,
  operatorAsked: ({ command, subject, reason }) => `types: ${wordsOf[command](subject)}, because ${reason}`,
  operatorAnswered: ({ command, subject, answer }) =>
    command === "forceRollback"
      ? `reads about ${subject}: ${answer}`
      : `reads: ${wordsOf[command](subject)}: ${answer}`,
  operatorAlerted: ({ severity, about }) => `is told (SEV-${severity}): ${about}`,
  degraded_mode_activated: ({ level, from, reason, suspended }) =>
    `${reason}: service goes from ${from} to ${level}` +
    (suspended.length === 0 ? "" : `, and regions ${suspended.join(", ")} stand still`),
  degraded_mode_deactivated: ({ reason }) => `${reason}: full service again`,
  administrator_alert: ({ severity, message }) => `alerts the administrators (SEV-${severity}): ${message}`,
  regionFrozen: ({ region, frozen }) => (frozen ? `region ${region} stands still` : `play goes on in region ${region}`),
  admissionRefused: ({ player }) => `turns ${player} away: nobody new is let in`,
  recoveryQueued: ({ region, players, critical }) =>
    `${players} players of region ${region} wait for another server${critical ? ": a critical region" : ""}`,
  recoveryBegun: ({ region, players }) => `recovers region ${region}: ${players} players`,
  recoveryEnded: ({ region, afterUs }) =>
    `has recovered region ${region} in ${printDuration(Math.floor(afterUs / 1000) * 1000)}`,
  recoveryOverdue: ({ region, left, afterUs }) =>
    `has failed to recover region ${region} in ${printDuration(Math.floor(afterUs / 1000) * 1000)}: ${left} players wait`,
  serviceReduced: ({ level }) => (level === "cutOff" ? "is cut off from the coordinators" : `serves at ${level}`),
  serviceRestored: () => "serves in full",
  viewsThinned: undefined,
  playSuspended: ({ player }) => `${player} stands still in a suspended region`,
  playReleased: ({ player }) => `${player} goes on in its region`,
  itemDuplicateDetected: ({ item, places }) => `finds ${item} at ${places.join(" and ")}`,
  itemLossDetected: ({ item }) => `finds ${item} nowhere`,
  resolutionBegan: ({ player, token, servers }) =>
    `${player} is nobody's from token ${token} on: ${servers.join(" and ")} are to let go of it`,
  resolutionDecided: ({ player, server, winner, by, token, discarded, silent }) =>
    `${player} goes on with what ${winner} has (by ${by}), at ${server} under token ${token}` +
    (discarded.length === 0 ? "" : `; ${discarded.join(" and ")} had written more`) +
    (silent.length === 0 ? "" : `; ${silent.join(" and ")} did not answer`),
  stateRepaired: ({ player, state, flagged }) =>
    `takes version ${state.version} over for ${player}` +
    (flagged.length === 0 ? "" : `, without ${flagged.join(", ")}, which are elsewhere`),
  ...alertTellers,
};

const endOfDeferral = {
  back: "who walked back",
  gone: "who is another server's",
  watchdog: "who waited too long",
} as const;

const carriedAs = {
  reserve: "takes into escrow",
  collect: "hands over",
  accept: "trades",
  undo: "gives back",
} as const;

const laidAs = { reserve: "reserves", restore: "puts back", collect: "lays down" } as const;

type RaftTellers = { readonly [Name in RaftFact["fact"]]?: (fact: Extract<RaftFact, { fact: Name }>) => string };

/** Of the coordinators' group only who leads is part of the story; the rest is in full traces. */
const raftTellers: RaftTellers = {
  "raft.leaderElected": ({ term }) => `leads the coordinators in term ${term}`,
  "raft.steppedDown": ({ term, because }) => `leads no more (term ${term}): ${becauseOf[because]}`,
  "raft.diskUnreadable": ({ record }) => `cannot read record ${record} of its log, and halts`,
};

const becauseOf = {
  higherTerm: "there is a later term",
  noQuorum: "it hears no majority",
  removed: "it is no member any more",
  rival: "another one leads",
} as const;

const tellerOf: ReadonlyMap<string, ((fact: JudgedFact, node: NodeId) => string) | undefined> = new Map(
  // Each teller is found under the name of the one fact it takes.
  [...Object.entries(tellers), ...Object.entries(raftTellers)] as [
    string,
    (fact: JudgedFact, node: NodeId) => string,
  ][],
);

/** One line of plain words, or undefined when the fact belongs in full traces only, or is the world's to tell. */
export const tellMesh = (fact: JudgedFact, node: NodeId): string | undefined => tellerOf.get(fact.fact)?.(fact, node);

const shownFields = [
  "player",
  "transfer",
  "attempt",
  "session",
  "sequence",
  "kind",
  "item",
  "fromToken",
  "token",
  "version",
  "base",
  "x",
  "server",
  "source",
  "result",
  "outcome",
  "notice",
  "because",
  "answer",
  "incarnation",
  "epoch",
  "op",
  "move",
  "leader",
  "term",
  "commit",
] as const;

/** The fields of a message worth showing, such as "player=p1 transfer=p1/7 attempt=2 token=9". */
export function describeMesh(message: MeshMessage): string {
  const fields = new Map<string, unknown>(Object.entries(message));
  return shownFields
    .filter((field) => fields.has(field) && fields.get(field) !== "")
    .map((field) => `${field}=${String(fields.get(field))}`)
    .join(" ");
}
