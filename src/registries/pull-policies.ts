/** The policies that let a role pull from an ECR repository, ready to paste. Pure. */
import type { Principal } from "./principal.ts";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  /** In a repository's policy alone: an identity's own is about itself. */
  readonly Principal?: { readonly AWS: string };
  readonly Action: readonly string[];
  /** In an identity's policy alone: a repository's own is about itself. */
  readonly Resource?: string;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** A policy that has to allow a pull. */
export interface PullPolicy {
  /** Whose it is: `repository team/app in account 111122223333`. */
  readonly of: string;
  /** AWS names it as the one that doesn't allow it. */
  readonly named: boolean;
  /** Whole, with nothing in it but the pull. */
  readonly policy: PolicyDocument;
  /** What to do with it: steps, each with a command at its end. */
  readonly steps: readonly string[];
}

export interface WantedPull {
  readonly repository: string;
  /** Of the repository. */
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  /** IAM's name of the kind of policy that says nothing. */
  readonly missing: string | undefined;
  /** Where the principal's own policy comes from the config: how to bring it up to date. */
  readonly computedBy: string | undefined;
}

/**
 * What a pull takes; the manifest alone, which is all that a check asks for, takes the first.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
 */
export const pullActions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

const sid = "EcrPullSecrets";
const policyName = "ecr-pull-secrets-pull";

/** Within an account, either policy is enough; across accounts, both have to allow it. */
export function pullPolicies(wanted: WantedPull): readonly PullPolicy[] {
  const own = identityPolicy(wanted);
  return wanted.principal.account === wanted.account ? [own] : [repositoryPolicy(wanted), own];
}

function repositoryPolicy({
  repository,
  account,
  region,
  principal,
  missing,
}: WantedPull): PullPolicy {
  const place = `--registry-id ${account} --repository-name ${repository} --region ${region}`;
  return {
    of: `repository ${repository} in account ${account}`,
    named: missing === "resource-based policy",
    policy: policyOf({
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: principal.arn },
      Action: pullActions,
    }),
    steps: [
      `with credentials of account ${account}, see which policy it has now: aws ecr get-repository-policy ${place} --query policyText --output text`,
      `save the above as policy.json, with the statements of that policy beside it, and put it in its place: aws ecr set-repository-policy ${place} --policy-text file://policy.json`,
    ],
  };
}

function policyOf(statement: PolicyStatement): PolicyDocument {
  return { Version: "2012-10-17", Statement: [statement] };
}

function identityPolicy(wanted: WantedPull): PullPolicy {
  const { repository, account, region, principal, missing } = wanted;
  const { partition, kind, name } = principal;
  return {
    of: `${kind} ${name} in account ${principal.account}`,
    named: missing === "identity-based policy",
    policy: policyOf({
      Sid: sid,
      Effect: "Allow",
      Action: pullActions,
      Resource: `arn:${partition}:ecr:${region}:${account}:repository/${repository}`,
    }),
    steps: identitySteps(wanted),
  };
}

function identitySteps(wanted: WantedPull): readonly string[] {
  const { principal, computedBy, repository } = wanted;
  const { kind, name, account } = principal;
  if (computedBy !== undefined) {
    return [
      `this policy follows from the config: see that the registry's entry there names account ${wanted.account}, and ${repository} if it lists repositories, and deploy: ${computedBy}`,
    ];
  }
  return kind === "root"
    ? []
    : [
        `save the above as policy.json, and with credentials of account ${account}: aws iam put-${kind}-policy --${kind}-name ${name} --policy-name ${policyName} --policy-document file://policy.json`,
      ];
}
