/** May a cluster pull an image? With real tokens of AWS's, of registries over real sockets. */
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { checkImage } from "../../../src/checks/check-image.ts";
import type { CheckResult } from "../../../src/checks/check-report.ts";
import { nextSteps } from "../../../src/checks/next-steps.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { mintStatements } from "../../../src/deploy/template/mint-statements.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { resolveVersions } from "../../../src/refresh/resolve-versions.ts";
import { createExchanges } from "../../../src/registries/exchange.ts";
import { createFindImage } from "../../../src/registries/find-image.ts";
import { parseImage } from "../../../src/registries/image-reference.ts";
import { pullActions } from "../../../src/registries/pull-policies.ts";
import { roleName } from "../../../src/stack/names.ts";
import { createCredentials } from "../../../src/wiring/credentials.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { type FakeRegistries, startRegistries } from "../../fakes/registry/registries.ts";

const region = "us-east-1";
const owner = { account: "123456789012", region, stage: "prod" };
const ours = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const theirs = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
const fips = "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com";
const hub = "registry-1.docker.io";
const kept = "canary-of-a-kept-login-4711";

const ownRole = `arn:aws:iam::123456789012:role/${roleName("prod", "refresh", region)}`;
const pullRole = "arn:aws:iam::123456789012:role/teams/pull";
const theirRole = "arn:aws:iam::111122223333:role/pull";

let aws: FakeAws;
let registries: FakeRegistries;
const told: unknown[] = [];
beforeAll(async () => {
  [aws, registries] = await Promise.all([
    startAws({ roles: [pullRole, theirRole] }),
    startRegistries([ours, theirs, fips, hub, "auth.docker.io", "public.ecr.aws"]),
  ]);
});
afterEach(() => {
  vi.unstubAllEnvs();
  registries.requests.length = 0;
  const text = JSON.stringify(told) + inspect(told, { depth: 20, maxStringLength: null });
  const minted = [...aws.tokens, ...aws.publicTokens].map(({ password }) => password);
  for (const secret of [kept, ...minted]) {
    expect(text).not.toContain(secret.slice(4, 24));
    expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(4, 24));
  }
  expect(text).not.toContain("DCR.");
  told.length = 0;
});
afterAll(() => Promise.all([aws.close(), registries.close()]));

interface Circumstances {
  readonly callerArn?: () => Promise<string>;
  readonly isLeftAlone?: boolean;
  readonly abort?: AbortSignal;
  /** Of pull secrets, by their names. */
  readonly formats?: Readonly<Record<string, object>>;
}

/** @param pullSecrets the registries of each, by its name */
async function check(
  image: string,
  pullSecrets: Readonly<Record<string, object[]>>,
  {
    callerArn = async () => `${sessionOf(ownRole)}`,
    isLeftAlone = false,
    abort,
    formats = {},
  }: Circumstances = {},
): Promise<readonly CheckResult[]> {
  for (const [key, value] of Object.entries(aws.environment)) vi.stubEnv(key, value);
  const now = () => new Date();
  const session = createAwsSession({ region, name: "prod" });
  const credentials = createCredentials({ session, now });
  const desired = await resolveVersions(
    desiredPullSecrets(configOf(pullSecrets, formats), "eu", owner),
    credentials,
  );
  const next = nextSteps("eu", owner);
  const diagnosis = { cluster: "eu", owner, desired, isLeftAlone, image: parseImage(image), next };
  const find = createFindImage(createExchanges(registries.exchanges));
  const ports = { credentials, images: { find, callerArn } };
  const signal = abort ?? new AbortController().signal;
  const results = await checkImage({ ...diagnosis, now }, ports, signal);
  told.push(results);
  return results;
}

function configOf(
  pullSecrets: Readonly<Record<string, object[]>>,
  formats: Readonly<Record<string, object>>,
) {
  const listed = Object.entries(pullSecrets).map(([name, ofIt]) => ({
    name,
    namespaces: [name],
    registries: ofIt,
    format: formats[name],
  }));
  const text = JSON.stringify({ schedule: "rate(10 minutes)", pullSecrets: listed });
  return parseConfig(text, "config/prod.yml").pullSecrets;
}

