/** A token for EKS with one thing about it changed: by the tests' own signing, so that all else holds. */
import { signatureOf } from "../../fakes/aws/sigv4.ts";

/** What a token is made from. */
export interface TokenParts {
  readonly prefix: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  /** All but the signature, in its order; undefined: left out. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Signed, too: `&x=y` */
  readonly moreQuery: string;
  /** The value of the header `x-k8s-aws-id`, where it is signed. */
  readonly cluster: string;
  readonly secretAccessKey: string;
}

/** @param signer what can't be read in a token */
export function takeApart(
  token: string,
  signer: Pick<TokenParts, "cluster" | "secretAccessKey">,
): TokenParts {
  const { prefix = "", encoded = "" } = /^(?<prefix>.*\.)(?<encoded>.*)$/.exec(token)?.groups ?? {};
  const url = new URL(Buffer.from(encoded, "base64url").toString());
  const { "X-Amz-Signature": _, ...query } = Object.fromEntries(url.searchParams);
  const scheme = url.protocol.replace(":", "");
  return { prefix, scheme, host: url.host, path: url.pathname, query, moreQuery: "", ...signer };
}

export function forgeToken(parts: TokenParts): string {
  const { prefix, scheme, host, path, moreQuery } = parts;
  const given = Object.entries(parts.query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  const query = new URLSearchParams(given).toString() + moreQuery;
  const url = `${scheme}://${host}${path}?${query}&X-Amz-Signature=${sign(query, parts)}`;
  return prefix + Buffer.from(url).toString("base64url");
}

function sign(query: string, { host, path, cluster, secretAccessKey }: TokenParts): string {
  const signed = new URLSearchParams(query);
  const date = signed.get("X-Amz-Date") ?? "";
  const headers = { host, "x-k8s-aws-id": cluster, "x-amz-date": date };
  const request = { method: "GET", url: `${path}?${query}`, headers, body: "" };
  const scope = (signed.get("X-Amz-Credential") ?? "").split("/");
  const [accessKeyId = "", day = "", region = "", service = ""] = scope;
  const signedHeaders = (signed.get("X-Amz-SignedHeaders") ?? "").split(";");
  const credential = { accessKeyId, date: day, region, service };
  return signatureOf(request, credential, signedHeaders, secretAccessKey);
}

/** As if it had been signed then. */
export function signedAt({ query }: TokenParts, time: Date): TokenParts["query"] {
  const date = time.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const credential = query["X-Amz-Credential"]?.replace(/\/\d{8}\//, `/${date.slice(0, 8)}/`);
  return { ...query, "X-Amz-Date": date, "X-Amz-Credential": credential };
}
