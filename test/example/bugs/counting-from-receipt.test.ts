// The same system with the bug in it: this test fails, and its message is the story of how.
import { simulationTest } from "faultline/vitest";

import { locks } from "../src/locks.ts";

simulationTest("never two owners", locks, {
  seeds: 200,
  until: "30s",
  settings: { lease: { countsFrom: "received" } },
  faults: [
    { every: "3s", for: "1s", delay: { message: "grant", by: "200ms..900ms" } },
    { every: "4s", for: "500ms", drop: { rate: "30%" } },
    { every: "10s", for: "100ms..2s", pause: { node: "any client" } },
    { every: "15s", for: "200ms..1s", crash: { node: "any" } },
  ],
  plugIn: "./src/locks.ts",
});
