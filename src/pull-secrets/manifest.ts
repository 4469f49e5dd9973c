/** What a pull secret looks like in the cluster. Pure: the same input gives the same manifest. */
import type { SecretValue } from "../secret-value.ts";
import type { SecretLayout } from "./layout.ts";
import { fieldManager, managedByLabel } from "./names.ts";
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
  readonly layout: SecretLayout;
  /** Decoded values: one for each of the layout's keys. */
  readonly data: Readonly<Record<string, SecretValue>>;
  readonly stamps: Stamps;
}

export function pullSecretManifest(content: PullSecretContent): SecretManifest {
  return {
    namespace: content.namespace,
    name: content.name,
    type: content.layout.type,
    labels: { [managedByLabel]: fieldManager },
    annotations: writeStamps(content.stamps),
    data: content.data,
  };
}
