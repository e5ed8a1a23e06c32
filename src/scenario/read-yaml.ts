// Text to located values, as strictly as data from strangers deserves: bounded depth and size, no tags, no duplicate or
// magic keys, no number that would be read as another one (DESIGN §9).

import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLError,
} from "yaml";

import type { Entry, Located } from "./located.ts";
import { inReadingOrder, type Place, type Problem, shown } from "./problem.ts";

export interface ReadLimits {
  readonly depthMax: number;
  /** Values after aliases have been followed: an alias that points at aliases multiplies. */
  readonly valuesMax: number;
}

const scenarioLimits: ReadLimits = { depthMax: 32, valuesMax: 200_000 };

export type ReadResult =
  | { readonly type: "read"; readonly located: Located }
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

/** Keys that reach an object's prototype where somebody forgets to guard: no story needs them. */
const magicKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export function readYaml(text: string, file: string, limits: ReadLimits = scenarioLimits): ReadResult {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { type: "file", file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = composed(text, lines, limits);
  if (documents.type === "tooDeep") return refused(tooDeep(placeOf(documents.offset), limits));
  const [document, second] = documents.documents;
  const malformed = documents.documents.flatMap(({ errors }) => errors.map((error) => notYaml(error, placeOf)));
  if (malformed.length > 0) return { type: "refused", problems: inReadingOrder(malformed) };
  if (second !== undefined) return refused(severalDocuments(placeOf(second.range[0])));
  const reader = new Reader(limits, placeOf);
  const located = document?.contents === null || document === undefined ? undefined : reader.read(document.contents, 0);
  if (reader.problems.length > 0) return { type: "refused", problems: inReadingOrder(reader.problems) };
  if (located === undefined || (located.kind === "scalar" && located.value === null)) return refused(emptyFile(file));
  return { type: "read", located };
}

type Composed =
  | { readonly type: "documents"; readonly documents: readonly Document.Parsed[] }
  | { readonly type: "tooDeep"; readonly offset: number };

// The composer recurses, so depth has to be refused while the parser, which keeps a stack of its own, still reads.
function composed(text: string, lines: LineCounter, { depthMax }: ReadLimits): Composed {
  const parser = new Parser(lines.addNewLine);
  // Duplicate keys are looked for by the reader below: the library compares each key with each.
  const composer = new Composer({ uniqueKeys: false, stringKeys: true, merge: false, prettyErrors: false });
  const documents: Document.Parsed[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > depthMax + 1) return { type: "tooDeep", offset: parser.offset };
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return { type: "documents", documents };
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #limits: ReadLimits;
  readonly #placeOf: (offset: number) => Place;
  readonly #anchors = new Map<string, unknown>();
  #valuesLeft: number;

  constructor(limits: ReadLimits, placeOf: (offset: number) => Place) {
    this.#limits = limits;
    this.#placeOf = placeOf;
    this.#valuesLeft = limits.valuesMax;
  }

  /** Undefined once a limit is passed: the problem is then noted. */
  read(node: unknown, depth: number): Located | undefined {
    const place = this.#placeOf(offsetOf(node));
    if (depth > this.#limits.depthMax) return this.#refuse(tooDeep(place, this.#limits));
    this.#valuesLeft -= 1;
    if (this.#valuesLeft === 0) this.#refuse(tooMany(place, this.#limits));
    if (this.#valuesLeft <= 0) return undefined;
    if (isAlias(node)) return this.#readAlias(node.source, place, depth);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { kind: "scalar", value: null, place };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined) return this.#refuse(tagged(place, node.tag));
    if (isScalar(node)) return this.#readScalar(node.value, node.source, place);
    if (isSeq(node)) {
      const items = node.items.flatMap((item) => this.read(item, depth + 1) ?? []);
      return { kind: "list", items, place };
    }
    return this.#readMap(node.items, place, depth);
  }

  #readAlias(anchor: string, place: Place, depth: number): Located | undefined {
    if (!this.#anchors.has(anchor)) return this.#refuse(unknownAnchor(place, anchor));
    return this.read(this.#anchors.get(anchor), depth + 1);
  }

  #readScalar(value: unknown, source: string | undefined, place: Place): Located | undefined {
    if (typeof value === "number" && !isExact(value, source ?? "")) {
      return this.#refuse(inexactNumber(place, source ?? String(value)));
    }
    if (value === 0) return { kind: "scalar", value: 0, place };
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return { kind: "scalar", value, place };
    }
    return this.#refuse(tagged(place, typeof value));
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], place: Place, depth: number): Located {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      const keyPlace = this.#placeOf(offsetOf(key));
      if (!isScalar(key) || typeof key.value !== "string") {
        this.#refuse(keyNotText(keyPlace));
      } else if (magicKeys.has(key.value)) {
        this.#refuse(magicKey(keyPlace, key.value));
      } else if (entries.has(key.value)) {
        this.#refuse(duplicateKey(keyPlace, key.value));
      } else {
        const read = value === null ? nothingAt(keyPlace) : this.read(value, depth + 1);
        if (read !== undefined) entries.set(key.value, { keyPlace, value: read });
      }
    }
    return { kind: "map", entries, place };
  }

  #refuse(problem: Problem): undefined {
    this.problems.push(problem);
  }
}

