import { startFakeTarget } from "./aws-fake.ts";
import { snsContract } from "./aws-sns.ts";

snsContract("fake", async () => {
  const target = await startFakeTarget(["sns:Publish"]);
  const { topics } = target.aws;
  async function subscribe(name: string) {
    const arn = topics.create(name);
    return async () =>
      topics.told(arn).map(({ subject = "", message, attributes }) => {
        return { subject, text: message, attributes };
      });
  }
  return { ...target, subscribe };
});
