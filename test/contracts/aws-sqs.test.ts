import { startFakeTarget } from "./aws-fake.ts";
import { sqsContract } from "./aws-sqs.ts";

sqsContract("fake", () => startFakeTarget(["sqs:SendMessage"]));
