/** Which policies would let ECR hand out an image that it refused. */
import type { Owner } from "../../refresh/desired.ts";
import type { EcrRegistry } from "../../refresh/registries.ts";
import { type EcrRefusal, readEcrRefusal } from "../../registries/ecr-refusal.ts";
import type { NoImage } from "../../registries/image-answer.ts";
import type { ImageReference } from "../../registries/image-reference.ts";
import { type Principal, principalOf } from "../../registries/principal.ts";
import { type PullPolicy, pullActions, pullPolicies } from "../../registries/pull-policies.ts";
import { deployCommand } from "../../stack/deploy-command.ts";
import { roleName } from "../../stack/names.ts";

export interface EcrRefused {
  readonly answer: NoImage;
  readonly registry: EcrRegistry;
  /** Who minted the token, as far as that is known. */
  readonly principal: Principal | undefined;
  readonly image: ImageReference;
  readonly owner: Owner;
}

export interface Remedy {
  readonly hint: string;
  readonly policies?: readonly PullPolicy[];
}

const notTaken =
  "it isn't the rights of the role: ECR doesn't take the token. Ask again; then look for a proxy that answers in ECR's place";

export function judgeEcrRefusal({ answer, ...asked }: EcrRefused): Remedy {
  const { text, status } = answer;
  if (status !== 403 || (text !== undefined && !text.includes("is not authorized"))) {
    return { hint: notTaken };
  }
  const refusal = readEcrRefusal(text);
  const { denier, missing } = refusal;
  if (denier !== undefined) {
    return {
      hint: `a statement of its ${denier} denies it: until that is gone, none can allow it`,
    };
  }
  if (missing !== undefined && !usual.includes(missing)) {
    return { hint: `its ${missing} has to allow ${pullActions.join(" and ")} as well` };
  }
  const principal = asked.principal ?? principalOf(refusal.principal ?? "");
  return judgeMissing(refusal, { ...asked, principal });
}

function judgeMissing(
  { action, missing }: EcrRefusal,
  { registry, principal, image, owner }: Omit<EcrRefused, "answer">,
): Remedy {
  if (action !== undefined && !pullActions.includes(action)) {
    return { hint: explainCache(action, registry, principal?.arn ?? "whoever asks") };
  }
  if (principal === undefined) {
    return { hint: "who asks for the token has to be allowed it: aws sts get-caller-identity" };
  }
  const { repository } = image;
  const { account, region } = registry;
  const computedBy = isOfStack(principal, owner) ? deployCommand(owner) : undefined;
  const wanted = { repository, account, region, principal, missing, computedBy };
  return explain(pullPolicies(wanted), missing);
}

/**
 * To fill a cache takes more than to pull from it, and the config gives nobody the right to it.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
 */
function explainCache(action: string, { account, region }: EcrRegistry, who: string): string {
  return cacheActions.includes(action)
    ? `it has no image in its pull through cache yet, and to import it takes ${action}: let somebody who may do that pull it once, or allow it to ${who} in the registry's policy, with credentials of account ${account}: aws ecr get-registry-policy --region ${region}`
    : `what ECR misses is ${action}, which no pull takes by itself: allow it to ${who}`;
}

const cacheActions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"];

/** The kinds of policy that can allow, where all others only limit. */
const usual = ["identity-based policy", "resource-based policy"];

/** The refresh function's own role: whoever adds to it by hand finds it gone with the stack. */
function isOfStack({ kind, name, account }: Principal, owner: Owner): boolean {
  const own = roleName(owner.stage, "refresh", owner.region);
  return kind === "role" && name === own && account === owner.account;
}

function explain(policies: readonly PullPolicy[], missing: string | undefined): Remedy {
  const named = policies.find((each) => each.named);
  if (policies.length === 1) {
    return { policies, hint: `this is what the policy of ${policies[0]?.of} has to allow` };
  }
  return {
    policies,
    hint:
      named === undefined || missing === undefined
        ? "across accounts, both of these policies have to allow it"
        : `AWS names the ${missing}, that of ${named.of}, as the one that doesn't allow it; across accounts, both of these have to`,
  };
}
