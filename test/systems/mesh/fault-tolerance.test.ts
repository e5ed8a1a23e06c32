// The eight areas of the fault-tolerance tests (MESH-FT-17, CL-M-48), each on one and the same run: three of six servers
// crash, one after the other, and come back.
import { beforeAll, describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import type { MeshFact } from "../../../src/systems/mesh/facts.ts";
import { fault } from "../../world/plans.ts";
import { fight, type Fought } from "./arena.ts";

const SECOND = 1_000_000;
const crash = (server: string, atUs: number) =>
  fault(
    { kind: "crash", target: { of: { nodes: [nodeId(server)], roles: [] }, pick: "all" }, torn: false },
    { atUs, forUs: 12 * SECOND },
    `crash-${server}`,
  );

let run: Fought;
beforeAll(() => {
  run = fight({
    servers: 6,
    players: 18,
    settings: { failover: { order: "sequential" }, degraded: { exit: "recovered", hold: "5s" } },
    faults: [crash("s2", 3 * SECOND), crash("s3", 5 * SECOND), crash("s4", 7 * SECOND)],
    healUs: 25 * SECOND,
  });
});

type Named<Name extends MeshFact["fact"]> = Extract<MeshFact, { fact: Name }>;

/** Every fact of that name, with its time in microseconds. */
function told<Name extends MeshFact["fact"]>(name: Name): readonly (Named<Name> & { readonly atUs: number })[] {
  return run.facts.flatMap(({ fact, atUs }) => (fact.fact === name ? [{ ...(fact as Named<Name>), atUs }] : []));
}

describe("MESH-FT-17", () => {
  test("initialisation: every server has a lease and a region within a second, and nothing is violated", () => {
    const first = new Set(told("leaseRenewed").flatMap(({ server, atUs }) => (atUs < SECOND ? [server] : [])));
    expect([...first].sort()).toEqual(["s1", "s2", "s3", "s4", "s5", "s6"]);
    expect(run.violated).toEqual([]);
  });

  test("backup assignment: a region that fails over goes to a server that is up", () => {
    const gone = ["s2", "s3", "s4"];
    const final = new Map(
      told("regionMoved").flatMap(({ region, server, because }) =>
        because === "failure" ? [[region, server] as const] : [],
      ),
    );
    expect([...final.keys()].sort()).toEqual([1, 2, 3]);
    for (const server of final.values()) expect(gone).not.toContain(server);
  });

  test("heartbeat watch: each silence is noticed after five seconds, and within one heartbeat and one look more", () => {
    const noticed = told("server_failure_detected").map(({ server, silentUs }) => [server, silentUs] as const);
    expect(noticed.map(([server]) => server)).toEqual(["s2", "s3", "s4"]);
    for (const [, silentUs] of noticed) {
      expect(silentUs).toBeGreaterThanOrEqual(5 * SECOND);
      expect(silentUs).toBeLessThanOrEqual(5.3 * SECOND);
    }
  });

  test("failover: every player of the three is granted to another server within ten seconds of the crash", () => {
    const granted = told("granted").filter(({ cause }) => cause === "failover");
    expect(granted.length).toBeGreaterThan(0);
    for (const { atUs } of granted) expect(atUs).toBeLessThan(17 * SECOND);
  });

  test("degraded activation: one of six is a sixth; two are a third; three are three", () => {
    const levels = told("degraded_mode_activated").filter(({ from }) => from === "normal" || from === "light");
    expect(levels.slice(0, 2).map(({ level }) => level)).toEqual(["light", "moderate"]);
    expect(levels[0]?.atUs).toBeGreaterThan(told("server_failure_detected")[1]?.atUs ?? Infinity);
  });

  test("region priority: regions are recovered one after the other, and never before one that comes first", () => {
    expect(told("recoveryBegun").length).toBeGreaterThanOrEqual(2);
    expect(run.verdict.properties.find(({ id }) => id === "MESH-FT-06")?.status).not.toBe("violated");
  });

  test("admin alerts: one for each server, and one for each higher level", () => {
    expect(told("administrator_alert").map(({ severity, message }) => `${severity} ${message.split(":")[0]}`)).toEqual([
      "2 s2 is given up",
      "2 s3 is given up",
      "3 degraded mode light",
      "2 s4 is given up",
      "2 degraded mode moderate",
    ]);
    expect(told("operatorAlerted").length).toBeGreaterThanOrEqual(5);
  });

  test("degraded recovery: when all three are back, service is full again, one level at a time", () => {
    const [end, ...others] = told("degraded_mode_deactivated");
    expect(others).toEqual([]);
    const back = told("serverRejoined").map(({ atUs }) => atUs);
    expect(end?.atUs).toBeGreaterThanOrEqual(Math.max(...back) + 5 * SECOND);
    expect(told("degraded_mode_activated").map(({ level }) => level)).toEqual(["light", "moderate", "light"]);
  });
});
