// Tells a mesh run as facts, one sentence a call, and has it judged. Every sentence has a right default, so that a test
// spells out only what goes wrong.

import { type NodeId, nodeId } from "../../../../src/base/ids.ts";
import { Figures, figuresPlan, type FigureSummary, summarise } from "../../../../src/check/figures.ts";
import { Judge, judgePlan } from "../../../../src/check/judge.ts";
import type { PropertyResult, Verdict } from "../../../../src/check/property.ts";
import type { ActionKind, GrantCause, MeshFact } from "../../../../src/systems/mesh/facts.ts";
import { meshMeasures } from "../../../../src/systems/mesh/measures.ts";
import { meshModel } from "../../../../src/systems/mesh/mesh-model.ts";
import type { JudgedFact, MeshView } from "../../../../src/systems/mesh/mesh-view.ts";
import { meshProperties } from "../../../../src/systems/mesh/properties/mesh-properties.ts";
import { meshSettings } from "../../../../src/systems/mesh/settings.ts";
import type { PlayerState } from "../../../../src/systems/mesh/player-state.ts";

export const bounds = { settleUs: 30_000_000, transferUs: 12_000_000, leftoverUs: 5_000_000, staleUs: 4_000_000 };
export const SECOND = 1_000_000;

const emptyState: PlayerState = { version: 0, x: 0, score: 0, items: [], session: 0, sequence: 0 };

interface EffectWords {
  readonly action?: string;
  readonly session?: number;
  readonly sequence?: number;
  readonly kind?: ActionKind;
  readonly item?: string;
  readonly state?: Partial<PlayerState>;
  readonly ground?: readonly { readonly item: string; readonly lies: boolean; readonly at?: "escrow" }[];
  readonly recovered?: boolean;
}

interface Restated {
  readonly ago: number;
  readonly cause?: GrantCause;
  readonly transfer?: string;
  readonly fact?: "granted" | "grantRecovered";
}

export class Story {
  readonly judge: Judge<MeshView, JudgedFact>;
  readonly #figures = new Figures(figuresPlan(meshMeasures.figures));
  atUs = 1000;
  event = 0;
  readonly #states = new Map<string, PlayerState>();
  #index = 0;
  /** Of each server, the life that the coordinator knows of. */
  readonly #lives = new Map<string, number>();

  constructor(settings: object = {}) {
    this.judge = new Judge(judgePlan(meshModel, meshProperties(meshSettings.parse(settings), bounds)));
  }

  /** Time goes on. */
  wait(us: number): this {
    this.atUs += us;
    return this;
  }

