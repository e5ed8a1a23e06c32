// The import law: which part of src may import which, as the table in src/README.md says it.
import { posix } from "node:path";

import type { Finding } from "./finding.ts";
import type { SourceFile, Visit } from "./source-file.ts";

export type Row = {
  /** A folder of src, or a file directly in it. */
  readonly name: string;
  readonly imports: ReadonlySet<string>;
  readonly node: boolean;
  /** Whether it sees a platform at all: Node's, or a browser's. */
  readonly isEdge: boolean;
  readonly packages: ReadonlySet<string>;
};

export type ImportLaw = ReadonlyMap<string, Row>;

/** Reads the table between the `import-law` marks; throws where it is not a table that can be a law. */
export function readImportLaw(markdown: string): ImportLaw {
  const table = /<!-- import-law -->\n(?<table>.*)\n<!-- \/import-law -->/s.exec(markdown)?.groups?.["table"];
  if (table === undefined) throw new Error("src/README.md has no table between <!-- import-law --> marks");

  const law = new Map<string, Row>();
  for (const line of table.split("\n").slice(2)) {
    const [names, imports, platform, packages] = line.split("|").slice(1, 5).map(wordsOf);
    if (names === undefined || imports === undefined || platform === undefined || packages === undefined) {
      throw new Error(`src/README.md: a row of the import law has five cells, not: ${line}`);
    }
    const allowed = importsOf(imports, [...law.keys()]);
    for (const name of names) {
      if (law.has(name)) throw new Error(`src/README.md: two rows for ${name}`);
      law.set(name, {
        name,
        imports: allowed,
        node: platform.includes("node"),
        isEdge: platform.length > 0,
        packages: new Set(packages),
      });
    }
  }
  return law;
}

const wordsOf = (cell: string): readonly string[] =>
  cell.split(/[\s,`]+/).filter((word) => word !== "" && word !== "-");

/** `a b`, or `all above`, or `all above except a b`. Only rows above can be named, so the law has no cycle. */
function importsOf(words: readonly string[], above: readonly string[]): ReadonlySet<string> {
  const all = words[0] === "all" && words[1] === "above";
  const named = all ? words.slice(words[2] === "except" ? 3 : 2) : words;
  const unknown = named.find((name) => !above.includes(name));
  if (unknown !== undefined) throw new Error(`src/README.md: the import law names ${unknown}, which is no row above`);
  return new Set(all ? above.filter((name) => !named.includes(name)) : named);
}

/** Paths of `files` are relative to src; `dependencies` are the runtime dependencies of the package. */
export function importFindings(
  files: readonly SourceFile[],
  law: ImportLaw,
  dependencies: ReadonlySet<string>,
): readonly Finding[] {
  return files.flatMap((file) => {
    const row = law.get(rowNameOf(file.path));
    if (row === undefined) return [unmapped(file)];
    return file.visits.flatMap((visit) => {
      const specifier = specifierOf(visit);
      if (specifier === undefined) return [];
      const wrong = wrongImport(specifier, file, row, dependencies);
      return wrong === undefined
        ? []
        : [{ file: `src/${file.path}`, ...file.placeOf(visit.node.start), code: "FORBIDDEN_IMPORT", ...wrong }];
    });
  });
}

const rowNameOf = (path: string): string => path.split("/")[0] ?? path;

const unmapped = (file: SourceFile): Finding => ({
  file: `src/${file.path}`,
  line: 1,
  column: 1,
  code: "NOT_ON_THE_MAP",
  what: `src/${rowNameOf(file.path)} has no row in the import law.`,
  expected: "every folder and file of src to have one in src/README.md.",
  fix: "put the file into a folder that has one, or add a row and say why in the commit.",
});

/** What an import, re-export, `import()`, or type `import()` names; "" where the name is computed. */
function specifierOf({ node }: Visit): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return node.source.value;
    case "ExportNamedDeclaration":
      return node.source?.value;
    case "ImportExpression":
    case "TSImportType":
      return node.source.type === "Literal" && typeof node.source.value === "string" ? node.source.value : "";
    default:
      return undefined;
  }
}

function wrongImport(
  specifier: string,
  file: SourceFile,
  row: Row,
  dependencies: ReadonlySet<string>,
): Pick<Finding, "what" | "expected" | "fix"> | undefined {
  if (specifier.startsWith(".")) return wrongFolder(specifier, file, row);
  if (specifier.startsWith("node:")) {
    if (row.node) return undefined;
    return {
      what: `${row.name} imports "${specifier}", a part of Node.`,
      expected: "Node to be imported only by rows whose platform is node.",
      fix: "take what is needed as a value or an effect, and let an edge (cli, campaign, live) bring it.",
    };
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (row.packages.has(name) || (row.packages.has("*") && dependencies.has(name))) return undefined;
  return {
    what: `${row.name} imports ${name === "" ? "what it computes" : `the package "${name}"`}.`,
    expected: `${row.name} to import ${listed(row.packages, "no package")}.`,
    fix: "do without it, or do it in a row that may import it; if the map is wrong, change it in src/README.md.",
  };
}

function wrongFolder(
  specifier: string,
  file: SourceFile,
  row: Row,
): Pick<Finding, "what" | "expected" | "fix"> | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  const targetName = rowNameOf(target);
  if (targetName === row.name) {
    const [here, there] = [systemOf(file.path), systemOf(target)];
    if (here === undefined || there === undefined || here === there) return undefined;
    return {
      what: `the system ${here} imports the system ${there} ("${specifier}").`,
      expected: "a system to be whole, joined to the others only by the registry.",
      fix: "move what both need to protocols, or to a file directly in src/systems.",
    };
  }
  if (row.imports.has(targetName)) return undefined;
  return {
    what: `${row.name} imports ${targetName} ("${specifier}").`,
    expected: `${row.name} to import only itself and ${listed(row.imports, "nothing else")}.`,
    fix: "move what is needed down, or take it as an argument; if the map is wrong, change it in src/README.md.",
  };
}

/** The system that a path of src belongs to: `mesh` for `systems/mesh/node.ts`, none for `systems/registry.ts`. */
function systemOf(path: string): string | undefined {
  const [shelf, system, file] = path.split("/");
  return shelf === "systems" && file !== undefined ? system : undefined;
}

const listed = (names: ReadonlySet<string>, none: string): string => (names.size === 0 ? none : [...names].join(", "));
