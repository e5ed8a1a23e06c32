// The options of `faultline tune`.

import type { CommandUnknownOpts } from "@commander-js/extra-typings";

import type { Output } from "./output.ts";
import { collect, example, type Give } from "./program-parts.ts";

export function addTune(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("tune")
    .description("search for the best setting of a study, and say how sure it is")
    .argument("<study>", "a study file, or a name such as studies/transfer-deadline")
    .option("--budget <n>", "so many runs (what the study says, or 2000)")
    .option("--time <duration>", "so long, as in 60s or 10m")
    .option("--seed <n>", "of the choices of the search: the same seed searches the same (1)")
    .option("--set <path=value>", "change a value of the scenario first", collect)
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--cache <file>", "keep results there; absent: in a file of the user's")
    .option("--no-cache", "keep no results, and use none")
    .option("--output <file>", "write what --json says there")
    .option("--report <dir>", "write a page with charts there")
    .option("--external", "answer another optimiser, line by line, on stdin and stdout")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline tune studies/transfer-deadline --budget 600"))
    .action(async (study, flags) => {
      const { tune } = await import("./tune.ts");
      await give("tune", tune(study, flags, output));
    });
}
