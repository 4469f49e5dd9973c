/** EKS as registration needs it: where a cluster is, and who may enter it. */

export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly endpoint: URL;
  /** PEM */
  readonly ca: string;
  /** Of Kubernetes: `1.33` */
  readonly version: string;
  /** Only with the API there are access entries. */
  readonly authenticationMode: "API" | "API_AND_CONFIG_MAP" | "CONFIG_MAP";
}

/** Who an IAM principal is in the cluster. */
export interface AccessEntry {
  readonly groups: readonly string[];
  readonly username: string;
  /** AWS's, which say who made it. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface NewAccessEntry {
  readonly principalArn: string;
  readonly groups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Every method throws AwsError, and only that. */
export interface EksApi {
  /** Undefined: no such cluster in this account and region. */
  describeCluster(name: string): Promise<EksCluster | undefined>;
  /** Undefined: that principal has none. */
  findAccessEntry(cluster: string, principalArn: string): Promise<AccessEntry | undefined>;
  /** "exists": the principal has one by now, which is left as it is. */
  createAccessEntry(cluster: string, entry: NewAccessEntry): Promise<"created" | "exists">;
  /** Adds a group to an entry, and leaves the others. False: that principal has none. */
  addAccessGroup(cluster: string, principalArn: string, group: string): Promise<boolean>;
  /** False: there was none. */
  deleteAccessEntry(cluster: string, principalArn: string): Promise<boolean>;
}
