// Datagrams that a fault holds back ("clog") until it lets them go, in order or shuffled ("swizzle").

import type { Flights } from "./flights.ts";
import type { Ground } from "./ground.ts";
import { lane } from "./lanes.ts";
import type { Departure, Network } from "./network.ts";

export interface HeldCheckpoint {
  readonly held: readonly (readonly [strike: number, departures: readonly Departure[]])[];
}

export class HeldMessages {
  readonly #ground: Ground;
  readonly #flights: Flights;
  readonly #network: Network;
  readonly #held = new Map<number, Departure[]>();

  constructor(ground: Ground, flights: Flights, network: Network) {
    this.#ground = ground;
    this.#flights = flights;
    this.#network = network;
  }

  hold(strike: number, departure: Departure): void {
    this.#flights.held++;
    const held = this.#held.get(strike);
    if (held === undefined) this.#held.set(strike, [departure]);
    else held.push(departure);
  }

  /** Each sets out now, and arrives no earlier than the one before it of those to the same receiver. */
  release(strike: number, order: "inOrder" | "shuffled"): void {
    const departures = this.#held.get(strike) ?? [];
    this.#held.delete(strike);
    const last = new Map<number, number>();
    for (const departure of order === "shuffled" ? this.#shuffled(departures) : departures) {
      this.#flights.held--;
      last.set(departure.to, this.#network.sendDatagram(departure, last.get(departure.to) ?? 0));
    }
  }

  releaseAll(): void {
    for (const strike of [...this.#held.keys()].sort((left, right) => left - right)) this.release(strike, "inOrder");
  }

  checkpoint(): HeldCheckpoint {
    return { held: [...this.#held].map(([strike, departures]) => [strike, [...departures]]) };
  }

  restore(from: HeldCheckpoint): void {
    this.#held.clear();
    for (const [strike, departures] of from.held) this.#held.set(strike, [...departures]);
  }

  /** Each message draws its place on its own link, so that traffic elsewhere does not change it. */
  #shuffled(departures: readonly Departure[]): readonly Departure[] {
    const drawn = departures.map((departure) => {
      const { from, to, message } = departure;
      const { lanes } = this.#ground;
      lanes.aim(from, to, message.type);
      return { departure, key: lanes.below(lane.swizzle, 0x1_0000_0000) };
    });
    drawn.sort((left, right) => left.key - right.key || left.departure.ordinal - right.departure.ordinal);
    return drawn.map(({ departure }) => departure);
  }
}
