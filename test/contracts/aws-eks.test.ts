import { eksContract } from "./aws-eks.ts";
import { startFakeTarget } from "./aws-fake.ts";

eksContract("fake", async () => {
  const target = await startFakeTarget(["eks:DescribeCluster", "eks:CreateAccessEntry"]);
  const createCluster = async (name: string) =>
    target.aws.eks.createCluster(name, {
      endpoint: "https://127.0.0.1",
      authenticationMode: "API",
    });
  return { ...target, createCluster };
});
