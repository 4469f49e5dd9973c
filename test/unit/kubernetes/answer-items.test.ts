import { describe, expect, test } from "vitest";
import { cutList } from "../../../src/kubernetes/api/answer-items.ts";

const cut = (json: string) => {
  const { envelope, items } = cutList(Buffer.from(json));
  return { envelope, items: items.map((item) => item.toString()) };
};

describe("a list", () => {
  test.each<[string, string, string, string[]]>([
    ["without items", '{"kind":"L","items":[]}', '{"kind":"L","items":[]}', []],
    ["with blanks for items", '{"items":[ \n\t\r]}', '{"items":[]}', []],
    ["of one", '{"items":[{"a":1}],"kind":"L"}', '{"items":[],"kind":"L"}', ['{"a":1}']],
    ["of many", '{"items":[{"a":[1,2]},{},[3]]}', '{"items":[]}', ['{"a":[1,2]}', "{}", "[3]"]],
    ["of other things", '{"items":[1,"x",null]}', '{"items":[]}', ["1", '"x"', "null"]],
    ["with blanks", ' {"items" : [ {} , {} ] } ', ' {"items" : [] } ', [" {} ", " {} "]],
    [
      "with brackets, commas and quotes in strings",
      '{"items":[{"a":"]},{\\""},{"b\\\\":"\\\\"}]}',
      '{"items":[]}',
      ['{"a":"]},{\\""}', '{"b\\\\":"\\\\"}'],
    ],
    [
      "with the word elsewhere",
      '{"a":{"items":[1]},"b":["items"],"c":"items","items":[2]}',
      '{"a":{"items":[1]},"b":["items"],"c":"items","items":[]}',
      ["2"],
    ],
    [
      "of text in other scripts",
      '{"items":[{"ä":"日本\u{1f600}"}]}',
      '{"items":[]}',
      ['{"ä":"日本\u{1f600}"}'],
    ],
  ])("is cut: %s", (_title, json, envelope, items) => {
    expect(cut(json)).toEqual({ envelope, items });
    expect(JSON.parse(envelope)).toBeDefined();
    expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(json).items);
  });

  test.each([
    '{"items":null}',
    '{"items":{"a":[1]}}',
    '{"kind":"Status"}',
    "[]",
    '["items",[1]]',
    '"items"',
    "",
    "<html>",
  ])("is left whole where there are no items: %s", (json) => {
    expect(cut(json)).toEqual({ envelope: json, items: [] });
  });

  test.each([
    '{"items":[',
    '{"items":[{"a":1}',
    '{"items":[{"a":"',
    '{"items":[{"a":"\\',
    '{"items":[{"a":1}}',
    '{"items":[}]}',
    '{"items":[,]}',
    '{"items":[{},]}',
    '{"items":[{"a":1]]}',
    '{"items"',
    '{"items":',
    '{"items":[]',
    '{"items":[]}}',
    '{"items":[{}]]}',
  ])("that is broken stays broken: %s", (json) => {
    const { envelope, items } = cut(json);

    expect(() => JSON.parse(json)).toThrow();
    expect(() => [JSON.parse(envelope), ...items.map((item) => JSON.parse(item))]).toThrow();
  });

  test("of a great many items, and of great ones, is cut in no time", () => {
    const many = `{"items":[${'{"a":"\\\\"},'.repeat(300_000)}{}]}`;
    const deep = `{"items":[${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}]}`;
    const started = performance.now();

    expect(cutList(Buffer.from(many)).items).toHaveLength(300_001);
    expect(cutList(Buffer.from(deep)).items).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
