import { startRegistries } from "../fakes/registry/registries.ts";
import { registryContract } from "./registry.ts";

registryContract("the fake ECR", async () => {
  const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
  const registries = await startRegistries([host]);
  const { exchanges, close } = registries;
  const ecr = registries.addEcr(host);
  const password = "of-the-contract";
  ecr.accept((given) => given === password);
  const push = async (repository: string) => ecr.push(repository, "latest");
  return { host, exchanges, password, push, close };
});
