/** serverless-esbuild asks for its options through `require`; what they are is in `options.ts`. */
const { rmSync } = require("node:fs");
const { join } = require("node:path");
const { bundleOptions } = require("./options.ts");

module.exports = ({ config: { serviceDir } }) => {
  // All that lies there is packed: also what a run left that was interrupted, of another stage.
  rmSync(join(serviceDir, ".esbuild"), { recursive: true, force: true });
  return {
    ...bundleOptions,
    // Nothing is left to the runtime's own SDK: what was tested is what runs.
    exclude: [],
    // A build that can be repeated holds esbuild open: after one that failed, nothing would end it.
    skipRebuild: true,
  };
};
