// `npm run check`: everything that can be said of the sources without running them. All of it is run, so that one
// look shows all that is wrong.
import { spawnSync } from "node:child_process";

const checks = {
  format: ["oxfmt", "--check"],
  lint: ["oxlint"],
  types: ["tsc", "--pretty", "false"],
  "types without a platform": ["tsc", "-p", "tsconfig.core.json", "--pretty", "false"],
  "types of the viewer": ["tsc", "-p", "src/web", "--pretty", "false"],
  "dead code": ["knip", "--no-progress"],
  "import law, determinism, ids of requirements": [
    "vitest",
    "run",
    "test/laws/architecture",
    "test/laws/determinism-of-source",
    "test/laws/requirement-ids",
  ],
};

const broken: string[] = [];
for (const [name, command] of Object.entries(checks)) {
  process.stdout.write(`\n== ${name}: ${command.join(" ")}\n`);
  // npm puts node_modules/.bin on the path; a shell finds the command there on every platform.
  const { status } = spawnSync(command.join(" "), { shell: true, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) broken.push(name);
}

const total = Object.keys(checks).length;
process.stdout.write(
  broken.length === 0
    ? `\n${total} of ${total} checks hold\n`
    : `\n${broken.length} of ${total} checks do not hold: ${broken.join(", ")}\n`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
