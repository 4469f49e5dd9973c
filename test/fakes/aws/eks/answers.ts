/** Clusters and access entries, as the fake's EKS shows them. */
import type { Cluster, Entry } from "./clusters.ts";

export function describeCluster({ name, arn, endpoint, ca, version = "1.33", ...rest }: Cluster) {
  const { status = "ACTIVE", authenticationMode } = rest;
  return {
    name,
    arn,
    version,
    status,
    endpoint,
    certificateAuthority: ca === undefined ? {} : { data: Buffer.from(ca).toString("base64") },
    accessConfig: authenticationMode && { authenticationMode },
  };
}

export function describeEntry(
  cluster: Cluster,
  { principalArn, groups, username, tags, id }: Entry,
) {
  return {
    clusterName: cluster.name,
    principalArn,
    kubernetesGroups: groups,
    username,
    tags,
    type: "STANDARD",
    accessEntryArn: `${entryArn(cluster.arn, principalArn)}/${id}`,
  };
}

/** `arn:aws:eks:<region>:<account>:access-entry/<cluster>/role/<its account>/<its name>` */
export function entryArn(clusterArn: string, principalArn: string): string {
  const [, , , , account, resource = ""] = principalArn.split(":");
  const [kind, ...path] = resource.split("/");
  const entry = clusterArn.replace(":cluster/", ":access-entry/");
  return `${entry}/${kind}/${account}/${path.at(-1)}`;
}
