/** What a pull secret looks like in the cluster. Pure: the same input gives the same manifest. */
import type { SecretValue } from "../secret-value.ts";
import {
  dockerConfigJsonKey,
  dockerConfigJsonType,
  fieldManager,
  managedByLabel,
} from "./names.ts";
import { type Stamps, writeStamps } from "./stamps.ts";

export interface SecretManifest {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Decoded values by key. */
  readonly data: Readonly<Record<string, SecretValue>>;
}

export interface PullSecretContent {
  readonly namespace: string;
  readonly name: string;
  readonly dockerConfig: SecretValue;
  readonly stamps: Stamps;
}

export function pullSecretManifest(content: PullSecretContent): SecretManifest {
  return {
    namespace: content.namespace,
    name: content.name,
    type: dockerConfigJsonType,
    labels: { [managedByLabel]: fieldManager },
    annotations: writeStamps(content.stamps),
    data: { [dockerConfigJsonKey]: content.dockerConfig },
  };
}
