/**
 * What the authenticator in an EKS control plane asks of a token before it sends it to STS, and then
 * STS of the signature. After the published rules of aws-iam-authenticator; the signature is computed
 * by the tests' own code, not by the library that made it.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
 */
import { signatureOf } from "../../fakes/aws/sigv4.ts";

/** What the authenticator knows by itself. */
export interface Surroundings {
  readonly stsHost: string;
  readonly now: Date;
}

export interface Expectation extends Surroundings {
  readonly cluster: string;
  readonly secretAccessKey: string;
}

export interface VerifiedToken {
  readonly accessKeyId: string;
  readonly sessionToken: string | null;
  readonly signedAt: Date;
}

/** The request to STS that a token is. */
export interface PresignedRequest {
  readonly host: string;
  readonly query: URLSearchParams;
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
/** Taken apart literally: as a URL, a host in capitals or with a default port would look as it should. */
const urlForm = /^(?<scheme>[^:/?#]+):\/\/(?<host>[^/?#]*)(?<path>[^?#]*)\?(?<query>[^#]*)$/;

/** The authenticator and STS in one. @throws Error that says which rule the token breaks */
export function verifyEksToken(token: string, expected: Expectation): VerifiedToken {
  const request = readEksToken(token, expected);
  const { query, signedAt } = request;
  require(signedAt <= expected.now, "X-Amz-Date");
  require(query.get("Version") === "2011-06-15", "version");
  const accessKeyId = verifySignature(request, expected);
  return { accessKeyId, sessionToken: query.get("X-Amz-Security-Token"), signedAt };
}

/** The authenticator's part: what it then asks STS. @throws Error that says which rule the token breaks */
export function readEksToken(token: string, { stsHost, now }: Surroundings): PresignedRequest {
  require(token.length <= maxTokenBytes, "token is too large");
  require(token.startsWith(prefix), "prefix");
  const encoded = token.slice(prefix.length);
  require(/^[\w-]+$/.test(encoded), "base64url without padding");
  const url = urlForm.exec(Buffer.from(encoded, "base64url").toString())?.groups;
  const { scheme, host = "", path } = url ?? {};
  require(scheme === "https", "scheme");
  require(host === stsHost, `unexpected host ${host}`);
  require(path === "/", "path");
  const query = new URLSearchParams(url?.["query"]);
  verifyParameters(query);
  return { host, query, signedAt: verifyTimes(query, now) };
}

function verifyParameters(query: URLSearchParams): void {
  const names = [...query.keys()].map((name) => name.toLowerCase());
  require(names.every((name) => allowedParameters.has(name)), `parameters ${names.join(", ")}`);
  require(new Set(names).size === names.length, "parameter with several values");
  require(query.get("Action") === "GetCallerIdentity", "action");
  require(signedHeadersIn(query).includes("x-k8s-aws-id"), "x-k8s-aws-id isn't signed");
}

function verifyTimes(query: URLSearchParams, now: Date): Date {
  const expires = query.get("X-Amz-Expires") ?? "";
  require(/^\d+$/.test(expires) && Number(expires) <= 900, "X-Amz-Expires");
  const basic = /^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})(\d{2}Z)$/;
  const signedAt = new Date((query.get("X-Amz-Date") ?? "").replace(basic, "$1-$2-$3:$4:$5"));
  // Not so either if it is no date.
  require(now.getTime() - signedAt.getTime() < lifeMs, "X-Amz-Date");
  return signedAt;
}

/** The authenticator sends the name that it is configured with, whatever the token's maker meant. */
function verifySignature(
  { host, query: all }: PresignedRequest,
  { cluster, secretAccessKey }: Expectation,
): string {
  const query = new URLSearchParams(all);
  const signature = query.get("X-Amz-Signature");
  query.delete("X-Amz-Signature");
  const signedHeaders = signedHeadersIn(query);
  require(signedHeaders.includes("host"), "host isn't signed");
  const scope = (query.get("X-Amz-Credential") ?? "").split("/");
  const [accessKeyId = "", date = "", region = "", service = "", end] = scope;
  require(service === "sts" && end === "aws4_request" && scope.length === 5, "credential scope");
  const request = {
    method: "GET",
    url: `/?${query}`,
    headers: { host, "x-k8s-aws-id": cluster, "x-amz-date": query.get("X-Amz-Date") ?? "" },
    body: "",
  };
  const scoped = { accessKeyId, date, region, service };
  const computed = signatureOf(request, scoped, signedHeaders, secretAccessKey);
  require(signature === computed, "signature");
  return accessKeyId;
}

function signedHeadersIn(query: URLSearchParams): string[] {
  return (query.get("X-Amz-SignedHeaders") ?? "").split(";");
}

function require(kept: boolean, rule: string): void {
  if (!kept) {
    throw new Error(`the token breaks a rule: ${rule}`);
  }
}
