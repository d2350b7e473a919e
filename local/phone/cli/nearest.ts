/** Letters that a word may be away from one that is known, to be taken for it. */
const FAR = 3;

/** The known word that a misspelt one was probably meant to be. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const [best] = [...known]
    .map((each) => ({ each, away: distance(word, each) }))
    .filter(({ each, away }) => away < FAR && away <= each.length / 2)
    .sort((a, b) => a.away - b.away);
  return best?.each;
}

/** Levenshtein's: how many letters are added, left out or replaced. */
function distance(from: string, to: string): number {
  let before = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...from].entries()) {
    const now = [row + 1];
    for (let at = 1; at <= to.length; at += 1) {
      const replaced = (before[at - 1] ?? 0) + (letter === to[at - 1] ? 0 : 1);
      now.push(Math.min(replaced, (before[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before[to.length] ?? 0;
}
