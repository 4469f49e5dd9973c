/**
 * What this program relies on in Lambda, said with the SDK that it uses. The emulator has
 * no error types, and takes a payload that isn't JSON for an empty one.
 */
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assume, type ContractTarget, clientConfig } from "./aws-target.ts";

/** What `contractFunction` does with an event; `name` is how it is deployed. */
export interface LambdaTarget extends ContractTarget {
  readonly functionName: string;
  /** What it runs as. */
  readonly functionRoleArn: string;
}

/** The source of the function that a target deploys as `functionName`. */
export const contractFunction = `
export async function handler(event, context) {
  if (event.fail) throw new RangeError(event.fail);
  if (event.nothing) return;
  return { event, name: context.functionName, hasTime: context.getRemainingTimeInMillis() > 0 };
}
`;

export function lambdaContract(name: string, start: () => Promise<LambdaTarget>): void {
  describe(`Lambda: ${name}`, () => {
    let target: LambdaTarget;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target?.close());

    function invoke(
      payload: unknown,
      input: Partial<InvokeCommandInput> = {},
      credentials = target.credentials,
    ) {
      const Payload = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
      const command = new InvokeCommand({ FunctionName: target.functionName, Payload, ...input });
      return new LambdaClient(clientConfig(target, { credentials })).send(command);
    }

    function payloadOf({ Payload }: { readonly Payload?: Uint8Array }): unknown {
      return JSON.parse(Buffer.from(Payload ?? []).toString());
    }

    test("answers what the function returns", async () => {
      const answer = await invoke({ cluster: "prod-eu", mode: "plan" });
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(answer.FunctionError).toBeUndefined();
      expect(payloadOf(answer)).toEqual({
        event: { cluster: "prod-eu", mode: "plan" },
        name: target.functionName,
        hasTime: true,
      });
    });

    test("answers null for a function that returns nothing", async () => {
      expect(payloadOf(await invoke({ nothing: true }))).toBeNull();
    });

    test("finds a function by its ARN", async () => {
      const { region, account, functionName } = target;
      const FunctionName = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
      expect(await invoke({}, { FunctionName })).toMatchObject({ StatusCode: 200 });
    });

    test("answers success, and the error, for a function that throws", async () => {
      const answer = await invoke({ fail: "out of reach" });
      expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
      expect(payloadOf(answer)).toMatchObject({ errorMessage: "out of reach" });
    });

    test("answers at once, and nothing, for an event", async () => {
      const answer = await invoke({}, { InvocationType: "Event" });
      expect(answer.StatusCode).toBe(202);
      expect(Buffer.from(answer.Payload ?? []).toString()).toBe("");
    });

    test("doesn't find a function that isn't there", async () => {
      await expect(invoke({}, { FunctionName: "nowhere" })).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: expect.stringMatching(/^Function not found: arn:aws:lambda:.*:function:nowhere$/),
      });
    });

    describe("GetFunctionConfiguration", () => {
      const configurationOf = (FunctionName: string, credentials = target.credentials) =>
        new LambdaClient(clientConfig(target, { credentials })).send(
          new GetFunctionConfigurationCommand({ FunctionName }),
        );

      test("answers the role that a function runs as", async () => {
        const { region, account, functionName, functionRoleArn } = target;
        expect(await configurationOf(functionName)).toMatchObject({
          FunctionName: functionName,
          FunctionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
          Role: functionRoleArn,
        });
      });

      test("doesn't find a function that isn't there", async () => {
        await expect(configurationOf("nowhere")).rejects.toMatchObject({
          name: "ResourceNotFoundException",
        });
      });

      test("is denied to a role without the right, naming action and principal", async () => {
        const session = await assume(target, target.powerlessRoleArn);
        await expect(configurationOf(target.functionName, session)).rejects.toMatchObject({
          name: "AccessDeniedException",
          message: expect.stringMatching(
            /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: lambda:GetFunctionConfiguration /,
          ),
        });
      });
    });

    test("is denied to a role without the right, naming action and principal", async () => {
      const session = await assume(target, target.powerlessRoleArn);
      await expect(invoke({}, {}, session)).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringMatching(
          /^User: arn:aws:sts::\d{12}:assumed-role\/\S+\/contract is not authorized to perform: lambda:InvokeFunction /,
        ),
      });
    });
  });
}
