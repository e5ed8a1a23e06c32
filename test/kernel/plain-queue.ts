// The oracle: what an event queue means, in the plainest way. A binary heap by (time, sequence), and a set of what waits.

export interface PlainEvent {
  readonly id: number;
  atUs: number;
  sequence: number;
}

export class PlainQueue {
  readonly #heap: { readonly event: PlainEvent; readonly atUs: number; readonly sequence: number }[] = [];
  readonly #waiting = new Set<PlainEvent>();
  #sequence = 0;

  get size(): number {
    return this.#waiting.size;
  }

  schedule(id: number, atUs: number): PlainEvent {
    const event = { id, atUs, sequence: 0 };
    this.#waiting.add(event);
    this.#push(event, atUs);
    return event;
  }

  reset(event: PlainEvent, atUs: number): boolean {
    if (!this.#waiting.has(event)) return false;
    this.#push(event, atUs);
    return true;
  }

  cancel(event: PlainEvent): boolean {
    return this.#waiting.delete(event);
  }

  isWaiting(event: PlainEvent): boolean {
    return this.#waiting.has(event);
  }

  next(): PlainEvent | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return undefined;
      const isCurrent = this.#waiting.has(top.event) && top.event.sequence === top.sequence;
      if (isCurrent) return top.event;
      this.#pop();
    }
  }

  take(): PlainEvent | undefined {
    const event = this.next();
    if (event !== undefined) this.#waiting.delete(event);
    return event;
  }

  #push(event: PlainEvent, atUs: number): void {
    event.atUs = atUs;
    event.sequence = this.#sequence++;
    const heap = this.#heap;
    heap.push({ event, atUs, sequence: event.sequence });
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    this.#swap(0, heap.length - 1);
    heap.pop();
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const one = this.#heap[left];
    const other = this.#heap[right];
    return one.atUs !== other.atUs ? one.atUs < other.atUs : one.sequence < other.sequence;
  }

  #swap(left: number, right: number): void {
    const heap = this.#heap;
    [heap[left], heap[right]] = [heap[right], heap[left]];
  }
}
