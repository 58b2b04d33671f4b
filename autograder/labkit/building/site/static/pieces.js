// A file as the pieces that the page shows: one function each, with what belongs to it.

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** [{name, text}]: the first piece has no name; joined, their texts are the file again. */
export function split(text, names) {
  const found = names
    .map((name) => ({ name, at: text.search(new RegExp(`^(async )?def ${escaped(name)}\\b`, "m")) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
    .map(({ name, at }) => ({ name, at: withItsHead(text, at) }));
  const ends = [...found.slice(1).map(({ at }) => at), text.length];
  return [
    { name: "", text: text.slice(0, found[0]?.at ?? text.length) },
    ...found.map(({ name, at }, i) => ({ name, text: text.slice(at, ends[i]) })),
  ];
}

// Decorators, comments and imports right above a function go with it.
function withItsHead(text, at) {
  while (at > 0) {
    const before = text.lastIndexOf("\n", at - 2) + 1;
    const line = text.slice(before, at - 1);
    if (!line.trim() || /^\s|^["']/.test(line) || line.endsWith('"""')) return at;
    at = before;
  }
  return at;
}

export const joined = (pieces) => pieces.map(({ text }) => text).join("");
