/**
 * The authenticator of an EKS control plane, as a webhook: it judges a token by the published rules,
 * sends the request that it is to STS, and looks up whom STS names in the cluster's access entries.
 * https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/server/server.go
 */
import { once } from "node:events";
import { request as requestHttp } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { createCertificateAuthority } from "../../fakes/certificates.ts";
import { type PresignedRequest, readEksToken } from "../../unit/credentials/eks-token-verifier.ts";
import { freePort } from "../parts/free-port.ts";
import type { ApiServerAddress } from "../parts/kubeconfigs.ts";

export interface AuthenticatorOptions {
  /** The name that it sends to STS, whatever a token was signed for. */
  readonly cluster: string;
  /** Where STS really is. */
  readonly stsEndpoint: () => Promise<string>;
  readonly stsHost: string;
  /** By the ARN of a role. */
  readonly entries: () => ReadonlyMap<string, AccessEntry>;
}

export interface AccessEntry {
  /** With `{{SessionName}}` for that of a role's session. */
  readonly username: string;
  readonly groups: readonly string[];
}

export type Verdict = Admitted | Refused;

export interface Admitted {
  readonly admitted: true;
  /** As STS names it. */
  readonly arn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

export interface Refused {
  readonly admitted: false;
  readonly reason: string;
}

export interface Authenticator extends AsyncDisposable {
  /** For the API server. */
  readonly address: ApiServerAddress;
  /** What it said so far, oldest first. */
  readonly verdicts: readonly Verdict[];
  judge(token: string): Promise<Verdict>;
}

export async function startAuthenticator(options: AuthenticatorOptions): Promise<Authenticator> {
  const authority = await createCertificateAuthority("authenticator-ca");
  const { cert, key } = await authority.issueServer();
  const verdicts: Verdict[] = [];
  const judge = async (token: string) => {
    const verdict = await judgeToken(token, options);
    verdicts.push(verdict);
    return verdict;
  };
  const server = createServer({ cert, key }, (request, response) => {
    text(request)
      .then((body) => judge(review.parse(JSON.parse(body)).spec.token))
      .then((verdict) => {
        // A refusal is an error of the call, too: so the API server doesn't keep it.
        response.writeHead(verdict.admitted ? 200 : 403, { "content-type": "application/json" });
        response.end(JSON.stringify(reviewed(verdict)));
      })
      .catch(() => response.destroy());
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    address: { url: `https://127.0.0.1:${port}/authenticate`, ca: authority.cert },
    verdicts,
    judge,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const review = z.object({ spec: z.object({ token: z.string() }) });

function reviewed(verdict: Verdict) {
  const { admitted: authenticated } = verdict;
  const user = verdict.admitted && { username: verdict.username, groups: verdict.groups };
  const status = { authenticated, ...(user && { user }) };
  return { apiVersion: "authentication.k8s.io/v1beta1", kind: "TokenReview", status };
}

async function judgeToken(token: string, options: AuthenticatorOptions): Promise<Verdict> {
  try {
    const request = readEksToken(token, { stsHost: options.stsHost, now: new Date() });
    const arn = await askSts(request, options);
    const { role, session } = canonical(arn);
    const entry = options.entries().get(role);
    if (entry === undefined) return { admitted: false, reason: `no access entry for ${role}` };
    const username = entry.username.replaceAll("{{SessionName}}", session.replaceAll("@", "-"));
    return { admitted: true, arn, username, groups: entry.groups };
  } catch (error) {
    return { admitted: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Whom STS names as the request's signer. @throws Error with what STS said instead */
async function askSts(signed: PresignedRequest, options: AuthenticatorOptions): Promise<string> {
  const headers = { host: signed.host, "x-k8s-aws-id": options.cluster };
  const endpoint = await options.stsEndpoint();
  const asked = requestHttp(`${endpoint}/?${signed.query}`, { headers });
  asked.end();
  const [answer] = await once(asked, "response");
  const body = await text(answer);
  const arn = /<Arn>([^<]+)<\/Arn>/.exec(body)?.[1];
  if (answer.statusCode !== 200 || arn === undefined) {
    const message = /<Message>([^<]+)<\/Message>/.exec(body)?.[1] ?? body;
    throw new Error(`STS answers ${answer.statusCode}: ${message}`);
  }
  return arn;
}

/** `arn:aws:sts::1:assumed-role/name/session` is the role `arn:aws:iam::1:role/name`. */
function canonical(arn: string): { readonly role: string; readonly session: string } {
  const form = /^arn:aws:sts::(?<account>\d{12}):assumed-role\/(?<name>[^/]+)\/(?<session>[^/]+)$/;
  const { account, name, session = "" } = form.exec(arn)?.groups ?? {};
  return { role: name === undefined ? arn : `arn:aws:iam::${account}:role/${name}`, session };
}
