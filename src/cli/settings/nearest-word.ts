/** The word that somebody probably meant. */

/** More than this many wrong letters, or more than half of them, is another word. */
const MAX_DISTANCE = 3;

/** The nearest of `words` to `typed`; undefined when none is near. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = MAX_DISTANCE + 1;
  for (const word of words) {
    const distance = editDistance(typed, word);
    if (distance < nearestDistance && distance <= Math.max(typed.length, word.length) / 2) {
      nearest = word;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
