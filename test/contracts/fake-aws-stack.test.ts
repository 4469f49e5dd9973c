/** What the fake's EventBridge, EKS and Lambda do beyond the shared contracts: AWS's limits. */
import {
  CreateAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  UpdateAccessEntryCommand,
} from "@aws-sdk/client-eks";
import {
  DescribeRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type FakeAws, startAws } from "../fakes/aws/aws.ts";
import { faults, meanwhile } from "../fakes/aws/faults.ts";

let aws: FakeAws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());
afterEach(() => aws.heal());

const config = (region = aws.region) => ({
  endpoint: aws.endpoint,
  credentials: aws.credentials,
  region,
  maxAttempts: 1,
});

describe("EventBridge", () => {
  const client = (region?: string) => new EventBridgeClient(config(region));

  test.each(["", "a".repeat(65), "a/b"])("refuses to call a rule %j", async (Name) => {
    const command = new PutRuleCommand({ Name, ScheduleExpression: "rate(1 minute)" });
    await expect(client().send(command)).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("refuses a rule that nothing fires", async () => {
    const command = new PutRuleCommand({ Name: "idle" });
    await expect(client().send(command)).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("makes rules in this process, in one region", async () => {
    aws.rules.put("ours", "DISABLED");
    const describeRule = new DescribeRuleCommand({ Name: "ours" });
    await expect(client().send(describeRule)).resolves.toMatchObject({ State: "DISABLED" });
    await expect(client("eu-west-1").send(describeRule)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("EKS", () => {
  const client = (region?: string) => new EKSClient(config(region));
  const role = "arn:aws:iam::123456789012:role/path/to/refresh";
  const createEntry = (clusterName: string, entry: object) =>
    client().send(new CreateAccessEntryCommand({ clusterName, principalArn: role, ...entry }));

  test("has clusters in one region", async () => {
    aws.eks.createCluster("one", { endpoint: "https://one.example", ca: "PEM" });
    const describeCluster = new DescribeClusterCommand({ name: "one" });
    const { cluster } = await client().send(describeCluster);
    expect(cluster).toMatchObject({
      endpoint: "https://one.example",
      certificateAuthority: { data: "UEVN" },
    });
    expect(cluster?.accessConfig).toBeUndefined();
    await expect(client("eu-west-1").send(describeCluster)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test.each(["CONFIG_MAP", undefined] as const)(
    "refuses entries where the mode is %s",
    async (mode) => {
      aws.eks.createCluster("old", mode && { authenticationMode: mode });
      const find = new DescribeAccessEntryCommand({ clusterName: "old", principalArn: role });
      for (const ask of [() => createEntry("old", {}), () => client().send(find)]) {
        await expect(ask()).rejects.toMatchObject({
          name: "InvalidRequestException",
          message: expect.stringContaining("authentication mode must be set to one of"),
        });
      }
    },
  );

  test.each([
    "arn:aws:sts::123456789012:assumed-role/refresh/session",
    "arn:aws:iam::123456789012:group/people",
    "refresh",
  ])("refuses an entry for %s", async (principalArn) => {
    aws.eks.createCluster("ours", { authenticationMode: "API" });
    await expect(createEntry("ours", { principalArn })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  test.each(["system:masters", "eks:x", "aws:x", "amazon:x", "iam:x"])(
    "refuses the group %s, also later",
    async (group) => {
      aws.eks.createCluster("ours", { authenticationMode: "API" });
      const kubernetesGroups = [group];
      await expect(createEntry("ours", { kubernetesGroups })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      await createEntry("ours", {});
      const place = { clusterName: "ours", principalArn: role };
      const update = new UpdateAccessEntryCommand({ ...place, kubernetesGroups });
      await expect(client().send(update)).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      expect(aws.eks.entriesOf("ours").get(role)?.groups).toEqual([]);
    },
  );

  test.each([
    [role, "arn:aws:sts::123456789012:assumed-role/refresh/{{SessionName}}"],
    ["arn:aws:iam::123456789012:user/ci", "arn:aws:iam::123456789012:user/ci"],
  ])("names the user that %s is", async (principalArn, username) => {
    aws.eks.createCluster("ours", { authenticationMode: "API" });
    const { accessEntry } = await createEntry("ours", { principalArn });
    expect(accessEntry?.username).toBe(username);
  });

  test("fails on demand", async () => {
    aws.eks.createCluster("ours");
    aws.fail("eks:DescribeCluster", faults.throttling, { times: 1 });
    const ask = () => client().send(new DescribeClusterCommand({ name: "ours" }));
    await expect(ask()).rejects.toMatchObject({ name: "ThrottlingException" });
    await expect(ask()).resolves.toMatchObject({ cluster: { name: "ours" } });
  });

  test("lets something else happen before it answers", async () => {
    const create = () => aws.eks.createCluster("late");
    aws.fail("eks:DescribeCluster", meanwhile(create), { times: 1 });
    const ask = client().send(new DescribeClusterCommand({ name: "late" }));
    await expect(ask).resolves.toMatchObject({ cluster: { name: "late" } });
  });
});

describe("Lambda", () => {
  test("says of a function what role it has, and where it is", async () => {
    aws.registerFunction("everywhere", () => null);
    aws.registerFunction("here", () => null, { region: aws.region, role: "arn:here" });
    const ask = (FunctionName: string, region?: string) =>
      new LambdaClient(config(region)).send(new GetFunctionConfigurationCommand({ FunctionName }));
    await expect(ask("everywhere", "eu-west-1")).resolves.toMatchObject({
      Role: "arn:aws:iam::123456789012:role/everywhere",
    });
    await expect(ask("here")).resolves.toMatchObject({ Role: "arn:here" });
    await expect(ask("here", "eu-west-1")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
