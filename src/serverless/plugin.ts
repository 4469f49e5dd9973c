/** Our part of `serverless`: loaded by `plugins` in serverless.yml. */
import { createHooks, type Hooks } from "./hooks.ts";
import type { Serverless, Writers } from "./serverless.ts";

class Plugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless, _options: unknown, writers: Writers) {
    this.hooks = createHooks({
      serverless,
      writers,
      // Loaded when needed: `package` has no use for the AWS clients.
      wire: async (deployer) =>
        (await import("../wiring/surroundings.ts")).wireSurroundings(deployer),
      now: () => new Date(),
    });
  }
}

// What `require` gives of this module: https://nodejs.org/docs/latest-v24.x/api/modules.html#loading-ecmascript-modules-using-require
export { Plugin as "module.exports" };
