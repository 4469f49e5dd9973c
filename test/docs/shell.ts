/** Shell lines, as far as documents write them. */

/** Lines as a shell takes them: without comments, and joined where one goes on in the next. */
export function linesOf(script: string): readonly string[] {
  const joined = script.replace(/\\\n\s*/g, "").replace(/\|\n\s*/g, "| ");
  return joined.split("\n").filter((line) => line.trim() !== "" && !/^\s*#/.test(line));
}

/** Where a command may begin: nobody's arguments are taken for a call. */
const calls =
  /(?:^|[|;&(]|\benv )\s*(?:npx (?=ecr-pull)|(?=ecr-pull-secrets )|(?=npm run register))/g;
const programs = /^(?:ecr-pull-secrets|npm run (?<command>register)-cluster --)(?= |$)/;

/** Every call of our program in it, also within pipes and `$(…)`: what the program gets. */
export function callsOf(line: string): readonly (readonly string[])[] {
  return [...line.matchAll(calls)].flatMap(({ index, 0: start }) => {
    const call = line.slice(index + start.length);
    const program = programs.exec(call);
    if (program === null) return [];
    const args = wordsUntilEnd(call.slice(program[0].length));
    return [program.groups?.["command"] === undefined ? args : ["register", ...args]];
  });
}

const words = /(?<end>[|;&>)]|#)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s|;&>)"'#]+)/g;

/** Up to where another command begins, or a comment. */
function wordsUntilEnd(text: string): readonly string[] {
  const found = [...text.matchAll(words)].map(({ groups }) => groups ?? {});
  const end = found.findIndex((word) => word["end"] !== undefined);
  const taken = end < 0 ? found : found.slice(0, end);
  return taken.map(({ double, single, bare }) => double ?? single ?? bare ?? "");
}
