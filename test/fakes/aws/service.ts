/** What each of the fake's services is: actions behind one of AWS's wire protocols. */
import type { Identity } from "./identities.ts";

export interface AwsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface AwsReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One authenticated request to one action. */
export interface ActionCall {
  readonly identity: Identity;
  readonly region: string;
  readonly request: AwsRequest;
}

export interface AwsService {
  /** As in the credential scope of a signature, and before the colon of an IAM action. */
  readonly name: string;
  /** Undefined: the request names no action. */
  actionOf(request: AwsRequest): string | undefined;
  /** The resource that IAM is asked about. */
  resourceOf(action: string, call: ActionCall): string;
  /** The IAM actions that a request needs; left out, the one of its own name. */
  permissionsOf?(action: string, call: ActionCall): readonly string[];
  readonly actions: Readonly<Record<string, (call: ActionCall) => AwsReply | Promise<AwsReply>>>;
  failure(failure: AwsFailure): AwsReply;
}

/** Why AWS says no; each protocol has its own code and status for it. */
export type FailureReason =
  | "unsigned"
  | "unknown-key"
  | "expired-token"
  | "bad-signature"
  | "denied"
  | "throttled"
  | "internal"
  | "invalid"
  | "unknown-action";

export class AwsFailure extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An error that only one service has, by the name that its API reference gives it. */
export class ServiceFailure extends AwsFailure {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super("invalid", message);
    this.code = code;
    this.status = status;
  }
}
