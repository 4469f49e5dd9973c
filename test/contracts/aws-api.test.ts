import { awsApiContract } from "./aws-api.ts";
import { startFakeTarget } from "./aws-fake.ts";

awsApiContract("fake", () => startFakeTarget(["ecr:GetAuthorizationToken"]));
