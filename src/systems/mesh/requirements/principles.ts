// Principles, the risk matrix, and how failures are classified (requirements 1.1).

import { requirement, type RequirementSection } from "../../requirement.ts";

export const principles: RequirementSection = {
  title: "Principles, risk matrix, classification",
  requirements: [
    requirement("MESH-GEN-01", "behaviour", "a player that crosses a border is handed from one server to the next"),
    requirement("MESH-GEN-02", "invariant", "no player data is lost, whatever that costs in availability", "0 lost"),
    requirement("MESH-GEN-03", "behaviour", "under load the service gets worse; nothing of it crashes"),
    requirement("MESH-GEN-04", "claim", "recovery needs no operator where it can do without one"),
    requirement("MESH-GEN-05", "behaviour", "players are told of a pause, a rollback or a move while it happens"),
    requirement("MESH-GEN-06", "invariant", "any operation may be repeated without harm"),
    requirement(
      "MESH-GEN-07",
      "interface",
      "each part that the documents name has its place in the sources",
      "9 parts",
    ),
    requirement(
      "MESH-RSK-01",
      "claim",
      "risk of a network timeout: how often, how grave, seen and mended how fast",
      "0.12 % of transfers; low; < 50 ms; 50-200 ms; by itself",
    ),
    requirement(
      "MESH-RSK-02",
      "claim",
      "risk of packet loss",
      "0.08 % of transfers; low; < 50 ms; 50-200 ms; by itself",
    ),
    requirement(
      "MESH-RSK-03",
      "claim",
      "risk of a server being gone",
      "0.03 % of transfers; high; < 100 ms; 500 ms-3 s; by itself",
    ),
    requirement(
      "MESH-RSK-04",
      "claim",
      "risk of source and target disagreeing on a state",
      "< 0.01 % of transfers; high; < 100 ms; 127 ms; by itself",
    ),
    requirement("MESH-RSK-05", "claim", "risk of split-brain: prevented", "0 %; critical; < 500 ms"),
    requirement("MESH-RSK-06", "claim", "risk of a doubled item: prevented", "0 %; critical; < 100 ms"),
    requirement("MESH-RSK-07", "claim", "risk of a transfer being stuck", "0 %; medium; < 100 ms; 100 ms; by itself"),
    requirement(
      "MESH-SEV-01",
      "parameter",
      "four severities, from two owners and lost data (1) to a single failed retry (4)",
      "unavailable > 5 s is 2; latency > 100 ms is 3",
    ),
    requirement(
      "MESH-SCP-01",
      "parameter",
      "three scopes of a failure: a player, a region, the system",
      "1 player; 1 region; >= 2 servers",
    ),
  ],
};
