/** What a change of the config changes in what the functions may, and that nothing else does. */
import { describe, expect, test } from "vitest";
import {
  type ClusterState,
  changedTags,
  readState,
} from "../../../../src/clusters/record-state.ts";
import type { Statement } from "../../../../src/deploy/template/statement.ts";
import { stackTemplate } from "../../../../src/deploy/template/template.ts";
import { deploymentOf, type Given, keyArn, ownRegistry } from "../deployment.ts";

interface Change {
  readonly added?: readonly object[];
  readonly removed?: readonly object[];
}

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const ecr = (region: string, more: object = {}) => ({ type: "ecr", region, ...more });
const sub = (text: string) => ({ "Fn::Sub": text });
const repository = (region: string, name = "*", account = `\${AWS::AccountId}`) =>
  sub(`arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${name}`);

const getToken = {
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["ecr:GetAuthorizationToken"],
  Resource: "*",
};
const pull = (...Resource: object[]) => ({
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  Resource,
});
const assume = (...Resource: string[]) => ({
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["sts:AssumeRole"],
  Resource,
});
const useKey = (of: string, action: string, ...services: string[]) => ({
  of,
  Effect: "Allow",
  Action: [action],
  Resource: keyArn,
  Condition: {
    StringLike: {
      "kms:ViaService": services.map((service) => sub(`${service}.\${AWS::Region}.*`)),
    },
  },
});
const decryptSecrets = (key: string, by: object | string) => ({
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["kms:Decrypt"],
  Resource: key,
  Condition: { StringLike: { "kms:ViaService": [by] } },
});
const getPublicToken = {
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
  Resource: "*",
};
const readSecrets = (...Resource: (object | string)[]) => ({
  of: "RefreshRole",
  Effect: "Allow",
  Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
  Resource,
});
const ownSecret = (name: string) =>
  sub(
    `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${name}-??????`,
  );
const theirSecret = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:registries/hub-AbCdE1";
const ecrPublic = { type: "ecr-public" };
const ghcr = { type: "static", host: "ghcr.io", secretId: "registries/ghcr" };
const interfaceActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];
const inNetwork = [
  { of: "RefreshRole", Effect: "Allow", Action: interfaceActions, Resource: "*" },
  {
    of: "RefreshRole",
    Effect: "Deny",
    Action: interfaceActions,
    Resource: "*",
    Condition: {
      ArnEquals: {
        "lambda:SourceFunctionArn": sub(
          `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:ecr-pull-secrets-prod-refresh`,
        ),
      },
    },
  },
];
const onlyOwn = pull(repository("us-east-1"));

