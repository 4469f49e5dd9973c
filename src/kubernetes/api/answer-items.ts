/**
 * Cuts a list's JSON into its items without parsing it whole: parsed at once, 20 MB of objects take
 * 150 MB of heap, and a worker has 256 MB. Cut, they can be parsed, judged and dropped one by one.
 */

export interface CutList {
  /** The list's JSON with `[]` for its items. */
  readonly envelope: string;
  /** The JSON of each item, not checked yet. */
  readonly items: readonly Buffer[];
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** What isn't JSON stays so: parsing the envelope or an item will tell. */
export function cutList(json: Buffer): CutList {
  const start = findItems(json);
  if (start === undefined) {
    return { envelope: json.toString("utf8"), items: [] };
  }
  const items: Buffer[] = [];
  const end = cutItems(json, start, items);
  const envelope = `${json.toString("utf8", 0, start)}${json.toString("utf8", end)}`;
  return { envelope, items };
}

/** Returns where the list's closing bracket is. */
function cutItems(json: Buffer, start: number, items: Buffer[]): number {
  let itemStart = start;
  for (let at = start; at < json.length; at = skipValue(json, at)) {
    const byte = json[at];
    if (byte === comma || byte === closeBracket) {
      // `[]` has no item, `[,]` has one that isn't JSON.
      if (byte === comma || items.length > 0 || !isBlank(json, itemStart, at)) {
        items.push(json.subarray(itemStart, at));
      }
      if (byte === closeBracket) {
        return at;
      }
      itemStart = at + 1;
    }
  }
  return json.length;
}

/** Where the items begin, behind the bracket, if the object has a list of that name. */
function findItems(json: Buffer): number | undefined {
  const open = skipBlanks(json, 0);
  if (json[open] !== openBrace) {
    return undefined;
  }
  for (let at = open + 1; at < json.length; ) {
    const next = skipValue(json, at);
    if (json[at] === quote && json.toString("latin1", at, next) === '"items"') {
      const bracket = afterColon(json, next);
      if (json[bracket] === openBracket) {
        return bracket + 1;
      }
    }
    at = next;
  }
  return undefined;
}

function afterColon(json: Buffer, from: number): number {
  const at = skipBlanks(json, from);
  return json[at] === colon ? skipBlanks(json, at + 1) : json.length;
}

/** Behind the string, object or array that begins here; else behind this one byte. */
function skipValue(json: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) {
      at = closingQuote(json, at);
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    }
    if (depth <= 0) {
      return at + 1;
    }
  }
  return json.length;
}

function closingQuote(json: Buffer, open: number): number {
  let at = open + 1;
  while (at < json.length && json[at] !== quote) {
    at += json[at] === backslash ? 2 : 1;
  }
  return at;
}

function skipBlanks(json: Buffer, from: number): number {
  let at = from;
  while (isBlankByte(json[at])) {
    at += 1;
  }
  return at;
}

function isBlank(json: Buffer, from: number, to: number): boolean {
  return skipBlanks(json, from) >= to;
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
