// TypeScript sources as syntax trees, for the laws that read them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { type Node, parseSync, visitorKeys } from "oxc-parser";

export type Place = { readonly line: number; readonly column: number };

export type Visit = {
  readonly node: Node;
  readonly parent: Node | null;
  /** The property of the parent that holds the node. */
  readonly key: string;
  /** Whether the node runs when its module is loaded, outside every function and class instance. */
  readonly onLoad: boolean;
};

export type SourceFile = {
  /** Relative to the root given to `sourceFiles`, with forward slashes. */
  readonly path: string;
  readonly visits: readonly Visit[];
  readonly comments: readonly { readonly text: string; readonly start: number }[];
  placeOf(offset: number): Place;
};

/** Every TypeScript file below `root`, in order of path. */
export function sourceFiles(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.[cm]?tsx?$/.test(path))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

export function sourceFile(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((newline) => newline.index + 1)];
  return {
    path,
    visits: [...visitsOf({ node: program, parent: null, key: "", onLoad: true })],
    comments: comments.map(({ value, start }) => ({ text: value, start })),
    placeOf(offset) {
      const line = lineStarts.findLastIndex((start) => start <= offset);
      return { line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
    },
  };
}

function* visitsOf(visit: Visit): Generator<Visit> {
  yield visit;
  const { node } = visit;
  for (const key of visitorKeys[node.type] ?? []) {
    const onLoad = visit.onLoad && !runsLater(node, key);
    for (const child of childrenOf(node, key)) yield* visitsOf({ node: child, parent: node, key, onLoad });
  }
}

function childrenOf(node: Node, key: string): readonly Node[] {
  const value = (node as unknown as Record<string, unknown>)[key];
  return (Array.isArray(value) ? value : [value]).filter((child: unknown): child is Node => isNode(child));
}

const isNode = (value: unknown): boolean => typeof value === "object" && value !== null && "type" in value;

function runsLater(node: Node, key: string): boolean {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return true;
    case "PropertyDefinition":
    case "AccessorProperty":
      return key === "value" && !node.static;
    default:
      return false;
  }
}
