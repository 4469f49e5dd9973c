/** What a process writes, taken instead of shown: Powertools writes to the streams of the process. */
import { z } from "zod";

const line = z.record(z.string(), z.unknown());
export type Line = z.output<typeof line>;

/** @returns the lines of both streams, each of which is JSON */
export async function linesOf(run: () => unknown): Promise<readonly Line[]> {
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream) => stream.write);
  let text = "";
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      text += Buffer.from(chunk).toString();
      return true;
    };
  }
  try {
    await run();
  } finally {
    streams.forEach((stream, index) => {
      stream.write = originals[index] ?? stream.write;
    });
  }
  const written = text.split("\n").filter((each) => each !== "");
  return written.map((each) => line.parse(JSON.parse(each)));
}
