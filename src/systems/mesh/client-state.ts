// What a client remembers.

import type { NodeId } from "../../base/ids.ts";
import type { Bridge, Outstanding, Replay } from "./client-buffer.ts";
import { freshSeat, type Seat } from "./coordinators.ts";
import type { Walk } from "./motion.ts";
import type { MeshSettings } from "./settings.ts";
import type { Topology } from "./topology.ts";
import type { Person } from "./workload.ts";

export interface ClientState {
  /** `away`: between sessions. `seeking`: no server yet. `playing`: a server has welcomed this session. */
  phase: "away" | "seeking" | "playing";
  session: number;
  /** The question that waits for an answer, and how many there were in this session. */
  asking: "nothing" | "join" | "locate" | "hello";
  ask: number;
  hellos: number;
  readonly seat: Seat;
  server: NodeId | null;
  /** The highest token seen: what comes under a lower one is from a server that has lost us. */
  token: number;
  /** What was shown last: said again only when it differs. */
  shown: { readonly server: NodeId; readonly token: number; readonly version: number } | null;
  heardUs: number;
  paused: boolean;
  readonly walk: Walk;
  step: number;
  sequence: number;
  /** In order of sequence. */
  outstanding: Outstanding[];
  bridge: Bridge | null;
  replay: Replay | null;
  items: readonly string[];
  /** Questions about items in all its sessions, and the one that waits for an answer; 0: none. */
  questions: number;
  asked: number;
}

export interface PlayerPlan {
  readonly self: NodeId;
  readonly ordinal: number;
  readonly person: Person;
  readonly items: readonly string[];
  /** Every player, oneself included: to whom things can be given. */
  readonly others: readonly NodeId[];
  readonly topology: Topology;
  readonly settings: MeshSettings;
}

export const freshClient = (place: Walk): ClientState => ({
  phase: "away",
  session: 0,
  asking: "nothing",
  ask: 0,
  hellos: 0,
  seat: freshSeat(),
  server: null,
  token: 0,
  shown: null,
  heardUs: 0,
  paused: false,
  walk: place,
  step: 0,
  sequence: 0,
  outstanding: [],
  bridge: null,
  replay: null,
  items: [],
  questions: 0,
  asked: 0,
});
