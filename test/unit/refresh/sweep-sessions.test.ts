import { expect, test } from "vitest";
import { numbered, scenes, usualRights } from "./sweep-scene.ts";

const start = scenes();
const role = "arn:aws:iam::123456789012:role/pods";
const format = { type: "awsCredentials", roleArn: role, region: "eu-central-1" };
const session = { name: "other-pull", registries: undefined, format };
const assumeRole = "sts:AssumeRole";
const minuteHours = 1 / 60;

test("one session serves all namespaces of a cluster, and is named after it", async () => {
  const scene = await start({ namespaces: numbered(20), roles: [role], rights: usualRights });
  const report = await scene.sweep({ pullSecrets: [session] });
  expect(report.counts).toMatchObject({ created: 20, minted: 1 });
  expect(scene.aws.sessions).toMatchObject([{ sessionName: "ecr-pull-secrets-prod-eu" }]);
});

test("sessions end apart from registries' credentials, which have hours", async () => {
  const scene = await start({ namespaces: ["team"], roles: [role] });
  const hoursTo = (end: string | null | undefined, startedAt: string) =>
    (Date.parse(end ?? "") - Date.parse(startedAt)) / 3_600_000;
  const report = await scene.sweep({ pullSecrets: [{}, session] });
  expect(hoursTo(report.soonestExpiry, report.startedAt)).toBeCloseTo(12, 1);
  expect(hoursTo(report.sessionsExpireAt, report.startedAt)).toBeCloseTo(1, 1);
  expect(await scene.sweep()).not.toHaveProperty("sessionsExpireAt");
});

test("over an hour of ticks, a session is renewed every half hour, and never earlier", async () => {
  const scene = await start({ namespaces: ["team"], roles: [role] });
  const assumed: number[] = [];
  for (let minute = 0; minute < 70; minute += 10) {
    await scene.sweep({ pullSecrets: [session] });
    assumed.push(scene.aws.count(assumeRole));
    scene.passHours(10 * minuteHours);
  }
  expect(assumed).toEqual([1, 1, 1, 2, 2, 2, 3]);
});

test("a role that can't be assumed fails, and says which statement would let it", async () => {
  const scene = await start({ namespaces: ["team"], roles: [role] });
  scene.aws.deny(assumeRole);
  const { failures } = await scene.sweep({ pullSecrets: [session] });
  const principal = '"Principal":{"AWS":"arn:aws:iam::123456789012:user/tests"}';
  expect(failures).toMatchObject([
    { kind: "mint", registry: role, hint: expect.stringContaining(principal) },
  ]);
});
