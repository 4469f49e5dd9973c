/**
 * What the authenticator in an EKS control plane asks of a token before it sends it to STS, and then
 * STS of the signature. After the published rules of aws-iam-authenticator; the signature is computed
 * by the tests' own code, not by the library that made it.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
 */
import { signatureOf } from "../../fakes/aws/sigv4.ts";

export interface Expectation {
  readonly cluster: string;
  readonly stsHost: string;
  readonly secretAccessKey: string;
  readonly now: Date;
}

export interface VerifiedToken {
  readonly accessKeyId: string;
  readonly sessionToken: string | null;
  readonly signedAt: Date;
}

const prefix = "k8s-aws-v1.";
const maxTokenBytes = 4_096;
const lifeMs = 15 * 60_000;
const allowedParameters = new Set([
  "action",
  "version",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-signedheaders",
]);

/** @throws Error that says which rule the token breaks */
export function verifyEksToken(token: string, expected: Expectation): VerifiedToken {
  require(token.length <= maxTokenBytes, "token is too large");
  require(token.startsWith(prefix), "prefix");
  const encoded = token.slice(prefix.length);
  require(/^[\w-]+$/.test(encoded), "base64url without padding");
  const url = new URL(Buffer.from(encoded, "base64url").toString());
  verifyUrl(url, expected);
  const signedAt = verifyTimes(url.searchParams, expected.now);
  const accessKeyId = verifySignature(url, expected);
  return { accessKeyId, sessionToken: url.searchParams.get("X-Amz-Security-Token"), signedAt };
}

function verifyUrl(url: URL, { stsHost }: Expectation): void {
  require(url.protocol === "https:", "scheme");
  require(url.host === stsHost, `unexpected host ${url.host}`);
  require(url.pathname === "/", "path");
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase());
  require(names.every((name) => allowedParameters.has(name)), `parameters ${names.join(", ")}`);
  require(new Set(names).size === names.length, "parameter with several values");
  require(url.searchParams.get("Action") === "GetCallerIdentity", "action");
  require(url.searchParams.get("Version") === "2011-06-15", "version");
}

function verifyTimes(query: URLSearchParams, now: Date): Date {
  const expires = query.get("X-Amz-Expires") ?? "";
  require(/^\d+$/.test(expires) && Number(expires) <= 900, "X-Amz-Expires");
  const basic = /^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})(\d{2}Z)$/;
  const signedAt = new Date((query.get("X-Amz-Date") ?? "").replace(basic, "$1-$2-$3:$4:$5"));
  const ageMs = now.getTime() - signedAt.getTime();
  require(ageMs >= 0 && ageMs < lifeMs, "X-Amz-Date");
  return signedAt;
}

/** The authenticator sends the name that it is configured with, whatever the token's maker meant. */
function verifySignature(url: URL, { cluster, secretAccessKey }: Expectation): string {
  const query = new URLSearchParams(url.searchParams);
  const signature = query.get("X-Amz-Signature");
  query.delete("X-Amz-Signature");
  const signedHeaders = (query.get("X-Amz-SignedHeaders") ?? "").split(";");
  require(signedHeaders.includes("host"), "host isn't signed");
  require(signedHeaders.includes("x-k8s-aws-id"), "x-k8s-aws-id isn't signed");
  const scope = (query.get("X-Amz-Credential") ?? "").split("/");
  const [accessKeyId = "", date = "", region = "", service = "", end] = scope;
  require(service === "sts" && end === "aws4_request" && scope.length === 5, "credential scope");
  const request = {
    method: "GET",
    url: `/?${query}`,
    headers: {
      host: url.host,
      "x-k8s-aws-id": cluster,
      "x-amz-date": query.get("X-Amz-Date") ?? "",
    },
    body: "",
  };
  const scoped = { accessKeyId, date, region, service };
  const computed = signatureOf(request, scoped, signedHeaders, secretAccessKey);
  require(signature === computed, "signature");
  return accessKeyId;
}

function require(kept: boolean, rule: string): void {
  if (!kept) {
    throw new Error(`the token breaks a rule: ${rule}`);
  }
}
