import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Each of these files deploys a stack of its own, and waits for it, or for its schedule, most of the time.
const deployed = ["docs", "operate", "register", "stack", "systems"].map(
  (folder) => `test/e2e/${folder}/*.test.ts`,
);

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
      e2e("e2e-deployed", { include: deployed, groupOrder: 1, maxWorkers: 3 }),
      // One file at a time: each starts servers of its own, and measures what they do.
      e2e("e2e", {
        include: ["test/e2e/**/*.test.ts"],
        exclude: deployed,
        groupOrder: 2,
        maxWorkers: 1,
      }),
    ],
  },
});

function project(name: string, include: string[]) {
  // Files of one worker share their modules: loading them anew for each takes half of the time.
  return { test: { name, include, isolate: false, testTimeout: 15_000, hookTimeout: 15_000 } };
}

interface Together {
  readonly include: string[];
  readonly exclude?: string[];
  readonly groupOrder: number;
  readonly maxWorkers: number;
}

function e2e(name: string, { groupOrder, ...files }: Together) {
  return {
    test: {
      name,
      ...files,
      sequence: { groupOrder },
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  };
}
