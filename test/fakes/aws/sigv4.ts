/**
 * AWS Signature Version 4, header form, after its specification: the fake checks requests by it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from "node:crypto";

export interface SignableRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface CredentialScope {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface Authorization extends CredentialScope {
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const authorizationHeader =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/,]+)\/(?<date>\d{8})\/(?<region>[a-z0-9-]+)\/(?<service>[a-z0-9-]+)\/aws4_request, *SignedHeaders=(?<signedHeaders>[a-z0-9;-]+), *Signature=(?<signature>[0-9a-f]{64})$/;

export function parseAuthorization(header: string | undefined): Authorization | undefined {
  const groups = authorizationHeader.exec(header ?? "")?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const { accessKeyId = "", date = "", region = "", service = "", signature = "" } = groups;
  const signedHeaders = (groups["signedHeaders"] ?? "").split(";");
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

export function signatureOf(
  request: SignableRequest,
  scope: CredentialScope,
  signedHeaders: readonly string[],
  secretAccessKey: string,
): string {
  const stringToSign = [
    "AWS4-HMAC-SHA256",
    headerOf(request, "x-amz-date"),
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    sha256(canonicalRequest(request, signedHeaders)),
  ].join("\n");
  const signingKey = [scope.date, scope.region, scope.service, "aws4_request"].reduce<
    string | Buffer
  >((key, part) => hmac(key, part), `AWS4${secretAccessKey}`);
  return hmac(signingKey, stringToSign).toString("hex");
}

function canonicalRequest(request: SignableRequest, signedHeaders: readonly string[]): string {
  const { pathname, searchParams } = new URL(request.url, "http://aws.invalid");
  const query = [...searchParams]
    .map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`)
    .sort();
  // Every service but S3 has the path, which is encoded already, encoded once more.
  const path = pathname.split("/").map(escapeQuery).join("/");
  return [
    request.method,
    path,
    query.join("&"),
    ...signedHeaders.map((name) => `${name}:${headerOf(request, name)}`),
    "",
    signedHeaders.join(";"),
    sha256(request.body),
  ].join("\n");
}

function headerOf({ headers }: SignableRequest, name: string): string {
  return String(headers[name] ?? "")
    .trim()
    .replace(/ +/g, " ");
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
