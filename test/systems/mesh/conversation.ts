// The language of conversations with the mesh (STYLE §8).
import { nodeId } from "../../../src/base/ids.ts";
import { parseDuration } from "../../../src/base/units.ts";
import { converseBy } from "../../conversations.ts";
import { Stage } from "./stage.ts";

/**
 * Runs every block of a conversation and returns the whole text with the answers as they are now.
 *
 *     mesh servers=2 players=1 transfer.slots=1   builds a world; regions are 10 000 mm wide, players still and quiet
 *     join p1 at 9000                             the player joins there
 *     place p1 at 12000                           it walks there with its next step
 *     leave p1                                    its session ends
 *     score p1 | pickup p1 item-1 | drop-item p1 item-1
 *     lose prepare [to s2] [x2]                   the next ones of that type are lost; also late, twice, hold, damage
 *     damage ship state.score 7
 *     release                                     what was held is delivered
 *     crash s1 | restart s1 | stop-timers s1 tick retry: | start-timers s1 | skew s2 3s
 *     rollback p1 "reason"                        the operator's command
 *     hide act acted | show located
 *     quietly run 300ms | run 300ms
 *     state s1                                    what the server has
 */
export function converse(text: string): string {
  const cast = new Cast();
  return converseBy(
    text,
    (command) => cast.do(command),
    () => cast.stage,
  );
}

class Cast {
  #stage: Stage | undefined;
  readonly #places = new Map<string, number>();
  #opened = false;
  #commands = 0;

  get stage(): Stage | undefined {
    return this.#stage;
  }

  do(command: string): void {
    const [verb = "", ...words] = command.split(/\s+/);
    if (verb === "mesh") {
      this.#stage = built(words);
      this.#places.clear();
      this.#opened = false;
      return;
    }
    const stage = this.#stage;
    if (stage === undefined) throw new Error(`${command}: no mesh yet`);
    this.#play(stage, verb, words, command);
  }

  #play(stage: Stage, verb: string, words: readonly string[], command: string): void {
    const [first = "", second = "", third = ""] = words;
    switch (verb) {
      case "join":
        this.#places.set(first, Number(third));
        return;
      case "run":
        this.#open(stage);
        stage.run(us(first));
        return;
      case "quietly":
        this.#open(stage, true);
        stage.quietly(() => stage.run(us(second)));
        return;
      case "place":
        stage.place(first, Number(third));
        return;
      case "score":
        stage.act(first, 0);
        return;
      case "pickup":
      case "drop-item":
        stage.act(first, drawnFor(verb, Number(second.slice("item-".length)) - 1));
        return;
      case "lose":
      case "late":
      case "twice":
      case "hold":
      case "damage":
        meddle(stage, verb, words);
        return;
      case "release":
        stage.releaseHeld();
        return;
      case "leave":
        stage.fire(first, "leave");
        return;
      case "crash":
        stage.crash(first);
        return;
      case "restart":
        stage.restart(first);
        return;
      case "stop-timers":
        stage.suppress(first, words.slice(1));
        return;
      case "start-timers":
        stage.suppress(first, []);
        return;
      case "skew":
        stage.skew(first, us(second));
        return;
      case "hide":
        stage.hide(words);
        return;
      case "show":
        stage.show(words);
        return;
      case "rollback": {
        this.#commands += 1;
        const reason = words.slice(1).join(" ").replaceAll('"', "");
        stage.say("operator", "coordinator", {
          type: "forceRollback",
          command: `command:${this.#commands}`,
          player: nodeId(first),
          reason,
        });
        return;
      }
      case "state":
        for (const line of stateLines(stage.stateOf(first) as ServerLike)) stage.note(`${first} ${line}`);
        return;
      default:
        throw new Error(`${command}: no such command`);
    }
  }

  #open(stage: Stage, quiet = false): void {
    if (this.#opened) return;
    this.#opened = true;
    if (quiet) stage.quietly(() => stage.open(this.#places));
    else stage.open(this.#places);
  }
}

interface ServerLike {
  readonly held: ReadonlyMap<
    string,
    {
      readonly token: number;
      readonly state: { readonly version: number };
      readonly transfer: { readonly id: string; readonly phase: string } | null;
    }
  >;
  readonly incoming: ReadonlyMap<string, { readonly transfer: string; readonly phase: string }>;
  readonly slots: ReadonlyMap<string, string>;
}

function stateLines({ held, incoming, slots }: ServerLike): readonly string[] {
  const lines = [...held].map(
    ([player, { token, state, transfer }]) =>
      `has ${player} token=${token} version=${state.version}${transfer === null ? "" : ` ${transfer.phase} ${transfer.id}`}`,
  );
  for (const [player, { transfer, phase }] of incoming) lines.push(`awaits ${player} ${phase} ${transfer}`);
  for (const [lock, transfer] of slots) lines.push(`locks ${lock} for ${transfer}`);
  return lines.length === 0 ? ["has nothing"] : lines;
}

function built(words: readonly string[]): Stage {
  let servers = 2;
  let players = 1;
  const settings: Record<string, Record<string, unknown>> = {};
  for (const word of words) {
    const [key = "", value = ""] = word.split("=");
    if (key === "servers") servers = Number(value);
    else if (key === "players") players = Number(value);
    else {
      const [group = "", name = ""] = key.split(".");
      (settings[group] ??= {})[name] = plain(value);
    }
  }
  return new Stage({ servers, players, settings });
}

const plain = (value: string): unknown =>
  value === "on" ? true : value === "off" ? false : /^\d+$/.test(value) ? Number(value) : value;

function us(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new Error(`${duration} is no duration`);
  return parsed;
}

// Of the default weights 6 : 3 : 1, the numbers that mean each kind.
const drawnFor = (verb: string, item: number): number => item * 10 + (verb === "pickup" ? 6 : 9);

function meddle(stage: Stage, verb: string, words: readonly string[]): void {
  const rest = words.slice(1);
  const to = rest.includes("to") ? rest[rest.indexOf("to") + 1] : undefined;
  const by = rest.includes("by") ? us(rest[rest.indexOf("by") + 1] ?? "") : 0;
  const times = rest.find((word) => /^x\d+$/.test(word));
  const left = verb === "hold" ? Infinity : times === undefined ? 1 : Number(times.slice(1));
  const what = ({ lose: "drop", late: "delay", twice: "twice", hold: "hold", damage: "corrupt" } as const)[
    verb as "lose"
  ];
  stage.meddle({
    what,
    types: (words[0] ?? "").split(","),
    to,
    left,
    byUs: by,
    field: rest[0] ?? "",
    value: plain(rest[1] ?? ""),
  });
}
