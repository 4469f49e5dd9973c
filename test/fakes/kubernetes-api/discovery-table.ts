/** What kube-apiserver 1.36 serves: more than the fake imitates, so that nothing real looks absent. */

/** `*`: the verbs of most resources. */
const all = "create delete deletecollection get list patch update watch";

interface ListedResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}

// Name, kind, N in a namespace or C cluster-wide, verbs.
const tables: Readonly<Record<string, string>> = {
  v1: `
    bindings Binding N create
    componentstatuses ComponentStatus C get list
    configmaps ConfigMap N *
    endpoints Endpoints N *
    events Event N *
    limitranges LimitRange N *
    namespaces Namespace C create delete get list patch update watch
    namespaces/finalize Namespace C update
    namespaces/status Namespace C get patch update
    nodes Node C *
    nodes/proxy NodeProxyOptions C create delete get patch update
    nodes/status Node C get patch update
    persistentvolumeclaims PersistentVolumeClaim N *
    persistentvolumeclaims/status PersistentVolumeClaim N get patch update
    persistentvolumes PersistentVolume C *
    persistentvolumes/status PersistentVolume C get patch update
    pods Pod N *
    pods/attach PodAttachOptions N create get
    pods/binding Binding N create
    pods/ephemeralcontainers Pod N get patch update
    pods/eviction Eviction N create
    pods/exec PodExecOptions N create get
    pods/log Pod N get
    pods/portforward PodPortForwardOptions N create get
    pods/proxy PodProxyOptions N create delete get patch update
    pods/resize Pod N get patch update
    pods/status Pod N get patch update
    podtemplates PodTemplate N *
    replicationcontrollers ReplicationController N *
    replicationcontrollers/scale Scale N get patch update
    replicationcontrollers/status ReplicationController N get patch update
    resourcequotas ResourceQuota N *
    resourcequotas/status ResourceQuota N get patch update
    secrets Secret N *
    serviceaccounts ServiceAccount N *
    serviceaccounts/token TokenRequest N create
    services Service N *
    services/proxy ServiceProxyOptions N create delete get patch update
    services/status Service N get patch update`,
  "apps/v1": `
    controllerrevisions ControllerRevision N *
    daemonsets DaemonSet N *
    daemonsets/status DaemonSet N get patch update
    deployments Deployment N *
    deployments/scale Scale N get patch update
    deployments/status Deployment N get patch update
    replicasets ReplicaSet N *
    replicasets/scale Scale N get patch update
    replicasets/status ReplicaSet N get patch update
    statefulsets StatefulSet N *
    statefulsets/scale Scale N get patch update
    statefulsets/status StatefulSet N get patch update`,
  "batch/v1": `
    cronjobs CronJob N *
    cronjobs/status CronJob N get patch update
    jobs Job N *
    jobs/status Job N get patch update`,
  "rbac.authorization.k8s.io/v1": `
    clusterrolebindings ClusterRoleBinding C *
    clusterroles ClusterRole C *
    rolebindings RoleBinding N *
    roles Role N *`,
  "admissionregistration.k8s.io/v1": `
    mutatingadmissionpolicies MutatingAdmissionPolicy C *
    mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding C *
    mutatingwebhookconfigurations MutatingWebhookConfiguration C *
    validatingadmissionpolicies ValidatingAdmissionPolicy C *
    validatingadmissionpolicies/status ValidatingAdmissionPolicy C get patch update
    validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C *
    validatingwebhookconfigurations ValidatingWebhookConfiguration C *`,
  "authentication.k8s.io/v1": `
    selfsubjectreviews SelfSubjectReview C create
    tokenreviews TokenReview C create`,
  "authorization.k8s.io/v1": `
    localsubjectaccessreviews LocalSubjectAccessReview N create
    selfsubjectaccessreviews SelfSubjectAccessReview C create
    selfsubjectrulesreviews SelfSubjectRulesReview C create
    subjectaccessreviews SubjectAccessReview C create`,
};

/** The newest version first. */
export const groups: ReadonlyMap<string, readonly string[]> = new Map([
  ["apiregistration.k8s.io", ["v1"]],
  ["apps", ["v1"]],
  ["events.k8s.io", ["v1"]],
  ["authentication.k8s.io", ["v1"]],
  ["authorization.k8s.io", ["v1"]],
  ["autoscaling", ["v2", "v1"]],
  ["batch", ["v1"]],
  ["certificates.k8s.io", ["v1"]],
  ["networking.k8s.io", ["v1"]],
  ["policy", ["v1"]],
  ["rbac.authorization.k8s.io", ["v1"]],
  ["storage.k8s.io", ["v1"]],
  ["admissionregistration.k8s.io", ["v1"]],
  ["apiextensions.k8s.io", ["v1"]],
  ["scheduling.k8s.io", ["v1"]],
  ["coordination.k8s.io", ["v1"]],
  ["node.k8s.io", ["v1"]],
  ["discovery.k8s.io", ["v1"]],
  ["resource.k8s.io", ["v1"]],
  ["flowcontrol.apiserver.k8s.io", ["v1"]],
]);

/** By group and version; one that isn't here isn't served, or the fake knows nothing of it. */
export const resourceLists: ReadonlyMap<string, readonly ListedResource[]> = new Map(
  Object.entries(tables).map(([name, table]) => [name, table.trim().split("\n").map(listed)]),
);

function listed(line: string): ListedResource {
  const [name = "", kind = "", scope, ...verbs] = line.trim().split(" ");
  return {
    name,
    singularName: name.includes("/") ? "" : kind.toLowerCase(),
    namespaced: scope === "N",
    kind,
    verbs: verbs[0] === "*" ? all.split(" ") : verbs,
  };
}
