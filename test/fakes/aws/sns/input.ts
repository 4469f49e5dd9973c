/** What a request to the fake's SNS says, and SNS's words for what is wrong with it. */
import { ServiceFailure } from "../service.ts";

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const attributeName = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

export function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "") {
    throw invalid(`${name} Reason: no value for required parameter`);
  }
  return value;
}

/** @throws ServiceFailure InvalidParameterValue */
export function attributesIn(form: URLSearchParams): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (let index = 1; form.has(`MessageAttributes.entry.${index}.Name`); index += 1) {
    const entry = `MessageAttributes.entry.${index}`;
    const name = form.get(`${entry}.Name`) ?? "";
    const type = form.get(`${entry}.Value.DataType`) ?? "";
    const value = form.get(`${entry}.Value.StringValue`) ?? "";
    if (!attributeName.test(name) || !/^(?:String|Number)\b/.test(type) || value === "") {
      const message = `The message attribute '${name}' must contain a name, a type and a non-empty value of that type.`;
      throw new ServiceFailure("ParameterValueInvalid", message);
    }
    attributes[name] = value;
  }
  return attributes;
}

/** In bytes, as the limit counts it. */
export function sizeOf(message: string, attributes: Readonly<Record<string, string>>): number {
  const texts = Object.entries(attributes).flatMap(([name, value]) => [name, "String", value]);
  return Buffer.byteLength([message, ...texts].join(""));
}

export function invalid(what: string): ServiceFailure {
  return new ServiceFailure("InvalidParameter", `Invalid parameter: ${what}`);
}
