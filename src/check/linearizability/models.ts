// The models that histories are checked against, each known by its operations.

import { authority, lock } from "./authority.ts";
import { item } from "./item.ts";
import type { AnyModel } from "./model.ts";
import { register } from "./register.ts";

/** By name. Of two with the same operations the first is meant unless the other is asked for. */
export const models: readonly AnyModel[] = [register, lock, authority, item];
