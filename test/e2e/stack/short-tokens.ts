/** The emulator's ECR always answers with the same token: here each is another, and lives shortly. */
import { z } from "zod";
import type { AnswerChanges, AwsCall } from "../parts/aws-call-recorder.ts";

export interface IssuedToken {
  readonly region: string;
  readonly password: string;
  readonly expiresAt: Date;
}

export interface ShortTokens {
  /** Oldest first. */
  readonly issued: readonly IssuedToken[];
  readonly changeAnswers: AnswerChanges;
}

const tokenAnswer = z.object({
  authorizationData: z.tuple([
    z.looseObject({ authorizationToken: z.base64(), expiresAt: z.number() }),
  ]),
});

export function createShortTokens(lifeSeconds: number): ShortTokens {
  const issued: IssuedToken[] = [];
  const replaceToken = (body: string, { region }: AwsCall) => {
    const [data] = tokenAnswer.parse(JSON.parse(body)).authorizationData;
    const expiresAt = Math.floor(Date.now() / 1000) + lifeSeconds;
    const password = `short-lived-ecr-token-${issued.length + 1}`;
    issued.push({ region, password, expiresAt: new Date(expiresAt * 1000) });
    const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
    return JSON.stringify({ authorizationData: [{ ...data, authorizationToken, expiresAt }] });
  };
  return { issued, changeAnswers: { GetAuthorizationToken: replaceToken } };
}
