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
    // No test file shares the state of a module with another.
    isolate: false,
    // Simulations are bounded by events: a slow or busy machine must not fail them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
