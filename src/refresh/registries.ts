/** What each credential in a secret opens: the config's registries, resolved for one owner. Pure. */
import type { SecretFormat } from "../config/secret-format.ts";
import type {
  EcrPublicRegistryConfig,
  EcrRegistryConfig,
  EndpointFamily,
  RegistryConfig,
  StaticRegistryConfig,
} from "../config/stage-config.ts";
import type { MintError } from "../errors.ts";
import { digest } from "../pull-secrets/digest.ts";

const maxSessionName = 64;

/** One account's private registry in one region. Its token comes from (roleArn, region). */
export interface EcrRegistry {
  readonly type: "ecr";
  /** `<account>.dkr.ecr.<region>`: names it in annotations, reports and logs. */
  readonly key: string;
  readonly account: string;
  readonly region: string;
  /** Undefined: the caller's own credentials. */
  readonly roleArn: string | undefined;
  readonly endpoints: readonly EndpointFamily[];
  /** Digest of everything that decides where the credential comes from. */
  readonly source: string;
}

/** Two names of one registry. */
export const ecrPublicHosts = ["public.ecr.aws", "ecr-public.aws.com"];

/** public.ecr.aws, behind one token of us-east-1. */
export interface EcrPublicRegistry {
  readonly type: "ecr-public";
  readonly key: string;
  readonly roleArn: string | undefined;
  readonly source: string;
}

/** Any registry, with a login that is kept in Secrets Manager. */
export interface StaticRegistry {
  readonly type: "static";
  /** The host as the config writes it. */
  readonly key: string;
  readonly host: string;
  readonly secretId: string;
  /** Undefined: it is in the secret. Given, the whole secret is the password. */
  readonly username: string | undefined;
  /** The kept secret's version that this sweep goes by; undefined until it is known. */
  readonly version: string | undefined;
  /** With the version in it: a new one counts as another source. */
  readonly source: string;
  /** Why the version can't be known: what is in the cluster stays as it is. */
  readonly unresolved?: MintError;
}

/** AWS itself, as a role: what the format awsCredentials holds in a registry's place. */
export interface AwsRole {
  readonly type: "aws-role";
  /** The role's ARN. */
  readonly key: string;
  readonly roleArn: string;
  /** Names the cluster in CloudTrail, 2 to 64 characters. */
  readonly sessionName: string;
  /** JSON */
  readonly sessionPolicy: string | undefined;
  readonly source: string;
}

/** What one credential in a secret opens. */
export type Registry = EcrRegistry | EcrPublicRegistry | StaticRegistry | AwsRole;

/** Who is asked for what the config leaves open. */
interface Account {
  readonly account: string;
}

export function registriesOf(config: RegistryConfig, owner: Account): Registry[] {
  switch (config.type) {
    case "ecr":
      return ecrRegistries(config, owner);
    case "ecr-public":
      return [ecrPublicRegistry(config)];
    case "static":
      return [staticRegistry(config, undefined)];
  }
}

/** One registry per account; without `accounts`, the account that the credentials belong to. */
function ecrRegistries(config: EcrRegistryConfig, owner: Account): EcrRegistry[] {
  const { region, roleArn, endpoints } = config;
  const accounts = config.accounts ?? [accountOfRole(roleArn) ?? owner.account];
  return accounts.map((account) => ({
    type: "ecr",
    key: `${account}.dkr.ecr.${region}`,
    account,
    region,
    roleArn,
    endpoints,
    source: digest(["ecr", account, region, roleArn ?? null, endpoints]),
  }));
}

function ecrPublicRegistry({ type, roleArn }: EcrPublicRegistryConfig): EcrPublicRegistry {
  return { type, key: "public.ecr.aws", roleArn, source: digest([type, roleArn ?? null]) };
}

/** @param version undefined: not known, which is never what a secret's stamp says */
export function staticRegistry(
  { type, host, secretId, username }: Omit<StaticRegistryConfig, "kmsKeyArn">,
  version: string | undefined,
): StaticRegistry {
  const source = digest([type, host, secretId, username ?? null, version ?? null]);
  return { type, key: host, host, secretId, username, version, source };
}

/** What the format itself asks for. */
export function awsRoles(format: SecretFormat, cluster: string): AwsRole[] {
  if (format.type !== "awsCredentials") return [];
  const { roleArn, sessionPolicy } = format;
  const sessionName = sessionNameOf(cluster);
  const source = digest(["aws-role", roleArn, sessionPolicy ?? null, sessionName]);
  return [{ type: "aws-role", key: roleArn, roleArn, sessionName, sessionPolicy, source }];
}

/**
 * Says in CloudTrail for which cluster a session was made: 2 to 64 characters, and a cluster's name
 * may have 100.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
function sessionNameOf(cluster: string): string {
  const name = `ecr-pull-secrets-${cluster}`;
  if (name.length <= maxSessionName) return name;
  const ending = `-${digest(cluster).slice(0, 8)}`;
  return name.slice(0, maxSessionName - ending.length) + ending;
}

/** `arn:aws:iam::<account>:role/<name>`: the config's schema has checked it. */
function accountOfRole(roleArn: string | undefined): string | undefined {
  return roleArn?.split(":")[4];
}
