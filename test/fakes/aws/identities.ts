/** Who may call: access keys, roles and their sessions, and what was denied to whom. */
import { randomBytes } from "node:crypto";
import type { AwsRequest } from "./service.ts";
import { AwsFailure } from "./service.ts";
import { parseAuthorization, signatureOf } from "./sigv4.ts";

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Undefined: of a user. */
  readonly sessionToken?: string | undefined;
}

export interface Identity extends AccessKeys {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  /** The role that this is a session of. */
  readonly roleArn: string | undefined;
  readonly sessionToken: string | undefined;
  readonly expiresAt: Date | undefined;
}

export interface Denial {
  readonly action: string;
  /** Undefined: whoever asks. */
  readonly role: string | undefined;
  /** As in a policy, with `*` and `?`. Undefined: every resource. */
  readonly resource: string | undefined;
}

const roleArnForm =
  /^arn:(?<partition>aws[a-z-]*):iam::(?<account>\d{12}):role\/(?:[\w+=,.@/-]*\/)?(?<name>[\w+=,.@-]{1,64})$/;
const sessionNameForm = /^[\w+=,.@-]{2,64}$/;

export class Identities {
  readonly user: Identity;
  readonly #byKey = new Map<string, Identity>();
  readonly #roles = new Set<string>();
  readonly #now: () => Date;
  #denials: readonly Denial[] = [];

  constructor(account: string, now: () => Date, keys?: AccessKeys) {
    this.#now = now;
    this.user = {
      account,
      arn: `arn:aws:iam::${account}:user/tests`,
      userId: randomId("AIDA"),
      accessKeyId: randomId("AKIA"),
      secretAccessKey: randomBytes(30).toString("base64"),
      roleArn: undefined,
      sessionToken: undefined,
      expiresAt: undefined,
      ...keys,
    };
    this.#byKey.set(this.user.accessKeyId, this.user);
  }

  addRole(roleArn: string): void {
    if (!roleArnForm.test(roleArn)) {
      throw new Error(`not the ARN of a role: ${roleArn}`);
    }
    this.#roles.add(roleArn);
  }

  deny(denial: Denial): void {
    this.#denials = [...this.#denials, denial];
  }

  allow({ action, role, resource }: Denial): void {
    this.#denials = this.#denials.filter(
      (it) => it.action !== action || it.role !== role || it.resource !== resource,
    );
  }

  /** A session of a role that exists; AWS doesn't tell "no such role" from "not allowed". */
  assume(
    caller: Identity,
    role: { readonly arn: string; readonly sessionName: string; readonly durationMs: number },
  ): Identity {
    const { partition, account = "", name } = roleArnForm.exec(role.arn)?.groups ?? {};
    if (account === "" || !sessionNameForm.test(role.sessionName)) {
      throw new AwsFailure("invalid", "1 validation error detected");
    }
    if (!this.#roles.has(role.arn)) {
      throw notAuthorized(caller, "sts:AssumeRole", role.arn);
    }
    const session: Identity = {
      account,
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${role.sessionName}`,
      userId: `${randomId("AROA")}:${role.sessionName}`,
      accessKeyId: randomId("ASIA"),
      secretAccessKey: randomBytes(30).toString("base64"),
      roleArn: role.arn,
      sessionToken: randomBytes(300).toString("base64"),
      expiresAt: new Date(this.#now().getTime() + role.durationMs),
    };
    this.#byKey.set(session.accessKeyId, session);
    return session;
  }

  /** @throws AwsFailure */
  authenticate(request: AwsRequest): Identity {
    const authorization = parseAuthorization(headerText(request, "authorization"));
    if (authorization === undefined) {
      throw new AwsFailure("unsigned", "Missing Authentication Token");
    }
    const identity = this.#byKey.get(authorization.accessKeyId);
    if (!identity || identity.sessionToken !== headerText(request, "x-amz-security-token")) {
      throw new AwsFailure("unknown-key", "The security token included in the request is invalid.");
    }
    if (identity.expiresAt !== undefined && identity.expiresAt <= this.#now()) {
      throw new AwsFailure(
        "expired-token",
        "The security token included in the request is expired",
      );
    }
    const { signedHeaders, signature } = authorization;
    const expected = signatureOf(request, authorization, signedHeaders, identity.secretAccessKey);
    if (signature !== expected) {
      throw new AwsFailure(
        "bad-signature",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
      );
    }
    return identity;
  }

  /** @throws AwsFailure */
  authorize(identity: Identity, action: string, resource: string): void {
    const denied = this.#denials.some(
      (it) =>
        it.action === action &&
        (it.role === undefined || it.role === identity.roleArn) &&
        (it.resource === undefined || matches(it.resource, resource)),
    );
    if (denied) {
      throw notAuthorized(identity, action, resource);
    }
  }
}

function notAuthorized({ arn }: Identity, action: string, resource: string): AwsFailure {
  const reason =
    action === "sts:AssumeRole"
      ? ""
      : ` because no identity-based policy allows the ${action} action`;
  return new AwsFailure(
    "denied",
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}${reason}`,
  );
}

/** IAM's wildcards, which also match slashes and colons. */
function matches(pattern: string, resource: string): boolean {
  const source = RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${source}$`).test(resource);
}

function headerText({ headers }: AwsRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function randomId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
}
