// Files in and out: read with bounds, written whole or not at all, never outside the folder that was asked for.

import {
  accessSync,
  closeSync,
  createReadStream,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";

import { assert } from "../base/assert.ts";
import { fixByName } from "../scenario/closest.ts";
import { type Problem, shown } from "../scenario/problem.ts";
import { ReaderMistake } from "./exit-codes.ts";

const mebibyte = 1024 * 1024;

/** Failure files hold decisions, and results hold all their runs; a story that a person wrote is shorter. */
const largeFileEndings = [".failure.yaml", ".unmet.yaml", ".json"];
/** Traces hold every event of a run. */
export const traceFileEnding = ".jsonl";

/** No event comes near it. */
const lineLengthMax = 16 * mebibyte;

function sizeMaxOf(path: string): number {
  if (path.endsWith(traceFileEnding)) return 512 * mebibyte;
  return (largeFileEndings.some((ending) => path.endsWith(ending)) ? 64 : 1) * mebibyte;
}

/** @throws ReaderMistake when it is no readable text file of bounded size. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(path);
  }
}

function readBytes(path: string): Uint8Array {
  return reading(path, (file, size) => {
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, length);
    }
    return bytes.subarray(0, length);
  });
}

/** Opens a file of bounded size, and closes it whatever happens. @throws ReaderMistake when it is none. */
function reading<Result>(path: string, use: (file: number, size: number) => Result): Result {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw openingProblem(path, error);
  }
  try {
    const status = fstatSync(file);
    if (status.isDirectory()) throw folder(path);
    if (!status.isFile()) {
      throw unreadable(path, "NOT_A_FILE", "It is a device, a pipe or a socket.", "Expected a file.", "name a file.");
    }
    const sizeMax = sizeMaxOf(path);
    if (status.size > sizeMax) {
      throw unreadable(
        path,
        "TOO_LARGE",
        `The file has ${status.size} bytes.`,
        `Expected at most ${sizeMax / mebibyte} MiB (64 MiB when its name ends with ${largeFileEndings.join(" or ")}).`,
        "name a scenario; traces and histories are other files.",
      );
    }
    return use(file, status.size);
  } finally {
    closeSync(file);
  }
}

/**
 * Gives a text file line by line, without holding all of it. @returns what stands after the last newline.
 * @throws ReaderMistake when it is no readable text file of bounded size, with lines of bounded length.
 */
export function readLines(path: string, take: (line: string) => void): string {
  return reading(path, (file) => {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const chunk = new Uint8Array(mebibyte);
    let rest = "";
    for (let read = -1; read !== 0;) {
      read = readSync(file, chunk);
      const lines = (rest + decoded(path, decoder, chunk.subarray(0, read))).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > lineLengthMax) throw lineTooLong(path);
      for (const line of lines) take(line);
    }
    return rest;
  });
}

function decoded(path: string, decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    // Nothing read is the end: half a character must not be left.
    return decoder.decode(bytes, { stream: bytes.length > 0 });
  } catch {
    throw notUtf8(path);
  }
}

/**
 * Where what is asked for at a path is put. A file takes the place of the one before, behind all links. A channel is a
 * device, a pipe or our own output: it keeps nothing that could be replaced, and is written into.
 */
type Place = { readonly type: "file"; readonly path: string } | { readonly type: "channel"; readonly file: number };

const standardOutputs = [1, 2] as const;

/** @throws ReaderMistake */
function placeOf(path: string): Place {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return { type: "file", path };
    if (status.isDirectory()) throw writingProblem(path, { code: "EISDIR" });
    const ours = standardOutputs.find((file) => isSame(fstatSync(file), status));
    if (ours !== undefined) return { type: "channel", file: ours };
    if (status.isFile()) return { type: "file", path: realpathSync(path) };
    return { type: "channel", file: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    throw error instanceof ReaderMistake ? error : writingProblem(path, error);
  }
}

const isSame = (left: Stats, right: Stats): boolean => left.dev === right.dev && left.ino === right.ino;

function closeChannel(file: number): void {
  if (!standardOutputs.some((own) => own === file)) closeSync(file);
}

/** Writes a file whole: under another name first, so that an interruption leaves the old one, or none. */
export function writeWhole(path: string, text: string): void {
  const place = placeOf(path);
  if (place.type === "file") {
    writeAllWhole([{ path: place.path, text }]);
    return;
  }
  try {
    writeAll(place.file, Buffer.from(text));
  } catch (error) {
    throw writingProblem(path, error);
  } finally {
    closeChannel(place.file);
  }
}

