// The compiler writes plain files; in a clone `npx faultline` runs the built command itself, which has to be executable.
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";

chmodSync(fileURLToPath(new URL("../dist/cli/faultline.js", import.meta.url)), 0o755);
