// What a search costs: counted in states, so that a busy machine fails nothing; times are printed.
import { describe, expect, test } from "vitest";

import { Generator } from "../../../src/base/random.ts";
import { register } from "../../../src/check/linearizability/register.ts";
import {
  configurationsMaxDefault,
  type ObjectVerdict,
  searchOrder,
} from "../../../src/check/linearizability/search.ts";
import { type Chances, drawn, objectOf, orderFault, written } from "./histories.ts";
import { registerWorkload } from "./workloads.ts";

const OPERATIONS = 4_000;

const busy: Chances = {
  operations: OPERATIONS,
  clients: 12,
  unanswered: 0,
  madeUp: 0,
  stepUsMax: 400,
  pauseUsMax: 100,
};

describe("4 000 operations of 12 clients that never rest, on one object", () => {
  test.each<readonly [name: string, values: number, chances: Chances]>([
    ["few values", 5, busy],
    ["values of their own", 1_000_000, busy],
    ["some without an answer", 5, { ...busy, unanswered: 3 }],
    ["many without an answer", 1_000_000, { ...busy, unanswered: 10 }],
    ["most without an answer", 5, { ...busy, unanswered: 60 }],
    ["24 clients", 5, { ...busy, clients: 24 }],
  ])("%s", (name, values, chances) => {
    const history = objectOf(drawn(new Generator(1), registerWorkload(values), chances), register);
    const startMs = performance.now();
    const verdict = searchOrder(history, configurationsMaxDefault);
    console.log(`${name}: ${verdict.configurations} states, ${Math.round(performance.now() - startMs)} ms`);
    expect(verdict.type === "linearizable" ? orderFault(history, verdict.order) : verdict.type).toBe("");
    // A second is good for some two hundred thousand.
    expect(verdict.configurations).toBeLessThan(50_000);
  });

  test("one answer is made up, in the middle", () => {
    const lines = drawn(new Generator(2), registerWorkload(1_000_000), busy).split("\n");
    const at = lines.findIndex((line, index) => index > OPERATIONS && /"op":"read".*"type":"ok"/.test(line));
    lines[at] = lines[at].replace(/"value":\d+/, '"value":-1');
    const history = objectOf(lines.join("\n"), register);
    const startMs = performance.now();
    const verdict = searchOrder(history, configurationsMaxDefault);
    console.log(`made up: ${verdict.configurations} states, ${Math.round(performance.now() - startMs)} ms`);
    expect(verdict).toMatchObject({ type: "impossible", isFirst: true, operation: { answered: { line: at + 1 } } });
    expect(verdict.type === "impossible" ? orderFault(history, verdict.placed, at) : verdict.type).toBe("");
    expect(verdict.configurations).toBeLessThan(400_000);
    // With less room the same is known, but not from which answer on.
    expect(searchOrder(history, 60_000)).toMatchObject({ type: "impossible", isFirst: false });
  });
});

describe("many writes at once that nobody answers", () => {
  const COUNT = 60;
  const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
  const invoked = numbers.map((value) => `W${value} write ${value}\n W${value} info`);
  const seen = (values: readonly number[]): readonly string[] => values.map((value) => `R read\n R ok ${value}`);
  const judged = (...lines: readonly (readonly string[])[]): ObjectVerdict =>
    searchOrder(objectOf(written(lines.flat().join("\n")), register), configurationsMaxDefault);

  test("are seen in any order, each at its own time", () => {
    const verdict = judged(invoked, seen([...numbers].reverse()));
    expect(verdict.type).toBe("linearizable");
    expect(verdict.configurations).toBeLessThan(COUNT ** 2);
  });

  test("and never twice: the number of subsets is not what it takes to say so", () => {
    const verdict = judged(invoked, seen([...numbers, 1]));
    expect(verdict).toMatchObject({ type: "impossible", operation: { action: { says: "read 1" } }, states: ["60"] });
    expect(verdict.configurations).toBeLessThan(COUNT ** 3);
  });

  test("while other writes are answered between them", () => {
    const between = numbers.flatMap((value) => [`A write ${1000 + value}\n A ok`, ...seen([value])]);
    expect(judged(invoked, between).type).toBe("linearizable");
    const verdict = judged(invoked, between, seen([1001]));
    expect(verdict).toMatchObject({ type: "impossible", operation: { action: { says: "read 1001" } } });
    expect(verdict.configurations).toBeLessThan(2 * COUNT ** 3);
  });
});

describe("a limit", () => {
  test("ends a search as inconclusive, and says how far an order is known", () => {
    const text = written("A write 1\n A ok\n A read\n A ok 1\n A read\n A ok 1");
    expect(searchOrder(objectOf(text, register), 3)).toEqual({
      type: "inconclusive",
      configurations: expect.any(Number) as number,
      fitsUpToLine: expect.any(Number) as number,
    });
    expect(searchOrder(objectOf(text, register), 100).type).toBe("linearizable");
  });

  test("is kept when the history is harder than that", () => {
    const chances: Chances = { ...busy, unanswered: 30 };
    const history = objectOf(drawn(new Generator(1), registerWorkload(50), chances), register);
    const verdict = searchOrder(history, 30_000);
    expect(verdict.type).toBe("inconclusive");
    expect(verdict.configurations).toBeLessThan(61_000);
  });
});
