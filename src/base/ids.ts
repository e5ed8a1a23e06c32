// Names that must not be mixed up: each is text or a number with a brand that only its maker can put on.

declare const brand: unique symbol;

/** A value of type T that the compiler keeps apart from every other T. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The name of a node in one world, as the scenario declares it. */
export type NodeId = Brand<string, "NodeId">;

/** Brands a declared name. Any text is a name; whether a node bears it is the world's to say. */
export const nodeId = (name: string): NodeId => name as NodeId;
