// What is known of the terminal, found out once: colours, width, and whether anybody watches.

import { Chalk, type ColorSupportLevel } from "chalk";

import type { Paint } from "../report/words.ts";

const widthDefault = 80;
const widthMax = 100;
const widthMin = 60;

type Environment = Readonly<Record<string, string | undefined>>;
type Stream = { readonly isTTY?: boolean; readonly columns?: number };

/** NO_COLOR, then FORCE_COLOR, then whether it is a terminal (https://no-color.org, https://force-color.org). */
export function colorLevel(environment: Environment, stream: Stream): ColorSupportLevel {
  const { NO_COLOR: none, FORCE_COLOR: forced } = environment;
  if (none !== undefined && none !== "") return 0;
  if (forced !== undefined) return forced === "0" || forced === "false" ? 0 : 1;
  return stream.isTTY === true && environment["TERM"] !== "dumb" ? 1 : 0;
}

export function paintFor(environment: Environment, stream: Stream): Paint {
  const chalk = new Chalk({ level: colorLevel(environment, stream) });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    doubt: (text) => chalk.yellow(text),
    name: (text) => chalk.cyan(text),
  };
}

export const widthFor = ({ isTTY, columns }: Stream): number =>
  isTTY === true && columns !== undefined ? Math.max(widthMin, Math.min(widthMax, columns)) : widthDefault;
