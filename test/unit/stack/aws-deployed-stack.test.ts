import { setTimeout as delay } from "node:timers/promises";
import { inspect } from "node:util";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { AwsError, type UserError } from "../../../src/errors.ts";
import { createDeployedStack } from "../../../src/stack/aws-deployed-stack.ts";
import { defaultAnswerTimeoutMs } from "../../../src/stack/invoke-function.ts";
import { refreshTimeoutSeconds } from "../../../src/stack/limits.ts";
import { StackError } from "../../../src/stack/stack-error.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, type Fault, faults } from "../../fakes/aws/faults.ts";

const region = "us-east-1";
const refresh = "ecr-pull-secrets-dev-refresh";
const canary = "canary-of-the-function";
let aws: FakeAws;
/** What the refresh function does; every test may say otherwise. */
let handle: (event: unknown) => unknown;
let invocations: unknown[];
const stack = () => newStack();

beforeAll(async () => {
  aws = await startAws();
  for (const [variable, value] of Object.entries(aws.environment)) {
    vi.stubEnv(variable, value);
  }
  aws.registerFunction(refresh, (event: unknown) => {
    invocations.push(event);
    return handle(event);
  });
  aws.rules.put("ecr-pull-secrets-dev-dispatch");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

beforeEach(() => {
  invocations = [];
  handle = () => ({ outcome: "ok" });
});

afterEach(() => aws.heal());

describe("a stage that is deployed", () => {
  test("has a refresh function, and the role that it runs as", async () => {
    await expect(stack().refreshFunction()).resolves.toEqual({
      name: refresh,
      roleArn: `arn:aws:iam::123456789012:role/${refresh}`,
    });
  });

  test.each([
    ["ENABLED", "enabled"],
    ["ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "enabled"],
    ["DISABLED", "disabled"],
  ] as const)("has a schedule, which is %s", async (state, expected) => {
    aws.rules.put("ecr-pull-secrets-prod-dispatch", state);
    await expect(newStack("prod").schedule()).resolves.toBe(expected);
  });

  test("has dead letters, also those that somebody looks at", async () => {
    const { url } = aws.queues.create("ecr-pull-secrets-dev-refresh-dlq.fifo");
    await expect(stack().deadLetters()).resolves.toBe(0);
    aws.queues.send(url, "first");
    aws.queues.send(url, "second");
    await new SQSClient({ region }).send(new ReceiveMessageCommand({ QueueUrl: url }));
    await expect(stack().deadLetters()).resolves.toBe(2);
  });
});

describe("a stage that isn't deployed", () => {
  test("to this region has no function here", async () => {
    const name = "ecr-pull-secrets-elsewhere-refresh";
    aws.registerFunction(name, () => null, { region: "eu-west-1" });
    await expect(newStack("elsewhere").refreshFunction()).resolves.toBeUndefined();
    const there = newStack("elsewhere", { region: "eu-west-1" });
    await expect(there.refreshFunction()).resolves.toMatchObject({ name });
  });

  test.each(["staging", "with.dot", "long".repeat(20), "", "../dev"])(
    "has nothing: %j",
    async (stage) => {
      const it = newStack(stage);
      await expect(it.refreshFunction()).resolves.toBeUndefined();
      await expect(it.schedule()).resolves.toBeUndefined();
      await expect(it.deadLetters()).resolves.toBeUndefined();
    },
  );

  test("can't be asked, and the error says how to deploy it", async () => {
    expect(await failureOf(newStack("staging").ask("prod-eu", "plan"))).toMatchObject({
      name: "StackError",
      message:
        "the function ecr-pull-secrets-staging-refresh in us-east-1 isn't there: the stage isn't deployed to that region",
      hint: "Deploy it: npx serverless deploy --stage staging --region us-east-1",
    });
  });

  test("and never can be, has an error that says what can", async () => {
    const before = aws.requests.length;
    expect(await failureOf(newStack("with.dot").ask("prod-eu", "plan"))).toMatchObject({
      name: "StackError",
      message: 'no stage called "with.dot" can be deployed to us-east-1',
      hint: "Use up to 28 letters, digits and hyphens.",
    });
    expect(aws.requests.length).toBe(before);
  });
});

describe("the refresh function", () => {
  test.each(["sweep", "plan", "status", "check"] as const)(
    "is asked to %s one cluster, once, and its answer is what it returned",
    async (mode) => {
      handle = (event) => ({ event, at: [1, null, "é"] });
      await expect(stack().ask("prod-eu", mode)).resolves.toEqual({
        event: { cluster: "prod-eu", mode },
        at: [1, null, "é"],
      });
      expect(invocations).toHaveLength(1);
    },
  );

  test("is waited for longer than other calls to AWS, and than it may run", async () => {
    const timeouts = { connectMs: 2_000, requestMs: 20 };
    const session = createAwsSession({ region, name: "test", timeouts });
    handle = () => delay(100, "slow");
    await expect(newStack("dev", { session }).ask("prod-eu", "sweep")).resolves.toBe("slow");
    expect(defaultAnswerTimeoutMs).toBeGreaterThan(refreshTimeoutSeconds * 1_000);
  });

  test("that breaks is named with its error's type and where its log is, and not a word more", async () => {
    handle = () => {
      throw new RangeError(canary);
    };
    expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
      name: "StackError",
      message: `the function ${refresh} in us-east-1 broke (RangeError)`,
      hint: `check, plan, refresh and status work without it: --local. Its log says why: aws logs tail /aws/lambda/${refresh} --since 15m --region us-east-1`,
    });
    expect(invocations).toHaveLength(1);
  });

  test("that is older than this program is to be deployed again", async () => {
    handle = () => {
      throw Object.assign(new Error(canary), { name: "RefreshEventError" });
    };
    expect(await failureOf(stack().ask("prod-eu", "check"))).toMatchObject({
      message: `the function ${refresh} in us-east-1 doesn't know the mode "check": it is an older version`,
      hint: "Deploy it: npx serverless deploy --stage dev --region us-east-1",
    });
    expect(await failureOf(stack().ask("prod-eu", "check", "nginx"))).toMatchObject({
      message: `the function ${refresh} in us-east-1 doesn't know how to check an image: it is an older version`,
      hint: "Deploy it: npx serverless deploy --stage dev --region us-east-1",
    });
  });

  test.each([
    {
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: 1",
    },
    { errorMessage: "2026-03-01T12:00:00.000Z 1 Task timed out after 90.09 seconds" },
  ])("that ran out of time says so: %o", async (failure) => {
    aws.fail("lambda:Invoke", broken(JSON.stringify(failure)));
    expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
      name: "StackError",
      message: `the function ${refresh} in us-east-1 ran out of time`,
    });
  });

  test.each([
    ["no type", JSON.stringify({ errorMessage: canary })],
    ["a hostile type", JSON.stringify({ errorType: `${canary}\u001b[2J`, errorMessage: "" })],
    ["a type that is no text", JSON.stringify({ errorType: { canary } })],
    ["nothing", "null"],
  ])("that breaks with %s is still named", async (_, payload) => {
    aws.fail("lambda:Invoke", broken(payload));
    expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
      message: `the function ${refresh} in us-east-1 broke (an error without a type)`,
    });
  });

  test("that gives no answer in time isn't asked again: it may still be at work", async () => {
    aws.fail("lambda:Invoke", faults.hang);
    const before = aws.count("lambda:Invoke");
    expect(
      await failureOf(newStack("dev", { answerTimeoutMs: 50 }).ask("prod-eu", "sweep")),
    ).toMatchObject({
      name: "StackError",
      message: `the function ${refresh} in us-east-1 gave no answer within 0.05 s; it may still be at work`,
    });
    expect(aws.count("lambda:Invoke")).toBe(before + 1);
  });

  test.each([
    ["breaks off", faults.reset],
    ["breaks off when it is done", faults.lostAnswer],
  ])("whose connection %s isn't asked again", async (_, fault) => {
    aws.fail("lambda:Invoke", fault);
    const before = aws.count("lambda:Invoke");
    expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
      name: "StackError",
      message: `the connection to the function ${refresh} in us-east-1 broke before it answered; it may still be at work`,
    });
    expect(aws.count("lambda:Invoke")).toBe(before + 1);
  });

  test("that Lambda fails to run isn't asked again", async () => {
    aws.fail("lambda:Invoke", faults.serverError);
    const before = aws.count("lambda:Invoke");
    expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
      name: "AwsError",
      kind: "unreachable",
    });
    expect(aws.count("lambda:Invoke")).toBe(before + 1);
  });

  test("is asked again, after a pause, while too many functions run", async () => {
    aws.fail("lambda:Invoke", faults.throttling, { times: 2 });
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(ms);
    await expect(newStack("dev", { sleep }).ask("prod-eu", "sweep")).resolves.toEqual({
      outcome: "ok",
    });
    expect(pauses).toEqual([1_000, 2_000]);
  });

  test("is given up after four attempts while too many functions run", async () => {
    aws.fail("lambda:Invoke", faults.throttling);
    const before = aws.count("lambda:Invoke");
    const patient = newStack("dev", { sleep: async () => undefined });
    expect(await failureOf(patient.ask("prod-eu", "sweep"))).toMatchObject({ kind: "throttled" });
    expect(aws.count("lambda:Invoke")).toBe(before + 4);
  });

  test.each([
    [
      "a page of a proxy",
      { kind: "reply", reply: { status: 200, contentType: "text/html", body: canary } },
    ],
    [
      "nothing",
      { kind: "reply", reply: { status: 200, contentType: "application/json", body: "" } },
    ],
  ] satisfies [string, Fault][])(
    "that answers %s in place of JSON is malformed",
    async (_, fault) => {
      aws.fail("lambda:Invoke", fault);
      expect(await failureOf(stack().ask("prod-eu", "sweep"))).toMatchObject({
        name: "AwsError",
        kind: "malformed",
      });
    },
  );
});

