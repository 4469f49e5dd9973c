/** What a Secret looks like, and what reads it. */

export type SecretFormat = DockerConfigJsonFormat | OpaqueFormat | AwsCredentialsFormat;

/** A pull secret as the kubelet reads it. */
export interface DockerConfigJsonFormat {
  readonly type: "dockerconfigjson";
  /** In every entry, for clients that want one; undefined: in none. */
  readonly email: string | undefined;
}

/** One registry's username and password, such as a registry in proxy mode takes from its environment. */
export interface OpaqueFormat {
  readonly type: "opaque";
  /** Key of the Secret's data that holds the username. */
  readonly username: string;
  /** Key that holds the password. */
  readonly password: string;
}

/** Short-lived AWS credentials for pods, as files that SDKs read anew when they expire. */
export interface AwsCredentialsFormat {
  readonly type: "awsCredentials";
  readonly roleArn: string;
  /** Written into the pods' `config`; undefined: the pods say themselves. */
  readonly region: string | undefined;
  /** JSON that narrows the role for these sessions; undefined: all that the role may. */
  readonly sessionPolicy: string | undefined;
  /** Where pods mount the secret: `config` names the file beside it. */
  readonly mountPath: string;
}

export const workloadKinds = ["deployment", "statefulset", "daemonset"] as const;

/** Something that reads a secret only at its start. */
export interface WorkloadRef {
  readonly kind: (typeof workloadKinds)[number];
  readonly name: string;
}

/** As the config writes it: `deployment/docker-registry`. */
export function formatWorkload({ kind, name }: WorkloadRef): string {
  return `${kind}/${name}`;
}
