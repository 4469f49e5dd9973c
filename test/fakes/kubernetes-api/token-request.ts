/** What a TokenRequest asks for, as far as a real server takes it. */
import { parseJson } from "./decode.ts";
import { type ApiObject, objectIn, timestamp } from "./object.ts";
import { badRequest, invalid, invalidValue, Surprise } from "./status.ts";

export const issuer = "https://kubernetes.default.svc";

export interface TokenSpec {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundObjectRef: null;
}

/** @throws ApiError 400 or 422 */
export function parseTokenRequest(text: string): TokenSpec {
  const spec = objectIn(objectIn(parseJson(text))["spec"]);
  const seconds = spec["expirationSeconds"] ?? 3600;
  if (typeof seconds !== "number" || !Number.isInteger(seconds)) {
    throw badRequest(
      `TokenRequest in version "v1" cannot be handled as a TokenRequest: json: cannot unmarshal ${typeof seconds} into Go struct field TokenRequestSpec.spec.expirationSeconds of type int64`,
    );
  }
  if (spec["boundObjectRef"] !== undefined && spec["boundObjectRef"] !== null) {
    throw new Surprise("a token bound to an object");
  }
  checkLifetime(seconds);
  const audiences: readonly unknown[] = Array.isArray(spec["audiences"]) ? spec["audiences"] : [];
  return {
    audiences: audiences.length === 0 ? [issuer] : audiences.map(String),
    expirationSeconds: seconds,
    boundObjectRef: null,
  };
}

function checkLifetime(seconds: number): void {
  const tooShort = seconds < 600 ? "may not specify a duration less than 10 minutes" : undefined;
  const tooLong =
    seconds > 2 ** 32 ? "may not specify a duration larger than 2^32 seconds" : undefined;
  const why = tooShort ?? tooLong;
  if (why !== undefined) {
    throw invalid({ kind: "TokenRequest", group: "authentication.k8s.io" }, "", [
      invalidValue("spec.expirationSeconds", seconds, why),
    ]);
  }
}

/** As admission sees it: nothing is granted yet. */
export function tokenRequest({ metadata }: ApiObject, spec: TokenSpec, at: Date): ApiObject {
  const { name, namespace = "", uid } = metadata;
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, ...(uid && { uid }), creationTimestamp: timestamp(at) },
    spec,
    status: { token: "", expirationTimestamp: null },
  };
}
