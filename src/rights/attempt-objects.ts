/** The bodies of the attempts: harmless even if one were written. Pure. */
import {
  annotations,
  dockerConfigJsonKey,
  fieldManager,
  managedByLabel,
} from "../pull-secrets/names.ts";
import type { Owner } from "../refresh/desired.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import type { Attempt } from "./access.ts";
import type { SecretDemand } from "./demand.ts";

const foreign = { "ecr-pull-secrets.example.com/refused": "true" };

/** https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
export function tokenSecret(secret: SecretDemand, namespace: string, account: string): Attempt {
  return applied(secret, namespace, {
    metadata: { annotations: { "kubernetes.io/service-account.name": account } },
    type: "kubernetes.io/service-account-token",
  });
}

/** As a sweep would write it, but for the logins; only a foreign annotation may be too much. */
export function wantedSecret(
  secret: SecretDemand,
  namespace: string,
  owner: Owner,
  more: { readonly foreign?: boolean } = {},
): Attempt {
  const empty = Buffer.from(JSON.stringify({ auths: {} })).toString("base64");
  return applied(secret, namespace, {
    metadata: {
      labels: { [managedByLabel]: fieldManager },
      annotations: {
        [annotations.owner]: formatOwner(owner),
        ...(more.foreign ? foreign : {}),
      },
    },
    type: secret.type,
    data: { [dockerConfigJsonKey]: empty },
  });
}

function applied(
  { name }: SecretDemand,
  namespace: string,
  { metadata, ...content }: { readonly metadata: object; readonly [field: string]: unknown },
): Attempt {
  const object = { name, namespace, ...metadata };
  return {
    kind: "apply",
    object: { apiVersion: "v1", kind: "Secret", metadata: object, ...content },
  };
}

export function foreignAnnotation(
  kind: "Secret" | "ServiceAccount",
  namespace: string,
  name: string,
): Attempt {
  return {
    kind: "merge",
    ref: { apiVersion: "v1", kind, name, namespace },
    patch: { metadata: { annotations: foreign } },
  };
}
