import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// `npm test` runs unit, contracts and cli: hermetic, no part of a machine but Node.
// `npm run test:e2e` builds the real parts first and then runs e2e.
export default defineConfig({
  test: {
    passWithNoTests: false,
    // Vitest leaves a core idle by default; on two cores that doubles the time.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      project("unit", ["test/unit/**/*.test.ts", "test/docs/**/*.test.ts"]),
      project("contracts", ["test/contracts/**/*.test.ts"]),
      project("cli", ["test/cli/**/*.test.ts"]),
      project("architecture", ["test/architecture/**/*.test.ts"]),
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

function project(name: string, include: string[]) {
  // Files of one worker share their modules: loading them anew for each takes half of the time.
  return { test: { name, include, isolate: false, testTimeout: 15_000, hookTimeout: 15_000 } };
}
