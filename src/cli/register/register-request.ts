/** What the options of `register` ask for. */
import { isClusterName } from "../../clusters/record-name.ts";
import { UsageError } from "../../errors.ts";
import { parseLifetime } from "../../registration/access/token-lifetime.ts";
import { defaultNamespace } from "../../rights/names.ts";
import { type AsIsRequest, asIsRequest, type EksRequest, eksRequest } from "./other-access.ts";
import type { RegisterOptions } from "./register-options.ts";

/** A registration as asked for, as far as it can be checked without asking anybody. */
export interface RegisterRequest {
  readonly cluster: string;
  readonly namespace: string;
  readonly withPolicy: boolean;
  /** Undefined: nobody said. */
  readonly lifetimeSeconds: number | undefined;
  readonly kmsKeyId: string | undefined;
  readonly replace: boolean;
  readonly renew: boolean;
  /** Undefined: it gets a ServiceAccount. */
  readonly eks: EksRequest | undefined;
  /** Undefined: it gets a credential of our making. */
  readonly asIs: AsIsRequest | undefined;
}

/** @throws UsageError */
export function requestOf(cluster: string, options: RegisterOptions): RegisterRequest {
  const { namespace = defaultNamespace, tokenLifetime, replace = false, renew = false } = options;
  if (!isClusterName(cluster)) {
    throw new UsageError("this isn't a name for a cluster", {
      hint: 'use up to 100 letters, digits, ".", "_" and "-", a letter or digit at both ends',
    });
  }
  if (!namespacePattern.test(namespace)) {
    throw new UsageError("--namespace isn't a namespace's name", {
      hint: 'use up to 63 small letters, digits and "-", a letter or digit at both ends',
    });
  }
  if (replace && renew) {
    throw new UsageError("--replace and --renew say different things", {
      hint: "--renew changes only the credential; --replace also puts rights and address right",
    });
  }
  return {
    cluster,
    namespace,
    withPolicy: !options.withoutPolicy,
    lifetimeSeconds: tokenLifetime === undefined ? undefined : parseLifetime(tokenLifetime),
    kmsKeyId: options.kmsKeyId,
    replace,
    renew,
    eks: eksRequest(options),
    asIs: asIsRequest(options),
  };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const namespacePattern = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
