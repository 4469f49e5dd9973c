/**
 * What a Kubernetes API server does, as far as this program and its tests can see. The suite runs on
 * the fake and on a real kube-apiserver: where they differ, the fake is wrong.
 */
import { afterAll, beforeAll, describe } from "vitest";
import { accessContract } from "./kubernetes-api/access.ts";
import { applyContract } from "./kubernetes-api/apply.ts";
import { computedRightsContract } from "./kubernetes-api/computed-rights.ts";
import { createContext } from "./kubernetes-api/context.ts";
import { controllerContract } from "./kubernetes-api/controllers.ts";
import { deleteContract } from "./kubernetes-api/delete.ts";
import { discoveryContract } from "./kubernetes-api/discovery.ts";
import { escalationContract } from "./kubernetes-api/escalation.ts";
import { kindContract } from "./kubernetes-api/kinds.ts";
import { listContract } from "./kubernetes-api/list.ts";
import { namespaceContract } from "./kubernetes-api/namespaces.ts";
import { ownershipContract } from "./kubernetes-api/ownership.ts";
import { policyContract } from "./kubernetes-api/policies.ts";
import { policyExpressionContract } from "./kubernetes-api/policy-expressions.ts";
import { policyObjectContract } from "./kubernetes-api/policy-objects.ts";
import { protocolContract } from "./kubernetes-api/protocol.ts";
import { rbacObjectContract } from "./kubernetes-api/rbac-objects.ts";
import { reviewContract } from "./kubernetes-api/reviews.ts";
import { serviceAccountContract } from "./kubernetes-api/service-accounts.ts";
import { updateContract } from "./kubernetes-api/update.ts";
import { validationContract } from "./kubernetes-api/validation.ts";
import { workloadContract } from "./kubernetes-api/workloads.ts";
import type { ContractTarget } from "./kubernetes-target.ts";

export function kubernetesApiContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(name, () => {
    const context = createContext(start);
    beforeAll(context.start);
    afterAll(context.stop);
    applyContract(context);
    ownershipContract(context);
    validationContract(context);
    updateContract(context);
    deleteContract(context);
    listContract(context);
    namespaceContract(context);
    serviceAccountContract(context);
    accessContract(context);
    kindContract(context);
    workloadContract(context);
    reviewContract(context);
    discoveryContract(context);
    rbacObjectContract(context);
    escalationContract(context);
    policyObjectContract(context);
    policyExpressionContract(context);
    policyContract(context);
    computedRightsContract(context);
    protocolContract(context);
  });
}

/** Where a controller manager runs beside the API server. */
export function kubernetesControllerContract(
  name: string,
  start: () => Promise<ContractTarget>,
): void {
  describe(name, () => {
    const context = createContext(start);
    beforeAll(context.start);
    afterAll(context.stop);
    controllerContract(context);
  });
}
