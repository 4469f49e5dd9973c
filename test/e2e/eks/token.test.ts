/**
 * A token as this program signs it, at a real API server that asks a stand-in for the authenticator,
 * which asks the emulator's STS: it opens the cluster, and no longer with any of the rules broken.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createEksTokenSource } from "../../../src/credentials/eks-token.ts";
import { type AwsEmulator, startAwsEmulator } from "../parts/aws-emulator.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { createApiClient } from "../rights/api-client.ts";
import { type Authenticator, startAuthenticator } from "./authenticator.ts";
import { forgeToken, signedAt, type TokenParts, takeApart } from "./forge-token.ts";

const region = "us-east-1";
const cleanup = new AsyncDisposableStack();
let aws: AwsEmulator;
let authenticator: Authenticator;
let cluster: ControlPlane;
let visitor: string;
let stranger: string;

beforeAll(async () => {
  aws = cleanup.use(await startAwsEmulator({ auth: true }));
  for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  visitor = await aws.createRole("visitor", []);
  stranger = await aws.createRole("stranger", []);
  const entry = { username: "visitor:{{SessionName}}", groups: ["visitors"] };
  authenticator = await startAuthenticator({
    cluster: "prod",
    stsEndpoint: async () => aws.endpoint,
    stsHost: "sts.us-east-1.amazonaws.com",
    entries: () => new Map([[visitor, entry]]),
  });
  cleanup.use(authenticator);
  cluster = cleanup.use(await startControlPlane({ tokenReviewer: authenticator.address }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cleanup.disposeAsync();
});

const minutesFromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000);

test("lets its signer in, by the name and the groups of the role's access entry", async () => {
  const { token } = await sign(visitor);

  const { status, body } = await logIn(token);
  expect(status).toBe(201);
  expect(body.status.userInfo).toMatchObject({
    username: "visitor:ecr-pull-secrets-token-test",
    groups: ["visitors", "system:authenticated"],
  });
});

test("is signed as the tests' own signing has it", async () => {
  const { token, parts } = await sign(visitor);
  expect(forgeToken(parts)).toBe(token);
});

const query = (changes: TokenParts["query"]) => (parts: TokenParts) => ({
  ...parts,
  query: { ...parts.query, ...changes },
});
const part = (changes: Partial<TokenParts>) => (parts: TokenParts) => ({ ...parts, ...changes });
const time = (minutes: number) => (parts: TokenParts) => ({
  ...parts,
  query: signedAt(parts, minutesFromNow(minutes)),
});

test.each<[string, (parts: TokenParts) => TokenParts, string]>([
  ["another prefix", part({ prefix: "k8s-aws-v2." }), "rule: prefix"],
  [
    "too many bytes",
    query({ "X-Amz-Security-Token": "t".repeat(3_000) }),
    "rule: token is too large",
  ],
  ["http", part({ scheme: "http" }), "rule: scheme"],
  ["another host", part({ host: "sts.evil.example" }), "rule: unexpected host"],
  [
    "a host that begins like STS",
    part({ host: "sts.us-east-1.amazonaws.com.evil.example" }),
    "rule: unexpected host",
  ],
  ["a port", part({ host: "sts.us-east-1.amazonaws.com:443" }), "rule: unexpected host"],
  ["another path", part({ path: "/elsewhere" }), "rule: path"],
  ["a key of the SDK's own", query({ "x-id": "GetCallerIdentity" }), "rule: parameters"],
  [
    "a key twice",
    part({ moreQuery: "&Version=2011-06-15" }),
    "rule: parameter with several values",
  ],
  ["another action", query({ Action: "GetSessionToken" }), "rule: action"],
  ["the cluster's name unsigned", query({ "X-Amz-SignedHeaders": "host" }), "rule: x-k8s-aws-id"],
  [
    "the cluster's name in the query",
    query({ "X-Amz-SignedHeaders": "host", "x-k8s-aws-id": "prod" }),
    "rule: parameters",
  ],
  ["no X-Amz-Expires", query({ "X-Amz-Expires": undefined }), "rule: X-Amz-Expires"],
  ["over a quarter of an hour to live", query({ "X-Amz-Expires": "901" }), "rule: X-Amz-Expires"],
  ["a negative life", query({ "X-Amz-Expires": "-1" }), "rule: X-Amz-Expires"],
  ["no date", query({ "X-Amz-Date": undefined }), "rule: X-Amz-Date"],
  ["a date that is over", time(-15), "rule: X-Amz-Date"],
  ["a date to come", time(16), "STS answers 403: Signature not yet current"],
  ["another cluster's name", part({ cluster: "prod-2" }), "STS answers 403: The request signature"],
  ["another key", part({ secretAccessKey: "guessed" }), "STS answers 403: The request signature"],
  [
    "no session token",
    query({ "X-Amz-Security-Token": undefined }),
    "STS answers 403: The security token included",
  ],
])("with %s is refused", async (_, change, reason) => {
  const { parts } = await sign(visitor);

  const { status } = await logIn(forgeToken(change(parts)));
  expect(status).toBe(401);
  const refused = { admitted: false, reason: expect.stringContaining(reason) };
  expect(authenticator.verdicts.at(-1)).toEqual(refused);
});

test("is refused to a role without an access entry", async () => {
  const { token } = await sign(stranger);

  expect((await logIn(token)).status).toBe(401);
  const reason = `no access entry for ${stranger}`;
  expect(authenticator.verdicts.at(-1)).toEqual({ admitted: false, reason });
});

/** As the refresh function does, as a role. */
async function sign(roleArn: string) {
  const session = createAwsSession({ region, name: "token-test" });
  const source = createEksTokenSource({ session, now: () => new Date() });
  const request = { cluster: "prod", region, roleArn };
  const token = (await source.tokenFor(request)).token.reveal();
  const credentials = session.credentialsOf(roleArn);
  const { secretAccessKey } = typeof credentials === "function" ? await credentials() : credentials;
  return { token, parts: takeApart(token, { cluster: "prod", secretAccessKey }) };
}

/** Asks the API server who we are. */
async function logIn(token: string) {
  await using client = createApiClient(cluster, token);
  return await client.send({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
}