  /** One step of one node may state several facts. */
  say(node: string, ...facts: readonly JudgedFact[]): this {
    this.event++;
    const at = { atUs: this.atUs, event: this.event, node: nodeId(node) };
    for (const fact of facts) {
      this.judge.observe(at.atUs, at.event, at.node, fact);
      meshMeasures.measure(this.judge.view, fact, at, this.#figures);
    }
    return this;
  }

  state(player: string): PlayerState {
    return this.#states.get(player) ?? emptyState;
  }

  spawn(...items: readonly string[]): this {
    return this.say("store", { fact: "itemsSpawned", items });
  }

  grant(
    player: string,
    server: string,
    token: number,
    cause: GrantCause = "join",
    transfer = "",
    fact: "granted" | "grantRecovered" = "granted",
  ): this {
    return this.say("coordinator", {
      fact,
      player: nodeId(player),
      server: nodeId(server),
      incarnation: this.#lives.get(server) ?? 0,
      token,
      cause,
      transfer,
      index: this.#index++,
    });
  }

  /** A leader that slept wakes, or a new one finds it, and states the grant again that came so many grants ago. */
  restate(
    player: string,
    server: string,
    token: number,
    { ago, cause = "transfer", transfer = "", fact = "granted" }: Restated,
  ): this {
    const now = this.#index;
    this.#index -= ago;
    this.grant(player, server, token, cause, transfer, fact);
    this.#index = now;
    return this;
  }

  take(player: string, server: string, token: number, transfer = "", version = this.state(player).version): this {
    return this.say(server, { fact: "authorityTaken", player: nodeId(player), token, version, transfer });
  }

  drop(player: string, server: string, token: number): this {
    return this.say(server, { fact: "authorityDropped", player: nodeId(player), token, because: "shipped" });
  }

  /** The player joins at a server: granted, loaded, taken, connected. */
  join(player: string, server: string, token: number, cause: GrantCause = "join"): this {
    return this.connecting(player, server)
      .grant(player, server, token, cause)
      .fence(player, token)
      .load(player, server, token)
      .take(player, server, token)
      .connected(player, server, token);
  }

  connecting(player: string, server: string, session = 1): this {
    return this.say(player, { fact: "playerConnecting", player: nodeId(player), server: nodeId(server), session });
  }

  connected(player: string, server: string, token: number, session = 1): this {
    return this.say(player, {
      fact: "playerConnected",
      player: nodeId(player),
      server: nodeId(server),
      session,
      token,
    });
  }

  fence(player: string, token: number): this {
    return this.say("store", {
      fact: "fenceRaised",
      player: nodeId(player),
      token,
      version: this.state(player).version,
    });
  }

  load(player: string, server: string, token: number, version = this.state(player).version): this {
    return this.say("store", { fact: "stateLoaded", player: nodeId(player), server: nodeId(server), token, version });
  }

  /** The store accepts: by default the next action of session 1, worth one point. */
  effect(player: string, server: string, token: number, words: EffectWords = {}): this {
    const before = this.state(player);
    const session = words.session ?? 1;
    const sequence = words.sequence ?? (before.session === session ? before.sequence + 1 : 1);
    const kind = words.kind ?? "score";
    const item = words.item ?? "";
    const items =
      kind === "pickup"
        ? [...before.items, item]
        : kind === "drop"
          ? before.items.filter((held) => held !== item)
          : before.items;
    const state: PlayerState = {
      ...before,
      version: before.version + 1,
      score: before.score + (kind === "score" ? 1 : 0),
      items,
      session,
      sequence,
      ...words.state,
    };
    this.#states.set(player, state);
    const ground = words.ground ?? (kind === "score" ? [] : [{ item, lies: kind === "drop" }]);
    const action = words.action ?? `${player}/${session}/${sequence}`;
    return this.say("store", {
      fact: words.recovered === true ? "effectRecovered" : "effectAccepted",
      player: nodeId(player),
      server: nodeId(server),
      token,
      action,
      session,
      sequence,
      kind,
      item,
      state,
      ground,
    });
  }

  refuse(
    player: string,
    server: string,
    token: number,
    action: string,
    because: Extract<MeshFact, { fact: "effectRefused" }>["because"] = "staleToken",
  ): this {
    return this.say("store", {
      fact: "effectRefused",
      player: nodeId(player),
      server: nodeId(server),
      token,
      action,
      because,
    });
  }

  repeat(player: string, server: string, token: number, action: string): this {
    return this.say("store", { fact: "effectRepeated", player: nodeId(player), server: nodeId(server), token, action });
  }

  invoke(player: string, action: string): this {
    const [, session = "1", sequence = "1"] = action.split("/");
    return this.say(player, {
      fact: "actionInvoked",
      player: nodeId(player),
      action,
      session: Number(session),
      sequence: Number(sequence),
      kind: "score",
      item: "",
    });
  }

  answer(player: string, action: string, outcome: "done" | "failed" = "done"): this {
    const [, session = "1", sequence = "1"] = action.split("/");
    return this.say(player, {
      fact: "actionAnswered",
      player: nodeId(player),
      action,
      session: Number(session),
      sequence: Number(sequence),
      outcome,
      token: 1,
      version: this.state(player).version,
    });
  }

  /** An action from its invocation to its answer. */
  act(player: string, server: string, token: number, words: EffectWords = {}): this {
    const before = this.state(player);
    const session = words.session ?? 1;
    const action = words.action ?? `${player}/${session}/${before.session === session ? before.sequence + 1 : 1}`;
    return this.invoke(player, action)
      .wait(1000)
      .effect(player, server, token, words)
      .wait(1000)
      .answer(player, action);
  }

  show(player: string, server: string, token: number, version = this.state(player).version): this {
    return this.say(player, { fact: "emitShown", player: nodeId(player), server: nodeId(server), token, version });
  }

  start(transfer: string, source: string, target: string, token: number): this {
    const player = playerOf(transfer);
    return this.say(
      source,
      { fact: "transferStarted", transfer, player, source: nodeId(source), target: nodeId(target), token },
      { fact: "lockTaken", lock: `player ${player}`, transfer },
      { fact: "playerPaused", player, transfer },
      { fact: "noticeSent", player, transfer, notice: "paused" },
      { fact: "attemptStarted", transfer, attempt: 1 },
    );
  }

  ship(transfer: string, source: string, state: Partial<PlayerState> = {}, attempt = 1): this {
    const player = playerOf(transfer);
    const shipped = { ...this.state(player), x: 7, ...state };
    return this.say(source, {
      fact: "stateShipped",
      transfer,
      attempt,
      player,
      checksum: `sum ${attempt}`,
      state: shipped,
    });
  }

  adopt(
    transfer: string,
    target: string,
    state: Partial<PlayerState> = {},
    attempt = 1,
    checksum = `sum ${attempt}`,
  ): this {
    const player = playerOf(transfer);
    const adopted = { ...this.state(player), x: 7, ...state };
    return this.say(target, { fact: "stateAdopted", transfer, attempt, player, checksum, state: adopted });
  }

  end(transfer: string, source: string, outcome: "completed" | "rolledBack", token: number): this {
    const player = playerOf(transfer);
    const notice = outcome === "completed" ? "moved" : "rolledBack";
    return this.say(
      source,
      { fact: "noticeSent", player, transfer, notice },
      {
        fact: "transferEnded",
        transfer,
        player,
        outcome,
        endedBy: outcome === "completed" ? "firstAttempt" : "rollback",
        attempt: 1,
        token,
      },
      { fact: "lockReleased", lock: `player ${player}`, transfer },
      { fact: "playerResumed", player, transfer },
    );
  }

  /** A transfer that goes well: `token` is the source's, the target gets the next. */
  transfer(transfer: string, source: string, target: string, token: number): this {
    const player = playerOf(transfer);
    return this.start(transfer, source, target, token)
      .wait(2000)
      .ship(transfer, source)
      .wait(2000)
      .adopt(transfer, target)
      .fence(player, token + 1)
      .grant(player, target, token + 1, "transfer", transfer)
      .take(player, target, token + 1, transfer)
      .drop(player, source, token)
      .wait(2000)
      .end(transfer, source, "completed", token + 1);
  }

  /** A transfer that does not come to a grant. */
  rollback(transfer: string, source: string, target: string, token: number): this {
    const player = playerOf(transfer);
    return this.start(transfer, source, target, token)
      .wait(100_000)
      .say(source, { fact: "rollbackStarted", transfer, player, because: "timeout" })
      .grant(player, source, token + 1, "rollback", transfer)
      .take(player, source, token + 1)
      .end(transfer, source, "rolledBack", token + 1);
  }

  defer(player: string, server: string, queued: number, isTold = true): this {
    const id = nodeId(player);
    const told: readonly MeshFact[] = [{ fact: "noticeSent", player: id, transfer: "", notice: "waiting" }];
    return this.say(
      server,
      { fact: "transferDeferred", player: id, target: nodeId("n2"), queued },
      ...(isTold ? told : []),
    );
  }

  admit(player: string, server: string): this {
    const [id, target] = [nodeId(player), nodeId("n2")];
    return this.say(server, { fact: "transferAdmitted", player: id, target, waitedUs: 0, queued: 0 });
  }

  /** Takes a slot, as a transfer that begins here, or as one that comes in. */
  slot(server: string, way: "out" | "in", transfer: string): this {
    return this.say(server, { fact: "lockTaken", lock: `slot/${way}/${playerOf(transfer)}`, transfer });
  }

  putOff(server: string, transfer: string, how: "waits" | "busy", forUs: number): this {
    return this.say(server, { fact: "requestDeferred", transfer, player: playerOf(transfer), how, forUs });
  }

  throttle(server: string): this {
    return this.say(server, { fact: "throttlingBegan", depth: 151, isStrained: false });
  }

  crash(node: string): this {
    return this.say(node, { fact: "nodeCrashed", cause: "crash", lostRecords: 0 });
  }

  /** It lets go of all its players, and begins another life that the coordinator has not heard of. */
  expel(server: string): this {
    const incarnation = this.#lives.get(server) ?? 0;
    return this.say(server, { fact: "serverExpelled", server: nodeId(server), incarnation, because: "revoked" });
  }

  boot(node: string): this {
    this.#lives.set(node, 1000);
    return this.say(node, { fact: "nodeBooted", incarnation: 1 });
  }

  heal(): this {
    return this.say("world", { fact: "healed" });
  }

  finish(cutBy?: string): Verdict {
    return this.judge.finish({ atUs: this.atUs, event: this.event, ...(cutBy === undefined ? {} : { cutBy }) });
  }

  figure(id: string): FigureSummary {
    const found = summarise(meshMeasures.figures, this.#figures.data()).find((figure) => figure.id === id);
    if (found === undefined) throw new Error(`no figure ${id}`);
    return found;
  }

  /** Ends the story and gives what became of one property. */
  result(id: string): PropertyResult {
    const found = this.finish().properties.find((property) => property.id === id);
    if (found === undefined) throw new Error(`no property ${id}`);
    return found;
  }

  /** Ends the story and names the properties that were found broken, in order. */
  broken(): readonly string[] {
    return this.finish()
      .properties.filter(({ status }) => status === "violated")
      .map(({ id }) => id);
  }
}

/** "p1/7" is a transfer of p1. */
const playerOf = (transfer: string): NodeId => nodeId(transfer.slice(0, transfer.indexOf("/")));
