import { startFakeTarget } from "./aws-fake.ts";
import { keptSecretsContract } from "./aws-kept-secrets.ts";

keptSecretsContract("fake", () => startFakeTarget([]));
