// What travels between machines: an immutable value of plain data (DESIGN §3.3).

/** A message is plain data with a type name. No two nodes ever share one that either can change. */
export interface Message {
  readonly type: string;
}
