// Whether what came off the wire has the shape of a message: a damaged frame that was not noticed must not break a
// machine that believes its types. Values are not judged here, for a value may be wrong and well formed.
//
// Every message a node is given passes here, so each type has a look of its own at fields it knows by name.

import type { ActionKind, GrantCause, Notice } from "./facts.ts";
import type { WriteKind } from "./item-facts.ts";
import type { WriteResult } from "./item-messages.ts";
import type { Escrow, ItemPlace, ItemTerms } from "./items.ts";
import type { Lineage } from "./lineage.ts";
import { levels } from "./degraded-settings.ts";
import { orderVerbs } from "./orders.ts";
import type {
  OrderAnswer,
  ActionOutcome,
  Claim,
  ForceAnswer,
  KnownRegion,
  MeshMessage,
  OwnMessage,
  RefusalReason,
} from "./messages.ts";
import type { NotedAction, ReplicaCopy } from "./replication-messages.ts";
import { type LinkCount, processMetricNames } from "./monitoring/metrics.ts";
import type { PlayerState } from "./player-state.ts";

type Members = ReadonlySet<string>;
/** A message that claims to be of that type: nothing is known of its fields, and none may be forgotten. */
type Claimed<Type extends OwnMessage["type"]> = {
  readonly [Field in keyof Extract<OwnMessage, { type: Type }>]?: unknown;
};
type Looks = { readonly [Type in OwnMessage["type"]]: (message: Claimed<Type>, members: Members) => boolean };

const kinds = ["score", "pickup", "drop", "give", "trade", "spawn", "destroy"] as const satisfies readonly ActionKind[];
const writeKinds = [...kinds, "collect", "accept", "undo"] as const satisfies readonly WriteKind[];
const groundOps = ["reserve", "restore", "collect"] as const;
const whereabouts = ["ground", "held", "nowhere"] as const;
const moveKinds = ["pickup", "drop", "give", "trade"] as const satisfies readonly Escrow["kind"][];
const phases = ["reserved", "declined", "committed"] as const satisfies readonly Escrow["phase"][];
const outcomes = ["done", "failed"] as const satisfies readonly ActionOutcome[];
const results = [
  ...outcomes,
  "reserved",
  "staleToken",
  "staleEpoch",
  "outOfOrder",
  "versionConflict",
  "late",
] as const satisfies readonly WriteResult[];
const notices = [
  "waiting",
  "paused",
  "resumed",
  "moved",
  "rolledBack",
  "suspended",
  "reassigned",
] as const satisfies readonly Notice[];
const causes = [
  "join",
  "transfer",
  "rollback",
  "rejoin",
  "failover",
  "resolution",
] as const satisfies readonly GrantCause[];
const refusals = ["notReady", "superseded", "conflict", "resolving"] as const satisfies readonly RefusalReason[];
const answers = ["rolledBack", "completed", "noTransfer", "noOwner"] as const satisfies readonly ForceAnswer[];

const orderAnswers = [
  "done",
  "underway",
  "isDown",
  "lastServer",
  "nothingToGive",
  "superseded",
  "unknown",
] as const satisfies readonly OrderAnswer[];

const isNumber = Number.isSafeInteger;
const isText = (value: unknown): boolean => typeof value === "string";
const isTrueOrAbsent = (value: unknown): boolean => value === undefined || value === true;
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isNode = (value: unknown, members: Members): boolean => typeof value === "string" && members.has(value);
const isOneOf = (value: unknown, words: readonly string[]): boolean => words.includes(value as string);
const areItems = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const areNumbers = (value: unknown): boolean => Array.isArray(value) && value.every(isNumber);

const isAttempt = ({ transfer, attempt, player }: Claimed<"prepared">, members: Members): boolean =>
  isText(transfer) && isNumber(attempt) && isNode(player, members);