function sessionOf(roleArn: string): string {
  const [, , , , account, role = ""] = roleArn.split(":");
  return `arn:aws:sts::${account}:assumed-role/${role.split("/").at(-1)}/prod-refresh`;
}

const fromOurs = { type: "ecr", region };
const fromTheirs = { type: "ecr", region, accounts: ["111122223333"] };

/** In IAM's words. */
const denial = (reason: string, who = sessionOf(ownRole)) =>
  `User: ${who} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:${region}:111122223333:repository/team/app ${reason}`;
const silentPolicy = (kind: string) => `because no ${kind} allows the ecr:BatchGetImage action`;

test("an image that is there is found, with its digest and its media type", async () => {
  const digest = registries.addEcr(ours).push("team/app", "1.4");
  const mediaType = "application/vnd.oci.image.index.v1+json";
  await expect(check(`${ours}/team/app:1.4`, { "ecr-pull": [fromOurs] })).resolves.toEqual([
    {
      group: "registries",
      check: "the registry lets the cluster pull the image",
      result: "ok",
      message: `${ours}/team/app:1.4, with the login in ecr-pull: ${digest}, ${mediaType}`,
    },
  ]);
});

test("each login is asked with once, and named by the pull secrets that hold it", async () => {
  registries.addEcr(ours).push("team/app", "latest");
  const ofRole = { ...fromOurs, roleArn: pullRole };
  const asked = { one: [fromOurs], two: [ofRole], three: [fromOurs] };
  const results = await check(`${ours}/team/app`, asked);
  expect(results.map(({ message }) => message?.replace(/:.*/, ""))).toHaveLength(2);
  expect(results[0]?.message).toContain("with the login in one, three: sha256:");
  expect(results[1]?.message).toContain("with the login in two: sha256:");
  const users = registries.requests.map(({ authorization }) => authorization);
  expect(new Set(users.filter((user) => user !== undefined)).size).toBe(2);
});

test("a login that nodes don't read is told as such", async () => {
  registries.addEcr(ours).push("team/app", "latest");
  const format = { type: "opaque", username: "user", password: "pass" };
  const asked = { proxy: [fromOurs], pods: [fromOurs] };
  const [result] = await check(`${ours}/team/app`, asked, { formats: { proxy: format } });
  expect(result?.message).toContain(
    "with the login in proxy (opaque: no node reads it), pods: sha",
  );
});

test("nobody is asked on behalf of a cluster that is left to its runner", async () => {
  const results = await check(`${ours}/x`, { "ecr-pull": [fromOurs] }, { isLeftAlone: true });
  expect(results).toMatchObject([{ result: "skipped" }]);
  expect(registries.requests).toEqual([]);
});

test("where no token can be had, that is said of the token", async () => {
  const registry = { type: "ecr", region, roleArn: "arn:aws:iam::123456789012:role/nobodys" };
  const results = await check(`${ours}/team/app`, { "ecr-pull": [registry] });
  const message = "waits for: every registry gives a token";
  expect(results).toMatchObject([{ result: "skipped", message }]);
});

