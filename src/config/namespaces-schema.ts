/** The three ways to say which namespaces: a mapping, a list, or one string. */
import * as z from "zod";
import { labelSelector, listOf, namespacePattern } from "./fields.ts";
import {
  literalNamespaces,
  type NamespaceSelection,
  splitNamespaces,
} from "./namespace-selection.ts";

const patterns = listOf(namespacePattern);

const oneString = z
  .string()
  .transform(splitNamespaces)
  .pipe(patterns)
  .transform((include) => selection({ include }))
  .describe("Names or globs, separated by commas, semicolons or white space.");

const list = patterns
  .transform((include) => selection({ include }))
  .describe("Names or globs of the namespaces.");

const mapping = z
  .strictObject({
    include: patterns.prefault(["*"]).describe("Names or globs; one must match."),
    exclude: patterns.optional().describe("Names or globs; none may match."),
    selector: labelSelector
      .optional()
      .describe("Kubernetes label selector, such as team=web or pull-ecr!=no."),
  })
  .transform(selection)
  .superRefine((chosen, context) => {
    if (selectsNothing(chosen)) {
      context.addIssue({
        code: "custom",
        path: ["exclude"],
        message: "everything that is included is excluded as well: expected something to be left",
      });
    }
  });

export const namespaces = z
  .union([mapping, list, oneString], {
    error: "a list of names or globs, one string of them, or a mapping with include and exclude",
  })
  .prefault("*")
  .describe(
    "Which namespaces get the secret. Names or globs (* for any characters, ? for one) over the " +
      "whole name. Default: all.",
  );

function selection(given: {
  readonly include: readonly string[];
  readonly exclude?: readonly string[] | undefined;
  readonly selector?: NamespaceSelection["selector"];
}): NamespaceSelection {
  return { include: given.include, exclude: given.exclude ?? [], selector: given.selector };
}

function selectsNothing(chosen: NamespaceSelection): boolean {
  return chosen.exclude.includes("*") || literalNamespaces(chosen)?.length === 0;
}