function isState(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { version, x, score, items, session, sequence, lineage } = value as {
    readonly [Field in keyof PlayerState]?: unknown;
  };
  const isKept = isNumber(version) && isNumber(score) && isNumber(session) && isNumber(sequence);
  return isKept && isNumber(x) && areItems(items) && (lineage === undefined || isLineage(lineage));
}

function isLineage(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { clock, wroteUs } = value as { readonly [Field in keyof Lineage]?: unknown };
  if (!isNumber(wroteUs) || !Array.isArray(clock)) return false;
  return clock.every((entry: unknown) => Array.isArray(entry) && isText(entry[0]) && isNumber(entry[1]));
}

function areClaims(value: unknown, members: Members): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((claim: unknown) => {
    if (typeof claim !== "object" || claim === null) return false;
    const { player, token, moving } = claim as { readonly [Field in keyof Claim]?: unknown };
    return isNode(player, members) && isNumber(token) && isFlag(moving);
  });
}

function areOwners(value: unknown, members: Members): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((owner: unknown) => {
    if (typeof owner !== "object" || owner === null) return false;
    const { server, epoch, backups } = owner as { readonly [Field in keyof KnownRegion]?: unknown };
    return isNode(server, members) && isNumber(epoch) && areNodes(backups, members);
  });
}

const areNodes = (value: unknown, members: Members): boolean =>
  Array.isArray(value) && value.every((node: unknown) => isNode(node, members));

const isStream = ({ region, epoch, life }: Claimed<"replicated">): boolean =>
  isNumber(region) && isNumber(epoch) && isNumber(life);

function areCopies(value: unknown, members: Members): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((copy: unknown) => {
    if (typeof copy !== "object" || copy === null) return false;
    const { player, token, state, x, tail } = copy as { readonly [Field in keyof ReplicaCopy]?: unknown };
    return isNode(player, members) && isNumber(token) && isState(state) && isNumber(x) && isTail(tail);
  });
}

function isTail(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((noted: unknown) => {
    if (typeof noted !== "object" || noted === null) return false;
    const { session, sequence, kind, item } = noted as { readonly [Field in keyof NotedAction]?: unknown };
    return isNumber(session) && isNumber(sequence) && isOneOf(kind, kinds) && isText(item);
  });
}

function areGone(value: unknown, members: Members): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((gone: unknown) => {
    if (typeof gone !== "object" || gone === null) return false;
    const { player, token } = gone as { readonly player?: unknown; readonly token?: unknown };
    return isNode(player, members) && isNumber(token);
  });
}

function areReadings(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const readings = value as { readonly [name: string]: unknown };
  return processMetricNames.every((name) => isNumber(readings[name]));
}

function areLinks(value: unknown, members: Members): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((link: unknown) => {
    if (typeof link !== "object" || link === null) return false;
    const { peer, sent, received } = link as { readonly [Field in keyof LinkCount]?: unknown };
    return isNode(peer, members) && isNumber(sent) && isNumber(received);
  });
}

function isRegion({ region, epoch }: { readonly region?: unknown; readonly epoch?: unknown }): boolean {
  return isNumber(region) && isNumber(epoch);
}

function isLaying(message: Claimed<"lay"> | Claimed<"laid">): boolean {
  return isRegion(message) && isOneOf(message.op, groundOps) && isText(message.item) && isText(message.move);
}

function isBargain(value: unknown, members: Members): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { to, other } = value as { readonly to?: unknown; readonly other?: unknown };
  return isNode(to, members) && isText(other);
}

function isTerms(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { region, epoch, x, escrow, to, other } = value as { readonly [Field in keyof ItemTerms]?: unknown };
  return isNumber(region) && isNumber(epoch) && isNumber(x) && isText(escrow) && isText(to) && isText(other);
}

function isEscrow(value: unknown, members: Members): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { type, id, kind, phase, from, to, other, session, sequence } = value as {
    readonly [Field in keyof Escrow]?: unknown;
  };
  const isNamed = type === "escrow" && isText(id) && isOneOf(kind, moveKinds) && isOneOf(phase, phases);
  if (!isNamed || !isText(other) || !isNumber(session) || !isNumber(sequence)) return false;
  return isPlace(from, members) && isPlace(to, members);
}

