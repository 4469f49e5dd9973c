/** Clusters that the functions leave alone: nothing in AWS reaches them. */
import { clusterPattern, listOf } from "./fields.ts";

/**
 * The dispatch function gets the list by its environment, of which Lambda takes 4 KB in all:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * What else is in it takes less than 1 KB, however long the stage's name is.
 */
const maxCharacters = 3_000;

export const localClusters = listOf(clusterPattern)
  .superRefine((patterns, context) => {
    const characters = environmentCharacters(patterns);
    if (characters > maxCharacters) {
      context.addIssue(
        `expected a list that takes up to ${maxCharacters} characters of a function's ` +
          `environment, found ${characters}: a glob stands for many names`,
      );
    }
  })
  .describe(
    "Names or globs of clusters that the functions leave alone: something inside their network " +
      "runs `ecr-pull-secrets refresh <cluster> --local`, once per schedule. Alarms tell of them " +
      "as of all others. Default: none.",
  );

/**
 * As Lambda counts: the list is JSON, and so is the environment that holds it, where each of its
 * quotes takes two: https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594
 */
function environmentCharacters(patterns: readonly string[]): number {
  return JSON.stringify(JSON.stringify(patterns)).length;
}
