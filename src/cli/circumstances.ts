// What is run besides the scenarios themselves: two campaigns under other circumstances are not one.

import { plantOfPlugIn } from "../campaign/plug-ins.ts";
import type { Circumstances } from "../campaign/shard.ts";
import { version } from "./version.ts";

/** The version, and the bugs that are planted. Where a plug-in lies differs between machines, and says nothing. */
export const circumstancesOf = ({ plugIns }: { readonly plugIns: readonly string[] }): Circumstances => [
  version,
  ...plugIns.flatMap((plugIn) => plantOfPlugIn(plugIn) ?? []),
];
