/**
 * The errors of this program, by who has to act. Messages are sentences for people: what, where and
 * the likely cause; `hint` is the next command or step. No message ever holds a token, a kubeconfig
 * or a raw answer of a server.
 */

export interface ErrorDetails {
  /** What to do about it: a command, or one step. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Something that a person can mend: the command line shows message and hint, without a stack. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
  }
}

/** The command line was called wrongly: exit code 2. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
}

/** One thing that is wrong in a config file. */
export interface ConfigProblem {
  readonly file: string;
  /** Where in the file, as a reader would write it: `pullSecrets[0].registries[1].region`. */
  readonly path: string;
  /** 1-based, where it is known. */
  readonly line?: number;
  /** What was expected, and what was found. */
  readonly message: string;
}

/** A config that can't be used; it names every problem at once. */
export class ConfigError extends UserError {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], details: ErrorDetails = {}) {
    super(problems.map(describeProblem).join("\n"), details);
    this.problems = problems;
  }
}

/** A kubeconfig that is refused or can't be used. */
export class KubeconfigError extends UserError {
  override readonly name = "KubeconfigError";
}

/** What went wrong with a call to a cluster's API server. */
export type ClusterErrorKind =
  | "unreachable" // DNS, TCP, proxy, connection lost, and retries used up
  | "tls" // certificate not trusted, name mismatch, client certificate refused
  | "timeout"
  | "unauthorized" // 401: the credential is dead, for every further call too
  | "forbidden" // 403: RBAC or an admission policy
  | "terminating" // 403 because the namespace is being deleted
  | "not-found"
  | "conflict" // 409: somebody was faster, or another field manager owns it
  | "immutable" // 422: a field that can't change on a live object
  | "invalid" // any other 4xx: our request is wrong for this server
  | "throttled" // 429 after all retries
  | "server" // 5xx after all retries
  | "malformed" // an answer that no Kubernetes API server gives
  | "too-large"
  | "redirect"
  | "aborted"; // the sweep was told to stop

/** A field that another manager owns, as a refused apply names it. */
export interface FieldConflict {
  readonly manager: string;
  /** As the API server writes it: `.data..dockerconfigjson`. */
  readonly field: string;
}

/** Who said no to a request that the API server had understood. */
export type Refuser =
  | { readonly by: "authorization" }
  /** A ValidatingAdmissionPolicy, by its name. */
  | { readonly by: "policy"; readonly name: string };

export interface ClusterErrorDetails extends ErrorDetails {
  readonly status?: number;
  /** Of a refusal, where its wording tells. */
  readonly refuser?: Refuser;
  /** Of a 409 to an apply without force; none if the conflict is one of versions. */
  readonly conflicts?: readonly FieldConflict[];
}

/** A call to a cluster's API server failed, after retries where they made sense. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly kind: ClusterErrorKind;
  readonly status: number | undefined;
  readonly hint: string | undefined;
  readonly conflicts: readonly FieldConflict[];
  readonly refuser: Refuser | undefined;

  constructor(kind: ClusterErrorKind, message: string, details: ClusterErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.hint = details.hint;
    this.conflicts = details.conflicts ?? [];
    this.refuser = details.refuser;
  }
}

export type AwsErrorKind =
  | "denied"
  | "throttled"
  | "unreachable"
  | "no-credentials"
  | "malformed"
  | "conflict"; // somebody was faster, or what is there stands in the way

/** A call to AWS failed, after retries where they made sense. */
export class AwsError extends Error {
  override readonly name: string = "AwsError";
  readonly kind: AwsErrorKind;
  readonly hint: string | undefined;

  constructor(kind: AwsErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.hint = details.hint;
  }
}

/** A registry credential can't be had. It fails its registry, never the others. */
export class MintError extends AwsError {
  override readonly name = "MintError";
}

/** The records of clusters can't be read or written; what they hold is another matter. */
export class StoreError extends AwsError {
  override readonly name = "StoreError";
}

function describeProblem(problem: ConfigProblem): string {
  const line = problem.line === undefined ? "" : `:${problem.line}`;
  const path = problem.path === "" ? "" : ` ${problem.path}:`;
  return `${problem.file}${line}:${path} ${problem.message}`;
}