describe("without a login for the host, the entry that the config lacks is named:", () => {
  test.each([
    [theirs, '{ type: ecr, region: us-east-1, accounts: ["111122223333"] }'],
    [
      "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
      '{ type: ecr, region: us-gov-west-1, accounts: ["111122223333"], endpoints: [fips] }',
    ],
    [
      "111122223333.dkr-ecr.eu-west-1.on.aws",
      '{ type: ecr, region: eu-west-1, accounts: ["111122223333"], endpoints: [dual-stack] }',
    ],
    ["public.ecr.aws", "{ type: ecr-public }"],
    ["ghcr.io", '{ type: static, host: "ghcr.io", secretId: … }'],
    ["docker.io", '{ type: static, host: "docker.io", secretId: … }'],
  ])("%s", async (host, entry) => {
    const [result, ...more] = await check(`${host}/team/app`, { "ecr-pull": [fromOurs] });
    expect(more).toEqual([]);
    expect(result?.result).toBe("failed");
    expect(result?.message).toContain(`none of the cluster's pull secrets has a login for ${host}`);
    expect(result?.hint).toContain(`else add ${entry} to the registries of one`);
    expect(registries.requests).toEqual([]);
  });

  test("of where Docker Hub answers, the name that nodes look its login up under", async () => {
    const [result] = await check(`${hub}/team/app:1`, { "ecr-pull": [fromOurs] });
    expect(result?.hint).toBe(
      "a public image needs none; else name it docker.io/team/app:1, as logins for Docker Hub go by docker.io",
    );
  });

  test("of a host that the secret has no entry for, the endpoints", async () => {
    const [result] = await check(`${fips}/team/app`, { "ecr-pull": [fromOurs] });
    expect(result?.message).toContain(`ecr-pull has this registry's login for ${ours}`);
    expect(result?.hint).toContain("add fips to the registry's endpoints");
    expect(registries.requests).toEqual([]);
  });
});

describe("what isn't there is looked for with a command", () => {
  test.each([
    ["the tag", "team/app:2", "describe-images", "--repository-name team/app "],
    ["the repository", "team/ap:1", "describe-repositories", "--region us-east-1 --query "],
  ])("%s", async (_, image, command, part) => {
    registries.addEcr(ours).push("team/app", "1");
    const [result] = await check(`${ours}/${image}`, { "ecr-pull": [fromOurs] });
    expect(result).toMatchObject({
      result: "failed",
      message: expect.stringContaining("doesn't have it (404 "),
      hint: expect.stringContaining(`aws ecr ${command} --registry-id 123456789012 `),
    });
    expect(result?.hint).toContain(part);
  });
});

