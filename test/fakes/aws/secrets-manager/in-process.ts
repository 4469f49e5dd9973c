/** What a test does with secrets without asking over the wire: prepare, and look. */
import { randomUUID } from "node:crypto";
import type { Secret, SecretContent } from "./secret.ts";
import type { Place, SecretStore } from "./secret-store.ts";

export function secretsInProcess(store: SecretStore, place: Place) {
  return {
    /**
     * @param value a Buffer makes a binary secret, undefined one without any version
     * @returns its ARN
     */
    create(
      name: string,
      value: string | Buffer | undefined,
      tags: Readonly<Record<string, string>> = {},
    ): string {
      const { identity } = store.create(place, {
        name,
        token: randomUUID(),
        content: value === undefined ? undefined : contentOf(value),
        tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      });
      return identity.arn;
    },
    /** A new version, which is current from now on; its id. */
    put(name: string, value: string | Buffer): string {
      const token = randomUUID();
      const content = contentOf(value);
      store.put(place, name, { token, content, labels: ["AWSCURRENT"] });
      return token;
    },
    /** By name or ARN; undefined where there is none. */
    read(id: string) {
      const secret = store.find(place, id);
      return (
        secret && {
          /** The current one; undefined if it is binary, or there is none. */
          value: currentText(secret),
          tags: Object.fromEntries(secret.tags.map(({ Key, Value }) => [Key, Value])),
          /** Version ids with their labels. */
          stages: secret.stages,
          /** The end of the recovery window, once it is marked for deletion. */
          deletionAt: secret.deletionAt,
          kmsKeyId: secret.details.kmsKeyId,
        }
      );
    },
    /** All that is kept secret, to look for it elsewhere. */
    texts: () => store.texts(),
    setListLag(lagMs: number): void {
      store.listLagMs = lagMs;
    },
  };
}

function contentOf(value: string | Buffer): SecretContent {
  return typeof value === "string"
    ? { SecretString: value }
    : { SecretBinary: value.toString("base64") };
}

function currentText(secret: Secret): string | undefined {
  const hasCurrent = Object.values(secret.stages).flat().includes("AWSCURRENT");
  return hasCurrent ? secret.find({}).content.SecretString : undefined;
}
