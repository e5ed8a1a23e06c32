// What would make one seed two histories, or let state outlive a run: refused in every source below the edges. A sort
// without a comparator is oxlint's to refuse: only a type tells an Array from a typed array, which sorts numbers alike
// everywhere.
import type { Node } from "oxc-parser";

import type { Finding } from "./finding.ts";
import type { SourceFile, Visit } from "./source-file.ts";

/** Names of the language or the platform, and what to use instead. */
const bannedNames: ReadonlyMap<string, string> = new Map([
  ...named("the time on the event", "Date performance"),
  ...named("a `setTimer` effect and the event queue", "setTimeout setInterval setImmediate queueMicrotask"),
  ...named("effects and events; a story in sequence is a generator that yields effects", "Promise"),
  ...named("the run's own streams, and ids counted by the run", "crypto randomUUID"),
  ...named("`compareText` of base, and text written out by hand", "Intl"),
  ...named("state that the run owns", "WeakRef FinalizationRegistry Atomics SharedArrayBuffer"),
  ...named("a value or an effect, brought by an edge", "process console fetch globalThis window self Worker Buffer"),
  ...named("code that is there to be read", "eval Function"),
]);

/** Members, whatever they are read from, and what to use instead. */
const bannedMembers: ReadonlyMap<string, string> = new Map([
  ...named("`compareText` of base, which compares code units", "localeCompare"),
  ...named(
    "text that is the same in every locale",
    "toLocaleString toLocaleDateString toLocaleTimeString toLocaleUpperCase toLocaleLowerCase",
  ),
  ...named("the message: a stack differs between engines", "captureStackTrace stackTraceLimit"),
]);

/** The part of Math that every engine computes to the same bit. */
const exactMath: ReadonlySet<string> = new Set(
  "abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
);

/** Which refusal does not count in which file, and why. Whoever adds a line argues for it in the commit. */
const excused: ReadonlyMap<string, string> = new Map([
  ["UNORDERED_JSON base/canonical-json.ts", "it is what everybody else calls, and what orders the keys"],
  ["UNORDERED_JSON base/plain-data.ts", "it quotes single keys in a path for people to read"],
  ["UNORDERED_KEYS base/plain-data.ts", "a copy has the keys of its original, in the order of the original"],
  ["UNORDERED_KEYS base/plain-hash.ts", "the hashes of the fields are added up: every order gives the same sum"],
]);

const readonlyTypes: ReadonlySet<string> = new Set(["ReadonlyMap", "ReadonlySet", "ReadonlyArray", "Readonly"]);

type Refusal = Pick<Finding, "code" | "what" | "expected" | "fix">;
type Rule = (visit: Visit, file: FileContext) => Refusal | undefined;
type FileContext = {
  /** Names that the file gives to something of its own: such a name is not the platform's. */
  readonly declared: ReadonlySet<string>;
  /** Constants of the module that are integer literals. */
  readonly integers: ReadonlySet<string>;
};

const rules: readonly Rule[] = [
  bannedName,
  bannedMember,
  stackOfError,
  inexactMath,
  inexactPower,
  unorderedKeys,
  unorderedJson,
  asynchrony,
  platformModule,
  stateOfTheModule,
];

/** Paths of `files` are relative to src. */
export function determinismFindings(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const context = { declared: declaredNames(file), integers: integerNames(file) };
    const inCode = file.visits.flatMap((visit) =>
      rules.flatMap((rule) => {
        const refusal = rule(visit, context);
        return refusal === undefined || excused.has(`${refusal.code} ${file.path}`)
          ? []
          : [{ start: visit.node.start, ...refusal }];
      }),
    );
    return [...inCode, ...refusedComments(file)].map(({ start, ...refusal }) => ({
      file: `src/${file.path}`,
      ...file.placeOf(start),
      ...refusal,
    }));
  });
}

function bannedName({ node, parent, key }: Visit, { declared }: FileContext): Refusal | undefined {
  if (node.type !== "Identifier" || isMerelyALabel(parent, key) || declared.has(node.name)) return undefined;
  const instead = bannedNames.get(node.name);
  return instead === undefined ? undefined : refuse("BANNED_NAME", `${node.name} is used.`, instead);
}

function bannedMember({ node }: Visit): Refusal | undefined {
  const member = memberOf(node);
  const instead = member === undefined ? undefined : bannedMembers.get(member);
  return instead === undefined ? undefined : refuse("BANNED_NAME", `.${member} is used.`, instead);
}

