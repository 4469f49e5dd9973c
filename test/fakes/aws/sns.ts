/**
 * The fake's SNS: topics, and what they were told.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import { randomUUID } from "node:crypto";
import { type Codes, queryFailure, queryReply } from "./protocols.ts";
import { type ActionCall, type AwsService, ServiceFailure } from "./service.ts";
import { attributesIn, invalid, required, sizeOf } from "./sns/input.ts";

interface Place {
  readonly account: string;
  readonly region: string;
}

/** What subscribers get. */
export interface Notification {
  readonly subject: string | undefined;
  readonly message: string;
  /** Values of the message's attributes, by their names. */
  readonly attributes: Readonly<Record<string, string>>;
}

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
const maxMessageBytes = 262_144;

/** https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html, and those of the actions. */
const codes: Partial<Codes> = {
  denied: ["AuthorizationError", 403],
  throttled: ["Throttled", 429],
  internal: ["InternalError", 500],
  invalid: ["InvalidParameter", 400],
};

export function createSns(own: Place) {
  /** By ARN. */
  const topics = new Map<string, Notification[]>();

  function create(place: Place, name: string): string {
    const arn = arnOf(place, name);
    if (!topics.has(arn)) topics.set(arn, []);
    return arn;
  }

  function find(arn: string): Notification[] {
    const topic = topics.get(arn);
    if (topic === undefined) {
      throw new ServiceFailure("NotFound", "Topic does not exist", 404);
    }
    return topic;
  }

  const service: AwsService = {
    name: "sns",
    actionOf: ({ body }) => new URLSearchParams(body).get("Action") ?? undefined,
    resourceOf: (action, call) =>
      action === "CreateTopic"
        ? arnOf(placeOf(call), required(formOf(call), "Name"))
        : required(formOf(call), "TopicArn"),
    actions: {
      CreateTopic: (call) => {
        const name = required(formOf(call), "Name");
        if (!/^[\w-]{1,256}$/.test(name)) throw invalid("Topic Name");
        return queryReply("CreateTopic", namespace, { TopicArn: create(placeOf(call), name) });
      },
      Publish: (call) => {
        const form = formOf(call);
        const topic = find(required(form, "TopicArn"));
        topic.push(notificationIn(form));
        return queryReply("Publish", namespace, { MessageId: randomUUID() });
      },
    },
    // SNS writes its own name in capitals: SNS:Publish.
    failure: (failure) => queryFailure(failure, namespace, { codes, say: inCapitals }),
  };

  return {
    service,
    topics: {
      /** Its ARN. The same again is no error. */
      create: (name: string): string => create(own, name),
      /** Takes it away. */
      remove: (arn: string): void => void topics.delete(arn),
      /** All that it was told, the oldest first. */
      told: (arn: string): readonly Notification[] => topics.get(arn) ?? [],
    },
  };
}

function notificationIn(form: URLSearchParams): Notification {
  const message = form.get("Message") ?? "";
  const subject = form.get("Subject") ?? undefined;
  const attributes = attributesIn(form);
  if (message === "") throw invalid("Empty message");
  if (sizeOf(message, attributes) > maxMessageBytes) throw invalid("Message too long");
  // Fewer than 100, says the reference; the last one isn't worth a try.
  if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) throw invalid("Subject");
  return { subject, message, attributes };
}

function inCapitals(message: string): string {
  return message.replace(/\bsns:(?=[A-Z])/g, "SNS:");
}

function arnOf({ account, region }: Place, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`;
}

function placeOf({ identity, region }: ActionCall): Place {
  return { account: identity.account, region };
}

function formOf({ request }: ActionCall): URLSearchParams {
  return new URLSearchParams(request.body);
}
