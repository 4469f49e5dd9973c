/** Policies that somebody has to write, below the check that found them missing: JSON to copy. */
import type { PullPolicy } from "../../registries/pull-policies.ts";
import { renderHint } from "./hint.ts";
import { renderJson } from "./json.ts";
import type { Look } from "./look.ts";
import { wrap } from "./wording.ts";

export function renderPolicies(
  policies: readonly PullPolicy[],
  indent: string,
  look: Look,
): string[] {
  return policies.flatMap(({ of, named, policy, steps }) => [
    "",
    wrap(`The policy of ${of}${named ? ", which AWS names" : ""}:`, look.columns, indent),
    renderJson(policy).replace(/^/gm, indent),
    ...steps.map((step) => renderHint(step, indent, look)),
  ]);
}
