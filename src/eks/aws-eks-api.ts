/** EKS through the AWS SDK. */
import {
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  UpdateAccessEntryCommand,
} from "@aws-sdk/client-eks";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import { named, readSdkError, type SdkError } from "../aws/sdk-error.ts";
import type { AwsSession } from "../aws/session.ts";
import { AwsError } from "../errors.ts";
import { clusterAnswer, type EksCall, entryAnswer, readCluster } from "./eks-answer.ts";
import type { AccessEntry, EksApi, EksCluster, NewAccessEntry } from "./eks-api.ts";

export interface EksApiOptions {
  readonly session: AwsSession;
  readonly region: string;
}

interface Eks {
  readonly client: EKSClient;
  readonly region: string;
}

/** As the requests about an access entry name it. */
interface EntryPlace {
  readonly clusterName: string;
  readonly principalArn: string;
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
const clusterNamePattern = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;

const isMissing = named("ResourceNotFoundException");
const isTaken = named("ResourceInUseException");

export function createEksApi({ session, region }: EksApiOptions): EksApi {
  const credentials = session.credentialsOf(undefined);
  const eks = { client: new EKSClient({ ...session.clientConfig, region, credentials }), region };
  return {
    describeCluster: (name) => describeCluster(eks, name),
    findAccessEntry: (clusterName, principalArn) => findEntry(eks, { clusterName, principalArn }),
    createAccessEntry: (clusterName, entry) => createEntry(eks, clusterName, entry),
    addAccessGroup: (clusterName, principalArn, group) =>
      addGroup(eks, { clusterName, principalArn }, group),
    deleteAccessEntry: (clusterName, principalArn) =>
      deleteEntry(eks, { clusterName, principalArn }),
  };
}

async function describeCluster(eks: Eks, name: string): Promise<EksCluster | undefined> {
  // What no cluster is called would be another path of the API.
  if (!clusterNamePattern.test(name)) return undefined;
  const call = callOn(eks, name, "DescribeCluster");
  const command = new DescribeClusterCommand({ name });
  const answer = await ask(call, () => eks.client.send(command), isMissing);
  return answer && readCluster(call, readAwsAnswer(call, clusterAnswer, answer).cluster);
}

async function findEntry(eks: Eks, place: EntryPlace): Promise<AccessEntry | undefined> {
  const call = callOn(eks, place.clusterName, "DescribeAccessEntry");
  const command = new DescribeAccessEntryCommand(place);
  const answer = await ask(call, () => eks.client.send(command), isMissing);
  if (answer === undefined) return undefined;
  const { kubernetesGroups, ...rest } = readAwsAnswer(call, entryAnswer, answer).accessEntry;
  return { groups: kubernetesGroups, ...rest };
}

async function createEntry(
  eks: Eks,
  clusterName: string,
  { principalArn, groups, tags }: NewAccessEntry,
): Promise<"created" | "exists"> {
  const call = callOn(eks, clusterName, "CreateAccessEntry");
  const entry = { principalArn, kubernetesGroups: [...groups], tags: { ...tags } };
  const command = new CreateAccessEntryCommand({ clusterName, ...entry });
  const answer = await ask(call, () => eks.client.send(command), isTaken);
  return answer === undefined ? "exists" : "created";
}

async function addGroup(eks: Eks, place: EntryPlace, group: string): Promise<boolean> {
  const entry = await findEntry(eks, place);
  if (entry === undefined) return false;
  if (entry.groups.includes(group)) return true;
  const call = callOn(eks, place.clusterName, "UpdateAccessEntry");
  // They replace those that are there.
  const kubernetesGroups = [...entry.groups, group];
  const command = new UpdateAccessEntryCommand({ ...place, kubernetesGroups });
  return (await ask(call, () => eks.client.send(command), isMissing)) !== undefined;
}

async function deleteEntry(eks: Eks, place: EntryPlace): Promise<boolean> {
  const call = callOn(eks, place.clusterName, "DeleteAccessEntry");
  const command = new DeleteAccessEntryCommand(place);
  return (await ask(call, () => eks.client.send(command), isMissing)) !== undefined;
}

function callOn({ region }: Eks, cluster: string, action: string): EksCall {
  return { action: `eks:${action}`, region, resource: `cluster ${cluster}`, cluster };
}

/** @param isAbsent the error that means undefined */
function ask<Answer>(
  call: EksCall,
  send: () => Promise<Answer>,
  isAbsent: (error: SdkError) => boolean,
): Promise<Answer | undefined> {
  return askAws(call, async () => {
    try {
      return await send();
    } catch (thrown) {
      const error = readSdkError(thrown);
      if (isAbsent(error)) return undefined;
      throw takesNoEntries.test(error.message) ? noEntries(call) : thrown;
    }
  });
}

/** Of an InvalidRequestException, which has other causes as well. */
const takesNoEntries = /authentication mode must be set to one of/;

function noEntries({ cluster, region }: EksCall): AwsError {
  return new AwsError(
    "conflict",
    `the EKS cluster ${cluster} in ${region} takes no access entries: its authentication mode is CONFIG_MAP`,
    {
      hint: `aws eks update-cluster-config --name ${cluster} --region ${region} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    },
  );
}
