/** What an answer has to be to count as the object that was asked for. */
import * as z from "zod";
import type { LiveObject } from "../../rights/kubernetes-object.ts";

export interface Expected {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined: any. */
  readonly name?: string | undefined;
  /** Undefined: any, or none. */
  readonly namespace?: string | undefined;
}

const strings = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? undefined);

/** kubectl keeps whole objects there: of a Secret, with its data. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Of a Secret only metadata, also where a server sends more. */
export function liveObjectSchema({ apiVersion, kind, name, namespace }: Expected) {
  const only = (wanted: string | undefined) =>
    wanted === undefined ? z.string().min(1) : z.literal(wanted);
  const metadata = z.looseObject({
    name: only(name),
    namespace: namespace === undefined ? z.string().optional() : z.literal(namespace),
    uid: z.string().min(1),
    resourceVersion: z.string().min(1),
    labels: strings,
    annotations: strings,
  });
  // The items of a list don't repeat what they are.
  const known = z.enum([kind, "PartialObjectMetadata"]).optional();
  return z.looseObject({ kind: known, metadata }).transform(
    (object): LiveObject => ({
      ...(kind === "Secret" ? { metadata: withoutData(object.metadata) } : object),
      apiVersion,
      kind,
    }),
  );
}

type Metadata = LiveObject["metadata"];

function withoutData({ annotations, ...metadata }: Metadata): Metadata {
  const { [lastApplied]: _, ...kept } = annotations ?? {};
  return { ...metadata, annotations: kept };
}
