/**
 * The fake's EKS: DescribeCluster, and access entries.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
 */
import { z } from "zod";
import { describeCluster, describeEntry, entryArn } from "./eks/answers.ts";
import {
  type Cluster,
  createEntry,
  type Entry,
  findEntry,
  type NewCluster,
  updateEntry,
} from "./eks/clusters.ts";
import { inputOf } from "./json-input.ts";
import { type Codes, restJsonFailure, restJsonReply } from "./protocols.ts";
import { type ActionCall, type AwsRequest, type AwsService, ServiceFailure } from "./service.ts";

interface Place {
  readonly account: string;
  readonly region: string;
}

const path =
  /^\/clusters\/(?<cluster>[^/?]+)(?<entries>\/access-entries(?:\/(?<principal>[^/?]+))?)?$/;
const actions: Readonly<Record<string, string>> = {
  "GET cluster": "DescribeCluster",
  "POST entries": "CreateAccessEntry",
  "GET entry": "DescribeAccessEntry",
  "POST entry": "UpdateAccessEntry",
  "DELETE entry": "DeleteAccessEntry",
};

const createInput = z.object({
  principalArn: z.string(),
  kubernetesGroups: z.array(z.string()).default([]),
  tags: z.record(z.string().max(128), z.string().max(256)).default({}),
  username: z.string().optional(),
});
const updateInput = createInput.pick({ username: true }).extend({
  kubernetesGroups: z.array(z.string()).optional(),
});

const codes: Codes = {
  unsigned: ["MissingAuthenticationTokenException", 403],
  "unknown-key": ["UnrecognizedClientException", 403],
  "expired-token": ["ExpiredTokenException", 403],
  "bad-signature": ["InvalidSignatureException", 403],
  denied: ["AccessDeniedException", 403],
  throttled: ["ThrottlingException", 429],
  internal: ["ServerException", 500],
  invalid: ["InvalidParameterException", 400],
  "unknown-action": ["UnknownOperationException", 404],
};

export function createEks(own: Place) {
  /** By ARN. */
  const clusters = new Map<string, Cluster>();

  function clusterOf(call: ActionCall): Cluster {
    const { name } = targetOf(call.request);
    const found = clusters.get(arnOf(placeOf(call), name));
    if (found === undefined) {
      const message = `No cluster found for name: ${name}.`;
      throw new ServiceFailure("ResourceNotFoundException", message, 404);
    }
    return found;
  }

  const entryReply = (cluster: Cluster, entry: Entry) =>
    restJsonReply({ accessEntry: describeEntry(cluster, entry) });

  const service: AwsService = {
    name: "eks",
    actionOf: (request) => actions[`${request.method} ${kindOf(request)}`],
    resourceOf: (_action, call) => resourceOf(call),
    actions: {
      DescribeCluster: (call) => restJsonReply({ cluster: describeCluster(clusterOf(call)) }),
      CreateAccessEntry: (call) => {
        const cluster = clusterOf(call);
        const { kubernetesGroups: groups, ...input } = inputOf(call.request, createInput);
        return entryReply(cluster, createEntry(cluster, { ...input, groups }));
      },
      DescribeAccessEntry: (call) => {
        const cluster = clusterOf(call);
        return entryReply(cluster, findEntry(cluster, targetOf(call.request).principal));
      },
      UpdateAccessEntry: (call) => {
        const cluster = clusterOf(call);
        const { kubernetesGroups: groups, username } = inputOf(call.request, updateInput);
        const changes = { ...(groups && { groups }), ...(username && { username }) };
        return entryReply(cluster, updateEntry(cluster, targetOf(call.request).principal, changes));
      },
      DeleteAccessEntry: (call) => {
        const cluster = clusterOf(call);
        cluster.entries.delete(findEntry(cluster, targetOf(call.request).principal).principalArn);
        return restJsonReply({});
      },
    },
    failure: (failure) => restJsonFailure(failure, codes),
  };

  return {
    service,
    /** What a test does with clusters without asking over the wire: prepare, and look. */
    eks: {
      createCluster(name: string, cluster: NewCluster = {}): void {
        const arn = arnOf(own, name);
        clusters.set(arn, { ...cluster, name, arn, entries: new Map() });
      },
      /** By principal. */
      entriesOf: (name: string): ReadonlyMap<string, Entry> =>
        clusters.get(arnOf(own, name))?.entries ?? new Map(),
    },
  };
}

function resourceOf(call: ActionCall): string {
  const { name, principal } = targetOf(call.request);
  const cluster = arnOf(placeOf(call), name);
  return principal === "" ? cluster : `${entryArn(cluster, principal)}/*`;
}

function targetOf({ url }: AwsRequest) {
  const { cluster = "", principal = "" } = path.exec(url)?.groups ?? {};
  return { name: decodeURIComponent(cluster), principal: decodeURIComponent(principal) };
}

function kindOf({ url }: AwsRequest): string | undefined {
  const { cluster, entries, principal } = path.exec(url)?.groups ?? {};
  if (cluster === undefined) return undefined;
  if (principal !== undefined) return "entry";
  return entries === undefined ? "cluster" : "entries";
}

function arnOf({ account, region }: Place, name: string): string {
  return `arn:aws:eks:${region}:${account}:cluster/${name}`;
}

function placeOf({ identity, region }: ActionCall): Place {
  return { account: identity.account, region };
}
