/** What the config wants in a cluster, and whether its registries give a token for it. */
import type { MintError } from "../../errors.ts";
import type { DesiredPullSecret } from "../../refresh/desired.ts";
import type { Registry } from "../../refresh/registries.ts";
import { catalogue, failed, passed, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";

export interface TriedRegistry {
  readonly key: string;
  readonly error: MintError | undefined;
}

/** One of each source: a token is asked for once, however many secrets hold it. */
export function distinctRegistries(desired: readonly DesiredPullSecret[]): readonly Registry[] {
  const all = desired.flatMap(({ registries }) => registries);
  return [...new Map(all.map((registry) => [registry.source, registry])).values()];
}

const maxNames = 6;

export function judgeWanted(desired: readonly DesiredPullSecret[], next: NextSteps): CheckResult {
  const names = desired.slice(0, maxNames).map(({ name }) => name);
  const more = desired.length > maxNames ? ` and ${desired.length - maxNames} more` : "";
  return names.length > 0
    ? passed(catalogue.wanted, `${names.join(", ")}${more}`)
    : warned(catalogue.wanted, {
        message: "none of its pull secrets is for a cluster of this name",
        hint: `name the cluster under \`clusters\` in the config and deploy, or take it away: ${next.unregister}`,
      });
}

export function judgeRegistries(tried: readonly TriedRegistry[]): readonly CheckResult[] {
  const refused = tried.flatMap(({ key, error }) => (error ? [{ key, error }] : []));
  return refused.length === 0
    ? [passed(catalogue.tokens, `${tried.length} of ${tried.length}`)]
    : refused.map(({ key, error: { message, hint } }) =>
        failed(catalogue.tokens, { message: `${key}: ${message}`, hint }),
      );
}
