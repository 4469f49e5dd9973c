/** Serverless loads variables through `require`; what they are is in `stage-variables.ts`. */
module.exports = async ({ resolveVariable }) => {
  const { stageVariables } = await import("./stage-variables.ts");
  try {
    return await stageVariables(await resolveVariable("sls:stage"));
  } catch (error) {
    // Serverless prints the stack: for a config that is wrong, only the message is of use.
    if (error.name === "ConfigError") {
      error.stack = `\n\n${error.message}\n\n${error.hint ?? ""}`;
    }
    throw error;
  }
};
