// The options of `faultline claims`.

import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import type { Output } from "./output.ts";
import { collect, example, type Give } from "./program-parts.ts";

export function addClaims(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("claims")
    .description("measure every promise of a system's documents: which hold, where, and how sure that is")
    .option("--system <name>", "whose documents (default: mesh)")
    .option("--only <ids>", "these claims, as in CL-M-05,CL-M-12; of a row with parts, all of them")
    .option("--seeds <n>", "runs at each point (default: 1000)")
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--report <dir>", "write claims.html, claims.md, claims.json and promises.md there")
    .option("--cache <file>", "keep results there; absent: in a file of the user's")
    .option("--no-cache", "keep no results, and use none")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .addHelpText(
      "after",
      example("faultline claims --only CL-M-05,CL-M-26 --seeds 100", "faultline claims --report reports"),
    )
    .action(async (flags) => {
      const { claims } = await import("./claims.ts");
      await give("claims", claims(flags, output));
    });
}
