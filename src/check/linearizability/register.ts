// One value that is read, written and compared-and-set: a key of a replicated log or store. It begins as null.

import { canonicalJson } from "../../base/canonical-json.ts";
import { cellAction } from "./cell.ts";
import { fieldOf, meaningless, type Meaning, type Model, type Said } from "./model.ts";

export const register: Model<string> = {
  name: "register",
  about: "a value that is read, written and compared-and-set; null at first",
  operations: ["read", "write", "cas"],
  initial: "null",
  meaning: registerMeaning,
  identity: (content) => content,
  tell: (content) => content,
};

function registerMeaning({ op, value, answer }: Said): Meaning<string> {
  switch (op) {
    case "read": {
      if (answer === null) return cellAction({ says: "read without an answer", from: undefined, to: undefined });
      const seen = canonicalJson(answer.value);
      return cellAction({ says: `read ${seen}`, from: seen, to: undefined });
    }
    case "write": {
      const written = canonicalJson(value);
      return cellAction({ says: `write ${written}`, from: undefined, to: written });
    }
    default: {
      const from = fieldOf(value, "from");
      const to = fieldOf(value, "to");
      if (from === undefined || to === undefined) return meaningless('{"from":…,"to":…} as the value of a cas');
      const [before, after] = [canonicalJson(from), canonicalJson(to)];
      return cellAction({ says: `cas ${before} to ${after}`, from: before, to: after });
    }
  }
}
