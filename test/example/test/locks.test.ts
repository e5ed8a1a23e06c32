// The lock service, held to what it promises while its world misbehaves.
import { simulationTest } from "faultline/vitest";

import { locks } from "../src/locks.ts";

simulationTest("never two owners", locks, {
  seeds: 200,
  until: "30s",
  faults: [
    { every: "3s", for: "1s", delay: { message: "grant", by: "200ms..900ms" } },
    { every: "4s", for: "500ms", drop: { rate: "30%" } },
    { every: "10s", for: "100ms..2s", pause: { node: "any client" } },
    { every: "15s", for: "200ms..1s", crash: { node: "any" } },
  ],
  expect: { exercised: ["EXCLUSIVE", "GRANTED"] },
  plugIn: "./src/locks.ts",
});

simulationTest("never two owners, whatever is known to happen", locks, {
  seeds: 50,
  until: "30s",
  plugIn: "./src/locks.ts",
});

simulationTest("a grant that comes late is no lease that ends late", locks, {
  scenario: "scenarios/late-grant.yaml",
  seeds: 20,
  plugIn: "./src/locks.ts",
});
