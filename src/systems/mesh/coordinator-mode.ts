// The leading coordinator's part in degraded mode: it counts the failures, decides the level by degraded-mode.ts, has it
// committed, states it, and tells the administrators. Failures are its own memory: a new leader takes every server that
// is down for one that has failed just now.

import type { RegisterCommand } from "./authority-register.ts";
import type { Desk } from "./coordinator-state.ts";
import { isAbove, nextLevel, noteFailure, noteReturn } from "./degraded-mode.ts";
import type { Level } from "./degraded-settings.ts";
import type { Severity } from "./service-facts.ts";
import { suspendedRegions } from "./region-map.ts";
import type { NodeId } from "../../base/ids.ts";

/** How bad it is to be at a level (MESH-SEV-01). */
const severityOf: { readonly [At in Exclude<Level, "normal">]: Severity } = { light: 3, moderate: 2, severe: 1 };

/** Begins to count. */
export function countFailures(desk: Desk): void {
  const { map } = desk.state.register;
  for (const [server, standing] of map.standings) {
    if (standing === "down") noteFailure(desk.state.failures, server, desk.nowUs);
  }
  const { exit, window } = desk.settings.degraded;
  if (map.mode.level !== "normal" && exit === "window") desk.state.failures.keepUntilUs = desk.nowUs + window;
  // The leader before may have had no time to.
  if (map.mode.changes > 0) stateMode(desk, map.mode.level);
}

export function countFailure(desk: Desk, server: NodeId): void {
  noteFailure(desk.state.failures, server, desk.nowUs);
  alertAdministrators(desk, 2, `${server} is given up`);
  judgeMode(desk);
}

export function countReturn(desk: Desk, server: NodeId): void {
  noteReturn(desk.state.failures, server);
}

/** Looks whether another level is called for. */
export function judgeMode(desk: Desk): void {
  const { settings, nowUs, topology, state } = desk;
  const from = state.register.map.mode.level;
  const rules = { nowUs, servers: topology.servers.length, settings: settings.degraded };
  const next = nextLevel(state.failures, from, rules);
  if (next !== undefined) desk.propose({ type: "degrade", from, ...next });
}

/** What a committed command has changed about the service. */
export function recordService(desk: Desk, command: RegisterCommand, levelBefore: Level): void {
  if (command.type === "degrade") stateMode(desk, levelBefore);
  if (command.type !== "freeze") return;
  const { region, frozen } = command;
  desk.out.record({ type: "record", fact: "regionFrozen", region, frozen });
}

function stateMode(desk: Desk, from: Level): void {
  const { map } = desk.state.register;
  const { level, reason, critical, changes: change } = map.mode;
  if (level === "normal") {
    desk.out.record({ type: "record", fact: "degraded_mode_deactivated", reason, change });
    return;
  }
  const suspended = suspendedRegions(map);
  const stated = { level, from, reason, critical, suspended, change };
  desk.out.record({ type: "record", fact: "degraded_mode_activated", ...stated });
  if (isAbove(level, from)) alertAdministrators(desk, severityOf[level], `degraded mode ${level}: ${reason}`);
}

/** Stated, and sent to whoever is at the admin tool. A page that the network loses is not sent again. */
export function alertAdministrators(desk: Desk, severity: Severity, message: string): void {
  desk.out.record({ type: "record", fact: "administrator_alert", severity, message });
  const { operator } = desk.topology;
  if (operator !== null) desk.out.send(operator, { type: "alert", severity, about: message });
}
