// Names as ids have them.

/** "voteFsync" as "vote-fsync". */
export const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
