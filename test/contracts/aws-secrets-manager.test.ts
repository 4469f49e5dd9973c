import { startFakeTarget } from "./aws-fake.ts";
import { secretsManagerContract } from "./aws-secrets-manager.ts";

secretsManagerContract("fake", () => startFakeTarget(["secretsmanager:GetSecretValue"]));
