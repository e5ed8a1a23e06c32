// Beliefs about our own code, checked everywhere and always. A belief that fails is our bug: it ends the run with a
// verdict, is never caught to carry on, and never stands for a reader's mistake or a model's misfortune.

/** Thrown when something this code believed turned out false. The message is the belief, as a sentence. */
export class BeliefBroken extends Error {
  override readonly name = "BeliefBroken";
  readonly belief: string;

  constructor(belief: string) {
    super(`belief broken: ${belief}`);
    this.belief = belief;
  }
}

/**
 * States what must be true here, as a sentence that reads true: `assert(count > 0, "an open window holds a sample")`.
 * On hot paths the belief is a plain literal: a template would be built even when it holds.
 * @throws BeliefBroken when the condition is false.
 */
export function assert(condition: boolean, belief: string): asserts condition {
  if (!condition) throw new BeliefBroken(belief);
}

/**
 * The arm of a switch that no value can reach; a new member of the union does not compile until it is handled.
 * @throws BeliefBroken when a value arrives that the types rule out, as from an unchecked file.
 */
export function unreachable(value: never): never {
  throw new BeliefBroken(`no value reaches here, yet one did: ${describe(value)}`);
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null && "type" in value) return `an object of type ${String(value.type)}`;
  return String(value);
}