function stackOfError({ node }: Visit): Refusal | undefined {
  if (node.type !== "MemberExpression" || memberOf(node) !== "stack") return undefined;
  const owner = node.object.type === "Identifier" ? node.object.name : (memberOf(node.object) ?? node.object.type);
  // Other things are called a stack too: what an error is called tells them apart.
  if (!/^(?:e|err|NewExpression|.*error|.*cause)$/i.test(owner)) return undefined;
  return refuse("BANNED_NAME", ".stack of an error is used.", "the message: a stack differs between engines");
}

function inexactMath({ node, parent, key }: Visit): Refusal | undefined {
  if (node.type !== "Identifier" || node.name !== "Math" || isMerelyALabel(parent, key)) return undefined;
  const member = parent === null ? undefined : memberOf(parent);
  if (key === "object" && member !== undefined && exactMath.has(member)) return undefined;
  if (member === "random") return refuse("BANNED_NAME", "Math.random is used.", "a stream named for its purpose");
  return refuse(
    "INEXACT_MATH",
    `Math${member === undefined ? "" : `.${member}`} is used.`,
    "only what every engine computes to the same bit: + - * /, Math.sqrt, integers, tables",
  );
}

function inexactPower({ node }: Visit, { integers }: FileContext): Refusal | undefined {
  const power =
    (node.type === "BinaryExpression" && node.operator === "**") ||
    (node.type === "AssignmentExpression" && node.operator === "**=");
  if (!power) return undefined;
  if (isConstant(node.left, integers) && isConstant(node.right, integers)) return undefined;
  return refuse(
    "INEXACT_MATH",
    "** of something else than integer constants of this file.",
    "a product, a shift, or a table",
  );
}

function unorderedKeys({ node }: Visit): Refusal | undefined {
  if (node.type !== "ForInStatement") return undefined;
  return refuse("UNORDERED_KEYS", "for…in over an object.", "a Map, or keys in an order that was chosen");
}

function unorderedJson({ node, parent, key }: Visit): Refusal | undefined {
  if (node.type !== "Identifier" || node.name !== "JSON" || isMerelyALabel(parent, key)) return undefined;
  if (key === "object" && parent !== null && memberOf(parent) === "parse") return undefined;
  return refuse(
    "UNORDERED_JSON",
    "JSON.stringify is used: it keeps the order of insertion.",
    "`canonicalJson` of base",
  );
}

function asynchrony({ node }: Visit): Refusal | undefined {
  const waits =
    node.type === "AwaitExpression" ||
    node.type === "ImportExpression" ||
    (node.type === "ForOfStatement" && node.await) ||
    ("async" in node && node.async);
  if (!waits) return undefined;
  return refuse("ASYNCHRONY", "async, await, or import() is used.", "a generator that yields effects, or an edge");
}

function platformModule({ node }: Visit): Refusal | undefined {
  if (node.type === "MetaProperty" && node.meta.name === "import") {
    return refuse("PLATFORM", "import.meta is used.", "a value brought by an edge");
  }
  if (node.type === "TSModuleDeclaration" && node.kind === "global") {
    return refuse("PLATFORM", "a name of the platform is declared.", "a value brought by an edge");
  }
  return undefined;
}

function stateOfTheModule({ node, parent, onLoad }: Visit): Refusal | undefined {
  if (!onLoad) return undefined;
  const instead =
    "state in the object that one run owns, or a constant: `as const`, ReadonlyMap, ReadonlySet, readonly";
  if (node.type === "VariableDeclaration" && node.kind !== "const" && isOfModule(parent)) {
    return refuse("STATE_OF_THE_MODULE", `${node.kind} at module level.`, instead);
  }
  if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && isMutable(node.init)) {
    if (parent?.type !== "VariableDeclaration" || isReadonlyType(node.id.typeAnnotation?.typeAnnotation))
      return undefined;
    return refuse("STATE_OF_THE_MODULE", `${node.id.name} can change, and outlives the run.`, instead);
  }
  if (node.type === "PropertyDefinition" && node.static && (!node.readonly || isMutable(node.value))) {
    if (node.readonly && isReadonlyType(node.typeAnnotation?.typeAnnotation)) return undefined;
    return refuse("STATE_OF_THE_MODULE", "a static field that can change outlives the run.", instead);
  }
  return undefined;
}

