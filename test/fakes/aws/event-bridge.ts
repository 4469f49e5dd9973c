/**
 * The fake's EventBridge: rules of the default bus, which fire nothing.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html
 */
import { z } from "zod";
import { inputOf } from "./json-input.ts";
import { jsonActionOf, jsonFailure, jsonReply } from "./protocols.ts";
import { type ActionCall, type AwsService, ServiceFailure } from "./service.ts";

interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Rule {
  readonly state: string;
  readonly schedule: string | undefined;
  readonly pattern: string | undefined;
}

const states = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] as const;
const named = z.object({
  Name: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/, "Member must be a valid name"),
});
const putInput = named.extend({
  State: z.enum(states).default("ENABLED"),
  ScheduleExpression: z.string().optional(),
  EventPattern: z.string().optional(),
});

export function createEventBridge(own: Place) {
  /** By ARN. */
  const rules = new Map<string, Rule>();

  function find(call: ActionCall): readonly [arn: string, name: string, rule: Rule] {
    const { Name } = inputOf(call.request, named);
    const arn = arnOf(placeOf(call), Name);
    const rule = rules.get(arn);
    if (rule === undefined) {
      const message = `Rule ${Name} does not exist on EventBus default.`;
      throw new ServiceFailure("ResourceNotFoundException", message);
    }
    return [arn, Name, rule];
  }

  function setState(call: ActionCall, state: string) {
    const [arn, , rule] = find(call);
    rules.set(arn, { ...rule, state });
    return jsonReply({});
  }

  const service: AwsService = {
    name: "events",
    actionOf: (request) => jsonActionOf(request, "AWSEvents"),
    resourceOf: (_action, call) => arnOf(placeOf(call), inputOf(call.request, named).Name),
    actions: {
      PutRule: (call) => {
        const { Name, State, ScheduleExpression, EventPattern } = inputOf(call.request, putInput);
        if (ScheduleExpression === undefined && EventPattern === undefined) {
          const message = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
          throw new ServiceFailure("ValidationException", message);
        }
        const arn = arnOf(placeOf(call), Name);
        rules.set(arn, { state: State, schedule: ScheduleExpression, pattern: EventPattern });
        return jsonReply({ RuleArn: arn });
      },
      DescribeRule: (call) => {
        const [Arn, Name, { state: State, schedule, pattern }] = find(call);
        const when = { ScheduleExpression: schedule, EventPattern: pattern };
        return jsonReply({ Name, Arn, State, EventBusName: "default", ...when });
      },
      EnableRule: (call) => setState(call, "ENABLED"),
      DisableRule: (call) => setState(call, "DISABLED"),
    },
    failure: (failure) => jsonFailure(failure, { internal: ["InternalException", 500] }),
  };

  return {
    service,
    rules: {
      /** Makes or replaces it. */
      put(name: string, state: (typeof states)[number] = "ENABLED"): void {
        rules.set(arnOf(own, name), { state, schedule: "rate(10 minutes)", pattern: undefined });
      },
    },
  };
}

function arnOf({ account, region }: Place, name: string): string {
  return `arn:aws:events:${region}:${account}:rule/${name}`;
}

function placeOf({ identity, region }: ActionCall): Place {
  return { account: identity.account, region };
}
