/** All records of a stage, as ListSecrets shows them: a hundred a page, names and tags only. */
import { ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { askAws, readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { StoreError } from "../errors.ts";
import { clusterOf, recordPrefix } from "./record-name.ts";
import { readState } from "./record-state.ts";
import { secretFields } from "./secrets-manager-answer.ts";
import type { Records } from "./secrets-manager-records.ts";
import type { ClusterListing, ListedCluster } from "./store.ts";

const pageSize = 100;
/** All that an account may hold in a region: whoever has more pages has no end. */
const maxPages = 500_000 / pageSize;
/** Enough for a person to see the mistake. */
const maxOthers = 100;

const pageSchema = z.object({
  SecretList: z.array(secretFields.extend({ Name: z.string() })),
  NextToken: z.string().optional(),
});

type Secret = z.infer<typeof pageSchema>["SecretList"][number];

/** @param giveUp so that whoever waits has time left to say why @throws StoreError */
export async function listRecords(records: Records, giveUp?: AbortSignal): Promise<ClusterListing> {
  // Pages shift while secrets come and go: one may show twice.
  const clusters = new Map<string, ListedCluster>();
  const others = new Set<string>();
  for await (const { Name, Tags, DeletedDate } of listSecrets(records, giveUp)) {
    const name = clusterOf(records.stage, Name);
    if (name !== undefined && DeletedDate === undefined) {
      clusters.set(name, { name, state: readState(Tags) });
    } else if (name === undefined && isOther(Name, records) && others.size < maxOthers) {
      others.add(Name);
    }
  }
  return { clusters: [...clusters.values()], others: [...others] };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
const secretNamePattern = /^[\w/+=.@-]{1,512}$/;

/** The filter's word isn't trusted, nor is a name that no secret of AWS can have. */
function isOther(name: string, { stage }: Records): boolean {
  return name.startsWith(recordPrefix(stage)) && secretNamePattern.test(name);
}

async function* listSecrets(
  { client, stage, region }: Records,
  giveUp: AbortSignal | undefined,
): AsyncGenerator<Secret> {
  const call: AwsCall = { action: "secretsmanager:ListSecrets", region };
  const filters = [{ Key: "name" as const, Values: [recordPrefix(stage)] }];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const command = new ListSecretsCommand({
      Filters: filters,
      MaxResults: pageSize,
      IncludePlannedDeletion: false,
      NextToken: token,
    });
    const ask = () => client.send(command, { ...(giveUp && { abortSignal: giveUp }) });
    const answer = await askAws(call, ask, StoreError).catch((error: unknown) => {
      throw giveUp?.aborted ? givenUp(call, page) : error;
    });
    const { SecretList, NextToken } = readAwsAnswer(call, pageSchema, answer, StoreError);
    yield* SecretList;
    if (NextToken === undefined) return;
    if (NextToken === token) break;
    token = NextToken;
  }
  throw new StoreError("malformed", `the pages of ${call.action} in ${region} have no end`, {
    hint: "Look for a proxy or an AWS_ENDPOINT_URL that answers in place of AWS.",
  });
}

/** Throttling is what it always was so far; a page that hangs ends by its own timeout. */
function givenUp({ action, region }: AwsCall, pages: number): StoreError {
  return new StoreError(
    "throttled",
    `${action} in ${region} was given up after ${pages} pages: AWS throttles it, or answers slowly`,
    {
      hint: "The next tick tries again; look for what else lists secrets in this account so often.",
    },
  );
}
