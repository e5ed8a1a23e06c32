// Where the documents of the mesh contradict each other or leave a gap (requirements 4.1 and 4.2).

import { requirement, type RequirementSection } from "../../requirement.ts";

export const acrossDocuments: RequirementSection = {
  title: "Contradictions across documents",
  requirements: [
    requirement("X-ALL-01", "definition", "detection, recovery and repair are given times without a start or an end"),
    requirement("X-ALL-02", "setting", "four ladders of severity whose rungs do not match"),
    requirement("X-ALL-03", "setting", "each document retries on another schedule, and none with jitter"),
    requirement("X-ALL-04", "setting", "degrade, keep safe or block everything: three answers to one fault"),
    requirement("X-ALL-05", "definition", "frequencies and achieved times come without load, latency or sample size"),
    requirement("X-ALL-06", "setting", "alerts have thresholds and no interval of scraping", "15 s by default"),
  ],
};

export const contradictionsOfTransfers: RequirementSection = {
  title: "Contradictions: how transfers end",
  requirements: [
    requirement(
      "X-M-01",
      ["setting", "both readings"],
      "delays between attempts in prose and in code; the cap is never reached",
      "50, 100, 200 ms; 100, 200, 400 ms",
    ),
    requirement("X-M-02", "setting", "up to three attempts, or three retries after the first?", "3; 4 sends"),
    requirement(
      "X-M-03",
      "not reproducible",
      "the pause leaves out that each failed attempt burns its own deadline",
      "rollback begins at 750 or 1100 ms",
    ),
    requirement(
      "X-M-04",
      "both readings",
      "repair times that fit the shares of retries on one clock only",
      "77 or 141 ms from detection",
    ),
    requirement(
      "X-M-05",
      "setting",
      "the shares of retries fall, so failures come in bursts, not one by one",
      "90, 80, 75 % of what is left",
    ),
    requirement(
      "X-M-06",
      "not reproducible",
      "a timeout is noticed before the deadline that makes it one",
      "50; 100 ms",
    ),
    requirement(
      "X-M-07",
      ["definition", "setting"],
      "a sender cannot tell loss from delay, yet each has its own frequency",
    ),
    requirement("X-M-08", "mutant", "a transfer hangs although a deadline, retries and a watchdog exist"),
    requirement(
      "X-M-09",
      ["scenario", "mutant"],
      "the target adopts, its confirmation is lost, the source rolls back: two owners",
    ),
    requirement(
      "X-M-10",
      ["both readings", "not reproducible", "definition"],
      "rollback always succeeds, yet needs a source that is up and reachable",
      "100 %",
    ),
    requirement("X-M-11", "not reproducible", "one mean for every rollback, whatever the links take", "127 ms"),
    requirement("X-M-12", "setting", "states are locked while they move and also compared by version: one is enough"),
    requirement("X-M-13", "setting", "skew is a cause of mismatches only if timestamps are under the checksum"),
    requirement(
      "X-M-14",
      "definition",
      "retries are over before the phase that rolls back what is under way",
      "1.2; 1-3 s",
    ),
  ],
};

export const contradictionsOfFailover: RequirementSection = {
  title: "Contradictions: detection, failover, split-brain",
  requirements: [
    requirement(
      "X-M-15",
      "setting",
      "one dead server, five times at which it is noticed",
      "100 ms; 500 ms; 5 s; 3-5 s; 30 s",
    ),
    requirement("X-M-16", "both readings", "one dead server, two recovery times", "0.5-3 s; 6-10 s"),
    requirement(
      "X-M-17",
      "not reproducible",
      "heartbeat and silence allow no detection as early as claimed",
      "4-5 s, not 3",
    ),
    requirement(
      "X-M-18",
      "both readings",
      "phases that add up to the bound they are to stay below",
      "10 s; mean 7.2 or 8 s",
    ),
    requirement("X-M-19", "finding", "every silent crash is out for longer than severity 2 begins", "5 s"),
    requirement(
      "X-M-20",
      ["setting", "both readings"],
      "waiting for the old lease takes longer than failover may; not waiting rests on fencing alone",
      "30 s; 10 s",
    ),
    requirement("X-M-21", "setting", "fencing protects what checks tokens; players still hear the old owner"),
    requirement(
      "X-M-22",
      "not reproducible",
      "all involved are fenced at once, including the one nobody reaches",
      "500 ms",
    ),
    requirement(
      "X-M-23",
      ["setting", "both readings"],
      "a Raft majority or a single coordinator has the last word; consensus is also said to be missing",
      "1; 3; 5",
    ),
    requirement("X-M-24", "scenario", "no failure mode is about the coordinator itself"),
    requirement("X-M-25", "scenario", "no grant during an election, so every transfer then times out", "100 ms"),
    requirement("X-M-26", ["mutant", "setting"], "a backup is promoted after silence, without quorum or fence"),
    requirement(
      "X-M-27",
      ["not reproducible", "setting"],
      "found within less time than the sweep's period",
      "500 ms; 10 s",
    ),
    requirement("X-M-28", "definition", "a correct hand-over looks like two owners for a moment, and pages someone"),
    requirement("X-M-29", "both readings", "three recovery times for split-brain", "none; 0.5-2 s; 1-5 s"),
    requirement("X-M-30", "setting", "the last write by timestamp discards acknowledged ones under skew"),
    requirement("X-M-31", ["definition", "mutant"], "merging inventories makes the duplicates it should remove"),
    requirement("X-M-32", "setting", "nothing is lost, yet what was not replicated dies with the primary"),
    requirement("X-M-33", "not reproducible", "the least-loaded server holds no copy of the region it is given"),
    requirement(
      "X-M-34",
      ["not reproducible", "scenario"],
      "three losses at once, or fewer than three servers: no copy",
    ),
    requirement("X-M-35", "setting", "coverage is said to stay whole while a new backup is still syncing", "100 %"),
    requirement(
      "X-M-36",
      ["not reproducible", "setting"],
      "failovers one after another fit the bound for few failures only",
      "30 s; about 6",
    ),
    requirement(
      "X-M-37",
      "finding",
      "a few passing runs bound the rate of failure hardly at all",
      "20 and 10: 14, 26 %",
    ),
  ],
};

