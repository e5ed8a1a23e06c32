// What is watched, what recovery should take, and who is called (requirements 1.3).

import { requirement, type RequirementSection } from "../../requirement.ts";

export const monitoring: RequirementSection = {
  title: "Monitoring, quick reference, incidents",
  requirements: [
    requirement("MESH-MON-01", "metric", "mean latency of transfers: investigate", "> 80 ms"),
    requirement("MESH-MON-02", "metric", "p99 latency of transfers: act at once", "> 100 ms"),
    requirement("MESH-MON-03", "metric", "share of transfers that succeed", "< 99 % warning; < 95 % critical"),
    requirement("MESH-MON-04", "metric", "concurrent transfers: add servers", "> 150 warning; > 200 critical"),
    requirement("MESH-MON-05", "metric", "share of transfers that are rolled back", "> 1 % warning"),
    requirement("MESH-MON-06", "invariant", "lost items: critical", "> 0"),
    requirement("MESH-MON-07", "invariant", "split-brain: page", "> 0"),
    requirement("MESH-MON-08", "metric", "the dashboard's panels, as series of a run", "7 panels"),
    requirement("MESH-MON-09", "metric", "the names that alerts refer to are exported", "9 names"),
    requirement(
      "MESH-MTR-01",
      "claim",
      "mean time to repair of each failure mode",
      "FM-001 87 ms; 002 93 ms; 003 1.2 s; 004 127 ms; 007 10 s; 008 2 min",
    ),
    requirement(
      "MESH-MTR-02",
      "parameter",
      "severity of each failure mode, and whether it mends itself",
      "FM-001, 002, 007, 008: 3; FM-003, 004: 2; FM-005, 006: 1",
    ),
    requirement(
      "MESH-IR-01",
      "procedure",
      "P1, data lost or two owners: contain, investigate, repair, resume",
      "5 min; 30 min; 2 h",
    ),
    requirement("MESH-IR-02", "procedure", "P2, a degraded service: assess, roll back or fix, watch", "15 min; 1 h"),
    requirement("MESH-IR-03", "procedure", "P3, more errors than usual: look, decide, write it down", "1 h"),
    {
      ...requirement("MESH-IR-04", "procedure", "who is on call, who is escalated to, and by which channel"),
      never: "names of people and of chat channels: an operator of a run has delays, whoever it is",
    },
    requirement("MESH-IR-05", "procedure", "after P1 and P2: a report with timeline, cause and remedy", "within 48 h"),
  ],
};
