/** Serverless loads variables through `require`; what they are is in `stage-variables.ts`. */
module.exports = async ({ resolveVariable }) => {
  const { stageVariables } = await import("./stage-variables.ts");
  try {
    const stage = await resolveVariable("sls:stage");
    return await stageVariables(stage, await resolveVariable("self:provider.region"));
  } catch (error) {
    // Serverless prints the stack: where a person has to mend something, only the message is of use.
    if (error.name === "ConfigError" || error.name === "StageError") {
      error.stack = `\n\n${error.message}\n\n${error.hint ?? ""}`;
    }
    throw error;
  }
};
