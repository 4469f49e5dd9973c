import { startFakeTarget } from "./aws-fake.ts";
import { contractFunction, lambdaContract } from "./aws-lambda.ts";

lambdaContract("fake", async () => {
  const target = await startFakeTarget([
    "lambda:InvokeFunction",
    "lambda:GetFunctionConfiguration",
  ]);
  const source = `data:text/javascript,${encodeURIComponent(contractFunction)}`;
  const { handler } = await import(source);
  const functionName = "contract";
  const functionRoleArn = "arn:aws:iam::123456789012:role/contract";
  target.aws.registerFunction(functionName, handler, { role: functionRoleArn });
  return { ...target, functionName, functionRoleArn };
});