export const contradictionsOfOperation: RequirementSection = {
  title: "Contradictions: items, load, degraded mode, buffers, alerts",
  requirements: [
    requirement(
      "X-M-38",
      ["finding", "both readings"],
      "the timeout alert compares a rate and prints a share",
      "0.005; always above 4.17 transfers a second",
    ),
    requirement("X-M-39", "finding", "the mismatch alert fires for ever at the documented frequency", "0.01 %"),
    requirement("X-M-40", "setting", "duplicates are found by checksum or by sets of ids, and only on one server"),
    requirement("X-M-41", "finding", "the alert for a dead server holds longer than recovery takes", "30 s; 0.5-10 s"),
    requirement(
      "X-M-42",
      ["scenario", "setting"],
      "a replica goes before the answer: a lost message hides the item, a retry doubles it",
    ),
    requirement("X-M-43", ["definition", "mutant"], "copies share what should tell the original from them"),
    requirement(
      "X-M-44",
      "not reproducible",
      "stuck transfers are noticed in no time, or by the watchdog",
      "100 ms; 10 s",
    ),
    requirement("X-M-45", "setting", "a transfer's age: since when? Retries or a queue would distort it"),
    requirement(
      "X-M-46",
      "finding",
      "a hundredth of the bound is a normal transfer, the deadline and critical",
      "100 ms",
    ),
    requirement("X-M-47", "finding", "the stuck alert drops the label it prints, and misses short events"),
    requirement(
      "X-M-48",
      ["definition", "setting"],
      "saturation, queue depth, active and concurrent: one word or four",
      "200",
    ),
    requirement(
      "X-M-49",
      "setting",
      "overload makes attempts fail, and so makes retries: it may not end",
      "200; 100 ms",
    ),
    requirement(
      "X-M-50",
      "not reproducible",
      "admission at a fixed rate fits its repair time up to a load",
      "100/s; 12 000",
    ),
    requirement("X-M-51", ["both readings", "finding"], "latencies that warn, are critical, or are of medium severity"),
    requirement("X-M-52", "finding", "severities of one failure mode differ between its tables"),
    requirement("X-M-53", "definition", "thresholds without a metric; success of an attempt or of a transfer"),
    requirement("X-M-54", ["definition", "finding"], "alerts on counters that nothing ever resets"),
    requirement(
      "X-M-55",
      "setting",
      "two triggers, four levels and nothing between them; no way back",
      "one of three servers is 33 %",
    ),
    requirement("X-M-56", "definition", "what becomes of players outside the critical regions is not said"),
    requirement(
      "X-M-57",
      "not reproducible",
      "a buffer that is full before failover is over",
      "100 actions; 13.9 a second",
    ),
    requirement("X-M-58", "setting", "buffering begins with failover, after seconds that nobody noticed", "4-5 s"),
    requirement("X-M-59", "definition", "a snapshot before failover, of a server that cannot be asked"),
    requirement("X-M-60", ["setting", "mutant"], "a replayed action may have taken effect before the crash"),
    requirement("X-M-61", "definition", "affected players see the whole outage, others none", "< 1 s; 6-10 s"),
    requirement("X-M-62", "scenario", "a heartbeat refreshed locally says nothing across a partition"),
    {
      ...requirement("X-M-63", "finding", "line counts and dates of the documents do not add up"),
      never: "bookkeeping of the documents themselves: there is nothing to run",
    },
    requirement("X-M-64", "scenario", "a paused player, a late notice, a player that leaves half-way: not said"),
  ],
};
