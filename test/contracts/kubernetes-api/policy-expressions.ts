/** What expressions of an admission policy come to: the words that a policy of ours may use. */
import { beforeAll, describe, expect, test } from "vitest";
import type { ContractContext } from "./context.ts";
import { applySecret, createPolicyScene, type PolicyScene } from "./policy-scene.ts";

/** True and false, or why there is no value. */
const outcomes: readonly (readonly [expression: string, outcome: boolean | string])[] = [
  ["oldObject == null", true],
  ["has(oldObject.a)", false],
  ["oldObject.a == 1", "no such key: a"],
  ["has(object.spec)", false],
  ["object.spec == null", "no such key: spec"],
  ["has(object.spec.replicas)", "no such key: spec"],
  ["object.?spec.?replicas.orValue('none') == 'none'", true],
  ["object.metadata.?annotations[?'x'].orValue('none') == 'none'", true],
  ["object.metadata.annotations['x'] == 'none'", "no such key: annotations"],
  ["optional.none().hasValue()", false],
  ["object.spec == 1 || true", true],
  ["true || object.spec == 1", true],
  ["object.spec == 1 && false", false],
  ["object.kind == 'Secret' ? true : false", true],
  ["object.metadata.labels.l ? true : false", "no such overload"],
  ["object.metadata.labels == {'l': 'x', 'n': '1'}", true],
  ["object.metadata.labels.map(k, k + '!').exists(k, k == 'n!')", true],
  ["object.metadata.labels.filter(k, !(k in ['l'])) == ['n']", true],
  ["object.metadata.labels.all(k, object.metadata.labels[k] != '')", true],
  ["object.metadata.labels.exists(k, k == 'n')", true],
  ["object.metadata.labels.exists(k, k.x == 1)", "no such key: x"],
  ["object.metadata.labels.size() == 2", true],
  ["object.metadata.labels != null", true],
  ["object.metadata.labels.l == null", false],
  ["object.metadata.labels.n == 1", false],
  ["object.metadata.labels.n > 0", "no such overload"],
  ["object.metadata.labels.n + 1 == 2", "no such overload"],
  ["int(object.metadata.labels.n) == 1", true],
  ["dyn(object.metadata.labels.n) == dyn(1)", false],
  ["type(object.metadata.name) == string", true],
  ["object['metadata']['name'] != ''", true],
  ["object.data['zz'] == 'x'", "no such key: zz"],
  ["'a' in object.data && !('z' in object.data)", true],
  ["object.data == {'a': 'eA=='}", true],
  ["object.data.a.size() == 4 && size(object.data.a) == 4", true],
  ["object.type in ['Opaque', 'kubernetes.io/dockerconfigjson']", true],
  ["object.immutable == true", "no such key: immutable"],
  ["object == object && object != oldObject", true],
  ["[1, 2].exists_one(x, x == 1) && 1 in [1, 2]", true],
  ["[{'a': 'b'}] == [{'a': 'b'}] && [] == [] && {} == {}", true],
  ["[1] + [2] == [1, 2]", true],
  ["['a', 'b'].join(',') == 'a,b' && 'a,b'.split(',') == ['a', 'b']", true],
  ["object.metadata.name.startsWith('x-') && object.metadata.name.contains('-')", true],
  ["object.metadata.name.matches('^x-[0-9]+$') && !'abc'.matches('^(?:a|b)$')", true],
  ["object.metadata.name.endsWith('z')", false],
  ["'ABC'.lowerAscii() == 'abc' && 'abc'.upperAscii() == 'ABC' && ' x '.trim() == 'x'", true],
  ["'abc'.substring(1) == 'bc' && 'abc'.indexOf('b') == 1", true],
  ["size('é') == 1 && '\\u00e9' == 'é' && \"\\\"\" == '\"'", true],
  ["string(1) == '1' && 'a' + 'b' == 'ab' && 1 + 1 == 2 && 7 / 2 == 3", true],
  ["duration('1h') > duration('1m')", true],
  ["timestamp(object.metadata.creationTimestamp) > timestamp('2020-01-01T00:00:00Z')", true],
  ["request.name == object.metadata.name && request.namespace == object.metadata.namespace", true],
  ["request.operation == 'CREATE' && request.dryRun", true],
  ["request.resource.resource == 'secrets' && request.resource.group == ''", true],
  ["request.kind.kind == 'Secret' && request.requestKind.version == 'v1'", true],
  ["request.subResource == ''", "no such key: subResource"],
  ["has(request.subResource) || has(request.requestSubResource)", false],
  ["request.options.fieldManager == 'applier'", true],
  ["'system:serviceaccounts' in request.userInfo.groups", true],
  ["request.userInfo.username.startsWith('system:serviceaccount:default:')", true],
  ["has(request.userInfo.uid) && request.userInfo.extra.size() == 1", true],
  ["namespaceObject.metadata.name == request.namespace", true],
  ["namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == request.namespace", true],
  ["has(namespaceObject.metadata.annotations)", false],
  ["namespaceObject.status.phase == 'Active'", true],
  ["object.metadata.managedFields.size() == 1", true],
  ["variables.fine", true],
  ["variables.broken", 'composited variable "broken" fails to evaluate: no such key: nothing'],
  ["variables.broken || true", true],
  ["variables.names.size() == 2 && 'l' in variables.names", true],
  ["variables.sum == 3", true],
];

const variables = [
  { name: "broken", expression: "object.nothing == 1" },
  { name: "fine", expression: "true" },
  { name: "names", expression: "object.metadata.labels.map(k, k)" },
  { name: "sum", expression: "variables.names.size() + 1" },
];

export function policyExpressionContract(context: ContractContext): void {
  describe("expressions of admission policies", () => {
    let scene: PolicyScene;

    beforeAll(async () => {
      const validations = outcomes.map(([expression], index) => ({
        expression: `object.metadata.name != 'x-${index}' ? true : (${expression})`,
        message: "false",
      }));
      scene = await createPolicyScene(context, { x: { variables, validations } });
    });

    test.each(outcomes.map((each, index) => [...each, index] as const))(
      "%s: %s",
      async (_expression, outcome, index) => {
        const answer = await applySecret(scene, `x-${index}`, {
          metadata: { labels: { l: "x", n: "1" } },
          data: { a: "eA==" },
        });
        const refusal = scene.refusal("x", answer);
        const failure = refusal?.split("' resulted in error: ")[1];
        expect(failure ?? (refusal === undefined ? true : refusal)).toBe(
          outcome === false ? "false" : outcome,
        );
      },
    );
  });
}