/** Writes them all under other names first, so that none appears unless there is room for every one. */
function writeAllWhole(files: readonly { readonly path: string; readonly text: string }[]): void {
  let current = "";
  try {
    for (const { path, text } of files) {
      current = path;
      writeFileSync(temporaryOf(path), text, { flag: "wx" });
    }
    for (const { path } of files) {
      current = path;
      renameSync(temporaryOf(path), path);
    }
  } catch (error) {
    for (const { path } of files) rmSync(temporaryOf(path), { force: true });
    throw writingProblem(current, error);
  }
}

/**
 * A file written in parts, that appears only once it is complete. Until then it has no name, where the platform allows it,
 * so that nothing is left of it even when the process is killed.
 */
export class WholeFile {
  /** As it was asked for. */
  readonly #path: string;
  readonly #place: Place;
  readonly #temporary: string;
  /** Undefined: it is in its place, or given up. */
  #file: number | undefined;
  readonly #isNamed: boolean;
  #pending: string[] = [];
  #pendingLength = 0;

  /** @throws ReaderMistake, as do all others: the path cannot be written, or the disk is full. */
  constructor(path: string) {
    this.#path = path;
    // Known before the work whose result would be lost.
    this.#place = placeOf(path);
    this.#temporary = temporaryOf(this.#place.type === "file" ? this.#place.path : join(tmpdir(), basename(path)));
    this.#file = this.#trying(() => openSync(this.#temporary, "wx+"));
    this.#isNamed = !unnamed(this.#temporary);
  }

  /** One that never has a name: to be delivered, once it is complete. */
  static nameless(): WholeFile {
    const folder = mkdtempSync(join(tmpdir(), "faultline-"));
    try {
      return new WholeFile(join(folder, "whole"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  write(text: string): void {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength > mebibyte) this.#flush();
  }

  /** Puts it in its place. */
  finish(): void {
    this.#flush();
    const file = this.#file;
    const place = this.#place;
    assert(file !== undefined, "a file is finished once");
    if (place.type === "channel") {
      this.#trying(() => copyAll(file, place.file));
      this.abandon();
      return;
    }
    if (!this.#isNamed) this.#trying(() => copyTo(file, this.#temporary));
    this.#close();
    this.#trying(() => renameSync(this.#temporary, place.path));
  }

  /** Hands it all over to a stream, which stays open, and leaves nothing behind. */
  async deliver(to: NodeJS.WritableStream): Promise<void> {
    this.#flush();
    const file = this.#file;
    assert(file !== undefined, "what is delivered is still there");
    await pipeline(createReadStream("", { fd: file, start: 0, autoClose: false }), to, { end: false });
    this.abandon();
  }

  /** Leaves nothing behind, unless it is finished. */
  abandon(): void {
    if (this.#close()) rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    const file = this.#file;
    assert(file !== undefined, "nothing is written to a file that is closed");
    const bytes = Buffer.from(this.#pending.join(""));
    this.#pending = [];
    this.#pendingLength = 0;
    this.#trying(() => writeAll(file, bytes));
  }

  #close(): boolean {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return false;
    closeSync(file);
    if (this.#place.type === "channel") closeChannel(this.#place.file);
    return true;
  }

  #trying<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.#close();
      rmSync(this.#temporary, { force: true });
      throw writingProblem(this.#path, error);
    }
  }
}

/** Takes the name of an open file away. @returns whether the platform can. */
function unnamed(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

function copyTo(from: number, path: string): void {
  const to = openSync(path, "wx");
  try {
    copyAll(from, to);
  } finally {
    closeSync(to);
  }
}

function copyAll(from: number, to: number): void {
  const chunk = new Uint8Array(mebibyte);
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(from, chunk, 0, chunk.length, at);
    writeAll(to, chunk.subarray(0, read));
  }
}

const fullPipeMs = 2;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      // A pipe that is full: its reader is slower than we are.
      Atomics.wait(nobodyWakes, 0, 0, fullPipeMs);
    }
  }
}

/** Makes the folder that a file will be written to, unless the path leads to what is there already. @throws ReaderMistake */
export function makeFolderOf(path: string): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) makeFolder(dirname(path));
  else if (status.isDirectory()) throw writingProblem(path, { code: "EISDIR" });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw writingProblem(path, error);
  }
  refuseLinkOut(path);
}