describe("the config changes what the functions may", () => {
  test.each<[string, Given, Change]>([
    [
      "one more region: its repositories, and nothing else",
      { registries: [ownRegistry, ecr("eu-west-1")] },
      { removed: [onlyOwn], added: [pull(repository("us-east-1"), repository("eu-west-1"))] },
    ],
    [
      "another account's registry: that account's repositories in that region",
      { registries: [ecr("us-east-1", { accounts: ["444455556666"] })] },
      { removed: [onlyOwn], added: [pull(repository("us-east-1", "*", "444455556666"))] },
    ],
    [
      "repositories: only those",
      { registries: [ecr("us-east-1", { repositories: ["team/*", "base"] })] },
      {
        removed: [onlyOwn],
        added: [pull(repository("us-east-1", "team/*"), repository("us-east-1", "base"))],
      },
    ],
    [
      "registries that are narrowed in different ways: each in its own",
      {
        registries: [
          ecr("us-east-1", { repositories: ["web/*"] }),
          ecr("eu-west-1", { repositories: ["api"], accounts: ["444455556666"] }),
        ],
      },
      {
        removed: [onlyOwn],
        added: [
          pull(repository("us-east-1", "web/*"), repository("eu-west-1", "api", "444455556666")),
        ],
      },
    ],
    [
      "a role for every registry: to assume just those, and no right of its own to pull",
      {
        registries: [
          ecr("us-east-1", { roleArn: role("a") }),
          ecr("eu-west-1", { roleArn: role("b") }),
        ],
      },
      { removed: [getToken, onlyOwn], added: [assume(role("a"), role("b"))] },
    ],
    [
      "a role beside: to assume it",
      { registries: [ownRegistry, ecr("eu-west-1", { roleArn: role("a") })] },
      { added: [assume(role("a"))] },
    ],
    [
      "ECR Public: its tokens, for which AWS has no resource",
      { registries: [ownRegistry, ecrPublic] },
      { added: [getPublicToken] },
    ],
    [
      "ECR Public by a role: to assume it",
      { registries: [ownRegistry, { ...ecrPublic, roleArn: role("public") }] },
      { added: [assume(role("public"))] },
    ],
    [
      "another registry: to read its login, and no secret that is called alike",
      { registries: [ownRegistry, ghcr] },
      { added: [readSecrets(ownSecret("registries/ghcr"))] },
    ],
    [
      "another registry alone: no right to pull from ECR",
      { registries: [ghcr] },
      { removed: [getToken, onlyOwn], added: [readSecrets(ownSecret("registries/ghcr"))] },
    ],
    [
      "a login that another account keeps in another region, with a key of its own",
      {
        registries: [
          ownRegistry,
          { ...ghcr, secretId: theirSecret, kmsKeyArn: keyArn.replace("us-east-1", "eu-west-1") },
        ],
      },
      {
        added: [
          readSecrets(theirSecret),
          decryptSecrets(keyArn.replace("us-east-1", "eu-west-1"), "secretsmanager.eu-west-1.*"),
        ],
      },
    ],
    [
      "a login with a key of one's own: to decrypt it where the stack is",
      { registries: [ownRegistry, { ...ghcr, kmsKeyArn: keyArn }] },
      {
        added: [
          readSecrets(ownSecret("registries/ghcr")),
          decryptSecrets(keyArn, sub(`secretsmanager.\${AWS::Region}.*`)),
        ],
      },
    ],
    [
      "sessions for pods: to assume their role, and nothing of a registry",
      {
        registries: [],
        secret: { registries: undefined, format: { type: "awsCredentials", roleArn: role("web") } },
      },
      { removed: [getToken, onlyOwn], added: [assume(role("web"))] },
    ],
    [
      "a key: to use it by way of what is encrypted with it, each function for its own part",
      { aws: { kmsKeyArn: keyArn } },
      {
        added: [
          useKey("DispatchRole", "kms:GenerateDataKey", "sqs"),
          useKey("DispatchRole", "kms:Decrypt", "sqs"),
          useKey("RefreshRole", "kms:GenerateDataKey", "secretsmanager", "sns"),
          useKey("RefreshRole", "kms:Decrypt", "secretsmanager", "sns", "sqs"),
        ],
      },
    ],
    [
      "a network of one's own: Lambda's right to connect the function, denied to its code",
      {
        aws: {
          vpc: {
            subnetIds: ["subnet-0123456789abcdef0"],
            securityGroupIds: ["sg-0123456789abcdef0"],
          },
        },
      },
      { added: inNetwork },
    ],
    [
      "a fixed egress address: the same",
      { aws: { vpc: { fixedEgress: true } } },
      { added: inNetwork },
    ],
  ])("%s", (_, given, { added = [], removed = [] }) => {
    const before = statementsOf();
    const after = statementsOf(given);
    expect(without(after, before)).toEqual(added);
    expect(without(before, after)).toEqual(removed);
  });
});

describe("the config doesn't change what the functions may by", () => {
  test.each<[string, Given]>([
    ["other clusters", { secret: { clusters: ["prod-*"] } }],
    ["other namespaces", { secret: { namespaces: { include: ["web"], exclude: ["kube-*"] } } }],
    ["service accounts", { secret: { serviceAccounts: ["*"] } }],
    ["adopting and pruning", { secret: { adopt: true, prune: true } }],
    [
      "other hosts of the same registry",
      { registries: [ecr("us-east-1", { endpoints: ["fips"] })] },
    ],
    ["workloads to restart", { secret: { restart: ["deployment/docker-registry"] } }],
    [
      "the keys of an opaque secret",
      { secret: { format: { type: "opaque", username: "user", password: "password" } } },
    ],
    [
      "an email in each entry",
      { secret: { format: { type: "dockerconfigjson", email: "a@b.c" } } },
    ],
    ["another schedule", { rest: { schedule: "rate(1 minute)" } }],
    ["who is told", { rest: { alarms: { email: "platform@example.com" } } }],
    ["metrics per cluster", { rest: { metrics: { perCluster: true } } }],
    ["certificates that aren't verified", { rest: { allowInsecureTls: ["lab"] } }],
    ["clusters that are left to runners", { rest: { localClusters: ["lab"] } }],
    ["how long logs are kept", { aws: { logRetentionDays: 365 } }],
    ["tags", { aws: { tags: { team: "platform" } } }],
    ["concurrency", { aws: { concurrency: { queue: 5, reserved: 10 } } }],
    ["a permissions boundary", { aws: { permissionsBoundary: "arn:aws:iam::aws:policy/Bound" } }],
  ])("%s", (_, given) => {
    expect(statementsOf(given)).toEqual(statementsOf());
  });
});

