// Where the launcher arrives: a current Node. Sources are stripped of their types once, and kept in Node's own cache of
// compiled code (NODE_DISABLE_COMPILE_CACHE=1 does without), so that a command starts in half a second.
import { enableCompileCache } from "node:module";

enableCompileCache();
await import("./start.ts");