function isPlace(value: unknown, members: Members): boolean {
  if (typeof value !== "object" || value === null) return false;
  const place = value as { readonly [Field in keyof Extract<ItemPlace, { type: "ground" }> | "player"]?: unknown };
  return place.type === "held" ? isNode(place.player, members) : isNumber(place.region) && isNumber(place.x);
}

function areLying(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((lying: unknown) => {
    if (typeof lying !== "object" || lying === null) return false;
    const { item, x } = lying as { readonly item?: unknown; readonly x?: unknown };
    return isText(item) && isNumber(x);
  });
}

const looks: Looks = {
  join: ({ session, ask, x }) => isNumber(session) && isNumber(ask) && isNumber(x),
  locate: ({ session, ask }) => isNumber(session) && isNumber(ask),
  hello: ({ session }) => isNumber(session),
  bye: ({ session }) => isNumber(session),
  move: ({ session, step, x }) => isNumber(session) && isNumber(step) && isNumber(x),
  act: ({ session, sequence, oldest, kind, item, bargain, withdrawn }, members) =>
    isNumber(session) &&
    isNumber(sequence) &&
    isNumber(oldest) &&
    isOneOf(kind, kinds) &&
    isText(item) &&
    isTrueOrAbsent(withdrawn) &&
    (bargain === null || isBargain(bargain, members)),
  where: ({ player, question, item }, members) => isNode(player, members) && isNumber(question) && isText(item),
  located: ({ session, ask, server, token }, members) =>
    isNumber(session) && isNumber(ask) && isNode(server, members) && isNumber(token),
  unplaced: ({ session, ask }) => isNumber(session) && isNumber(ask),
  welcome: ({ session, token, version, paused, items }) =>
    isNumber(session) && isNumber(token) && isNumber(version) && isFlag(paused) && areItems(items),
  view: ({ session, token, version, x, paused }) =>
    isNumber(session) && isNumber(token) && isNumber(version) && isNumber(x) && isFlag(paused),
  acted: ({ session, sequence, outcome, token, version }) =>
    isNumber(session) && isNumber(sequence) && isOneOf(outcome, outcomes) && isNumber(token) && isNumber(version),
  notice: ({ transfer, notice, server, token }, members) =>
    isText(transfer) && isOneOf(notice, notices) && isNode(server, members) && isNumber(token),
  noted: ({ session, sequence, token, version }) =>
    isNumber(session) && isNumber(sequence) && isNumber(token) && isNumber(version),
  notOwner: ({ session }) => isNumber(session),
  replicate: (message, members) =>
    isStream(message) &&
    isNumber(message.from) &&
    isNumber(message.to) &&
    areCopies(message.copies, members) &&
    areGone(message.gone, members),
  replicated: (message) =>
    isStream(message) && isNumber(message.backupLife) && isNumber(message.to) && isFlag(message.missing),
  replicateRefused: ({ region, epoch }) => isNumber(region) && isNumber(epoch),
  recall: ({ region, epoch, ask }) => isNumber(region) && isNumber(epoch) && isNumber(ask),
  recalled: ({ region, ask, copies }, members) => isNumber(region) && isNumber(ask) && areCopies(copies, members),
  inventory: ({ session, token, version, items }) =>
    isNumber(session) && isNumber(token) && isNumber(version) && areItems(items),
  found: ({ player, question, item, at, held }, members) =>
    isNode(player, members) && isNumber(question) && isText(item) && isOneOf(at, whereabouts) && isText(held),
  prepare: (message, members) => isAttempt(message, members) && isNumber(message.fromToken),
  ship: (message, members) =>
    isAttempt(message, members) && isNumber(message.fromToken) && isState(message.state) && isText(message.checksum),
  cancel: isAttempt,
  prepared: isAttempt,
  busy: isAttempt,
  refused: (message, members) => isAttempt(message, members) && isOneOf(message.because, refusals),
  mismatch: (message, members) =>
    isAttempt(message, members) && isText(message.expected) && isText(message.actual) && isState(message.received),
  confirm: (message, members) => isAttempt(message, members) && isNumber(message.token),
  depth: ({ depth }) => isNumber(depth),
  adopt: ({ transfer, player, fromToken, source, version, x }, members) =>
    isText(transfer) &&
    isNode(player, members) &&
    isNumber(fromToken) &&
    isNode(source, members) &&
    isNumber(version) &&
    isNumber(x),
  abort: ({ transfer, player, fromToken }, members) =>
    isText(transfer) && isNode(player, members) && isNumber(fromToken),
  claim: ({ player, incarnation }, members) => isNode(player, members) && isNumber(incarnation),
  reopen: isRegion,
  rejoin: ({ incarnation }) => isNumber(incarnation),
  heartbeat: ({ incarnation, sentUs, map }) => isNumber(incarnation) && isNumber(sentUs) && isNumber(map),
  unreachable: ({ server }, members) => isNode(server, members),
  released: ({ incarnation }) => isNumber(incarnation),
  leased: ({ incarnation, sentUs }) => isNumber(incarnation) && isNumber(sentUs),
  revoke: ({ incarnation, attempt }) => isNumber(incarnation) && isNumber(attempt),
  expelled: ({ incarnation }) => isNumber(incarnation),
  map: ({ version, owners, level, critical, suspended }, members) =>
    isNumber(version) &&
    areOwners(owners, members) &&
    isOneOf(level, levels) &&
    areNumbers(critical) &&
    areNumbers(suspended),
  granted: ({ player, token, cause, transfer, version, incarnation, region }, members) =>
    isNode(player, members) &&
    isNumber(token) &&
    isOneOf(cause, causes) &&
    isText(transfer) &&
    isNumber(version) &&
    isNumber(incarnation) &&
    isNumber(region),
  adoptRefused: ({ transfer, player, because }, members) =>
    isText(transfer) && isNode(player, members) && isOneOf(because, refusals),
  settled: ({ transfer, player, server, token }, members) =>
    isText(transfer) && isNode(player, members) && isNode(server, members) && isNumber(token),
  owner: ({ player, server, token }, members) => isNode(player, members) && isNode(server, members) && isNumber(token),
  roll: ({ round }) => isNumber(round),
  revokeHeld: ({ player, token, settled }, members) => isNode(player, members) && isNumber(token) && isText(settled),
  rolled: ({ round, incarnation, acts, players, more }, members) =>
    isNumber(round) && isNumber(incarnation) && isFlag(acts) && areClaims(players, members) && isFlag(more),
  revokedHeld: ({ player, token, held, state }, members) =>
    isNode(player, members) && isNumber(token) && isNumber(held) && (state === null || isState(state)),
  elsewhere: ({ leader }, members) => leader === null || isNode(leader, members),
  rejoined: ({ incarnation, players }) => isNumber(incarnation) && isNumber(players),
  replicas: (message) =>
    isRegion(message) &&
    isNumber(message.sequence) &&
    isFlag(message.whole) &&
    areLying(message.items) &&
    areItems(message.gone) &&
    isNumber(message.digest),
  resync: ({ region }) => isNumber(region),
  entityAction: ({ action, move, item, player }, members) =>
    action === "pickup" && isText(move) && isText(item) && isNode(player, members),
  entityAnswer: ({ move, player, item, answer }, members) =>
    isText(move) && isNode(player, members) && isText(item) && isOneOf(answer, ["reserved", "refused"]),
  openRegion: isRegion,
  survey: (message) => isRegion(message) && isNumber(message.digest),
  lay: (message) => isLaying(message) && isText(message.player),
  suspect: ({ item }) => isText(item),
  regionOpened: (message) => isRegion(message) && areLying(message.items),
  regionClosed: isRegion,
  laid: (message) =>
    isLaying(message) && isOneOf(message.result, ["done", "gone", "staleEpoch"]) && isNumber(message.x),
  parcel: ({ item, escrow }, members) => isText(item) && isEscrow(escrow, members),
  revised: ({ player, version }, members) => isNode(player, members) && isNumber(version),
  duplicate: ({ item, places }) => isText(item) && areItems(places),
  cleared: ({ item }) => isText(item),
  sealRegion: isRegion,
  regionSealed: isRegion,
  fence: ({ player, token, server }, members) => isNode(player, members) && isNumber(token) && isNode(server, members),
  fenced: ({ player, token, version }, members) => isNode(player, members) && isNumber(token) && isNumber(version),
  collect: ({ player, token }, members) => isNode(player, members) && isNumber(token),
  collected: ({ player, token, fence, state }, members) =>
    isNode(player, members) && isNumber(token) && isNumber(fence) && isState(state),
  repair: ({ player, token, state }, members) => isNode(player, members) && isNumber(token) && isState(state),
  load: ({ player, token, ask }, members) => isNode(player, members) && isNumber(token) && isNumber(ask),
  loaded: ({ player, token, ask, state }, members) =>
    isNode(player, members) && isNumber(token) && isNumber(ask) && isState(state),
  loadRefused: ({ player, token, ask, fence }, members) =>
    isNode(player, members) && isNumber(token) && isNumber(ask) && isNumber(fence),
  write: ({ player, token, session, sequence, kind, item, terms, base, untilUs, state, withdrawn }, members) =>
    isNode(player, members) &&
    isNumber(token) &&
    isNumber(session) &&
    isNumber(sequence) &&
    isOneOf(kind, writeKinds) &&
    isText(item) &&
    (terms === null || isTerms(terms)) &&
    isNumber(base) &&
    isNumber(untilUs) &&
    isState(state) &&
    isTrueOrAbsent(withdrawn),
  wrote: ({ player, token, session, sequence, kind, epoch, result, repeated, version }, members) =>
    isNumber(epoch) &&
    isNode(player, members) &&
    isNumber(token) &&
    isNumber(session) &&
    isNumber(sequence) &&
    isOneOf(kind, writeKinds) &&
    isOneOf(result, results) &&
    isFlag(repeated) &&
    isNumber(version),
  forceRollback: ({ command, player, reason }, members) => isText(command) && isNode(player, members) && isText(reason),
  force: ({ command, player, reason, operator }, members) =>
    isText(command) && isNode(player, members) && isText(reason) && isNode(operator, members),
  forced: ({ command, player, answer }, members) =>
    isText(command) && isNode(player, members) && isOneOf(answer, answers),
  turnedAway: ({ session, ask }) => isNumber(session) && isNumber(ask),
  order: ({ command, number, verb, subject }) =>
    isText(command) && isNumber(number) && isOneOf(verb, orderVerbs) && isText(subject),
  ordered: ({ command, answer }) => isText(command) && isOneOf(answer, orderAnswers),
  alert: ({ severity, about }) => isNumber(severity) && isText(about),
  scrape: ({ round }) => isNumber(round),
  scraped: ({ round, incarnation, values, latencies, links }, members) =>
    isNumber(round) &&
    isNumber(incarnation) &&
    areReadings(values) &&
    areNumbers(latencies) &&
    areLinks(links, members),
};

type Look = (message: MeshMessage, members: Members) => boolean;

// Each is found under the name of the one type it looks at.
const lookAt: ReadonlyMap<string, Look> = new Map(Object.entries(looks) as [string, Look][]);

/** True for every message that a machine of the mesh sends, but those of Raft, which has a look of its own. `members`: everybody there is; nobody else can be named. */
export function isWellFormed(message: MeshMessage, members: Members): boolean {
  const look = lookAt.get(message.type);
  return look !== undefined && look(message, members);
}
