// The commands and their options. Each help ends with an example that runs as it stands in a clone.

import { existsSync } from "node:fs";

import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";

import { addClaims } from "./claims-command.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { formatNames } from "./export-formats.ts";
import { asArgument } from "../report/shell.ts";
import { topicNames } from "./topics.ts";
import type { Output } from "./output.ts";
import { collect, example, type Give, once } from "./program-parts.ts";
import { reporterNames } from "./reporters.ts";
import { addTune } from "./tune-command.ts";
import { version } from "./version.ts";

// Commands are loaded when they are called: a help text needs neither simulator nor threads.

export async function runProgram(typed: readonly string[], output: Output): Promise<void> {
  const give: Give = async (command, answer) => output.give(command, await answer);
  const said: string[] = [];
  const program = programOf(output, give, (text) => said.push(text));
  if (typed.every((word) => word === "--json")) return giveHelp(program.helpInformation(), output);
  try {
    await program.parseAsync([...typed], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and the version end with 0, and so does the command.
    if (error.exitCode === 0) return giveHelp(said.join(""), output);
    throw usageMistake(error, typed);
  }
}

const giveHelp = (help: string, output: Output): void =>
  output.give("help", { exitCode: exitCodes.held, lines: [help.trimEnd()], document: { help } });

/** @param say takes help and the version, the only things commander says itself, in several parts. */
function programOf(output: Output, give: Give, say: (text: string) => void): CommandUnknownOpts {
  const program = new Command("faultline")
    .description("A deterministic simulator for distributed systems: one seed is one history.")
    .version(version)
    .option("--json", "one JSON document on stdout, whatever happens")
    .configureOutput({
      writeOut: say,
      // What commander has to say about a mistake is said once, in the form of all mistakes.
      writeErr: () => {},
      getOutHelpWidth: () => output.width,
      getErrHelpWidth: () => output.width,
    })
    .showSuggestionAfterError(true)
    .exitOverride();
  addRun(program, output, give);
  addMerge(program, output, give);
  addFuzz(program, output, give);
  addTune(program, output, give);
  addExplore(program, output, give);
  addReplay(program, output, give);
  addShrink(program, output, give);
  addExplain(program, output, give);
  addDiff(program, output, give);
  addExport(program, output, give);
  addKeep(program, output, give);
  addList(program, output, give);
  addValidate(program, output, give);
  addCheck(program, output, give);
  addSweep(program, output, give);
  addMutants(program, output, give);
  addClaims(program, output, give);
  addDemo(program, output, give);
  for (const command of program.commands) {
    for (const option of command.options)
      if (option.required && option.parseArg === undefined) option.argParser(once(option));
    command.exitOverride().option("--json", "one JSON document on stdout");
  }
  program.addHelpText("after", example("faultline demo", "faultline run mesh/baseline --seeds 1..200"));
  return program;
}

const reporterAbout = `${reporterNames.join(", ")}; several at once`;
const reporterOutputAbout = "put json, junit or sarif into a file, as in junit=out.xml";

function addRun(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("run")
    .description("run scenarios and judge them")
    .argument("<scenario...>", "files, folders, file#variant, or names such as mesh/baseline")
    .option("--seed <n>", "in place of the scenario's own")
    .option("--seeds <a..b>", "every seed of a range")
    .option("--shard <i/n>", "only the i-th of n parts; faultline merge joins their JSON")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--report <dir>", "write pages to look at there, report.md, junit.xml and report.json")
    .option("--reporter <name>", reporterAbout, collect)
    .option("--reporter-output <name=file>", reporterOutputAbout, collect)
    .option("--trace <file>", "write every event of the one run, as JSON lines")
    .option("--history <path>", "write client-visible operations as JSON lines: a file, or a folder for several runs")
    .option("--save <dir>", "write a failure file for each failing run, at most five a scenario")
    .option("--check-determinism", "run twice, and name the first event that differs")
    .option("--limit-events <n>", "end a run after so many events, as inconclusive")
    .option("--limit-time <duration>", "end a run after so much wall-clock time, as inconclusive")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText(
      "after",
      example(
        "faultline run mesh/fm-001-network-timeout --seeds 1..200 --report fm-001",
        "faultline run mesh/walk --seeds 1..40 --reporter junit > walk.xml",
      ),
    )
    .action(async (scenarios, flags) => {
      output.reportBy(flags);
      const { run } = await import("./run.ts");
      await give("run", run(scenarios, flags, output));
    });
}

function addMerge(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("merge")
    .description("join what shards found: one verdict, one report, one exit code")
    .argument("<result...>", "JSON files that shards wrote, or folders of them")
    .option("--reporter <name>", reporterAbout, collect)
    .option("--reporter-output <name=file>", reporterOutputAbout, collect)
    .addHelpText(
      "after",
      example(
        "faultline run mesh/walk --seeds 1..40 --shard 1/2 --json > 1.json",
        "faultline run mesh/walk --seeds 1..40 --shard 2/2 --json > 2.json",
        "faultline merge 1.json 2.json",
      ),
    )
    .action(async (results, flags) => {
      output.reportBy(flags);
      const { merge } = await import("./merge.ts");
      await give("merge", merge(results, output));
    });
}

function addFuzz(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("fuzz")
    .description("hunt for what breaks: draw worlds and faults, judge, keep what fails")
    .argument("[scenario...]", "stories to begin from; none: the system's own worlds")
    .option("--runs <n>", "so many runs (1000, when no time is given)")
    .option("--time <duration>", "so long, as in 60s or 10m")
    .option("--seed <n>", "of the hunt: the same seed hunts the same (1)")
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--shard <i/n>", "one part of a hunt that n machines share")
    .option("--bail", "stop when something is found")
    .option("--strategy <name>", "only this way of finding candidates", collect)
    .option("--corpus <dir>", "begin from what earlier hunts left there, and leave more")
    .option("--save <dir>", "where failure files are put (failures, or those of the corpus)")
    .option("--report <dir>", "write pages to look at there: the hunt, and the story of each finding")
    .option("--shrink-time <duration>", "for each finding; 0s: leave them as they are (20s)")
    .option("--reporter <name>", reporterAbout, collect)
    .option("--reporter-output <name=file>", reporterOutputAbout, collect)
    .option("--allow-inert", "end well although a fault never bit, or a property was never tested")
    .option("--system <name>", "the system, when no story is named")
    .option("--variant <name>", 'one story of each file; "base" is the story itself')
    .option("--set <path=value>", "change a value of the stories", collect)
    .option("--limit-events <n>", "a run of more events than this is a finding")
    .option("--limit-time <duration>", "and so is one that takes longer")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText(
      "after",
      example("faultline fuzz --time 60s --workers 2", "faultline fuzz mesh/walk --runs 500 --corpus corpus --bail"),
    )
    .action(async (scenarios, flags) => {
      output.reportBy(flags);
      const { fuzz } = await import("./fuzz.ts");
      await give("fuzz", fuzz(scenarios, flags, output));
    });
}

function addExplore(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("explore")
    .description("go through every interleaving of a small world")
    .argument("<scenario>", "a story with a few nodes; its faults and latencies play no part")
    .option("--from <fact>", "begin where a world without faults first states this fact")
    .option("--crashes <n>", "crashes, each with a restart at any time (0)")
    .option("--crash <role>", "only nodes of this role crash", collect)
    .option("--duplicates <n>", "messages that arrive twice (0)")
    .option("--drops <n>", "losses as moves of their own; any number never arrives anyway (0)")
    .option("--timers <n>", "timers that fire at each node (2), or at those of a role: player=1", collect)
    .option("--draws <n>", "values tried for each draw of a machine (1)")
    .option("--disks <which>", "slow: a sync takes its time; instant (slow)")
    .option("--depth <n>", "moves from the beginning, at most; breadth first")
    .option("--states <n>", "states, at most (1000000)")
    .option("--no-reduction", "every order of all moves, to see what reduction is worth")
    .option("--save <file>", "where an exploration that ends early is kept")
    .option("--resume <file>", "go on with one that was kept, and keep it there again")
    .option("--trail <places>", "tell the way that explore printed")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline explore mesh/transfer --from transferStarted --timers server=1"))
    .action(async (scenario, flags) => {
      const { explore } = await import("./explore.ts");
      await give("explore", explore(scenario, flags, output));
    });
}

function addReplay(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("replay")
    .description("tell the story of one run, event by event")
    .argument("<scenario>", "a failure file, or a scenario with --seed")
    .option("--seed <n>", "in place of the file's own")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--from <time>", "leave out what is before, as in 2s")
    .option("--until <time>", "leave out what comes after, as in 3s")
    .option("--node <name>", "only what this node does, and is sent", collect)
    .option("--follow <text>", "only lines that name this, such as a player or a transfer")
    .option("--report <dir>", "write a page to look at there, with the diagram of the run")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline replay mesh/fm-001-network-timeout --seed 1 --follow player-1"))
    .action(async (scenario, flags) => {
      const { replay } = await import("./replay.ts");
      await give("replay", replay(scenario, flags, output));
    });
}

function addShrink(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("shrink")
    .description("make a failure as small as it can be")
    .argument("<failure>", "a failure file, or a scenario with --seed")
    .option("--seed <n>", "in place of the file's own")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--property <id>", "the property to break; absent: the first that breaks")
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--output <file>", "where the smallest failure goes: a name ending with .failure.yaml")
    .option("--time <duration>", "keep the best after so long (default: 60s)")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline shrink mesh/defences#without-fencing --seed 2"))
    .action(async (failure, flags) => {
      const { shrink } = await import("./shrink.ts");
      await give("shrink", shrink(failure, flags, output));
    });
}

function addExplain(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("explain")
    .description("say why a failure failed")
    .argument("<failure>", "a failure file, or a scenario with --seed")
    .option("--seed <n>", "in place of the file's own")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--property <id>", "the property that breaks; absent: the first")
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--as-it-is", "explain it with all that it has, and do not shrink it first")
    .option("--time <duration>", "say what is known after so long (default: 60s)")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline explain mesh/defences#without-fencing --seed 2"))
    .action(async (failure, flags) => {
      const { explain } = await import("./explain.ts");
      await give("explain", explain(failure, flags, output));
    });
}

function addDiff(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("diff")
    .description("say where two runs part, and how")
    .argument("<left>", "a scenario or failure, with its seed as in mesh/walk@7, or a trace")
    .argument("<right>", "another one")
    .option("--seed <n>", "where a run names none")
    .option("--set <path=value>", "change a value of both", collect)
    .option("--left <path=value>", "change a value of the left run only", collect)
    .option("--right <path=value>", "change a value of the right run only", collect)
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText(
      "after",
      example(
        "faultline diff mesh/baseline@1 mesh/baseline@2",
        "faultline diff mesh/walk mesh/walk --right settings.transfer.policy=version",
      ),
    )
    .action(async (left, right, flags) => {
      const { diff } = await import("./diff.ts");
      await give("diff", diff(left, right, flags, output));
    });
}

function addExport(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("export")
    .description("write one run in a format that other tools read")
    .argument("<run>", "a scenario or failure file, or a trace that run --trace wrote")
    .requiredOption("--to <format>", `one of ${formatNames.join(", ")}`)
    .requiredOption("--output <file>", "where it goes; - is stdout")
    .option("--seed <n>", "in place of the scenario's own")
    .option("--variant <name>", 'one story of the file; "base" is the story itself')
    .option("--set <path=value>", "change a value, as in settings.transfer.deadline=80ms", collect)
    .option("--from <time>", "leave out what is before, as in 2s")
    .option("--until <time>", "leave out what comes after, as in 3s")
    .option("--every <duration>", "openmetrics: a sample so often of what nobody scrapes (1s)")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText(
      "after",
      example(
        "faultline export mesh/baseline --seed 7 --to perfetto --output baseline.json",
        "faultline export mesh/walk --to shiviz --from 1s --until 2s --output walk.log",
      ),
    )
    .action(async (run, flags) => {
      const { exportRun } = await import("./export.ts");
      await give("export", exportRun(run, flags, output));
    });
}

function addKeep(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("keep")
    .description("keep a failure among the regressions, which every test runs")
    .argument("<failure>", "a failure file, best one that shrink wrote; or one that is kept already")
    .option("--into <dir>", "the folder of regressions (default: scenarios/regressions)")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText("after", example("faultline keep small.failure.yaml", "faultline run scenarios/regressions"))
    .action(async (failure, flags) => {
      const { keep } = await import("./keep.ts");
      await give("keep", keep(failure, flags, output));
    });
}

function addList(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("list")
    .description(`show what there is: ${topicNames.join(", ")}`)
    .argument("[topic]", "what to list", "scenarios")
    .argument("[text]", "only names that hold it, as in MESH-F3")
    .option("--system <name>", "of this system only")
    .option("--gaps", "only requirements that nothing shows")
    .option("--output <file>", "write the schema to a file")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .addHelpText(
      "after",
      example(
        "faultline list settings retry",
        "faultline list requirements MESH-F3",
        "faultline list schema --output scenarios/schema.json",
      ),
    )
    .action(async (topic, text, flags) => {
      const { list } = await import("./list.ts");
      await give("list", list(topic, text, flags, output));
    });
}

function addValidate(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("validate")
    .description("check scenario files without running them")
    .argument("<scenario...>", "files, folders or names")
    .option("--set <path=value>", "change a value first", collect)
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .addHelpText("after", example("faultline validate scenarios/mesh"))
    .action(async (scenarios, flags) => {
      const { validate } = await import("./validate.ts");
      await give("validate", validate(scenarios, flags, output));
    });
}

function addCheck(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("check")
    .description("say whether histories of operations are linearizable")
    .argument("<history...>", "JSON lines, as run --history writes them; a folder: all of its .jsonl files")
    .option("--model <name>", "read operations as this model has them, as in authority")
    .option("--limit-states <n>", "give an object up after so many states, as inconclusive")
    .addHelpText(
      "after",
      example(
        "faultline run mesh/walk --history walk.jsonl",
        "faultline check walk.jsonl",
        "faultline run mesh/weather --seeds 1..200 --history histories",
        "faultline check histories",
      ),
    )
    .action(async (histories, flags) => {
      const { check } = await import("./check.ts");
      await give("check", check(histories, flags, output));
    });
}

function addSweep(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("sweep")
    .description("run a scenario at many points under the same seeds, and say which of them will do")
    .argument(
      "<study>",
      "a study file, a name such as studies/transfer-deadline, or a scenario with --vary and --response",
    )
    .option("--vary <path=values>", "as in settings.transfer.deadline=20ms..400ms/20, or a list in brackets", collect)
    .option("--response <name>", "as in player.pause.p99, A1, or transfer.rolledBack.count", collect)
    .option("--baseline <path=value>", "what all is compared with; absent: what the scenario says", collect)
    .option("--seeds <a..b>", "the same at every point")
    .option("--points <n>", "so many points spread evenly, instead of every combination")
    .option("--design-seed <n>", "of those points")
    .option("--set <path=value>", "change a value for all points", collect)
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--cache <file>", "keep results there; absent: in a file of the user's")
    .option("--no-cache", "keep no results, and use none")
    .option("--limit-time <duration>", "end a run after so much wall-clock time")
    .option("--pairing", "show how much the same seeds at every point are worth")
    .option("--output <file>", "write all of it as JSON")
    .option("--report <dir>", "write a page with charts there, and report.md and report.json")
    .option("--plug-in <module>", "a module with systems of your own: it is code, and is run", collect)
    .option("--plant <id>", "with a planted bug: see list mutants", collect)
    .addHelpText(
      "after",
      example(
        "faultline sweep studies/transfer-deadline",
        "faultline sweep mesh/hunt --vary settings.transfer.deadline=50ms..200ms/4 \\",
        "  --response player.pause.p99",
      ),
    )
    .action(async (study, flags) => {
      const { sweep } = await import("./sweep.ts");
      await give("sweep", sweep(study, flags, output));
    });
}

function addMutants(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("mutants")
    .description("plant each known bug, and show what finds it and how fast")
    .option("--system <name>", "only what is planted in this system")
    .option("--only <id>", "only this bug; may be given again", collect)
    .option("--runs <n>", "give a bug up after so many runs")
    .option("--time <duration>", "give a bug up after so much processor time (10m)")
    .option("--shrink <duration>", "make what was found smaller for so long (20s); 0s: not")
    .option("--control <n>", "runs of each system with nothing planted (200)")
    .option("--workers <n>", "threads; 0: none but this one")
    .option("--output <dir>", "write mutants.md and mutants.json there, as they grow")
    .option("--resume", "keep what mutants.json there says was found")
    .addHelpText("after", example("faultline mutants --only raft/no-vote-fsync --time 1m"))
    .action(async (flags) => {
      const { mutants } = await import("./mutants.ts");
      await give("mutants", mutants(flags, output));
    });
}

function addDemo(program: CommandUnknownOpts, output: Output, give: Give): void {
  program
    .command("demo")
    .description("four failures that are survived, and one that is not once a defence is off")
    .addHelpText("after", example("faultline demo"))
    .action(async () => {
      const { demo } = await import("./demo.ts");
      await give("demo", demo(output));
    });
}

/** Commander's sentence, in the form of all mistakes: "error: unknown option '--sed'\n(Did you mean --seed?)". */
function usageMistake(error: CommanderError, typed: readonly string[]): Error {
  const [first = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const near = suggestion === undefined ? undefined : /\(Did you mean (.*)\?\)/.exec(suggestion)?.[1];
  const command = typed.find((word) => !word.startsWith("-"));
  const unknown = /^unknown option '(.*)'$/.exec(first)?.[1] ?? "";
  const help = `faultline ${command === undefined || error.code === "commander.unknownCommand" ? "" : `${command} `}--help`;
  return argumentMistake(["faultline", ...typed].join(" "), {
    code: error.code
      .replace(/^commander\./, "")
      .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
      .toUpperCase(),
    what: `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.?$/, ".")}`,
    expected: "Expected a command and options as the help has them.",
    fix: existsSync(unknown)
      ? `write the file as ${asArgument(unknown)}.`
      : near === undefined
        ? `see "${help}".`
        : `did you mean ${near}? Otherwise see "${help}".`,
  });
}
