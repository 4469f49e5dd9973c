import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createEksApi } from "../../../src/eks/aws-eks-api.ts";
import { AwsError } from "../../../src/errors.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, faults, meanwhile } from "../../fakes/aws/faults.ts";

const region = "us-east-1";
const principalArn = "arn:aws:iam::123456789012:role/ecr-pull-secrets-dev-refresh-us-east-1";
const ca =
  "-----BEGIN CERTIFICATE-----\nMIIBATCBqKADAgECAgEBMAoGCCqGSM49\n-----END CERTIFICATE-----\n";
const endpoint = "https://ABCDEF0123456789.gr7.us-east-1.eks.amazonaws.com";
const entry = {
  principalArn,
  groups: ["ecr-pull-secrets"],
  tags: { "ecr-pull-secrets:owner": "x" },
};
let aws: FakeAws;
let api: ReturnType<typeof createEksApi>;
let clusters = 0;

beforeAll(async () => {
  aws = await startAws();
  for (const [variable, value] of Object.entries(aws.environment)) {
    vi.stubEnv(variable, value);
  }
  api = createEksApi({ session: createAwsSession({ region, name: "test" }), region });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

afterEach(() => aws.heal());

describe("a cluster", () => {
  test("is where its endpoint is, with its certificate", async () => {
    const name = newCluster({ authenticationMode: "API" });
    await expect(api.describeCluster(name)).resolves.toEqual({
      name,
      arn: `arn:aws:eks:us-east-1:123456789012:cluster/${name}`,
      endpoint: new URL(endpoint),
      ca,
      version: "1.33",
      authenticationMode: "API",
    });
  });

  test("from before there were access entries takes none", async () => {
    const name = newCluster({});
    await expect(api.describeCluster(name)).resolves.toMatchObject({
      authenticationMode: "CONFIG_MAP",
    });
  });

  test("that isn't there is undefined", async () => {
    await expect(api.describeCluster("nowhere")).resolves.toBeUndefined();
  });

  test.each(["", "a/access-entries/b", "../clusters", "-a", "a".repeat(101)])(
    "can't be called %j, and AWS isn't asked",
    async (name) => {
      const before = aws.requests.length;
      await expect(api.describeCluster(name)).resolves.toBeUndefined();
      expect(aws.requests.length).toBe(before);
    },
  );

  test.each(["CREATING", "PENDING", "FAILED"])("that is %s has no address yet", async (status) => {
    aws.eks.createCluster("unfinished", { status });
    expect(await failureOf(api.describeCluster("unfinished"))).toMatchObject({
      kind: "conflict",
      message: `the EKS cluster unfinished in us-east-1 is ${status}`,
      hint: "Wait until it is ACTIVE: aws eks wait cluster-active --name unfinished --region us-east-1",
    });
  });

  test.each([
    ["plain http", { endpoint: "http://canary.example" }, "endpoint"],
    ["an endpoint with a password", { endpoint: "https://canary:x@canary.example" }, "endpoint"],
    ["an endpoint with a query", { endpoint: "https://canary.example/?x=1" }, "endpoint"],
    ["no endpoint", { endpoint: undefined }, "endpoint"],
    ["no certificate", { certificateAuthority: {} }, "certificateAuthority.data"],
    ["an empty certificate", { certificateAuthority: { data: "" } }, "certificateAuthority.data"],
    [
      "a certificate that is none",
      { certificateAuthority: { data: "Y2FuYXJ5" } },
      "certificateAuthority.data",
    ],
    [
      "a certificate that isn't base64",
      { certificateAuthority: { data: "canary!" } },
      "certificateAuthority.data",
    ],
    [
      "another mode",
      { accessConfig: { authenticationMode: "canary" } },
      "accessConfig.authenticationMode",
    ],
    ["a version with more in it", { version: "1.33\ncanary" }, "version"],
    ["an ARN of something else", { arn: "arn:aws:s3:::canary" }, "arn"],
  ])("with %s is malformed", async (_, fields, field) => {
    const data = Buffer.from(ca).toString("base64");
    const arn = "arn:aws:eks:us-east-1:123456789012:cluster/prod";
    const fine = { name: "prod", arn, endpoint, version: "1.33", certificateAuthority: { data } };
    aws.fail("eks:DescribeCluster", answering({ cluster: { ...fine, ...fields } }));
    expect(await failureOf(api.describeCluster("prod"))).toMatchObject({
      kind: "malformed",
      message: `the answer to eks:DescribeCluster on cluster prod in us-east-1 lacks what AWS always sends: ${field}`,
    });
  });

  test("is malformed where there is nothing at all", async () => {
    aws.fail("eks:DescribeCluster", answering({}));
    expect(await failureOf(api.describeCluster("prod"))).toMatchObject({ kind: "malformed" });
  });
});

describe("an access entry", () => {
  test("is made with its groups and tags, found, and deleted", async () => {
    const name = newCluster();
    await expect(api.findAccessEntry(name, principalArn)).resolves.toBeUndefined();
    await expect(api.createAccessEntry(name, entry)).resolves.toBe("created");
    expect(aws.eks.entriesOf(name).get(principalArn)?.tags).toEqual(entry.tags);
    await expect(api.findAccessEntry(name, principalArn)).resolves.toEqual({
      groups: ["ecr-pull-secrets"],
      username:
        "arn:aws:sts::123456789012:assumed-role/ecr-pull-secrets-dev-refresh-us-east-1/{{SessionName}}",
      tags: entry.tags,
    });
    await expect(api.deleteAccessEntry(name, principalArn)).resolves.toBe(true);
    await expect(api.deleteAccessEntry(name, principalArn)).resolves.toBe(false);
  });

  test("that is there is left as it is", async () => {
    const name = newCluster();
    await api.createAccessEntry(name, { ...entry, groups: ["theirs"] });
    await expect(api.createAccessEntry(name, entry)).resolves.toBe("exists");
    await expect(api.findAccessEntry(name, principalArn)).resolves.toMatchObject({
      groups: ["theirs"],
    });
  });

  test("that somebody makes at that moment is left as it is", async () => {
    const name = newCluster();
    const theirs = () => api.createAccessEntry(name, { ...entry, groups: ["theirs"] });
    aws.fail("eks:CreateAccessEntry", meanwhile(theirs), { times: 1 });
    await expect(api.createAccessEntry(name, entry)).resolves.toBe("exists");
    await expect(api.findAccessEntry(name, principalArn)).resolves.toMatchObject({
      groups: ["theirs"],
    });
  });

  test("gets a group beside its others, once", async () => {
    const name = newCluster();
    await api.createAccessEntry(name, { ...entry, groups: ["theirs"] });
    await expect(api.addAccessGroup(name, principalArn, "ours")).resolves.toBe(true);
    await expect(api.findAccessEntry(name, principalArn)).resolves.toMatchObject({
      groups: ["theirs", "ours"],
    });
    const before = aws.count("eks:UpdateAccessEntry");
    await expect(api.addAccessGroup(name, principalArn, "ours")).resolves.toBe(true);
    expect(aws.count("eks:UpdateAccessEntry")).toBe(before);
  });

  test("that isn't there gets no group, nor one that goes at that moment", async () => {
    const name = newCluster();
    await expect(api.addAccessGroup(name, principalArn, "ours")).resolves.toBe(false);
    await api.createAccessEntry(name, entry);
    const gone = () => api.deleteAccessEntry(name, principalArn);
    aws.fail("eks:UpdateAccessEntry", meanwhile(gone), { times: 1 });
    await expect(api.addAccessGroup(name, principalArn, "ours")).resolves.toBe(false);
  });

  test.each([
    ["found", (name: string) => api.findAccessEntry(name, principalArn)],
    ["made", (name: string) => api.createAccessEntry(name, entry)],
    ["deleted", (name: string) => api.deleteAccessEntry(name, principalArn)],
  ])("can't be %s where only the ConfigMap counts", async (_, use) => {
    const name = newCluster({ authenticationMode: "CONFIG_MAP" });
    expect(await failureOf(use(name))).toMatchObject({
      kind: "conflict",
      message: `the EKS cluster ${name} in us-east-1 takes no access entries: its authentication mode is CONFIG_MAP`,
      hint: `aws eks update-cluster-config --name ${name} --region us-east-1 --access-config authenticationMode=API_AND_CONFIG_MAP`,
    });
  });

  test("isn't made for a session, which EKS refuses", async () => {
    const name = newCluster();
    const session = "arn:aws:sts::123456789012:assumed-role/refresh/session";
    expect(
      await failureOf(api.createAccessEntry(name, { ...entry, principalArn: session })),
    ).toMatchObject({
      kind: "denied",
      message: `AWS refused eks:CreateAccessEntry on cluster ${name} in us-east-1 (InvalidParameterException, status 400)`,
    });
  });

  test.each([
    ["no entry", {}, "accessEntry"],
    [
      "groups that are no texts",
      { accessEntry: { kubernetesGroups: [{ canary: 1 }] } },
      "accessEntry.kubernetesGroups.0",
    ],
  ])("is malformed with %s", async (_, answer, field) => {
    aws.fail("eks:DescribeAccessEntry", answering(answer));
    expect(await failureOf(api.findAccessEntry("prod", principalArn))).toMatchObject({
      kind: "malformed",
      message: expect.stringMatching(new RegExp(`: ${field}$`)),
    });
  });
});

describe("EKS", () => {
  test.each([
    ["DescribeCluster", () => api.describeCluster("prod")],
    ["DescribeAccessEntry", () => api.findAccessEntry("prod", principalArn)],
    ["CreateAccessEntry", () => api.createAccessEntry("prod", entry)],
    ["DeleteAccessEntry", () => api.deleteAccessEntry("prod", principalArn)],
  ])("that denies %s is an error that says what must allow it", async (action, use) => {
    aws.deny(`eks:${action}`);
    const error = await failureOf(use());
    aws.allow(`eks:${action}`);
    expect(error).toMatchObject({
      kind: "denied",
      message: `AWS denied eks:${action} on cluster prod in us-east-1 to arn:aws:iam::123456789012:user/tests`,
      hint: `Allow eks:${action} on cluster prod in a policy of arn:aws:iam::123456789012:user/tests.`,
    });
  });

  test("is asked again when the connection breaks", async () => {
    const name = newCluster();
    aws.fail("eks:DescribeCluster", faults.reset, { times: 1 });
    await expect(api.describeCluster(name)).resolves.toMatchObject({ name });
  });
});

/** Every test has a cluster of its own. */
function newCluster(
  options: Parameters<FakeAws["eks"]["createCluster"]>[1] = { authenticationMode: "API" },
) {
  clusters += 1;
  const name = `cluster-${clusters}`;
  aws.eks.createCluster(name, { endpoint, ca, ...options });
  return name;
}

/** What a call fails with, which quotes nothing of an answer. */
async function failureOf(call: Promise<unknown>): Promise<AwsError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AwsError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  return error as AwsError;
}
