// The language of conversations with a Raft group (STYLE §8): commands, ----, and everything that happened.
import { nodeId } from "../../../src/base/ids.ts";
import { parseDuration } from "../../../src/base/units.ts";
import { converseBy } from "../../conversations.ts";
import { Stage } from "./stage.ts";

/**
 * Runs every block of a conversation and returns the whole text with the answers as they are now.
 *
 *     raft nodes=3 spares=1 snapshotEvery=5 preVote=off   builds a group; a word that is no setting is a defence
 *     lead n1                                      n1 stands, and 20 ms pass; needs a silence before
 *     stand n1                                     the election timer of n1 fires
 *     run 10ms | quietly run 10ms | quietly lead n1
 *     open c1 n1 | put c1 n1 x=1 | cas c1 n1 x=1@4 | again c1 n1 x=1 | get c1 n1 x
 *     cut n1 | n2 n3                               no message between the groups
 *     cut n1 > n2                                  none from n1 to n2
 *     mend | hold n1 n2 [append] | pass | release  held messages arrive when they are released; pass: no more are held
 *     damage other                                 the next command, or part of a snapshot, that travels reads otherwise
 *     disk n1 stops | disk n1 goes | disk n1 fails
 *     crash n1 | tear n1 | restart n1 | rot n1 3 | pause n1 | resume n1 | drift n1 -200
 *     members n1 n1,n2,n4 | learners n1 n1,n2,n3 n4 | transfer n1 n2
 *     fair                                         the properties of progress are judged from here on
 *     hide append appended | show append | look n1
 */
export function converse(text: string): string {
  const cast = new Cast();
  return converseBy(
    text,
    (command) => cast.do(command),
    () => cast.built,
  );
}

/** Runs commands and returns the group. */
export function perform(raft: string, commands: string): Stage {
  const cast = new Cast();
  for (const command of [raft, ...commands.split(/[;\n]/)]) if (command.trim() !== "") cast.do(command.trim());
  return cast.stage;
}

class Cast {
  /** Undefined before the first group is built. */
  built: Stage | undefined;

  get stage(): Stage {
    if (this.built === undefined) throw new Error("no group yet");
    return this.built;
  }

  do(command: string): void {
    const [verb = "", ...words] = command.split(/\s+/);
    if (verb === "raft") this.built = built(words);
    else if (verb === "quietly") this.stage.quietly(() => this.do(words.join(" ")));
    else this.#play(verb, words, command);
  }

  #play(verb: string, words: readonly string[], command: string): void {
    const { stage } = this;
    const [first = "", second = "", third = ""] = words;
    switch (verb) {
      case "run":
        return stage.run(us(first));
      case "stand":
        return stage.stand(first);
      case "lead":
        stage.run(200_000);
        stage.stand(first);
        return stage.run(20_000);
      case "open":
        stage.open(first, second);
        return stage.run(5_000);
      case "put":
        return stage.put(first, second, assignment(third));
      case "cas":
        return stage.put(first, second, assignment(third));
      case "again":
        return stage.repeat(first, second, assignment(third));
      case "get":
        return stage.get(first, second, third);
      case "cut":
        return second === ">" ? stage.cutOneWay(first, third) : stage.cut(groupsOf(words));
      case "mend":
        return stage.mend();
      case "hold":
        return stage.hold(first, second, third);
      case "release":
        return stage.release();
      case "pass":
        return stage.pass();
      case "damage":
        return stage.damageNext(first);
      case "disk":
        return second === "stops"
          ? stage.stopDisk(first)
          : second === "fails"
            ? stage.failDisk(first)
            : stage.startDisk(first);
      case "crash":
        return stage.crash(first);
      case "tear":
        return stage.crash(first, true);
      case "restart":
        return stage.restart(first);
      case "rot":
        return stage.rot(first, Number(second));
      case "pause":
        return stage.pause(first);
      case "resume":
        return stage.resume(first);
      case "drift":
        return stage.drift(first, Number(second));
      case "members":
        return stage.administer(first, { type: "store.changeMembers", voters: namesOf(second), learners: [] });
      case "learners":
        return stage.administer(first, {
          type: "store.changeMembers",
          voters: namesOf(second),
          learners: namesOf(third),
        });
      case "transfer":
        return stage.administer(first, { type: "store.transferLeadership", target: nodeId(second) });
      case "fair":
        return stage.fair();
      case "hide":
        return stage.hide(words);
      case "show":
        return stage.show(words);
      case "look":
        return stage.look(first);
      default:
        throw new Error(`${command}: no such command`);
    }
  }
}

const namesOf = (list: string) => list.split(",").map(nodeId);

function groupsOf(words: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word === "|") groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups;
}

function assignment(word: string): { key: string; value: string; expected: number } {
  const [, key = "", value = "", expected = "-1"] = /^(\w+)=(\w+)(?:@(\d+))?$/.exec(word) ?? [];
  return { key, value, expected: Number(expected) };
}

function built(words: readonly string[]): Stage {
  const plan = { nodes: 3, spares: 0 };
  const settings: Record<string, unknown> = {};
  const defence: Record<string, boolean> = {};
  for (const word of words) {
    const [key = "", value = ""] = word.split("=");
    if (key === "nodes" || key === "spares") plan[key] = Number(value);
    else if (value === "on" || value === "off") defence[key] = value === "on";
    else settings[key] = /^\d+$/.test(value) ? Number(value) : value;
  }
  return new Stage({ ...plan, settings: { ...settings, defence } });
}

function us(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new Error(`${duration} is no duration`);
  return parsed;
}
