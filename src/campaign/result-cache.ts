// What runs showed, kept in one file by what was run: a study that was interrupted goes on where it stopped, and one that
// asks something else of the same runs runs nothing. Several commands may use one file at once. Nothing depends on it: a
// file that cannot be used is named, and the work goes on without it.

import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { canonicalJson } from "../base/canonical-json.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ObservationCache } from "./evaluator.ts";

/** "Flt1": what tells our files from other programs'. */
const application = 0x46_6c_74_31;
/** Rises when older builds could not read the file. */
const format = 1;
/** Beyond this the results of other builds are let go of, and then all. */
const bytesMax = 512 * 1024 * 1024;
/** Reading a whole file through takes longer than it is worth above this. */
const checkedBytesMax = 32 * 1024 * 1024;
/** How long a writer waits for another one. */
const patienceMs = 5_000;

export interface ResultCacheOptions {
  readonly path: string;
  /** Digest of the code: results of other code are not used. */
  readonly build: string;
}

interface OpenCache {
  readonly database: DatabaseSync;
  readonly find: StatementSync;
  readonly keep: StatementSync;
}

export class ResultCache implements ObservationCache {
  readonly path: string;
  /** What the reader should know, in sentences: why the file is not used, or what became of it. */
  readonly notes: string[] = [];
  readonly #build: string;
  readonly #keys = new WeakMap<Scenario, string>();
  #open: OpenCache | undefined;

  constructor({ path, build }: ResultCacheOptions) {
    this.path = path;
    this.#build = build;
    this.#open = this.#opened();
  }

  /** Of what a scenario makes happen: two that differ in title, name or expectations only are one. */
  keyOf = (scenario: Scenario): string => {
    const known = this.#keys.get(scenario);
    if (known !== undefined) return known;
    const { system, nodes, world, settings, workload, decisions } = scenario;
    const text = canonicalJson({ system, nodes, world, settings, workload, decisions });
    const key = createHash("sha256").update(text).digest("hex");
    this.#keys.set(scenario, key);
    return key;
  };

  find = (key: string, seeds: readonly number[]): ReadonlyMap<number, string> => {
    const found = new Map<number, string>();
    if (seeds.length === 0) return found;
    const wanted = new Set(seeds);
    this.#try((open) => {
      const [from, to] = [Math.min(...wanted), Math.max(...wanted)];
      for (const row of open.find.iterate(this.#build, key, from, to)) {
        const { seed, text, sum } = row;
        if (typeof seed !== "number" || typeof text !== "string" || !wanted.has(seed)) continue;
        // A bit that flipped would be a result of nothing.
        if (crc32(text) === sum) found.set(seed, text);
      }
    });
    return found;
  };

  keep = (key: string, found: readonly (readonly [seed: number, text: string])[]): void => {
    this.#try((open) => {
      open.database.exec("BEGIN IMMEDIATE");
      for (const [seed, text] of found) open.keep.run(this.#build, key, seed, text, crc32(text));
      open.database.exec("COMMIT");
    });
  };

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #opened(): OpenCache | undefined {
    const isNew = !existsSync(this.path);
    let database: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      database = new DatabaseSync(this.path, { timeout: patienceMs });
      const state = isNew || isEmpty(database) ? "ours" : stateOf(database, this.path);
      if (state !== "ours") {
        database.close();
        this.notes.push(`${this.path} ${state} It was left alone, and nothing is kept.`);
        return undefined;
      }
      return prepared(database, this.#build, this.path);
    } catch (error) {
      database?.close();
      return this.#mended(error, isNew);
    }
  }

  /** A damaged file of ours is set aside; whatever else went wrong, nothing is kept. */
  #mended(error: unknown, isNew: boolean): OpenCache | undefined {
    const why = error instanceof Error ? error.message : String(error);
    if (!isNew && isDamage(why) && isOurs(this.path)) {
      const aside = freeName(this.path);
      try {
        for (const end of ["", "-wal", "-shm"]) {
          if (existsSync(this.path + end)) renameSync(this.path + end, aside + end);
        }
        this.notes.push(`${this.path} is damaged (${why}). It was set aside as ${aside}, and a new one begun.`);
        return prepared(new DatabaseSync(this.path, { timeout: patienceMs }), this.#build, this.path);
      } catch (again) {
        this.notes.push(`${this.path} cannot be used (${again instanceof Error ? again.message : String(again)}).`);
        return undefined;
      }
    }
    this.notes.push(`${this.path} cannot be used as a cache (${why}). It was left alone, and nothing is kept.`);
    return undefined;
  }

  #try(use: (open: OpenCache) => void): void {
    const open = this.#open;
    if (open === undefined) return;
    try {
      use(open);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (open.database.isTransaction) open.database.exec("ROLLBACK");
      // Another command is writing: what was not kept is run again by whoever needs it.
      if (/locked|busy/i.test(why)) return;
      this.close();
      this.notes.push(`${this.path} failed (${why}): from there on nothing was kept.`);
    }
  }
}

function prepared(database: DatabaseSync, build: string, path: string): OpenCache {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA application_id = ${application};
    PRAGMA user_version = ${format};
    CREATE TABLE IF NOT EXISTS observation (
      build TEXT NOT NULL, scenario TEXT NOT NULL, seed INTEGER NOT NULL, text TEXT NOT NULL, sum INTEGER NOT NULL,
      PRIMARY KEY (build, scenario, seed)
    ) WITHOUT ROWID;
  `);
  if (statSync(path).size > bytesMax) {
    database.prepare("DELETE FROM observation WHERE build <> ?").run(build);
    database.exec("VACUUM");
    if (statSync(path).size > bytesMax) database.exec("DELETE FROM observation; VACUUM");
  }
  return {
    database,
    find: database.prepare(
      "SELECT seed, text, sum FROM observation WHERE build = ? AND scenario = ? AND seed BETWEEN ? AND ?",
    ),
    keep: database.prepare("INSERT OR REPLACE INTO observation VALUES (?, ?, ?, ?, ?)"),
  };
}

/** "ours", or what else the file is. @throws when it is damaged, or no database. */
function stateOf(database: DatabaseSync, path: string): string {
  if (numberOf(database, "application_id") !== application) return "belongs to another program.";
  const version = numberOf(database, "user_version");
  if (version > format) return `is of a later Faultline (format ${version}; this one knows ${format}).`;
  if (statSync(path).size <= checkedBytesMax) {
    const checked = database.prepare("PRAGMA quick_check(1)").get();
    const said = checked === undefined ? "nothing" : String(Object.values(checked)[0]);
    if (said !== "ok") throw new Error(`malformed: ${said.split("\n")[0]}`);
  }
  return "ours";
}

const isEmpty = (database: DatabaseSync): boolean =>
  database.prepare("SELECT count(*) AS tables FROM sqlite_master").get()?.["tables"] === 0 &&
  numberOf(database, "application_id") === 0;

function numberOf(database: DatabaseSync, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get();
  const value = row === undefined ? undefined : Object.values(row)[0];
  return typeof value === "number" ? value : Number.NaN;
}

const isDamage = (why: string): boolean => /malformed|not a database|corrupt/i.test(why);

/** Whether the first bytes are those of a cache of ours, however the rest looks. */
function isOurs(path: string): boolean {
  const head = Buffer.alloc(72);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  // https://sqlite.org/fileformat.html, 1.3: the application id is at offset 68.
  return head.toString("latin1", 0, 15) === "SQLite format 3" && head.readUInt32BE(68) === application;
}

function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const name = `${path}.damaged-${number}`;
    if (!existsSync(name)) return name;
  }
}
