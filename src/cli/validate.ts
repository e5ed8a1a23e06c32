// `faultline validate`: reads files, and says what stories they hold.

import { exitCodes } from "./exit-codes.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { loadStories } from "./stories.ts";
import { plural, widthOf } from "../report/words.ts";

export interface ValidateFlags {
  readonly set?: readonly string[] | undefined;
  readonly plugIn?: readonly string[] | undefined;
}

export function validate(references: readonly string[], flags: ValidateFlags, { paint, width }: Output): Answer {
  const systems = loadSystems(flags.plugIn ?? []);
  const stories = loadStories(references, { systems, set: flags.set ?? [], variant: undefined });
  return {
    exitCode: exitCodes.held,
    lines: stories.flatMap(({ file, scenario: { name, world } }) => {
      const about = `${file}: ${plural(world.faults.length, "fault")}`;
      const fits = widthOf(`✔ ${name}  ${about}`) <= width;
      const first = `${paint.good("✔")} ${name}`;
      return fits ? [`${first}  ${paint.dim(about)}`] : [first, `    ${paint.dim(about)}`];
    }),
    document: {
      stories: stories.map(({ file, reference, scenario }) => ({
        file,
        reference,
        name: scenario.name,
        title: scenario.title,
        system: scenario.system,
        faults: scenario.world.faults.length,
      })),
    },
  };
}
