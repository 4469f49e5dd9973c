/** What AWS says of a call that it denied, in a sentence which is the same for all its services. */

export interface Denial {
  readonly principal: string | undefined;
  /**
   * As IAM writes it. For one request, AWS may ask for several rights: to make a secret with tags,
   * also to tag it.
   */
  readonly action: string | undefined;
  /** The policy that forbids it outright; undefined: none allows it. */
  readonly denier: string | undefined;
}

const principalArn = /User: (arn:[\w-]+:(?:iam|sts)::\d{12}:[\w+=,.@/-]{1,200})/;
const deniedAction =
  /is not authorized to perform: ([A-Za-z][A-Za-z0-9-]{1,40}):([A-Z][A-Za-z]{1,60})\b/;
const explicitDeny = /explicit deny in an? ([a-z -]{1,40}policy)/;

export function readDenial(message: string): Denial {
  const [, service, operation] = deniedAction.exec(message) ?? [];
  return {
    principal: principalArn.exec(message)?.[1],
    // SNS writes its own name in capitals.
    action: service && `${service.toLowerCase()}:${operation}`,
    denier: explicitDeny.exec(message)?.[1],
  };
}
