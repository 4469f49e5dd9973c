/**
 * Tokens for the API servers of EKS, signed here instead of by a plugin. A token is a request to STS,
 * presigned and never sent from here: the API server sends it, and believes whom STS names.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
import { STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import { askAws } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import type { AwsSession } from "../aws/session.ts";
import { AwsError } from "../errors.ts";
import { SecretValue } from "../secret-value.ts";

export interface EksTokenRequest {
  /** Its name in EKS: the token is good for no other cluster. */
  readonly cluster: string;
  readonly region: string;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
}

export interface EksToken {
  readonly token: SecretValue;
  readonly expiresAt: Date;
}

export interface EksTokenSource {
  /** A new one each time. @throws AwsError */
  tokenFor(request: EksTokenRequest): Promise<EksToken>;
}

const tokenPrefix = "k8s-aws-v1.";
/** The API server refuses longer ones. */
const maxTokenBytes = 4_096;
/** STS takes the request for 15 minutes from X-Amz-Date; one less, for clocks that differ. */
const lifeMs = 14 * 60_000;
/** STS ignores it, but old verifiers want 0 to 60. */
const expiresInSeconds = 60;

export function createEksTokenSource(deps: {
  readonly session: AwsSession;
  readonly now: () => Date;
}): EksTokenSource {
  return {
    async tokenFor(request) {
      const { region, roleArn } = request;
      const call: AwsCall = { action: "sts:GetCallerIdentity", region, roleArn };
      const credentials = deps.session.credentialsOf(roleArn);
      const { config } = new STSClient({ ...deps.session.clientConfig, region, credentials });
      const now = deps.now();
      const identity = await askAws(call, () => config.credentials());
      const url = await askAws(call, () => presignedUrl(request, { config, identity, now }));
      const end = new Date(now.getTime() + lifeMs);
      // STS refuses what a session signed that has ended meanwhile.
      const { expiration = end } = identity;
      return { token: tokenOf(url), expiresAt: expiration < end ? expiration : end };
    },
  };
}

interface Signing {
  readonly config: STSClient["config"];
  readonly identity: Awaited<ReturnType<STSClient["config"]["credentials"]>>;
  readonly now: Date;
}

async function presignedUrl(
  { cluster, region }: EksTokenRequest,
  { config, identity, now }: Signing,
): Promise<SecretValue> {
  // The partition's own host, whatever AWS_ENDPOINT_URL says: the API server takes no other.
  const places = { Region: region, UseFIPS: false, UseDualStack: false, UseGlobalEndpoint: false };
  const { hostname } = config.endpointProvider(places).url;
  const signer = new SignatureV4({
    service: "sts",
    region,
    credentials: identity,
    sha256: config.sha256,
  });
  const { query } = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      // As a header: the API server sends it with its own name, which this signature ties it to.
      headers: { host: hostname, "x-k8s-aws-id": cluster },
    },
    { signingDate: now, expiresIn: expiresInSeconds },
  );
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    parameters.append(name, String(value));
  }
  return new SecretValue(`https://${hostname}/?${parameters}`);
}

/** @throws AwsError (malformed) */
function tokenOf(url: SecretValue): SecretValue {
  const token = tokenPrefix + Buffer.from(url.reveal()).toString("base64url");
  if (token.length > maxTokenBytes) {
    throw new AwsError(
      "malformed",
      `the token for EKS has ${token.length} bytes, and its API servers take ${maxTokenBytes}`,
      {
        hint: "The credentials' session token is too long: sign as a role with fewer session tags.",
      },
    );
  }
  return new SecretValue(token);
}
