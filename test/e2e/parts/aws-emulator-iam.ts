/** Roles and their rights in the AWS emulator. */
export interface EmulatorIam {
  /** A role that everybody may assume and that may call these actions on everything; its ARN. */
  createRole(name: string, allowedActions: readonly string[]): Promise<string>;
  /** Adds an inline policy with one statement, or replaces it. */
  putRolePolicy(role: string, policyName: string, statement: object): Promise<void>;
  deleteRolePolicy(role: string, policyName: string): Promise<void>;
  /** From now on, this statement alone says who may assume the role. */
  trust(role: string, statement: object): Promise<void>;
}

export interface EmulatorAccount {
  readonly emulatorUrl: string;
  readonly region: string;
  readonly account: string;
}

export function createIam(emulator: EmulatorAccount): EmulatorIam {
  const call = (parameters: Record<string, string>) => callIam(emulator, parameters);
  const putRolePolicy = (role: string, policyName: string, statement: object) =>
    call({
      Action: "PutRolePolicy",
      RoleName: role,
      PolicyName: policyName,
      PolicyDocument: policy(statement),
    });
  return {
    createRole: async (name, allowedActions) => {
      const trust = policy({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
      await call({ Action: "CreateRole", RoleName: name, AssumeRolePolicyDocument: trust });
      if (allowedActions.length > 0) {
        await putRolePolicy(name, "allowed", { Action: allowedActions, Resource: "*" });
      }
      return `arn:aws:iam::${emulator.account}:role/${name}`;
    },
    putRolePolicy,
    deleteRolePolicy: (role, policyName) =>
      call({ Action: "DeleteRolePolicy", RoleName: role, PolicyName: policyName }),
    trust: (role, statement) =>
      call({
        Action: "UpdateAssumeRolePolicy",
        RoleName: role,
        PolicyDocument: policy(statement),
      }),
  };
}

function policy(statement: object): string {
  const statements = [{ Effect: "Allow", ...statement }];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** An account's number is a key of its root user, whose signature isn't verified. */
export function rootAuthorization({ account, region }: EmulatorAccount, service: string): string {
  const credential = `Credential=${account}/20260101/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
}

async function callIam(
  emulator: EmulatorAccount,
  parameters: Record<string, string>,
): Promise<void> {
  const response = await fetch(emulator.emulatorUrl, {
    method: "POST",
    headers: { authorization: rootAuthorization(emulator, "iam") },
    body: new URLSearchParams({ Version: "2010-05-08", ...parameters }),
  });
  if (!response.ok) {
    throw new Error(`IAM ${parameters["Action"]}: ${response.status} ${await response.text()}`);
  }
}
