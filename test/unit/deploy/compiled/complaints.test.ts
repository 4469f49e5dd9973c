import { describe, expect, test } from "vitest";
import { complaintsAbout } from "./complaints.ts";

const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const queue = { "Fn::GetAtt": ["RefreshQueue", "Arn"] };

describe("a statement", () => {
  test.each<[string, ReturnType<typeof allow>]>([
    ["on one resource", allow(["sqs:SendMessage"], queue)],
    [
      "on names of a known account",
      allow("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:1:repository/*"),
    ],
    ["on *, for which AWS takes nothing else", allow("secretsmanager:ListSecrets", "*")],
    ["that forbids everything", { ...allow("ec2:CreateNetworkInterface", "*"), Effect: "Deny" }],
  ])("%s is fine", (_, statement) => {
    expect(complaintsAbout(statement)).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ["allows every action", allow("*", queue), ["* is a glob"]],
    ["allows every action of a service", allow(["sqs:*"], queue), ["sqs:* is a glob"]],
    ["allows a kind of action", allow(["sqs:Send*"], queue), ["sqs:Send* is a glob"]],
    ["allows an action on all", allow(["sns:Publish"], "*"), ["sns:Publish on *"]],
    [
      "hides one behind others",
      allow(["ecr:GetAuthorizationToken", "ecr:PutImage"], [queue, "*"]),
      ["ecr:PutImage on *"],
    ],
    [
      "is for any account",
      allow("sts:AssumeRole", { "Fn::Sub": `arn:\${AWS::Partition}:iam::*:role/pull` }),
      [`arn:\${AWS::Partition}:iam::*:role/pull is of any region or account`],
    ],
    [
      "is for any region",
      allow("ecr:BatchGetImage", ["arn:aws:ecr:*:111122223333:repository/web"]),
      ["arn:aws:ecr:*:111122223333:repository/web is of any region or account"],
    ],
    [
      "names what it isn't about",
      { Effect: "Allow", NotAction: "iam:*", Action: [], Resource: queue },
      ["NotAction isn't a way to name what is meant"],
    ],
    [
      "leaves out what it isn't about",
      { Effect: "Allow", Action: [], NotResource: queue, Resource: [] },
      ["NotResource isn't a way to name what is meant"],
    ],
  ])("that %s is told", (_, statement, complaints) => {
    expect(complaintsAbout(statement as ReturnType<typeof allow>)).toEqual(complaints);
  });
});
