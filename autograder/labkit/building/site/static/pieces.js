// A file as the pieces that the page shows: one function each, with what belongs to it.

const OPENS = /^(?:async )?(?:def|class) (\w+)/gm;

/**
 * [{name, text}]: the first piece has no name; joined, their texts are the file again. A helper goes with the
 * function that follows it. `cuts`, [[name, length]], is how the page cut the file before.
 */
export function split(text, names, cuts = []) {
  if (cuts.length && cuts.reduce((sum, [, length]) => sum + length, 0) === text.length) {
    let at = 0;
    return cuts.map(([name, length]) => ({ name, text: text.slice(at, (at += length)) }));
  }
  const seen = new Set();
  const found = [...text.matchAll(OPENS)].map(({ 1: name, index }) => {
    const own = names.includes(name) && !seen.has(name);
    seen.add(name);
    return { name, own, index };
  });
  const pieces = [];
  let helpers = []; // since the last function
  for (const one of found) {
    if (!one.own) {
      helpers.push(one);
      continue;
    }
    const again = helpers.findLastIndex(({ name }) => name === pieces.at(-1)?.name); // one function, twice
    const first = helpers[again + 1] ?? one;
    pieces.push({ name: one.name, at: withItsHead(text, first.index) });
    helpers = [];
  }
  const ends = [...pieces.slice(1).map(({ at }) => at), text.length];
  return [
    { name: "", text: text.slice(0, pieces[0]?.at ?? text.length) },
    ...pieces.map(({ name, at }, i) => ({ name, text: text.slice(at, ends[i]) })),
  ];
}

/** What a text defines beside the function `name`. */
export const helpersIn = (text, name) => [...text.matchAll(OPENS)].map(({ 1: one }) => one).filter((one) => one !== name);

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
