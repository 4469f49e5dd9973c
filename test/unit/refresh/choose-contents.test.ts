import { describe, expect, test } from "vitest";
import { MintError } from "../../../src/errors.ts";
import { readStamps } from "../../../src/pull-secrets/stamps.ts";
import type { DesiredPullSecret } from "../../../src/refresh/desired.ts";
import { chooseContents } from "../../../src/refresh/rules/choose-contents.ts";
import type { SecretWrite, WriteReason } from "../../../src/refresh/rules/secret-write.ts";
import {
  credential,
  ecr,
  hoursAgo,
  hoursAhead,
  minted,
  now,
  ourSecret,
  pullSecret,
  registryKey as virginia,
} from "./builders.ts";

const ireland = "123456789012.dkr.ecr.eu-west-1";
const both = pullSecret({ registries: [ecr(), ecr("eu-west-1")] });
const refused = new MintError("denied", "not allowed to call ecr:GetAuthorizationToken");

function write(
  secret: DesiredPullSecret,
  more: { due?: string[]; reason?: WriteReason; ageHours?: number; absent?: boolean } = {},
): SecretWrite {
  const state = ourSecret(secret, "web", { ageHours: more.ageHours ?? 6 });
  return {
    secret,
    namespace: "web",
    reason: more.reason ?? { why: "shape-changed" },
    due: new Set(more.due ?? [virginia, ireland]),
    existing: more.absent ? undefined : { state, stamps: readStamps(state.annotations) },
    contention: undefined,
  };
}

const keys = (entries: readonly { registry: { key: string } }[] | undefined) =>
  entries?.map(({ registry }) => registry.key);

describe("what is written", () => {
  test("is all that was minted", () => {
    const credentials = minted(both, { [virginia]: credential(), [ireland]: credential() });
    const contents = chooseContents(write(both), credentials, now);
    expect(keys(contents?.fresh)).toEqual([virginia, ireland]);
    expect(contents?.carried).toEqual([]);
  });

  test("carries a valid entry over where the mint failed", () => {
    const credentials = minted(both, { [virginia]: credential(), [ireland]: refused });
    const contents = chooseContents(write(both), credentials, now);
    expect(keys(contents?.fresh)).toEqual([virginia]);
    expect(keys(contents?.carried)).toEqual([ireland]);
  });

  test("leaves an expired entry out where the mint failed", () => {
    const credentials = minted(both, { [virginia]: credential(), [ireland]: refused });
    const contents = chooseContents(write(both, { ageHours: 13 }), credentials, now);
    expect(keys(contents?.fresh)).toEqual([virginia]);
    expect(contents?.carried).toEqual([]);
  });

  test("is nothing if none of the due registries could be minted", () => {
    const credentials = minted(both, { [virginia]: credential(), [ireland]: refused });
    expect(chooseContents(write(both, { due: [ireland] }), credentials, now)).toBeUndefined();
    const none = minted(both, { [virginia]: refused, [ireland]: refused });
    expect(chooseContents(write(both, { absent: true }), none, now)).toBeUndefined();
  });

  test("is what could be had, where there is no secret yet", () => {
    const credentials = minted(both, { [virginia]: credential(), [ireland]: refused });
    const contents = chooseContents(write(both, { absent: true }), credentials, now);
    expect(keys(contents?.fresh)).toEqual([virginia]);
  });

  test("takes a foreign secret over only when it can replace all of it", () => {
    const reason = { why: "adopted" } as const;
    const part = minted(both, { [virginia]: credential(), [ireland]: refused });
    const whole = minted(both, { [virginia]: credential(), [ireland]: credential() });
    const adoption = write(both, { reason });
    expect(chooseContents(adoption, part, now)).toBeUndefined();
    expect(keys(chooseContents(adoption, whole, now)?.fresh)).toEqual([virginia, ireland]);
  });
});

describe("a public login", () => {
  const publicKey = "public.ecr.aws";
  const secret = pullSecret({ registries: [ecr(), { type: "ecr-public", roleArn: undefined }] });
  const lost = { [publicKey]: refused };

  test("that has expired and can't be renewed lapses, whatever else is due", () => {
    const credentials = minted(secret, { [virginia]: credential(), ...lost });
    for (const due of [[publicKey], [virginia, publicKey]]) {
      const contents = chooseContents(write(secret, { due, ageHours: 12 }), credentials, now);
      expect(contents?.lapsed.map(({ key }) => key)).toEqual([publicKey]);
      expect(keys(contents?.fresh)).toEqual([virginia]);
      expect(contents?.carried).toEqual([]);
    }
  });

  test("that is still good, or was never there, doesn't", () => {
    const credentials = minted(secret, { [virginia]: refused, ...lost });
    for (const state of [{ ageHours: 11.9 }, { absent: true }]) {
      expect(chooseContents(write(secret, state), credentials, now)).toBeUndefined();
    }
    const part = minted(secret, { [virginia]: credential(), ...lost });
    const renewal = write(secret, { due: [virginia, publicKey], ageHours: 11.9 });
    expect(chooseContents(renewal, part, now)).toMatchObject({ lapsed: [] });
  });

  test("that lapses leaves an expired private one where it is", () => {
    const credentials = minted(secret, { [virginia]: refused, ...lost });
    const contents = chooseContents(write(secret, { ageHours: 13 }), credentials, now);
    expect(keys(contents?.carried)).toEqual([virginia]);
  });

  test("in a secret that is only now taken over isn't ours to take out", () => {
    const credentials = minted(secret, { [virginia]: credential(), ...lost });
    const adoption = write(secret, { reason: { why: "adopted" }, ageHours: 13 });
    expect(chooseContents(adoption, credentials, now)).toBeUndefined();
  });
});

describe("a format that holds one credential", () => {
  test("takes a new one, though the old may be better: its keys may be others now", () => {
    const format = { type: "opaque", username: "user", password: "pass" } as const;
    const secret = pullSecret({ format });
    const older = credential({ issuedAt: hoursAgo(1), expiresAt: hoursAhead(2) });
    const contents = chooseContents(
      write(secret, { ageHours: 1 }),
      minted(secret, { [virginia]: older }),
      now,
    );
    expect(keys(contents?.fresh)).toEqual([virginia]);
  });
});

describe("a shorter-lived credential", () => {
  const cached = credential({ issuedAt: hoursAgo(1), expiresAt: hoursAhead(2) });
  const credentials = minted(both, { [virginia]: cached, [ireland]: credential() });

  test("doesn't replace a better one of the same source", () => {
    const contents = chooseContents(write(both, { ageHours: 1 }), credentials, now);
    expect(keys(contents?.carried)).toEqual([virginia]);
    expect(contents?.carried[0]?.otherwise).toBe(cached);
  });

  test("does replace one that somebody has touched", () => {
    const reason = { why: "field-taken", drift: { manager: "x", field: "data" } } as const;
    const contents = chooseContents(write(both, { ageHours: 1, reason }), credentials, now);
    expect(keys(contents?.fresh)).toEqual([virginia, ireland]);
  });

  test("does replace one from another source: the config's word counts more than hours", () => {
    const roleArn = "arn:aws:iam::123456789012:role/pull";
    const after = pullSecret({ registries: [ecr("us-east-1", { roleArn })] });
    const state = ourSecret(pullSecret(), "web");
    const renewal: SecretWrite = {
      ...write(after, { due: [virginia] }),
      existing: { state, stamps: readStamps(state.annotations) },
    };
    const contents = chooseContents(renewal, minted(after, { [virginia]: cached }), now);
    expect(keys(contents?.fresh)).toEqual([virginia]);
  });
});