describe("of two functions", () => {
  const everything: Given = {
    aws: { kmsKeyArn: keyArn, vpc: { fixedEgress: true } },
    registries: [
      ownRegistry,
      ecr("eu-west-1", { roleArn: role("a") }),
      ecrPublic,
      { ...ghcr, kmsKeyArn: keyArn },
    ],
  };

  test.each<[string, Given]>([
    ["by default", {}],
    ["with everything on", everything],
  ])("dispatch sees which clusters there are, and no kubeconfig, no registry: %s", (_, given) => {
    const actions = actionsOf("DispatchRole", given);
    expect(actions).toContain("secretsmanager:ListSecrets");
    expect(
      actions.filter((action) => /^(secretsmanager|ecr|ecr-public|sts|sns|ec2):/.test(action)),
    ).toEqual(["secretsmanager:ListSecrets"]);
  });

  test.each<[string, Given]>([
    ["by default", {}],
    ["with everything on", everything],
  ])(
    "refresh reads and renews records by name, and can't list, make or delete one: %s",
    (_, given) => {
      const actions = actionsOf("RefreshRole", given);
      const ofSecrets = actions.filter((action) => action.startsWith("secretsmanager:"));
      expect([...new Set(ofSecrets)]).toEqual([
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
      ]);
    },
  );

  test("refresh reaches the records of its own stage, whatever AWS appends to their names, and the logins that the config names", () => {
    const readable = statementsOf(everything).filter(({ Action }) =>
      Action.includes("secretsmanager:GetSecretValue"),
    );
    const records = sub(
      `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:ecr-pull-secrets/prod/clusters/*`,
    );
    expect(readable.map(({ Resource }) => Resource)).toEqual([
      records,
      [ownSecret("registries/ghcr")],
    ]);
  });

  test("refresh writes into records, and into no login", () => {
    const writing = statementsOf(everything).filter(({ Action }) =>
      Action.some((it) => /^secretsmanager:(?!Get|Describe|List)/.test(it)),
    );
    const resources = JSON.stringify(writing.map(({ Resource }) => Resource));
    expect(resources).toContain("clusters/*");
    expect(resources).not.toContain("registries/");
  });

  test("refresh writes the state's tags, and no other that somebody may rely on", () => {
    const time = new Date();
    const [nothing, everything] = [readState([]), fullState(time)];
    const { set } = changedTags(nothing, everything);
    expect(set).toHaveLength(Object.keys(nothing).length);
    const tagging = statementsOf().filter(({ Action }) =>
      Action.some((it) => /(?:T|Unt)agResource$/.test(it)),
    );
    expect(tagging.map(({ Condition }) => Condition)).toEqual([
      { "ForAllValues:StringLike": { "aws:TagKeys": ["ecr-pull-secrets:*"] } },
    ]);
    expect(set.filter(({ Key }) => !Key.startsWith("ecr-pull-secrets:"))).toEqual([]);
  });

  test("each writes into its own log group", () => {
    const groups = statementsOf(everything).filter(({ Action }) =>
      Action.includes("logs:PutLogEvents"),
    );
    expect(groups).toMatchObject([
      { of: "DispatchRole", Resource: sub(`\${DispatchLogGroup.Arn}:*`) },
      { of: "RefreshRole", Resource: sub(`\${RefreshLogGroup.Arn}:*`) },
    ]);
  });
});

function fullState(time: Date): ClusterState {
  return {
    expiresAt: time,
    sessionsExpireAt: time,
    failingSince: time,
    rbac: "0123abcd",
    credential: { issuedAt: time, expiresAt: time },
    rotationFailingSince: time,
    failureToldAt: time,
  };
}

type OwnedStatement = Statement & { readonly of: string };

/** Of both roles, and of the policies that are attached to them. */
function statementsOf(given: Given = {}): OwnedStatement[] {
  const resources = Object.entries(stackTemplate(deploymentOf(given)).Resources);
  return resources.flatMap(([name, { Type, Properties }]) => {
    if (Type === "AWS::IAM::Role") {
      const { Policies } = Properties as { Policies: { PolicyDocument: Document }[] };
      return Policies.flatMap(({ PolicyDocument }) => owned(name, PolicyDocument));
    }
    if (Type !== "AWS::IAM::Policy") return [];
    const { Roles, PolicyDocument } = Properties as {
      Roles: { Ref: string }[];
      PolicyDocument: Document;
    };
    return Roles.flatMap(({ Ref }) => owned(Ref, PolicyDocument));
  });
}

interface Document {
  readonly Statement: readonly Statement[];
}

function owned(of: string, { Statement: statements }: Document): OwnedStatement[] {
  return statements.map((statement) => ({ of, ...statement }));
}

function actionsOf(of: string, given: Given): string[] {
  const allowed = statementsOf(given).filter((it) => it.of === of && it.Effect === "Allow");
  return allowed.flatMap(({ Action }) => Action);
}

function without(some: readonly OwnedStatement[], others: readonly OwnedStatement[]) {
  const known = new Set(others.map((each) => JSON.stringify(each)));
  return some.filter((each) => !known.has(JSON.stringify(each)));
}