describe("refused by another account's ECR", () => {
  const repositoryPolicy = (principal: string) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EcrPullSecrets",
        Effect: "Allow",
        Principal: { AWS: principal },
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      },
    ],
  });
  const identityPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "EcrPullSecrets",
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: "arn:aws:ecr:us-east-1:111122223333:repository/team/app",
      },
    ],
  };

  test("both policies are printed, and that of the repository is named", async () => {
    registries.addEcr(theirs).deny("team/app", denial(silentPolicy("resource-based policy")));
    const [result] = await check(`${theirs}/team/app:1`, { "ecr-pull": [fromTheirs] });
    expect(result).toMatchObject({ result: "failed" });
    expect(result?.message).toContain("refuses it (403 DENIED): “User: arn:aws:sts::1234567");
    expect(result?.hint).toMatch(/^AWS names the resource-based policy, that of repository team/);
    const place = "--registry-id 111122223333 --repository-name team/app --region us-east-1";
    expect(result?.policies).toEqual([
      {
        of: "repository team/app in account 111122223333",
        named: true,
        policy: repositoryPolicy(ownRole),
        steps: [
          expect.stringContaining(`aws ecr get-repository-policy ${place}`),
          expect.stringContaining(`aws ecr set-repository-policy ${place} --policy-text file://`),
        ],
      },
      {
        of: "role ecr-pull-secrets-prod-refresh-us-east-1 in account 123456789012",
        named: false,
        policy: identityPolicy,
        // Written by hand, it would be gone with the next deploy of another name.
        steps: [
          expect.stringMatching(/config.*: npx serverless deploy --stage prod --region us-east-1$/),
        ],
      },
    ]);
  });

  test("that of the role is named where AWS names it", async () => {
    const told = denial(silentPolicy("identity-based policy"), sessionOf(pullRole));
    registries.addEcr(theirs).deny("team/app", told);
    const registry = { ...fromTheirs, roleArn: pullRole };
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [registry] });
    expect(result?.hint).toMatch(/^AWS names the identity-based policy, that of role pull in/);
    expect(result?.policies?.map(({ named }) => named)).toEqual([false, true]);
    // With its path, which no session's ARN has.
    expect(result?.policies?.[0]?.policy).toEqual(repositoryPolicy(pullRole));
    expect(result?.policies?.[1]?.policy).toEqual(identityPolicy);
    expect(result?.policies?.[1]?.steps).toEqual([
      "save the above as policy.json, and with credentials of account 123456789012: aws iam put-role-policy --role-name pull --policy-name ecr-pull-secrets-pull --policy-document file://policy.json",
    ]);
  });

  test("a role that is only called like the function's has a policy of its own", async () => {
    const namesake = ownRole.replace("123456789012", "210987654321");
    aws.addRole(namesake);
    registries.addEcr(theirs).deny("team/app", denial("", sessionOf(namesake)));
    const registry = { ...fromTheirs, roleArn: namesake };
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [registry] });
    expect(result?.policies?.[1]?.steps[0]).toContain("aws iam put-role-policy --role-name ecr-");
  });

  test("neither is named where AWS names none", async () => {
    registries.addEcr(theirs).deny("team/app", denial(""));
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] });
    expect(result?.hint).toBe("across accounts, both of these policies have to allow it");
    expect(result?.policies?.map(({ named }) => named)).toEqual([false, false]);
  });

  test("to a role of that account, only the role's own policy is missing", async () => {
    const told = denial(silentPolicy("identity-based policy"), sessionOf(theirRole));
    registries.addEcr(theirs).deny("team/app", told);
    const registry = { ...fromTheirs, roleArn: theirRole };
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [registry] });
    expect(result?.hint).toBe(
      "this is what the policy of role pull in account 111122223333 has to allow",
    );
    expect(result?.policies?.map(({ policy }) => policy)).toEqual([identityPolicy]);
  });

  test("to a person, their own user is named", async () => {
    registries.addEcr(theirs).deny("team/app", denial(""));
    const callerArn = async () => "arn:aws:iam::123456789012:user/people/jane";
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] }, { callerArn });
    expect(result?.policies?.[0]?.policy).toEqual(repositoryPolicy(await callerArn()));
    expect(result?.policies?.[1]?.steps[0]).toContain("aws iam put-user-policy --user-name jane ");
  });

  test("where nobody tells who asks, ECR's own answer does", async () => {
    registries.addEcr(theirs).deny("team/app", denial(""));
    const callerArn = async () => "not an ARN";
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] }, { callerArn });
    expect(result?.policies?.[0]?.policy).toEqual(repositoryPolicy(ownRole));
  });

  test.each([
    [
      "an explicit deny",
      denial("with an explicit deny in a service control policy"),
      "a statement of its service control policy denies it: until that is gone, none can allow it",
    ],
    [
      "a policy that only limits",
      denial(silentPolicy("VPC endpoint policy")),
      "its VPC endpoint policy has to allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer as well",
    ],
    [
      "a boundary",
      denial(silentPolicy("permissions boundary")),
      "its permissions boundary has to allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer as well",
    ],
    [
      "a token that has expired",
      "Your authorization token has expired. Reauthenticate and try again.",
      expect.stringContaining("ECR doesn't take the token"),
    ],
  ])("%s is what has to go, and no policy is printed", async (_, text, hint) => {
    registries.addEcr(theirs).deny("team/app", text);
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] });
    expect(result).toMatchObject({ result: "failed", hint });
    expect(result).not.toHaveProperty("policies");
  });

  test.each([
    [
      "ecr:BatchImportUpstreamImage",
      `it has no image in its pull through cache yet, and to import it takes ecr:BatchImportUpstreamImage: let somebody who may do that pull it once, or allow it to ${ownRole} in the registry's policy, with credentials of account 111122223333: aws ecr get-registry-policy --region us-east-1`,
    ],
    [
      "ecr:CreateRepository",
      expect.stringContaining(
        "pull through cache yet, and to import it takes ecr:CreateRepository",
      ),
    ],
    [
      "ecr:TagResource",
      `what ECR misses is ecr:TagResource, which no pull takes by itself: allow it to ${ownRole}`,
    ],
  ])("a cache that wants %s is told from a pull", async (action, hint) => {
    const text = denial(silentPolicy("identity-based policy"));
    registries.addEcr(theirs).deny("team/app", text.replaceAll("ecr:BatchGetImage", action));
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] });
    expect(result).toMatchObject({ result: "failed", hint });
    expect(result).not.toHaveProperty("policies");
  });

  test("nothing in what a registry says gets into a policy or a command", async () => {
    const who = "arn:aws:sts::123456789012:assumed-role/x;rm -rf ~/y";
    registries.addEcr(theirs).deny("team/app", denial("", who));
    const callerArn = async () => "arn:aws:sts::123456789012:federated-user/me";
    const [result] = await check(`${theirs}/team/app`, { "ecr-pull": [fromTheirs] }, { callerArn });
    expect(JSON.stringify([result?.hint, result?.policies])).not.toContain("rm -rf");
  });
});

