/**
 * An application as it runs in a pod: one process, one client, and nothing said of credentials. For
 * each line that it reads, it puts an object, and tells what came of it in a line.
 */
import { createInterface } from "node:readline";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const [Bucket] = process.argv.slice(2);
const client = new S3Client({ forcePathStyle: true });

for await (const Key of createInterface({ input: process.stdin })) {
  const outcome = await client
    .send(new PutObjectCommand({ Bucket, Key, Body: "from a pod" }))
    .then(() => "done")
    .catch((error: unknown) => (error instanceof Error ? error.name : String(error)));
  process.stdout.write(`${outcome}\n`);
}
