// What is stated about degraded mode, suspended play, recoveries and alerts; part of facts.ts.

import type { NodeId } from "../../base/ids.ts";
import type { Level } from "./degraded-settings.ts";

/** SEV-1, the worst, to SEV-4 (MESH-SEV-01): the mesh's one scale. Other ladders: README (X-ALL-02). */
export type Severity = 1 | 2 | 3 | 4;

export type ServiceFact =
  // coordinator
  /**
   * Less service than full, by a decision that was committed now, or that a new leader found (MESH-FT-12). `change`
   * counts the decisions.
   */
  | {
      readonly fact: "degraded_mode_activated";
      readonly level: Exclude<Level, "normal">;
      readonly from: Level;
      readonly reason: string;
      readonly critical: readonly number[];
      readonly suspended: readonly number[];
      readonly change: number;
    }
  | { readonly fact: "degraded_mode_deactivated"; readonly reason: string; readonly change: number }
  /** Somebody should know (MESH-FT-12). */
  | { readonly fact: "administrator_alert"; readonly severity: Severity; readonly message: string }
  /** An operator has stopped play in a region, or lets it go on. */
  | { readonly fact: "regionFrozen"; readonly region: number; readonly frozen: boolean }
  /** A player who wanted in was turned away: nobody new is let in. */
  | { readonly fact: "admissionRefused"; readonly player: NodeId }
  /** Players of a region wait for other servers: `players` of them, and it is one that comes first, or not. */
  | {
      readonly fact: "recoveryQueued";
      readonly region: number;
      readonly players: number;
      readonly critical: boolean;
    }
  | { readonly fact: "recoveryBegun"; readonly region: number; readonly players: number }
  | { readonly fact: "recoveryEnded"; readonly region: number; readonly afterUs: number }
  /** It has taken longer than `failover.bound`: the failover is marked failed, and goes on (MESH-FT-03). */
  | { readonly fact: "recoveryOverdue"; readonly region: number; readonly left: number; readonly afterUs: number }
  // server
  /** It serves no more than this from now on, as the coordinator decided; `cutOff`: it has no lease (properties.md P5). */
  | { readonly fact: "serviceReduced"; readonly server: NodeId; readonly level: Exclude<Level, "normal"> | "cutOff" }
  | { readonly fact: "serviceRestored"; readonly server: NodeId }
  /** Of the views that were due at that level, it showed so many (MESH-FT-10). */
  | {
      readonly fact: "viewsThinned";
      readonly server: NodeId;
      readonly level: Exclude<Level, "normal">;
      readonly due: number;
      readonly shown: number;
    }
  /** The player is in a suspended region, and nothing that it asked for is under way any more: nothing more will be. */
  | { readonly fact: "playSuspended"; readonly player: NodeId; readonly token: number }
  | { readonly fact: "playReleased"; readonly player: NodeId; readonly token: number }
  // operator
  /** The operator has been told, and will do what the playbook says after its delays (MESH-IR-01..03). */
  | { readonly fact: "operatorAlerted"; readonly severity: Severity; readonly about: string };
