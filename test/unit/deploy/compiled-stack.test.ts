/**
 * What `serverless package` makes of a stage. One file, so that each stage is packaged once: the
 * suites are functions in files beside this one.
 */
import { beforeAll, describe } from "vitest";
import {
  type CompiledStage,
  type CompiledTemplate,
  compiledStages,
  compiledTemplate,
} from "../../deploy/compiled-template.ts";
import { describeCompiledAlarms } from "./compiled/alarms.ts";
import { describeDeployRights } from "./compiled/deploy-rights.ts";
import { describeOptions } from "./compiled/options.ts";
import { describeStatements } from "./compiled/statements.ts";

const stages = Object.keys(compiledStages) as CompiledStage[];

describe.each(stages)("the compiled template of %s", (stage) => {
  let template: CompiledTemplate;
  beforeAll(async () => {
    // All at once, the first time.
    await Promise.all(stages.map(compiledTemplate));
    template = await compiledTemplate(stage);
  }, 60_000);

  describeStatements(() => template, stage);
  describeOptions(() => template, stage);
  describeDeployRights(() => template);
  describeCompiledAlarms(() => template, stage);
});
