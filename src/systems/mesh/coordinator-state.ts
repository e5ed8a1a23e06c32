// What a coordinator remembers, and what one step of it works with.

import type { NodeId } from "../../base/ids.ts";
import type { RaftState } from "../../protocols/raft/raft-state.ts";
import { type AuthorityRegister, type RegisterCommand, type Registration, unregistered } from "./authority-register.ts";
import type { Gathering } from "./coordinator-resolution.ts";
import type { Sweep } from "./coordinator-sweep.ts";
import type { Recoveries } from "./coordinator-recovery.ts";
import type { FailureWatch } from "./degraded-mode.ts";
import type { MeshMessage } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import type { Pulse } from "./server-watch.ts";
import type { MeshSettings } from "./settings.ts";
import { regionAt, type Topology } from "./topology.ts";

export interface CoordinatorState {
  readonly raft: RaftState;
  /** What is committed, as far as this coordinator knows. */
  register: AuthorityRegister;
  /** Without a quorum, what is committed; `register` is then what this coordinator makes of it while it leads. */
  agreed: AuthorityRegister | null;
  /** It leads, and has everything that was committed before: it may answer. What follows is forgotten with that. */
  serving: boolean;
  /** Players that wait for their first grant, and the question to answer then. */
  readonly askers: Map<NodeId, { readonly session: number; readonly ask: number }>;
  /** When the sealing of each pending grant is asked for again. */
  readonly seals: Map<NodeId, number>;
  /** Questions that wait until it is certain that nobody else leads, by number. */
  readonly questions: Map<number, { readonly from: NodeId; readonly question: Question }>;
  asked: number;
  /** The leader's watch over the servers that are up or draining. */
  readonly pulses: Map<NodeId, Pulse>;
  /** When the leader looks for silent ones again; -1: it does not. */
  healthDueUs: number;
  /** Servers that came back, and when their regions are given back to them. */
  readonly returns: Map<NodeId, number>;
  /** The leader's search for players with two owners, and those of whom it is finding out who has what. */
  readonly sweep: Sweep;
  readonly gatherings: Map<NodeId, Gathering>;
  /** What degraded mode is decided by. */
  failures: FailureWatch;
  /** Regions whose servers were given up, and whose players are not all granted to others yet. */
  recovery: Recoveries;
  /** The epoch under which the store has sealed each region for its next server. */
  readonly sealed: Map<number, number>;
  /** What an operator has ordered with a server whose regions are being sealed for it. */
  readonly orders: Map<NodeId, ServerOrder>;
}

/** An order that lets regions change hands. */
export interface ServerOrder {
  readonly verb: "drain" | "resume" | "addNode";
  readonly number: number;
}

export type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

/** What is answered from the register, and may lead to a command. */
export type Question = Received<
  "join" | "locate" | "adopt" | "abort" | "claim" | "reopen" | "rejoin" | "heartbeat" | "forceRollback" | "order"
>;

/** One step of a coordinator. */
export interface Desk {
  readonly state: CoordinatorState;
  readonly topology: Topology;
  readonly settings: MeshSettings;
  readonly nowUs: number;
  readonly out: Outbox;
  /** Refused only while it is about to lead no more, or when too much waits already: whoever wants it asks again. */
  propose(command: RegisterCommand): void;
  /** Answers once it is certain that nobody else leads. */
  ask(from: NodeId, question: Question): void;
}

export const registrationOf = ({ state }: Desk, player: NodeId): Registration =>
  state.register.players.get(player) ?? unregistered;

/** The region a place lies in. */
export const regionOf = ({ state, topology }: Desk, x: number): number =>
  regionAt(state.register.map.regions.length, topology.width, x);
