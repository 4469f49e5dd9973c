/** What a real API server refuses of policies and bindings, among it what doesn't compile. */
import { namePart, namePartMessage, subdomain, subdomainMessage } from "../names.ts";
import { type ApiObject, type JsonObject, objectIn, objectsIn, textsIn } from "../object.ts";
import { invalidValue, notSupported, required, type StatusCause, Surprise } from "../status.ts";
import { expressionProblems, type Types, variableProblems } from "./expression-validation.ts";
import { matchProblems } from "./match-validation.ts";

export function policyProblems(policy: ApiObject): StatusCause[] {
  const spec = objectIn(policy["spec"]);
  refuseUnimitated(spec, ["paramKind", "auditAnnotations"]);
  const { problems, types } = variableProblems(objectsIn(spec["variables"]));
  return [
    ...(spec["matchConstraints"] === undefined
      ? [required("spec.matchConstraints")]
      : matchProblems("spec.matchConstraints", objectIn(spec["matchConstraints"]), "required")),
    ...failurePolicyProblems(spec["failurePolicy"]),
    ...objectsIn(spec["matchConditions"]).flatMap(conditionProblems),
    ...problems,
    ...validationsProblems(objectsIn(spec["validations"]), types),
  ];
}

function refuseUnimitated(spec: JsonObject, fields: readonly string[]): void {
  const found = fields.find((field) => spec[field] !== undefined);
  if (found !== undefined) {
    throw new Surprise(`${found} of an admission policy`);
  }
}

function failurePolicyProblems(value: unknown): StatusCause[] {
  const supported = ["Fail", "Ignore"];
  return supported.includes(String(value))
    ? []
    : [notSupported("spec.failurePolicy", value, supported)];
}

function conditionProblems({ name, expression }: JsonObject, index: number): StatusCause[] {
  const field = `spec.matchConditions[${index}]`;
  return [
    ...(expression === undefined
      ? [required(`${field}.expression`)]
      : expressionProblems(`${field}.expression`, expression, { type: "bool", types: undefined })),
    ...conditionNameProblems(`${field}.name`, name),
  ];
}

function conditionNameProblems(field: string, name: unknown): StatusCause[] {
  if (name === undefined) {
    return [required(field)];
  }
  return namePart.test(String(name).split("/").at(-1) ?? "")
    ? []
    : [invalidValue(field, name, namePartMessage)];
}

const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

function validationsProblems(validations: readonly JsonObject[], types: Types): StatusCause[] {
  const why = "validations or auditAnnotations must contain at least one item";
  return validations.length === 0
    ? [required("spec.validations", why), required("spec.auditAnnotations", why)]
    : validations.flatMap((validation, index) => validationProblems(validation, index, types));
}

function validationProblems(validation: JsonObject, index: number, types: Types): StatusCause[] {
  const field = `spec.validations[${index}]`;
  const { expression, message, messageExpression, reason } = validation;
  return [
    ...(expression === undefined
      ? [required(`${field}.expression`, "expression is not specified")]
      : expressionProblems(`${field}.expression`, expression, { type: "bool", types })),
    ...(messageExpression === undefined
      ? []
      : expressionProblems(`${field}.messageExpression`, messageExpression, {
          type: "string",
          types,
        })),
    ...(/[\r\n]/.test(String(message ?? "").trim())
      ? [invalidValue(`${field}.message`, message, "must not contain line breaks")]
      : []),
    ...(reason === undefined || reasons.includes(String(reason))
      ? []
      : [notSupported(`${field}.reason`, reason, reasons)]),
  ];
}

const actions = ["Audit", "Deny", "Warn"];

export function policyBindingProblems(binding: ApiObject): StatusCause[] {
  const spec = objectIn(binding["spec"]);
  refuseUnimitated(spec, ["paramRef"]);
  const { matchResources } = spec;
  return [
    ...policyNameProblems(spec["policyName"]),
    ...actionProblems(textsIn(spec["validationActions"])),
    ...(matchResources === undefined
      ? []
      : matchProblems("spec.matchResources", objectIn(matchResources), "optional")),
  ];
}

function policyNameProblems(name: unknown): StatusCause[] {
  if (name === undefined) {
    return [required("spec.policyName")];
  }
  return new RegExp(`^${subdomain}$`).test(String(name))
    ? []
    : [invalidValue("spec.policyName", name, subdomainMessage)];
}

function actionProblems(given: readonly string[]): StatusCause[] {
  const field = "spec.validationActions";
  if (given.length === 0) {
    return [required(field, "at least one validation action is required")];
  }
  const unknown = [...given.entries()].filter(([, action]) => !actions.includes(action));
  const why =
    "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
  return [
    ...unknown.map(([index, action]) => notSupported(`${field}[${index}]`, action, actions)),
    ...(given.includes("Deny") && given.includes("Warn") ? [invalidValue(field, given, why)] : []),
  ];
}