describe("AWS", () => {
  test.each([
    ["lambda:GetFunctionConfiguration", `function ${refresh}`, () => stack().refreshFunction()],
    ["lambda:InvokeFunction", `function ${refresh}`, () => stack().ask("prod-eu", "plan")],
    ["events:DescribeRule", "rule ecr-pull-secrets-dev-dispatch", () => stack().schedule()],
    ["sqs:GetQueueUrl", "queue ecr-pull-secrets-dev-refresh-dlq.fifo", () => stack().deadLetters()],
    [
      "sqs:GetQueueAttributes",
      "queue ecr-pull-secrets-dev-refresh-dlq.fifo",
      () => stack().deadLetters(),
    ],
  ])("that denies %s is an error that says what must allow it", async (action, resource, ask) => {
    aws.deny(action);
    const error = await failureOf(ask());
    aws.allow(action);
    expect(error).toMatchObject({
      name: "AwsError",
      kind: "denied",
      message: `AWS denied ${action} on ${resource} in us-east-1 to arn:aws:iam::123456789012:user/tests`,
      hint: `Allow ${action} on ${resource} in a policy of arn:aws:iam::123456789012:user/tests.`,
    });
  });

  test.each([
    [
      "lambda:GetFunctionConfiguration",
      { FunctionName: refresh, Role: canary },
      "Role",
      () => stack().refreshFunction(),
    ],
    ["events:DescribeRule", { State: canary }, "State", () => stack().schedule()],
    ["sqs:GetQueueUrl", { QueueUrl: canary }, "QueueUrl", () => stack().deadLetters()],
    [
      "sqs:GetQueueAttributes",
      {
        Attributes: {
          ApproximateNumberOfMessages: "-1",
          ApproximateNumberOfMessagesNotVisible: "0",
        },
      },
      "Attributes.ApproximateNumberOfMessages",
      () => stack().deadLetters(),
    ],
  ])("that answers %s with nonsense is malformed", async (action, answer, field, ask) => {
    aws.fail(action, answering(answer));
    expect(await failureOf(ask())).toMatchObject({
      kind: "malformed",
      message: expect.stringMatching(new RegExp(`lacks what AWS always sends: ${field}$`)),
    });
  });
});

function newStack(stage = "dev", options: Partial<Parameters<typeof createDeployedStack>[0]> = {}) {
  const session = createAwsSession({ region, name: "test" });
  return createDeployedStack({ session, region, stage, ...options });
}

/** The answer of a function that broke. */
function broken(body: string): Fault {
  const headers = { "x-amz-function-error": "Unhandled" };
  return { kind: "reply", reply: { status: 200, contentType: "application/json", body, headers } };
}

/** What a call fails with, which quotes nothing of an answer. */
async function failureOf(call: Promise<unknown>): Promise<AwsError | UserError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error instanceof AwsError || error instanceof StackError).toBe(true);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  return error as AwsError | UserError;
}
