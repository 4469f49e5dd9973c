/** What a call of the fake's Invoke asks for, or why it is refused. */
import { type AwsRequest, ServiceFailure } from "../service.ts";

export const maxPayloadBytes = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

export function invocationTypeOf({ headers }: AwsRequest): keyof typeof maxPayloadBytes {
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type !== "RequestResponse" && type !== "Event" && type !== "DryRun") {
    const message = `1 validation error detected: Value '${type}' at 'invocationType' failed to satisfy constraint`;
    throw new ServiceFailure("InvalidParameterValueException", message);
  }
  return type;
}

/** Without a payload, the event is an empty object. */
export function eventOf({ body }: AwsRequest, maxBytes: number): unknown {
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes) {
    const message = `${bytes} byte payload is too large for the invocation (limit ${maxBytes} bytes)`;
    throw new ServiceFailure("RequestTooLargeException", message, 413);
  }
  try {
    return JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new ServiceFailure(
      "InvalidRequestContentException",
      "Could not parse request body into json",
    );
  }
}
