/** Where a stage's alarms go, and what is missing for somebody to hear them. Pure. */
import type { Subscription } from "../../notifications/topic-subscriptions.ts";
import { stackNames } from "../../stack/names.ts";
import type { LookFailure } from "./look-at-clusters.ts";
import { awsOptions, type Place } from "./place.ts";

export interface AlarmsLook {
  /** Of the config. */
  readonly email: string | undefined;
  /** Undefined: it isn't known which ARN it has. */
  readonly topic:
    | { readonly arn: string; readonly subscriptions: readonly Subscription[] | LookFailure }
    | undefined;
}

export function describeAlarms({ email, topic }: AlarmsLook, place: Place): readonly string[] {
  if (topic === undefined) {
    return [`go to the topic ${stackNames(place.stage).topic}`];
  }
  const { arn, subscriptions } = topic;
  if ("message" in subscriptions) {
    const { message, hint } = subscriptions;
    const unseen = `who hears them couldn't be asked: ${message}`;
    return [`go to ${arn}`, unseen, ...(hint === undefined ? [] : [hint])];
  }
  const subscribe = subscribeCommand(arn, email ?? "<address>", place);
  const lines =
    email === undefined
      ? withoutEmail(subscriptions, subscribe)
      : withEmail(subscriptions, email, subscribe);
  return [`go to ${arn}`, ...lines];
}

function withoutEmail(
  subscriptions: readonly Subscription[],
  subscribe: string,
): readonly string[] {
  return subscriptions.some(({ confirmed }) => confirmed)
    ? []
    : ["nobody hears them before somebody subscribes:", subscribe];
}

function withEmail(
  subscriptions: readonly Subscription[],
  email: string,
  subscribe: string,
): readonly string[] {
  const found = subscriptions.find((each) => each.email === email);
  if (found === undefined) {
    return [
      `${email} doesn't hear them: nobody confirmed in time, or somebody unsubscribed. Again:`,
      subscribe,
    ];
  }
  return found.confirmed
    ? [`${email} hears them`]
    : [`${email} hears them once somebody there confirms: AWS has sent a mail that asks for it`];
}

function subscribeCommand(arn: string, email: string, place: Place): string {
  return `aws sns subscribe --topic-arn ${arn} --protocol email --notification-endpoint ${email} ${awsOptions(place)}`;
}
