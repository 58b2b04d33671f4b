// A file as the pieces that the page shows: one function each, with what belongs to it.

const OPENS = /^(?:async )?(?:def|class) (\w+)/gm;

/**
 * [{name, text}]: the first piece has no name; joined, their texts are the file again. A helper goes with the
 * function that follows it, or with the one of its two neighbours that `homes` (helper -> function) names.
 */
export function split(text, names, homes = {}) {
  const seen = new Set();
  const found = [...text.matchAll(OPENS)].map(({ 1: name, index }) => {
    const own = names.includes(name) && !seen.has(name);
    seen.add(name);
    return { name, own, index };
  });
  const cuts = [];
  let helpers = []; // since the last function
  for (const one of found) {
    if (!one.own) {
      helpers.push(one);
      continue;
    }
    const before = cuts.at(-1)?.name;
    const stay = before === undefined ? -1 : helpers.findLastIndex(({ name }) => name === before || homes[name] === before);
    const first = helpers[stay + 1] ?? one;
    cuts.push({ name: one.name, at: withItsHead(text, first.index) });
    helpers = [];
  }
  const ends = [...cuts.slice(1).map(({ at }) => at), text.length];
  return [
    { name: "", text: text.slice(0, cuts[0]?.at ?? text.length) },
    ...cuts.map(({ name, at }, i) => ({ name, text: text.slice(at, ends[i]) })),
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
