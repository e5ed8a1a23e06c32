// Datagrams that a fault holds back ("clog") until it lets them go, in order or shuffled ("swizzle").

import type { Flights } from "./flights.ts";
import type { Ground } from "./ground.ts";
import { lane } from "./lanes.ts";
import type { Departure, Network } from "./network.ts";

export interface HeldCheckpoint {
  readonly held: readonly Held[];
}

interface Held {
  readonly departure: Departure;
  /** Strikes that hold it back. */
  readonly by: readonly number[];
}

export class HeldMessages {
  readonly #ground: Ground;
  readonly #flights: Flights;
  readonly #network: Network;
  /** In the order in which they were sent. */
  #held: Held[] = [];

  constructor(ground: Ground, flights: Flights, network: Network) {
    this.#ground = ground;
    this.#flights = flights;
    this.#network = network;
  }

  hold(by: readonly number[], departure: Departure): void {
    this.#flights.held++;
    this.#held.push({ departure, by: [...by] });
  }

  /** Those that nothing else holds set out now, and each arrives no earlier than the one before it to the same receiver. */
  release(strike: number, order: "inOrder" | "shuffled"): void {
    const left = this.#held.map(({ departure, by }) => ({ departure, by: by.filter((other) => other !== strike) }));
    this.#held = left.filter(({ by }) => by.length > 0);
    this.#send(
      left.filter(({ by }) => by.length === 0).map(({ departure }) => departure),
      order,
    );
  }

  releaseAll(): void {
    const all = this.#held.map(({ departure }) => departure);
    this.#held = [];
    this.#send(all, "inOrder");
  }

  checkpoint(): HeldCheckpoint {
    return { held: [...this.#held] };
  }

  restore(from: HeldCheckpoint): void {
    this.#held = [...from.held];
  }

  #send(departures: readonly Departure[], order: "inOrder" | "shuffled"): void {
    const last = new Map<number, number>();
    for (const departure of order === "shuffled" ? this.#shuffled(departures) : departures) {
      this.#flights.held--;
      last.set(departure.to, this.#network.sendDatagram(departure, last.get(departure.to) ?? 0));
      this.#network.sendCopies(departure);
    }
  }

  /** Each message draws its place on its own link, so that traffic elsewhere does not change it. */
  #shuffled(departures: readonly Departure[]): readonly Departure[] {
    const drawn = departures.map((departure) => {
      const { from, to, message, number } = departure;
      const { lanes } = this.#ground;
      lanes.aim(from, to, message.type, number);
      return { departure, key: lanes.below(lane.swizzle, 0x1_0000_0000) };
    });
    drawn.sort((left, right) => left.key - right.key || left.departure.ordinal - right.departure.ordinal);
    return drawn.map(({ departure }) => departure);
  }
}
