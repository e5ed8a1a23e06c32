// What a new primary does before it serves: it asks the backups of the region for soft actions that its predecessor
// acknowledged and the store does not have. It waits for all of them, and not for longer than `replication.recallTimeout`.

import type { NodeId } from "../../base/ids.ts";
import type { GrantCause } from "./facts.ts";
import type { NotedAction, ReplicaCopy } from "./replication-messages.ts";
import type { PlayerState } from "./player-state.ts";
import { finishLoading } from "./server-authority.ts";
import { tailsOf } from "./server-copies.ts";
import { replicates } from "./server-replication.ts";
import { isSoft } from "./server-soft.ts";
import type { Recall, Received, Turn } from "./server-state.ts";

/** Whether whoever had the player before may have lost what it acknowledged. */
export const needsRecall = (turn: Turn, cause: GrantCause): boolean =>
  isSoft(turn) && replicates(turn) && ["failover", "rejoin", "resolution"].includes(cause);

export const isRecalling = ({ state }: Turn, region: number): boolean => state.recalls.has(region);

/** Joins the one that is under way already. */
export function beginRecall(turn: Turn, region: number): void {
  const { state, settings, nowUs } = turn;
  if (state.recalls.has(region)) return;
  state.asks += 1;
  const recall: Recall = {
    ask: state.asks,
    waiting: new Set(backupsOf(turn, region)),
    found: new Map(),
    untilUs: nowUs + settings.replication.recallTimeout,
  };
  state.recalls.set(region, recall);
  for (const copy of tailsOf(turn, region)) addTo(recall, copy);
  onRecallDue(turn);
}

/** A server that has no map yet asks nobody, and waits for one. */
function backupsOf({ state, self }: Turn, region: number): readonly NodeId[] {
  const known = state.map.owners[region];
  if (!state.mapKnown || known === undefined) return [];
  return [known.server, ...known.backups].filter((server) => server !== self);
}

/** Asks those again who have not answered, and ends what has lasted long enough. */
export function onRecallDue(turn: Turn): void {
  const { state, settings, nowUs, out } = turn;
  for (const [region, { ask, waiting, untilUs }] of state.recalls) {
    if (nowUs >= untilUs || (waiting.size === 0 && state.mapKnown)) {
      endRecall(turn, region);
      continue;
    }
    const epoch = state.map.owners[region]?.epoch ?? 0;
    for (const backup of waiting) out.send(backup, { type: "recall", region, epoch, ask });
  }
  if (state.recalls.size > 0) out.setTimer("recall", settings.server.askRetry);
}

/** A map was learned: recalls that waited for one know now whom to ask. */
export function recallByMap(turn: Turn): void {
  for (const [region, { waiting }] of turn.state.recalls) {
    if (waiting.size === 0) for (const backup of backupsOf(turn, region)) waiting.add(backup);
  }
  if (turn.state.recalls.size > 0) onRecallDue(turn);
}

export function onRecalled(turn: Turn, backup: NodeId, { region, ask, copies }: Received<"recalled">): void {
  const recall = turn.state.recalls.get(region);
  if (recall === undefined || recall.ask !== ask || !recall.waiting.delete(backup)) return;
  for (const copy of copies) addTo(recall, copy);
  if (recall.waiting.size === 0) endRecall(turn, region);
}

function addTo({ found }: Recall, copy: ReplicaCopy): void {
  const known = found.get(copy.player);
  if (known === undefined || isNewer(copy, known)) found.set(copy.player, copy);
}

function isNewer(one: ReplicaCopy, than: ReplicaCopy): boolean {
  if (one.token !== than.token) return one.token > than.token;
  const [last, lastOfOther] = [one.tail.at(-1), than.tail.at(-1)];
  if (last === undefined || lastOfOther === undefined) return last !== undefined;
  return last.session === lastOfOther.session
    ? last.sequence > lastOfOther.sequence
    : last.session > lastOfOther.session;
}

function endRecall(turn: Turn, region: number): void {
  const recall = turn.state.recalls.get(region);
  if (recall === undefined) return;
  turn.state.recalls.delete(region);
  let actions = 0;
  for (const { tail } of recall.found.values()) actions += tail.length;
  turn.out.record({ type: "record", fact: "tailsRecalled", region, actions, silent: [...recall.waiting] });
  for (const [player, loading] of turn.state.loading) {
    if (loading.region === region && loading.state !== null)
      finishLoading(turn, player, loading, tailAfter(loading.state, recall.found.get(player)));
  }
}

/** What the copy has beyond the state: what is in the state has had its effect. */
function tailAfter({ session, sequence }: PlayerState, copy: ReplicaCopy | undefined): readonly NotedAction[] {
  return (copy?.tail ?? []).filter(
    (noted) => noted.session > session || (noted.session === session && noted.sequence > sequence),
  );
}
