// Words of a command line, as a POSIX shell reads them.

/** Quoted where it has to be. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_./:=,@%+-][A-Za-z0-9_./:=,@%+#-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** A path that begins with "-" would be read as an option. */
export const asArgument = (path: string): string => (path.startsWith("-") ? `./${path}` : path);
