import { expect, test } from "vitest";
import { expiriesOf } from "../../../src/refresh/rules/expiries.ts";
import { pullSecret } from "./builders.ts";

const login = pullSecret();
const session = pullSecret({
  name: "aws-session",
  registries: [],
  format: {
    type: "awsCredentials",
    roleArn: "arn:aws:iam::111122223333:role/pods",
    region: undefined,
    sessionPolicy: undefined,
    mountPath: "/var/run/secrets/aws",
  },
});
const inHours = (hours: number) => `2026-11-21T${String(hours).padStart(2, "0")}:00:00.000Z`;
const secretOf = ({ name: pullSecret }: typeof login, hours: number | undefined) => ({
  pullSecret,
  expiresAt: hours === undefined ? null : inHours(hours),
});

test.each([
  ["of nothing, nothing", [], [login], { soonestExpiry: null }],
  [
    "of registries' credentials the first",
    [secretOf(login, 9), secretOf(login, 7), secretOf(login, undefined)],
    [login],
    { soonestExpiry: inHours(7) },
  ],
  [
    "of sessions the first, apart from them",
    [secretOf(login, 9), secretOf(session, 2), secretOf(session, 1)],
    [login, session],
    { soonestExpiry: inHours(9), sessionsExpireAt: inHours(1) },
  ],
  [
    "of sessions that aren't there yet, that there are none",
    [secretOf(login, 9), secretOf(session, undefined)],
    [login, session],
    { soonestExpiry: inHours(9), sessionsExpireAt: null },
  ],
])("tell %s", (_, secrets, desired, expiries) => {
  expect(expiriesOf(secrets, desired)).toEqual(expiries);
});
