import { startFakeTarget } from "./aws-fake.ts";
import { contractFunction, lambdaContract } from "./aws-lambda.ts";

lambdaContract("fake", async () => {
  const target = await startFakeTarget(["lambda:InvokeFunction"]);
  const source = `data:text/javascript,${encodeURIComponent(contractFunction)}`;
  const { handler } = await import(source);
  const functionName = "contract";
  target.aws.registerFunction(functionName, handler);
  return { ...target, functionName };
});
