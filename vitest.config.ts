import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The example is a project of its own: test/testing/example.test.ts runs its tests, also those that fail.
    exclude: ["test/bench/**", "test/example/**"],
    setupFiles: ["test/setup.ts"],
    // Reports are made of it.
    globalSetup: ["test/web/build.ts"],
    // Test files are independent of each other, and few processors are too few to leave one idle.
    maxWorkers: "100%",
    // Modules keep nothing from one run to the next (test/laws), so test files of a worker can share them: to load them
    // again for each was a third of the time.
    isolate: false,
    // Simulations are bounded by events: a slow or busy machine must not fail them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
