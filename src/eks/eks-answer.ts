/** What is read of EKS's answers; the rest isn't kept. */
import * as z from "zod";
import { readAwsAnswer } from "../aws/ask-aws.ts";
import type { AwsCall } from "../aws/call.ts";
import { AwsError } from "../errors.ts";
import type { EksCluster } from "./eks-api.ts";

export interface EksCall extends AwsCall {
  /** The name of the cluster that it is about. */
  readonly cluster: string;
}

const endpoint = z
  .url({ protocol: /^https$/ })
  .transform((text) => new URL(text))
  .refine(({ username, password, search, hash }) => username + password + search + hash === "");

const certificatePattern =
  /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\s/;

/** On the wire, a PEM in base64. */
const certificateAuthority = z.object({
  data: z
    .base64()
    .transform((data) => Buffer.from(data, "base64").toString())
    .refine((pem) => certificatePattern.test(`${pem}\n`)),
});

const clusterSchema = z.object({
  name: z.string(),
  arn: z.string().regex(/^arn:[\w-]+:eks:[\w-]+:\d{12}:cluster\/[\w-]+$/),
  version: z.string().regex(/^\d{1,3}\.\d{1,3}$/),
  accessConfig: z
    .object({
      authenticationMode: z.enum(["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"]).default("CONFIG_MAP"),
    })
    // Clusters from before there were access entries have none of it.
    .default({ authenticationMode: "CONFIG_MAP" }),
  endpoint,
  certificateAuthority,
});

export const clusterAnswer = z.object({
  cluster: z.looseObject({ status: z.string().optional() }),
});

/** @throws AwsError */
export function readCluster(
  call: EksCall,
  cluster: z.infer<typeof clusterAnswer>["cluster"],
): EksCluster {
  const { status = "" } = cluster;
  // Until it is made, it has neither endpoint nor certificate.
  if (/^(?:CREATING|PENDING|FAILED)$/.test(status)) {
    const { cluster: name, region } = call;
    throw new AwsError("conflict", `the EKS cluster ${name} in ${region} is ${status}`, {
      hint: `Wait until it is ACTIVE: aws eks wait cluster-active --name ${name} --region ${region}`,
    });
  }
  const fields = readAwsAnswer(call, clusterSchema, cluster);
  const { accessConfig, certificateAuthority, ...rest } = fields;
  return { ...rest, ...accessConfig, ca: certificateAuthority.data };
}

export const entryAnswer = z.object({
  accessEntry: z.object({
    kubernetesGroups: z.array(z.string()).default([]),
    username: z.string().default(""),
    tags: z.record(z.string(), z.string()).default({}),
  }),
});
