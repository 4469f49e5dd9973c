/** CloudFormation, as far as this stack needs it. */
import type { StageConfig } from "../../config/stage-config.ts";

/** What the stack is computed from. */
export interface Deployment {
  readonly stage: string;
  readonly config: StageConfig;
}

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Output {
  readonly Description: string;
  readonly Value: unknown;
}

/** What one file adds to the stack, by logical names. */
export interface TemplatePart {
  readonly resources?: Readonly<Record<string, Resource>>;
  readonly outputs?: Readonly<Record<string, Output>>;
  /** Properties for what Serverless makes itself: functions, log groups, the queue's mapping. */
  readonly extensions?: Readonly<Record<string, Extension>>;
}

export interface Extension {
  readonly Properties?: Readonly<Record<string, unknown>>;
  /** Beside what it depends on already. */
  readonly DependsOn?: readonly string[];
}

export const ref = (name: string) => ({ Ref: name });
export const getAtt = (name: string, attribute: string) => ({ "Fn::GetAtt": [name, attribute] });
/** Fills in `${AWS::Region}` and the like. */
export const sub = (text: string) => ({ "Fn::Sub": text });
/** The same for a text that may have nothing to fill in, of which linters want it plain. */
export const filled = (text: string) => (text.includes("${") ? sub(text) : text);

/** One of CloudFormation's own variables, to be filled in by `sub`. */
export const pseudo = (name: "AccountId" | "Partition" | "Region" | "URLSuffix") =>
  `\${AWS::${name}}`;

/** Of what is in the stack's own region and account; to be filled in by `sub`. */
export const ownArn = (service: string, resource: string) =>
  `arn:${pseudo("Partition")}:${service}:${pseudo("Region")}:${pseudo("AccountId")}:${resource}`;
