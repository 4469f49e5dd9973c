/** What several actions of the fake's Secrets Manager say. */
import { type ActionCall, ServiceFailure } from "../service.ts";
import type { Secret } from "./secret.ts";
import type { Place } from "./secret-store.ts";

export function placeOf({ identity, region }: ActionCall): Place {
  return { account: identity.account, region };
}

export function naming({ identity }: Secret) {
  return { ARN: identity.arn, Name: identity.name };
}

export function invalid(message: string): ServiceFailure {
  return new ServiceFailure("InvalidParameterException", message);
}
