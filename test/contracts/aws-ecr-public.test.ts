import { ecrPublicContract } from "./aws-ecr-public.ts";
import { startFakeTarget } from "./aws-fake.ts";

ecrPublicContract("fake", () => startFakeTarget([]));
