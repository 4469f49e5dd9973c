import { secretNames } from "../contestants/renewal.ts";

/**
 * The one account that all contestants run as. Never an admin: those are exempt from the server's
 * flow control. Its rights are pinned to the contestants' secret names, as the program's own are;
 * `get` and `update` are what the stock client needs.
 */
export const benchAccount = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: bench, namespace: kube-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: bench }
rules:
  - { apiGroups: [""], resources: [namespaces], verbs: [list] }
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [${Object.values(secretNames).join(", ")}]
    verbs: [list, get, create, patch, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: bench }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: bench }
subjects: [{ kind: ServiceAccount, name: bench, namespace: kube-system }]
`;

export const benchUser = "system:serviceaccount:kube-system:bench";
