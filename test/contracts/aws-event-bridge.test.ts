import { eventBridgeContract } from "./aws-event-bridge.ts";
import { startFakeTarget } from "./aws-fake.ts";

eventBridgeContract("fake", () => startFakeTarget(["events:DescribeRule"]));