function refusedComments(file: SourceFile): readonly (Refusal & { start: number })[] {
  return file.comments.flatMap(({ text, start }) => {
    if (/^\/\s*<reference/.test(text)) {
      return [{ start, ...refuse("PLATFORM", "a triple-slash reference.", "imports, which the map can judge") }];
    }
    if (/^\s*(?:oxlint|eslint)-disable/.test(text) && !/-disable\S* \S.* -- \S/.test(text)) {
      const instead = "`oxlint-disable-next-line <rule> -- <reason>`";
      return [{ start, ...refuse("NO_REASON", "a rule is switched off without a reason.", instead) }];
    }
    return [];
  });
}

const refuse = (code: string, what: string, instead: string): Refusal => ({
  code,
  what,
  expected: "nothing below the edges that could make one seed two histories.",
  fix: `use ${instead}.`,
});

function named(instead: string, names: string): readonly (readonly [string, string])[] {
  return names.split(" ").map((name) => [name, instead] as const);
}

/** The name behind a dot, or in brackets as a literal. */
function memberOf(node: Node): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  if (!node.computed) return node.property.type === "Identifier" ? node.property.name : undefined;
  return node.property.type === "Literal" && typeof node.property.value === "string" ? node.property.value : undefined;
}

/** Whether an identifier only names a member, as in `plan.process`, `{ process: 1 }` and `type T = { process: X }`. */
function isMerelyALabel(parent: Node | null, key: string): boolean {
  if (parent === null || !("computed" in parent) || parent.computed) return key === "label";
  return (parent.type === "MemberExpression" && key === "property") || key === "key";
}

function declaredNames(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  // `declare` makes nothing: the name stays the platform's.
  const ambient = new Set<Node>();
  for (const { node, parent, key } of file.visits) {
    if (parent !== null && ambient.has(parent)) ambient.add(node);
    if ("declare" in node && node.declare) ambient.add(node);
    if (node.type === "Identifier" && parent !== null && !ambient.has(parent) && binds(parent, key)) {
      names.add(node.name);
    }
    if (node.type !== "ObjectPattern") continue;
    for (const property of node.properties) {
      if (property.type === "Property" && property.value.type === "Identifier") names.add(property.value.name);
    }
  }
  return names;
}

function integerNames(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node, parent, onLoad } of file.visits) {
    if (!onLoad || node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.init === null) continue;
    if (parent?.type === "VariableDeclaration" && parent.kind === "const" && isInteger(node.init))
      names.add(node.id.name);
  }
  return names;
}

function binds(parent: Node, key: string): boolean {
  switch (parent.type) {
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return key === "id" || key === "params";
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "TSFunctionType":
    case "TSMethodSignature":
    case "TSEmptyBodyFunctionExpression":
      return key === "params";
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return key === "local";
    case "ArrayPattern":
    case "RestElement":
      return true;
    case "AssignmentPattern":
      return key === "left";
    default:
      return false;
  }
}

const isOfModule = (parent: Node | null): boolean =>
  parent?.type === "Program" || parent?.type === "ExportNamedDeclaration";

const isInteger = (node: Node): boolean =>
  node.type === "Literal" && (typeof node.value === "bigint" || Number.isSafeInteger(node.value));

/** Whether an expression is made of integer literals, and of constants that are. */
function isConstant(node: Node, integers: ReadonlySet<string>): boolean {
  if (node.type === "Identifier") return integers.has(node.name);
  if (node.type === "ParenthesizedExpression") return isConstant(node.expression, integers);
  if (node.type !== "BinaryExpression") return isInteger(node);
  return "+-*".includes(node.operator) && isConstant(node.left, integers) && isConstant(node.right, integers);
}

/** Whether a value made when the module loads could be changed afterwards. A filled literal array is taken for a table. */
function isMutable(node: Node | null): boolean {
  switch (node?.type) {
    case "NewExpression":
      return !(node.callee.type === "Identifier" && node.callee.name === "RegExp");
    case "ArrayExpression":
      return node.elements.length === 0;
    case "ObjectExpression":
      return node.properties.length === 0;
    default:
      return false;
  }
}

function isReadonlyType(type: Node | undefined): boolean {
  if (type?.type === "TSTypeOperator") return type.operator === "readonly";
  return (
    type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && readonlyTypes.has(type.typeName.name)
  );
}
