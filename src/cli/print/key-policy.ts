/** What somebody has to write into their KMS key's policy, to be copied. */
import type { KeyStatement } from "../../deploy/template/key-policy.ts";
import type { Look } from "./look.ts";
import { wrap } from "./wording.ts";

const what =
  "The policy of its KMS key has to hold these statements beside its own (if the stack is in " +
  "the key's account; the last one only where the policy doesn't leave that to IAM):";

export function renderKeyPolicy(
  statements: readonly KeyStatement[],
  { columns }: Pick<Look, "columns">,
): string {
  return [wrap(what, columns, "    "), JSON.stringify(statements, null, 2)].join("\n");
}
