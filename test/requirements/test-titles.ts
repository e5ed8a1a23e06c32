// What tests say of themselves: titles of tests and groups, how a test file opens, and the comments of conversations.
import { readdirSync, readFileSync } from "node:fs";

import type { Node } from "oxc-parser";

import type { TestTitle } from "../../src/report/traceability.ts";
import { sourceFile } from "../laws/source-file.ts";

/** Every title below `root`, in order of file and place. */
export function testTitles(root: string): readonly TestTitle[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => `${root}/${path.replaceAll("\\", "/")}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
  return files.flatMap((file) => {
    if (file.endsWith(".test.ts")) return titlesInTest(file, readFileSync(file, "utf8"));
    return /\/golden\/.*\.txt$/.test(file) ? titlesInConversation(file, readFileSync(file, "utf8")) : [];
  });
}

/** A group's title stands for all its tests. */
export function titlesInTest(file: string, text: string): readonly TestTitle[] {
  const opening = /^(?:\/\/.*\n)+/.exec(text)?.[0].replaceAll(/^\/\/ ?/gm, "") ?? "";
  const titles = sourceFile(file, text).visits.flatMap(({ node }) => titleOf(node) ?? []);
  return [opening, ...titles].map((title) => ({ file, title: onOneLine(title) })).filter(({ title }) => title !== "");
}

export function titlesInConversation(file: string, text: string): readonly TestTitle[] {
  const comments = text.match(/(?:^#.*\n)+/gm) ?? [];
  return comments.map((comment) => ({ file, title: onOneLine(comment.replaceAll(/^# ?/gm, "")) }));
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

const words: ReadonlySet<string> = new Set(["test", "it", "describe"]);

/** The first argument of `test(…)`, `describe.concurrent(…)`, `test.each(…)(…)` and the like, where it is a text. */
function titleOf(node: Node): string | undefined {
  if (node.type !== "CallExpression" || !words.has(calledWord(node.callee))) return undefined;
  const [title] = node.arguments;
  if (title?.type === "Literal" && typeof title.value === "string") return title.value;
  return title?.type === "TemplateLiteral" ? title.quasis.map(({ value }) => value.cooked ?? "").join("…") : undefined;
}

function calledWord(callee: Node): string {
  switch (callee.type) {
    case "Identifier":
      return callee.name;
    case "MemberExpression":
      return calledWord(callee.object);
    case "CallExpression":
      return calledWord(callee.callee);
    default:
      return "";
  }
}
