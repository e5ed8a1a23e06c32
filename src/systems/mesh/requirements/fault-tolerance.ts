// Replication, failover, degraded mode and their interface (requirements 1.4).

import { requirement, type RequirementSection } from "../../requirement.ts";

export const faultTolerance: RequirementSection = {
  title: "The fault-tolerance system",
  requirements: [
    requirement("MESH-FT-01", "parameter", "time between heartbeats", "1 s"),
    requirement("MESH-FT-02", "parameter", "silence after which a server is declared failed; cut off counts", "5 s"),
    requirement("MESH-FT-03", "parameter", "a failover that takes longer has failed", "30 s"),
    requirement(
      "MESH-FT-04",
      "claim",
      "recovery by promoting a backup",
      "< 30 s asked; < 10 s aimed at and said to be met",
    ),
    requirement("MESH-FT-05", "parameter", "backups of each region, in sync; players go on from them", "2"),
    requirement("MESH-FT-06", "behaviour", "regions have a priority by their players, and recover in that order"),
    requirement("MESH-FT-07", "behaviour", "degraded mode comes on by itself and tells administrators", "4 levels"),
    requirement(
      "MESH-FT-08",
      "behaviour",
      "replication assigns backups, finds failures, promotes one and makes another",
      "1 s; 5 s",
    ),
    requirement("MESH-FT-09", "interface", "replication says what happens", "4 signals"),
    requirement(
      "MESH-FT-10",
      "parameter",
      "levels of degraded mode and the share of updates each leaves",
      "100 %; 75 %; 50 %; 25 %",
    ),
    requirement(
      "MESH-FT-11",
      "claim",
      "degraded mode is triggered by failures a minute or servers lost",
      "3 a minute; 30 % of servers; over 60 s",
    ),
    requirement("MESH-FT-12", "interface", "degraded mode says what happens", "3 signals"),
    requirement("MESH-FT-13", "parameter", "actions of players are kept during failover", "100 each; 10 s"),
    requirement("MESH-FT-14", "behaviour", "state is restored on the new server, and kept actions are replayed"),
    requirement("MESH-FT-15", "interface", "failover says what happens", "3 signals"),
    {
      ...requirement(
        "MESH-FT-16",
        "interface",
        "status, set-up, reset, failure, metrics and replication over HTTP",
        "6 routes",
      ),
      awaits:
        "these are orders to a simulator, not to a mesh, and await its HTTP face; by command they are replay --until, " +
        "run, a run of the same seed, a scripted fault, run --json, and the figures backups.* and coverage.share",
    },
    requirement("MESH-FT-17", "claim", "tests of eight areas, from start-up to recovery from degraded mode", "8 of 8"),
    requirement("MESH-FT-18", "claim", "one server fails: bounded recovery", "< 10 s; 20 runs; mean 7.2 s"),
    requirement("MESH-FT-19", "claim", "several servers fail: bounded recovery", "< 30 s; 10 runs; mean 18.5 s"),
    requirement("MESH-FT-20", "claim", "every region has its two backups", "100 %"),
    requirement("MESH-FT-21", "claim", "how fast a failure is noticed", "< 5 s asked; 3-5 s achieved"),
    requirement(
      "MESH-FT-22",
      "claim",
      "recovery and its three parts: notice, promote, reconnect",
      "6-10 s = 3-5 s + 1-2 s + 2-3 s",
    ),
    requirement("MESH-FT-23", "claim", "what heartbeats cost a server", "< 0.1 ms a second"),
    requirement("MESH-FT-24", "claim", "what replication costs in bandwidth", "< 5 %"),
    requirement("MESH-FT-25", "claim", "latency added while authority is switched", "< 1 s"),
    requirement(
      "MESH-FT-26",
      "claim",
      "story of one failure: noticed, promoted, reconnected, backed up again",
      "3-5 s; 1-2 s; 2-3 s; in all < 10 s",
    ),
    requirement(
      "MESH-FT-27",
      "claim",
      "story of several failures: degraded mode, critical regions first, one by one",
      "noticed in 3-5 s; in all < 30 s",
    ),
    requirement("MESH-FT-28", "procedure", "story of a cascade: stop admitting, stabilise, recover step by step"),
    requirement("MESH-FT-29", "behaviour", "each frame refreshes the local heartbeat and looks at other servers"),
    requirement(
      "MESH-FT-30",
      "claim",
      "readiness: tested on a simulated network, aimed at many players",
      "9 of 10; > 100",
    ),
    {
      ...requirement(
        "MESH-FT-31",
        "behaviour",
        "left for later: consensus, far backups, prediction, spawning, compression",
        "5 switches",
      ),
      never:
        "a list of what the documents have not: four of the five would be switches with nothing behind them, and the fifth, " +
        "consensus among coordinators, is no option here but how they work",
    },
    {
      ...requirement("MESH-FT-32", "procedure", "chapters that a guide to deployment should have", "15 pages"),
      never: "the table of contents of a guide: no run could contradict it",
    },
  ],
};
