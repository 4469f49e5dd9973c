/** What a subscriber of the topic reads. */
import type { ClusterNotice } from "../../../src/notifications/notice.ts";
import { type NoticePlace, writeNotice } from "../../../src/notifications/notice-text.ts";

const place: NoticePlace = { stage: "prod", region: "us-east-1", account: "111122223333" };
const failingSince = new Date("2026-11-21T03:10:04Z");
const unreachable = {
  message:
    "the API server at prod-eu.example.com:6443 can't be reached: connection refused (after 3 attempts)",
  hint: "is the kubeconfig's server right, and may this network reach it (VPN, firewall)?",
  others: 0,
};

const told: readonly { readonly notice: ClusterNotice; readonly now: Date }[] = [
  {
    notice: {
      cluster: "prod-eu",
      change: "failing",
      failingSince,
      cause: unreachable,
      expiresAt: new Date("2026-11-21T09:02:40Z"),
    },
    now: new Date("2026-11-21T03:40:06Z"),
  },
  {
    notice: {
      cluster: "prod-eu",
      change: "recovered",
      failingSince,
      expiresAt: new Date("2026-11-21T16:40:05Z"),
    },
    now: new Date("2026-11-21T04:40:06Z"),
  },
];

export function noticeExamples(): string {
  const mails = told.map(({ notice, now }) => {
    const { subject, body } = writeNotice(notice, { place, now });
    return `Subject: ${subject}\n\n${body}`;
  });
  return `\`\`\`text\n${mails.join("\n\n")}\`\`\``;
}
