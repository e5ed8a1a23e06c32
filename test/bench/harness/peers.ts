// Which other simulators are installed here, and their programs compiled into a cache outside the repository.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a peer's programs need beyond the compiler or interpreter. */
export interface Toolkit {
  readonly name: string;
  /** What to do where it is missing. */
  readonly install: string;
  /** Flags for the linker; C++ only. */
  readonly libraries: readonly string[];
}

export const toolkits = {
  plainCpp: { name: "C++", install: "apt-get install g++", libraries: [] },
  ns3: { name: "ns-3", install: "apt-get install g++ libns3-dev", libraries: ["-lns3-core"] },
  ns3Udp: {
    name: "ns-3 UDP",
    install: "apt-get install g++ libns3-dev",
    libraries: ["-lns3-core", "-lns3-network", "-lns3-internet", "-lns3-point-to-point"],
  },
  simGrid: { name: "SimGrid", install: "apt-get install g++ libsimgrid-dev", libraries: ["-lsimgrid"] },
  simPy: { name: "SimPy", install: "apt-get install python3-simpy3", libraries: [] },
} satisfies Record<string, Toolkit>;

export type Found =
  | { readonly type: "found"; readonly command: string; readonly arguments: readonly string[] }
  | { readonly type: "missing"; readonly because: string; readonly install: string };

const peersFolder = fileURLToPath(new URL("../peers/", import.meta.url));
const compiler = "g++";
const compileFlags = ["-O3", "-std=c++17"];

/** A program in C++, compiled unless the cache holds it. */
export function compiled(source: string, toolkit: Toolkit): Found {
  const version = versionOf(compiler, ["-dumpfullversion"]);
  if (version === undefined) return { type: "missing", because: "no g++", install: toolkit.install };
  const folder = cacheFolder();
  const path = join(peersFolder, source);
  const binary = join(folder, `${basename(source, ".cc")}-${fingerprint(path, [version, ...toolkit.libraries])}`);
  if (!existsSync(binary)) {
    const partial = `${binary}.${process.pid}`;
    try {
      execFileSync(compiler, [...compileFlags, path, "-o", partial, ...toolkit.libraries], { stdio: "pipe" });
    } catch (error) {
      return { type: "missing", because: compileProblem(error), install: toolkit.install };
    }
    renameSync(partial, binary);
  }
  return { type: "found", command: binary, arguments: [] };
}

/** A program in Python that needs SimPy: Debian's Python first, for it is the one that finds Debian's packages. */
export function interpreted(source: string): Found {
  const python = pythonWithSimPy();
  if (python === undefined) {
    return { type: "missing", because: "no Python that can import simpy", install: toolkits.simPy.install };
  }
  return { type: "found", command: python, arguments: [join(peersFolder, source)] };
}

/** Versions of everything a figure may depend on, for the `meta` block. */
export function peerVersions(): Readonly<Record<string, string>> {
  const python = pythonWithSimPy();
  const versions = {
    "g++": versionOf(compiler, ["-dumpfullversion"]),
    "ns-3": versionOf("pkg-config", ["--modversion", "ns3-core"]),
    SimGrid: versionOf("pkg-config", ["--modversion", "simgrid"]),
    SimPy: python === undefined ? undefined : versionOf(python, ["-c", "import simpy; print(simpy.__version__)"]),
    Python: python === undefined ? undefined : versionOf(python, ["--version"]),
  };
  return Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, version ?? "unknown"]));
}

function pythonWithSimPy(): string | undefined {
  return ["/usr/bin/python3", "python3"].find((python) => versionOf(python, ["-c", "import simpy"]) !== undefined);
}

/** What a command prints, or undefined when it cannot be run or fails. */
function versionOf(command: string, flags: readonly string[]): string | undefined {
  try {
    return execFileSync(command, flags, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** Private to this user: what is run from there must not be anybody else's. */
function cacheFolder(): string {
  const { uid, username } = userInfo();
  const folder = join(tmpdir(), `faultline-bench-${username}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new Error(`${folder} belongs to somebody else. Fix: remove it, or set TMPDIR to a folder of your own.`);
  }
  return folder;
}

function fingerprint(path: string, more: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of [path, join(peersFolder, "bench.hpp"), join(peersFolder, "ping.hpp")]) {
    hash.update(readFileSync(file));
  }
  return hash
    .update([...compileFlags, ...more].join(" "))
    .digest("hex")
    .slice(0, 16);
}

function compileProblem(error: unknown): string {
  const { stderr } = error as { stderr?: Buffer };
  const [, problem] = /error: (.*)/.exec(stderr?.toString() ?? "") ?? [];
  return problem ?? "does not compile";
}