const nothingAt = (place: Place): Located => ({ kind: "scalar", value: null, place });

function offsetOf(node: unknown): number {
  const range: unknown = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === "number" ? start : 0;
}

/** Whether the number is the one that was written: not `08`, not beyond 2^53 - 1, not infinite. */
function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value) || /^[-+]?0\d/.test(source)) return false;
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}

const refused = (problem: Problem): ReadResult => ({ type: "refused", problems: [problem] });

function notYaml(error: YAMLError, placeOf: (offset: number) => Place): Problem {
  const sentence = error.message.split("\n")[0] ?? "";
  return {
    place: placeOf(error.pos[0]),
    code: "NOT_YAML",
    what: `This is not YAML: ${sentence.endsWith(".") ? sentence : `${sentence}.`}`,
    expected: "Expected YAML 1.2: keys followed by a colon and a space, indented with spaces.",
    fix: error.code === "TAB_AS_INDENT" ? "replace the tab by spaces." : "mend this line, or the one before it.",
  };
}

const tooDeep = (place: Place, { depthMax }: ReadLimits): Problem => ({
  place,
  code: "TOO_DEEP",
  what: `The values are nested more than ${depthMax} levels deep here.`,
  expected: `Expected at most ${depthMax} levels.`,
  fix: "take out levels; no key of a scenario needs so many.",
});

const tooMany = (place: Place, { valuesMax }: ReadLimits): Problem => ({
  place,
  code: "TOO_MANY_VALUES",
  what: `The file holds more than ${valuesMax} values once its aliases are followed.`,
  expected: `Expected at most ${valuesMax} values.`,
  fix: "write fewer values, or fewer aliases that point at aliases.",
});

const severalDocuments = (place: Place): Problem => ({
  place,
  code: "SEVERAL_DOCUMENTS",
  what: "A second YAML document begins here.",
  expected: "Expected one story per file.",
  fix: "move it to a file of its own, or make it a variant.",
});

const emptyFile = (file: string): Problem => ({
  place: { type: "wholeFile", file },
  code: "EMPTY_FILE",
  what: "The file holds no value.",
  expected: "Expected a scenario: title, why, system, seed, until and so on.",
  fix: 'copy one from scenarios/, or see "faultline list scenarios".',
});

const tagged = (place: Place, tag: string): Problem => ({
  place,
  code: "TAG_NOT_ALLOWED",
  what: `The value carries the tag ${shown(tag)}.`,
  expected: "Expected plain values: text, numbers, true, false, lists and maps.",
  fix: "remove the tag; put text between quotes if it has to stay text.",
});

const unknownAnchor = (place: Place, anchor: string): Problem => ({
  place,
  code: "UNKNOWN_ANCHOR",
  what: `The alias ${shown(`*${anchor}`)} points at nothing above it.`,
  expected: "Expected an anchor of that name earlier in the file.",
  fix: "declare the anchor first, or write the value out; quote text that begins with an asterisk.",
});

const inexactNumber = (place: Place, source: string): Problem => ({
  place,
  code: "NOT_EXACT",
  what: `${shown(source)} would be read as another number.`,
  expected: "Expected a number without leading zeros, finite, and between -(2^53 - 1) and 2^53 - 1 when it is whole.",
  fix: "write the number in its plain form, or put quotes around it if it is a name.",
});

const keyNotText = (place: Place): Problem => ({
  place,
  code: "KEY_NOT_TEXT",
  what: "A key is a list or a map.",
  expected: "Expected every key to be text.",
  fix: "write the key as one word.",
});

const magicKey = (place: Place, key: string): Problem => ({
  place,
  code: "FORBIDDEN_KEY",
  what: `The key "${key}" is not allowed anywhere in a scenario.`,
  expected: "Expected a key without meaning to the language Faultline is written in.",
  fix: "choose another name.",
});

const duplicateKey = (place: Place, key: string): Problem => ({
  place,
  code: "DUPLICATE_KEY",
  what: `The key ${shown(key)} is already in this map.`,
  expected: "Expected each key once.",
  fix: "keep one of the two.",
});
