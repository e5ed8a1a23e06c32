// Bad lines: each is found with its number, what is wrong, what was expected, and how to mend it.
import { describe, expect, test } from "vitest";

import type { HistoryMistake } from "../../../src/check/linearizability/history-mistake.ts";
import { checkHistory } from "../../../src/check/linearizability/linearizability.ts";
import { models } from "../../../src/check/linearizability/models.ts";
import { written } from "./histories.ts";

function mistakesIn(text: string): readonly HistoryMistake[] {
  const judgement = checkHistory(text, { models, configurationsMax: 1_000 });
  return judgement.type === "malformed" ? judgement.mistakes : [];
}

const short = (text: string): readonly string[] =>
  mistakesIn(text).map(({ line, code, what, expected }) => `${line} ${code}: ${what} ${expected}`);

const good = '{"process":"a","type":"invoke","op":"read","key":"x","value":null,"time":5}';

describe("a line", () => {
  test.each([
    ["that was cut off", good.slice(0, 30), /^2 NOT_JSON: This is not JSON: .* Expected one JSON object\.$/],
    ["of another kind", "[1]", /^2 NOT_AN_OBJECT: This is \[1\]\. Expected one JSON object\.$/],
    ["without a process", good.replace('"process":"a",', ""), /^2 BAD_FIELD: "process" is nothing\. Expected text\.$/],
    [
      "of an unknown type",
      good.replace("invoke", "done"),
      /"type" is "done"\. Expected one of invoke, ok, fail, info\.$/,
    ],
    ["with a key that is a number", good.replace('"x"', "7"), /"key" is 7\. Expected text\.$/],
    ["with half a microsecond", good.replace(":5}", ":5.5}"), /"time" is 5\.5\. Expected whole microseconds/],
    ["with a time below zero", good.replace(":5}", ":-5}"), /"time" is -5\./],
    [
      "with an error that is no text",
      good.replace(":5}", ':5,"error":1}'),
      /"error" is 1\. Expected text, or nothing\.$/,
    ],
    ["that goes back", good.replace(":5}", ":4}"), /TIME_GOES_BACK: "time" goes back from 5 to 4\./],
    ["whose key is __proto__, but too deep", `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`, /^2 NOT_JSON/],
  ])("%s", (_what, bad, said) => {
    expect(short(`${good}\n${bad}\n`)).toEqual([expect.stringMatching(said)]);
  });

  test("that is empty is nothing, and is counted", () => {
    expect(short(`\n${good}\n\n{}\n`)).toEqual([expect.stringMatching(/^4 BAD_FIELD/)]);
  });

  test("every bad one is told, up to a hundred", () => {
    expect(short("x\n".repeat(300))).toHaveLength(100);
  });
});

describe("a history", () => {
  test.each([
    ["without an operation", "\n", ["1 EMPTY_HISTORY: There is no operation. Expected one JSON object a line."]],
    [
      "with an operation of no model",
      written("A jump\n A ok"),
      [expect.stringMatching(/^1 UNKNOWN_OPERATION: No model has an operation "jump"\. Expected one of read, write, /)],
    ],
    [
      "with two open operations of one process",
      written("A read\n A read\n A ok null"),
      [expect.stringMatching(/^2 PROCESS_BUSY: "A" invokes read while its read of line 1 is open\./)],
    ],
    [
      "with a process that goes on after info",
      written("A write 1\n A info\n A read\n A ok 1"),
      [expect.stringMatching(/^3 PROCESS_RETIRED: "A" goes on after line 2 left it without an answer\./)],
    ],
    [
      "with an answer to nothing",
      '{"process":"a","type":"ok","op":"read","key":"x","value":null,"time":5}',
      [expect.stringMatching(/^1 NOT_INVOKED: "a" has no open operation, and read ends as ok\./)],
    ],
    [
      "with an answer to something else",
      `${good}\n${good.replace("invoke", "ok").replace('"x"', '"y"')}`,
      [expect.stringMatching(/^2 OTHER_OPERATION: "a" began read of "x" on line 1, and ends read of "y"\./)],
    ],
    [
      "with a value that means nothing",
      written('A pickup "ann"\n A ok'),
      [
        '2 MEANINGLESS_VALUE: pickup has the value "ann" on line 1 and "ann" here. ' +
          'Expected {"player":"…"} as the value of a pickup.',
      ],
    ],
  ])("%s", (_what, text, said) => {
    expect(short(text)).toEqual(said);
  });

  test.each([
    "cas 1",
    "cas {}",
    "give {}",
    "drop {}",
    "destroy 1",
    "acquire {}",
    "act 1",
    "owner 1",
    'where {"player":1}',
  ])("%s has no meaning", (operation) => {
    expect(mistakesIn(written(`A ${operation}\n A ok 5`))[0]).toMatchObject({ code: "MEANINGLESS_VALUE" });
  });

  test("an act of a holder that is none has no meaning, whatever is answered", () => {
    const text = 'A act {"server":1,"token":"x"}\n A ok {"server":"n","token":1}';
    expect(mistakesIn(written(text))[0]).toMatchObject({ code: "MEANINGLESS_VALUE" });
  });

  test("that ends before its operations do is as good as any", () => {
    expect(mistakesIn(written("A write 1\n B read\n B ok 1"))).toEqual([]);
  });

  test("every mistake begins and ends as mistakes do", () => {
    for (const { expected, fix, what } of mistakesIn(written("A jump\n A read\n A ok\n A ok\n B drop\n B ok"))) {
      expect([expected, what, fix]).toEqual([
        expect.stringMatching(/^Expected .*\.$/),
        expect.stringMatching(/^\S.*\.$/),
        expect.stringMatching(/^[a-z].*\.$/),
      ]);
    }
  });
});
