/** Who minted a token, as policies name them. Pure. */

export interface Principal {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  readonly kind: "role" | "user" | "root";
  readonly name: string;
}

const principalArn =
  /^arn:(?<partition>aws[a-z-]{0,10}):(?<service>iam|sts)::(?<account>\d{12}):(?<what>root|user|role|assumed-role)(?<path>(?:\/[\w+=,.@-]{1,512}){0,20})$/;

/**
 * Undefined for what no policy can name. Of a session it is the role that counts; a role's path stands
 * in no session's ARN, and whoever has one puts it in.
 * @param arn as GetCallerIdentity tells it, or a role's
 */
export function principalOf(arn: string): Principal | undefined {
  const { partition, service, account, what, path } = principalArn.exec(arn)?.groups ?? {};
  if (partition === undefined || account === undefined) {
    return undefined;
  }
  const parts = (path ?? "").split("/").slice(1);
  const isSession = service === "sts" && what === "assumed-role" && parts.length === 2;
  if (isSession) {
    const [name = ""] = parts;
    const role = `arn:${partition}:iam::${account}:role/${name}`;
    return { arn: role, partition, account, kind: "role", name };
  }
  const name = parts.at(-1) ?? "root";
  return service === "iam" && (what === "role" || what === "user" || what === "root")
    ? { arn, partition, account, kind: what, name }
    : undefined;
}
