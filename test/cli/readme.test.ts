// What the README tells a newcomer to type is there: commands, options, scenarios, settings, files it links to.
import { existsSync, readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { loadSystems } from "../../src/cli/plug-in-option.ts";
import { loadStories } from "../../src/cli/stories.ts";

const readme = readFileSync("README.md", "utf8");
const blocks = [...readme.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block.replaceAll(/\\\n\s*/g, ""));
const lines = blocks
  .flatMap((block) => block.split("\n"))
  .map((line) => line.replace(/\s+#\s.*$/, "").trim())
  .filter((line) => line.startsWith("faultline "));

/** Where commands are declared. */
const programs = readdirSync("src/cli").filter((file) => /^program\.ts$|-command\.ts$/.test(file));

/** Options by command, as the program declares them. */
const options = new Map(
  programs
    .map((file) => readFileSync(`src/cli/${file}`, "utf8"))
    .join("\n")
    .split(/\.command\("/)
    .slice(1)
    .map((part) => {
      const own = [...part.matchAll(/[oO]ption\(\s*"(--[a-z-]+)/g)].map(([, option = ""]) => option);
      return [part.slice(0, part.indexOf('"')), [...own, "--json", "--help"]] as const;
    }),
);

test("there is something to type", () => expect(lines.length).toBeGreaterThan(20));

interface Typed {
  readonly command: string;
  readonly words: readonly string[];
  /** Scenarios by name, as in mesh/walk#base. */
  readonly names: readonly string[];
  readonly set: readonly string[];
}

function typedIn(line: string): Typed {
  const [, command = "", ...words] = line.split(/ +/);
  const after = (...before: readonly string[]): readonly string[] =>
    words.filter((_word, at) => before.includes(words[at - 1] ?? ""));
  const names = words.filter((word) => /^(?:mesh|raft)\//.test(word) && !after("--plant").includes(word));
  return { command, words, names: names.map((name) => name.replace(/@\d+$/, "")), set: after("--set", "--right") };
}

test.each(lines)("%s", (line) => {
  const { command, words } = typedIn(line);
  expect([...options.keys()]).toContain(command);
  const typed = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*$/, ""));
  expect(typed.filter((option) => !options.get(command)?.includes(option))).toEqual([]);
  const files = words.filter((word) => word.startsWith("scenarios")).map((word) => word.replace(/#.*$/, ""));
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test("scenarios are there, and what is set in them can be", { timeout: 60_000 }, () => {
  const systems = loadSystems([]);
  const all = lines.map((line) => typedIn(line));
  const sets = Map.groupBy(all, ({ set }) => set.join(" "));
  for (const [first, ...more] of sets.values()) {
    const names = new Set([first, ...more].flatMap((one) => one?.names ?? []));
    const stories = loadStories([...names], { systems, set: first?.set ?? [], variant: undefined });
    expect(stories.length).toBeGreaterThanOrEqual(names.size);
  }
});

test.each([...readme.matchAll(/\]\(((?!https?:)[^)#]+)/g)].map(([, path = ""]) => path))("the link to %s", (path) =>
  expect(existsSync(path)).toBe(true),
);