/** A folder that files may be put into, and nowhere else. Made if it is not there. */
export class OutputFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
    makeFolder(path);
  }

  /** @returns the path of the file. */
  write(name: string, text: string): string {
    this.writeAll([{ name, text }]);
    return join(this.path, name);
  }

  /** All of them, or none. @returns their paths. */
  writeAll(files: readonly { readonly name: string; readonly text: string }[]): readonly string[] {
    for (const { name } of files) {
      const path = resolve(this.path, name);
      if (!path.startsWith(this.path + sep) || basename(path) !== name) {
        throw new Error(`a file is named so that it stays in its folder: ${name}`);
      }
    }
    writeAllWhole(files.map(({ name, text }) => ({ path: join(this.path, name), text })));
    return files.map(({ name }) => join(this.path, name));
  }
}

/** A name for a file made of any text: letters, digits, dots and hyphens. */
export const fileNameOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .slice(0, 120) || "unnamed";

/** Who is asked for a folder means that folder: a link in its place may lead to another one beside it, and not away. */
function refuseLinkOut(path: string): void {
  const whole = resolve(path);
  if (!lstatSync(whole).isSymbolicLink()) return;
  const target = realpathSync(whole);
  if (target.startsWith(realpathSync(dirname(whole)) + sep)) return;
  throw new ReaderMistake([
    {
      place: { type: "wholeFile", file: path },
      code: "LINK_OUT",
      what: `This is a link, which leads to ${shown(target)}.`,
      expected: "Expected a folder, or a link to one below the folder that the link is in.",
      fix: "name the folder itself, or remove the link.",
    },
  ]);
}

const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.part`);

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";

const unreadable = (file: string, code: string, what: string, expected: string, fix: string): ReaderMistake =>
  new ReaderMistake([{ place: { type: "wholeFile", file }, code, what, expected, fix }]);

const notUtf8 = (path: string): ReaderMistake =>
  unreadable(path, "NOT_UTF8", "The file is not UTF-8 text.", "Expected text in UTF-8.", "save it as UTF-8.");

const lineTooLong = (path: string): ReaderMistake =>
  unreadable(
    path,
    "LINE_TOO_LONG",
    `A line of the file is longer than ${lineLengthMax / mebibyte} MiB.`,
    "Expected one event in each line.",
    "give a file that was written by --trace.",
  );

const folder = (path: string): ReaderMistake =>
  unreadable(
    path,
    "IS_A_FOLDER",
    "This is a folder.",
    "Expected a file; where scenarios are asked for, a folder that holds some will do.",
    "name a file, or a folder with .yaml files in it.",
  );

function openingProblem(path: string, error: unknown): ReaderMistake {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
      return unreadable(path, "NO_SUCH_FILE", "There is no such file.", "Expected the path of a file.", nearFile(path));
    case "EACCES":
    case "EPERM":
      return unreadable(
        path,
        "NO_PERMISSION",
        "The file may not be read.",
        "Expected a file that you may read.",
        `give yourself the right, as in chmod u+r ${shown(path)}.`,
      );
    case "EISDIR":
      return folder(path);
    default:
      return unreadable(
        path,
        "UNREADABLE",
        `The file cannot be opened (${codeOf(error)}).`,
        "Expected a readable file.",
        "check the path.",
      );
  }
}

function nearFile(path: string): string {
  const advice = 'check the path; "faultline list scenarios" and "faultline list studies" name what is there.';
  try {
    const names = readdirSync(dirname(path)).filter((name) => /\.ya?ml$/.test(name));
    return fixByName(basename(path), names, advice);
  } catch {
    return advice;
  }
}

const writingAdvice: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "make room on its disk, or name a path on another one."],
  ["EPIPE", "let whoever reads the pipe read all of it."],
  ["EISDIR", "name a file in this folder."],
]);

function writingProblem(path: string, error: unknown): ReaderMistake {
  const problem: Problem = {
    place: { type: "wholeFile", file: path },
    code: "NOT_WRITABLE",
    what: `Nothing can be written there (${codeOf(error)}).`,
    expected: "Expected a path that can be written.",
    fix: writingAdvice.get(codeOf(error)) ?? "name another path, or make its folder.",
  };
  return new ReaderMistake([problem]);
}
