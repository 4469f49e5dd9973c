/**
 * What the admission policy lets our user do. It refuses everything else about secrets, service
 * accounts, tokens and, where the config restarts any, workloads: so each rule says what is allowed.
 * Pure.
 */
import { asksForContent, workloadsOf } from "../demand.ts";
import { mayLink, mayRenew, onlyLinks } from "./account-rules.ts";
import { wantedContent, wantedType } from "./content-rules.ts";
import type { PolicyScope } from "./policy-scope.ts";
import { mayPrune, ownFields, ownSecret, wantedPlace } from "./secret-rules.ts";
import { isWorkload, mayRestart, onlyRestarts } from "./workload-rules.ts";

export interface PolicyRule {
  readonly expression: string;
  readonly message: string;
}

const secretWritten = 'request.kind.kind == "Secret" && request.operation != "DELETE"';
const secretDeleted = 'request.kind.kind == "Secret" && request.operation == "DELETE"';
const account = 'request.kind.kind == "ServiceAccount"';
const token = 'request.kind.kind == "TokenRequest"';

export function policyRules(scope: PolicyScope): readonly PolicyRule[] {
  const rules: readonly Rule[] = [
    {
      if: secretWritten,
      only: wantedPlace(scope),
      message: "may write only secrets that the config names, where it selects the namespace",
    },
    {
      if: secretWritten,
      only: wantedType(scope),
      message: "may write a secret only with the type of its format",
    },
    ...contentRules(scope),
    {
      if: secretWritten,
      only: ownFields,
      message: "may change of a secret only the data, and its own label and annotations",
    },
    {
      if: secretWritten,
      only: ownSecret(scope),
      message: "may write only secrets of its own deployment, and marks them so",
    },
    {
      if: secretDeleted,
      only: mayPrune(scope),
      message: "may delete only secrets of its own deployment, and only if the config prunes them",
    },
    {
      if: account,
      only: onlyLinks,
      message: "may change of a service account only its imagePullSecrets",
    },
    {
      if: account,
      only: mayLink(scope),
      message: "may add to imagePullSecrets only secrets that the config links there",
    },
    {
      if: token,
      only: mayRenew(scope.subject),
      message: "may make a token only of its own account",
    },
    ...workloadRules(scope),
  ];
  return rules.map(({ if: premise, only, message }) => ({
    expression: `!(${premise}) || ${only}`,
    message: `ecr-pull-secrets: ${message}`,
  }));
}

function contentRules(scope: PolicyScope): readonly Rule[] {
  if (!asksForContent(scope.demand)) return [];
  const message = "may write into a secret only what its format holds";
  return [{ if: secretWritten, only: wantedContent(scope), message }];
}

function workloadRules(scope: PolicyScope): readonly Rule[] {
  if (workloadsOf(scope.demand.secrets).length === 0) return [];
  return [
    {
      if: isWorkload,
      only: onlyRestarts,
      message: "may change of a workload only its own annotation on the pods, which restarts them",
    },
    {
      if: isWorkload,
      only: mayRestart(scope),
      message: "may restart only workloads that the config names, where it selects the namespace",
    },
  ];
}

interface Rule {
  readonly if: string;
  readonly only: string;
  readonly message: string;
}
