/** How a fake may differ from the usual one. */
export interface KubernetesApiOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default true; false: HTTP/1.1 only. */
  readonly http2?: boolean;
  /** DNS names and addresses of the server's certificate; default: localhost's. */
  readonly serverNames?: readonly string[];
  /** Default: the four that every cluster has. */
  readonly namespaces?: readonly string[];
  /** Make a `default` service account in each new namespace; default true. */
  readonly defaultServiceAccounts?: boolean;
  /** What TokenRequest grants at most; default: no limit. */
  readonly maxTokenLifetimeSeconds?: number;
  /** The server's clock: of its tokens, timestamps and Date headers. */
  readonly now?: () => Date;
  /**
   * So many requests that a new admission policy or binding is about pass before it is in effect:
   * a real server takes about a second. Default 0.
   */
  readonly policyLag?: number;
  /** What `/version` says; default `v1.36.3`. */
  readonly version?: string;
  /**
   * A deleted namespace is gone after so many more requests, 0: with the answer to the deletion.
   * Default: it stays, as without a controller manager, until `state.removeNamespace`.
   */
  readonly namespacesEndAfter?: number;
  /** False: no ValidatingAdmissionPolicy, as before Kubernetes 1.30. Default true. */
  readonly admissionPolicies?: boolean;
}
