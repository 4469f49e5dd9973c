import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createAwsRoleSource } from "../../../src/credentials/aws-role.ts";
import { createAwsStsApi } from "../../../src/credentials/aws-sts-api.ts";
import { MintError } from "../../../src/errors.ts";
import type { AwsRole } from "../../../src/refresh/registries.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { type Fault, faults, meanwhile } from "../../fakes/aws/faults.ts";
import { ServiceFailure } from "../../fakes/aws/service.ts";

const assumeRole = "sts:AssumeRole";
const roleArn = "arn:aws:iam::123456789012:role/pods/reader";
const asFunction = "arn:aws:iam::123456789012:role/refresh";
const hourMs = 3_600_000;
let aws: FakeAws;

beforeEach(async () => {
  aws = await startAws({ roles: [roleArn, asFunction] });
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("a session for pods", () => {
  test("is asked for by the cluster's name, for an hour, with the policy that the config gives", async () => {
    const sessionPolicy = '{"Version":"2012-10-17","Statement":[]}';
    const session = await newSource().mint({ ...role, sessionPolicy });
    expect(aws.sessions).toMatchObject([
      {
        roleArn,
        sessionName: "ecr-pull-secrets-prod-eu",
        policy: sessionPolicy,
        durationSeconds: 3_600,
        accessKeyId: session.accessKeyId,
      },
    ]);
  });

  test("has no policy where the config gives none, and counts as one call", async () => {
    const source = newSource();
    await source.mint(role);
    expect(aws.sessions[0]?.policy).toBeUndefined();
    expect(source.callsMade()).toBe(1);
  });

  test("is stamped before the call, however long that takes", async () => {
    const asked = new Date();
    let time = asked;
    const later = () => {
      time = new Date(asked.getTime() + 9_000);
    };
    aws.fail(assumeRole, meanwhile(later), { times: 1 });
    const { issuedAt } = await newSource(() => time).mint(role);
    expect(issuedAt).toEqual(asked);
  });

  test("ends when STS says", async () => {
    const end = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 2_000_000);
    aws.fail(assumeRole, answer({ Expiration: end.toISOString() }));
    await expect(newSource().mint(role)).resolves.toMatchObject({ expiresAt: end });
  });

  test("is another one each time: none is kept", async () => {
    const source = newSource();
    const [one, other] = [await source.mint(role), await source.mint(role)];
    expect(one.accessKeyId).not.toBe(other.accessKeyId);
    expect(aws.count(assumeRole)).toBe(2);
  });

  test("is good for what the role may, and shows its secrets to nobody", async () => {
    const minted = await newSource().mint(role);
    const credentials = {
      accessKeyId: minted.accessKeyId,
      secretAccessKey: minted.secretAccessKey.reveal(),
      sessionToken: minted.sessionToken.reveal(),
    };
    const session = createAwsSession({ region: "us-east-1", name: "test", credentials });
    await expect(session.callerAccount()).resolves.toBe("123456789012");
    const shown = inspect(minted, { depth: 9, showHidden: true }) + JSON.stringify(minted);
    expect(shown).not.toContain(credentials.secretAccessKey);
    expect(shown).not.toContain(credentials.sessionToken);
  });

  test("is given to the function, which is a session itself, for no longer than an hour", async () => {
    await expect(newSource(undefined, asFunction).mint(role)).resolves.toMatchObject({
      kind: "aws-session",
    });
  });

  test("opens no registry", () => {
    expect(newSource().covers(role, "123456789012.dkr.ecr.us-east-1.amazonaws.com")).toBe(false);
  });
});

describe("a session that can't be had", () => {
  test("for want of trust says which statement the role's trust policy needs", async () => {
    aws.deny(assumeRole, { resource: roleArn });
    const source = newSource(undefined, asFunction);
    const trust = `{"Effect":"Allow","Principal":{"AWS":"${asFunction}"},"Action":"sts:AssumeRole"}`;
    await expect(source.mint(role)).rejects.toMatchObject({
      name: "MintError",
      kind: "denied",
      message: `AWS denied sts:AssumeRole on ${roleArn} to arn:aws:sts::123456789012:assumed-role/refresh/ecr-pull-secrets-function`,
      hint: expect.stringContaining(`The trust policy's statement: ${trust}`),
    });
  });

  test.each<[string, Fault, string, string, string]>([
    [
      "a malformed session policy",
      refusal("MalformedPolicyDocument", "Syntax errors in policy."),
      "malformed",
      `STS can't read the session policy of sts:AssumeRole on ${roleArn}`,
      "validate-policy",
    ],
    [
      "a session policy that is too large once packed",
      refusal("PackedPolicyTooLarge", "Packed policy consumes 110% of allotted space"),
      "malformed",
      `the session policy of sts:AssumeRole on ${roleArn} is too large for STS once it is packed`,
      "Shorten",
    ],
    [
      "a limit of the session's length",
      refusal(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
      ),
      "denied",
      `STS gives no session of an hour for sts:AssumeRole on ${roleArn}`,
      "an hour at most",
    ],
    [
      "an end that has passed",
      answer({ Expiration: "2020-01-01T00:00:00Z" }),
      "malformed",
      `the session of ${roleArn} that STS answered ended at 2020-01-01T00:00:00.000Z, before it was asked for`,
      "clock",
    ],
    ["no end", answer({ Expiration: "" }), "malformed", "isn't one that AWS gives", "proxy"],
    ["no token", answer({ SessionToken: "" }), "malformed", lacks("SessionToken"), "proxy"],
    [
      "an id of another kind",
      answer({ AccessKeyId: "a b" }),
      "malformed",
      lacks("AccessKeyId"),
      "proxy",
    ],
    ["a page of a proxy", faults.proxyPage, "malformed", "isn't one that AWS gives", "proxy"],
  ])("because of %s", async (_, fault, kind, message, hint) => {
    aws.fail(assumeRole, fault);
    const error: unknown = await newSource()
      .mint(role)
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(MintError);
    expect(error).toMatchObject({
      kind,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  });
});

const canary = "canary0123456789";

const role: AwsRole = {
  type: "aws-role",
  key: roleArn,
  roleArn,
  sessionName: "ecr-pull-secrets-prod-eu",
  sessionPolicy: undefined,
  source: "digest",
};

function newSource(now = () => new Date(), as?: string) {
  const timeouts = { connectMs: 500, requestMs: 500 };
  const session = createAwsSession({ region: "us-east-1", name: "function", timeouts });
  const credentialsOf = (asked: string | undefined) => session.credentialsOf(asked ?? as);
  return createAwsRoleSource({ api: createAwsStsApi({ ...session, credentialsOf }), now });
}

function lacks(field: string): string {
  return `the answer to sts:AssumeRole on ${roleArn} lacks what AWS always sends: ${field}`;
}

function refusal(code: string, message: string): Fault {
  return { kind: "failure", failure: new ServiceFailure(code, message) };
}

/** What STS answers, but for one field. */
function answer(changed: Readonly<Record<string, string>>): Fault {
  const fields = {
    AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
    SecretAccessKey: canary,
    SessionToken: canary,
    Expiration: new Date(Date.now() + hourMs).toISOString(),
    ...changed,
  };
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  const result = `<AssumeRoleResult><Credentials>${elements.join("")}</Credentials></AssumeRoleResult>`;
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleResponse>`;
  return { kind: "reply", reply: { status: 200, contentType: "text/xml", body } };
}
