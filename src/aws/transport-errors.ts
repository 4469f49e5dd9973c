/** AWS can't be reached, has too much to do, or something else answers in its place. */
import { describeCall } from "./call.ts";
import { type AwsErrorRule, named, statusOf } from "./sdk-error.ts";

const tlsCode = /^(?:CERT_|DEPTH_ZERO_|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/;

export const transportErrorRules: readonly AwsErrorRule[] = [
  {
    matches: (error) =>
      statusOf(error) === 429 ||
      named("Throttling", "ThrottlingException", "TooManyRequestsException")(error) ||
      named("KMSThrottlingException", "KmsThrottled")(error),
    explain: (call) => ({
      kind: "throttled",
      message: `AWS throttled ${describeCall(call)}, also after retries`,
      hint: "A sweep tries again by itself, and a command can be given again; look for what else calls this API so often.",
    }),
  },
  {
    matches: ({ code }) => code === "ENOTFOUND" || code === "EAI_AGAIN",
    explain: (call, { code }) => ({
      kind: "unreachable",
      message: `the host for ${describeCall(call)} has no address (${code})`,
      hint: `Check the region's name (${call.region}), the network and DNS.`,
    }),
  },
  {
    matches: ({ code }) => code !== undefined && tlsCode.test(code),
    explain: (call, { code }) => ({
      kind: "unreachable",
      message: `the certificate of the host for ${describeCall(call)} is not trusted (${code})`,
      hint: "Where a proxy opens TLS, point NODE_EXTRA_CA_CERTS to its CA.",
    }),
  },
  {
    matches: (error) => (statusOf(error) ?? 0) >= 500,
    explain: (call, error) => ({
      kind: "unreachable",
      message: `AWS failed at ${describeCall(call)} (status ${statusOf(error)}), also after retries`,
      hint: `A sweep tries again by itself, and a command can be given again; see the AWS Health Dashboard for ${call.region}.`,
    }),
  },
  {
    // "Unknown": an error answer without a code, such as the page that a proxy shows.
    matches: (error) => named("SyntaxError", "Unknown")(error) || (statusOf(error) ?? 400) < 400,
    explain: (call) => ({
      kind: "malformed",
      message: `the answer to ${describeCall(call)} isn't one that AWS gives`,
      hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS.",
    }),
  },
  {
    // ERR_ are Node's own: no request was sent.
    matches: ({ name, code = "ERR_" }) => !code.startsWith("ERR_") || name === "TimeoutError",
    explain: (call, { name, code }) => ({
      kind: "unreachable",
      message: `no answer to ${describeCall(call)} (${code ?? name}), also after retries`,
      hint: "Check the network, a proxy, and AWS_ENDPOINT_URL if it is set.",
    }),
  },
];
