import { clusterRecordsContract } from "./aws-cluster-records.ts";
import { startFakeTarget } from "./aws-fake.ts";

clusterRecordsContract("fake", () => startFakeTarget([]));
