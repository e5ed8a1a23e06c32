// Parts of a scenario that are each right and cannot all be so: said where they stand, with what was expected.
import { expect, test } from "vitest";

import { parseScenario } from "../../../src/scenario/parse.ts";
import { printPlace, printProblems } from "../../../src/scenario/problem.ts";
import { systemNamed } from "../../../src/systems/registry.ts";

const systems = new Map([["mesh", systemNamed("mesh")]]);

const head = "title: t\nwhy: w\nsystem: mesh\nuntil: 100s\nheal: 10s\n";

function said(text: string): readonly string[] {
  const result = parseScenario(`${head}${text}`, "s.yaml", { systems });
  if (result.type !== "refused") return [];
  return result.problems.map(({ place, code }) => `${printPlace(place).replace("s.yaml:", "")} ${code}`);
}

const table: readonly (readonly [what: string, text: string, ...said: readonly string[]])[] = [
  ["two backups among two servers", "world: { nodes: { servers: 2 } }\nsettings: { region: { backups: 2 } }", "7:32"],
  ["as many backups as others", "world: { nodes: { servers: 3 } }\nsettings: { region: { backups: 2 } }"],
  ["no backups asked for, and one server", "world: { nodes: { servers: 1, players: 0 } }"],
  ["nobody but spares", "world: { nodes: { servers: 3 } }\nsettings: { region: { spares: 3 } }", "7:31"],
  ["a lease as short as a heartbeat", "settings: { lease: { ttl: 1s } }", "6:27"],
  ["a margin that eats the lease", "settings: { lease: { ttl: 1200ms, slack: 300ms } }", "6:27"],
  ["the same without leases", "settings: { lease: { ttl: 1s, mode: none } }"],
  ["a lease that a drift of half eats", "settings: { coordinator: { driftMax: 500000 }, lease: { ttl: 2s } }", "6:62"],
  ["a probe longer than the silence", "settings: { health: { probe: 6s } }", "6:30"],
  ["a base above its cap", "settings: { retry: { base: 2s } }", "6:28"],
  ["a target without patience", "settings: { transfer: { incomingTimeout: 50ms } }", "6:42"],
  [
    "an override for nobody",
    "workload: { overrides: [{ players: [player-1, player-99], with: { speed: 1 } }] }",
    "6:47",
  ],
  ["a critical region there is not", "settings: { degraded: { critical: [0, 3] } }", "6:39"],
  ["an order for nobody", "workload: { operator: [{ at: 1s, drain: server-9, reason: r }] }", "6:41"],
  ["a region that is not frozen", "workload: { playbook: [{ on: P1, after: 1s, freeze: 3, reason: r }] }", "6:53"],
  [
    "commands and no operator",
    "world: { nodes: { operators: 0 } }\nworkload: { operator: [{ at: 1s, drain: server-1, reason: r }] }",
    "7:24",
  ],
  ["a border there is not", "workload: { players: { motion: { type: border, border: 3 } } }", "6:56"],
];

test.each(table)("%s", (_what, text, ...places) => {
  expect(said(text)).toEqual(places.map((place) => `${place} CONTRADICTION`));
});

test("each says what was expected, and how to mend it", () => {
  const result = parseScenario(
    `${head}world: { nodes: { servers: 2 } }\nsettings: { region: { backups: 2 } }`,
    "s.yaml",
    {
      systems,
    },
  );
  if (result.type !== "refused") throw new Error("it was accepted");
  expect(printProblems(result.problems)).toBe(
    [
      "s.yaml:7:32  CONTRADICTION",
      "  settings.region.backups is 2 in a mesh of 2 servers.",
      "  Expected at most 1: a region's own server is no backup of it.",
      "  Fix: lower it, leave it out, or raise world.nodes.servers.",
    ].join("\n"),
  );
});
