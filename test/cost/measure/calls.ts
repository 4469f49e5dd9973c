import type { FakeAws } from "../../fakes/aws/aws.ts";

/** How often each action was asked for, since so many requests. */
export function callsSince({ requests }: FakeAws, count: number): Record<string, number> {
  const actions = Map.groupBy(requests.slice(count), ({ action }) => action);
  return Object.fromEntries([...actions].map(([action, each]) => [action, each.length]).sort());
}