describe("another registry", () => {
  const secretId = "ecr-pull-secrets/registries/hub";
  const fromHub = { type: "static", host: "docker.io", secretId };

  test("is asked with the login that is kept for it", async () => {
    aws.secrets.create(secretId, JSON.stringify({ username: "someone", password: kept }));
    const registry = registries.addBearer(hub, "auth.docker.io", "hub");
    registry.allow("someone", kept);
    registry.push("team/app", "1");
    const [result] = await check("team/app:1", { hub: [fromHub] });
    expect(result).toMatchObject({ result: "ok" });
    expect(result?.message).toContain("docker.io/team/app:1, with the login in hub: sha256:");
  });

  test("that refuses says so, and what kind of login it wants", async () => {
    registries.addBearer(hub, "auth.docker.io", "hub").allow("someone", "another");
    const [result] = await check("team/app:1", { hub: [fromHub] });
    expect(result).toMatchObject({
      result: "failed",
      message:
        "docker.io/team/app:1, with the login in hub: auth.docker.io refuses it (401): “incorrect username or password”",
      hint: expect.stringContaining("an access token of it that may read"),
    });
  });

  test.each([
    [403, "refuses it (403)"],
    [404, "doesn't have it (404)"],
  ])("that answers %i before it asks for a login is said not to have seen it", async (...it) => {
    const [status, found] = it;
    registries.add(hub, () => ({ status }));
    const [result] = await check("team/app:1", { hub: [fromHub] });
    expect(result).toMatchObject({
      result: "failed",
      message: `docker.io/team/app:1: ${hub} ${found}, and asks nobody for a login`,
      hint: "are its name and its tag right? containerd shows a login only where it is asked for one (401)",
    });
  });

  test("that can't be reached says why", async () => {
    const fromNowhere = { type: "static", host: "registry.invalid:5000", secretId };
    const [result] = await check("registry.invalid:5000/app", { other: [fromNowhere] });
    expect(result).toMatchObject({
      result: "failed",
      message: expect.stringMatching(/^registry\.invalid:5000 can't be reached: /),
      hint: expect.stringContaining("--local"),
    });
  });

  test("is ECR Public, with its own token", async () => {
    const registry = registries.addBearer("public.ecr.aws", "public.ecr.aws", "ecr-public");
    registry.push("docker/library/alpine", "3");
    const asked = { "ecr-public": [{ type: "ecr-public" }] };
    const [refused] = await check("public.ecr.aws/docker/library/alpine:3", asked);
    expect(refused).toMatchObject({
      result: "failed",
      hint: expect.stringContaining("sts:GetServiceBearerToken"),
    });
    const { password = "" } = aws.publicTokens.at(-1) ?? {};
    expect(password).not.toBe("");
  });
});

test("what is printed is what the deployed role has", () => {
  const { pullSecrets } = parseConfig(
    JSON.stringify({
      schedule: "rate(10 minutes)",
      pullSecrets: [{ name: "x", namespaces: ["x"], registries: [fromOurs] }],
    }),
    "config/prod.yml",
  );
  const config = { pullSecrets } as Parameters<typeof mintStatements>[0];
  const granted = mintStatements(config).flatMap(({ Action }) => Action);
  expect(granted.filter((action) => action !== "ecr:GetAuthorizationToken")).toEqual(pullActions);
});
