/**
 * Shell patterns over paths of a torrent: `*` and `?` within an element, `[a-z]` and `[!a-z]` classes, `**` for any
 * number of elements. Paths are hostile, so matching never backtracks further than to the last star: its cost is
 * bounded by pattern times path.
 */

/** Answers whether a path (`/` between elements) matches as a whole. */
export type PathMatcher = (path: string) => boolean;

type Matches<Item, Token> = (item: Item, token: Token) => boolean;
type CharacterToken = (character: string) => boolean;

const STAR: unique symbol = Symbol("star");
type Pattern<Token> = readonly (Token | typeof STAR)[];

/** Compiles `glob`; `undefined` when a `[` is not closed or a class runs backwards. */
export function compileGlob(glob: string): PathMatcher | undefined {
  const elements: (Pattern<CharacterToken> | typeof STAR)[] = [];
  for (const element of glob.split("/")) {
    const pattern = element === "**" ? STAR : compileElement([...element]);
    if (pattern === undefined) return undefined;
    elements.push(pattern);
  }
  return (path) => matchesPattern(path.split("/"), elements, matchesElement);
}

function matchesElement(element: string, pattern: Pattern<CharacterToken>): boolean {
  return matchesPattern([...element], pattern, (character, token) => token(character));
}

/**
 * Greedy match with one fallback: on a mismatch the last star takes one item more. Earlier stars need not be
 * reconsidered, for whatever they could give, the last one can take.
 */
function matchesPattern<Item, Token>(
  items: readonly Item[],
  pattern: Pattern<Token>,
  matches: Matches<Item, Token>,
): boolean {
  let position = 0;
  let next = 0;
  let star = -1;
  let starPosition = 0;
  while (position < items.length) {
    const token = pattern[next];
    if (token === STAR) {
      star = next++;
      starPosition = position;
    } else if (token !== undefined && matches(items[position] as Item, token as Token)) {
      position++;
      next++;
    } else if (star >= 0) {
      position = ++starPosition;
      next = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[next] === STAR) next++;
  return next === pattern.length;
}

function compileElement(characters: readonly string[]): Pattern<CharacterToken> | undefined {
  const tokens: (CharacterToken | typeof STAR)[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === "*") tokens.push(STAR);
    else if (character === "?") tokens.push(() => true);
    else if (character === "[") {
      const end = characters.indexOf("]", i + (characters[i + 1] === "!" ? 3 : 2));
      const token = end < 0 ? undefined : compileClass(characters.slice(i + 1, end));
      if (token === undefined) return undefined;
      tokens.push(token);
      i = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function compileClass(members: readonly string[]): CharacterToken | undefined {
  const isNegated = members[0] === "!";
  const rest = isNegated ? members.slice(1) : members;
  const ranges: (readonly [string, string])[] = [];
  for (let i = 0; i < rest.length; i++) {
    const first = rest[i] as string;
    const isRange = rest[i + 1] === "-" && i + 2 < rest.length;
    const last = isRange ? (rest[i + 2] as string) : first;
    if (codePoint(first) > codePoint(last)) return undefined;
    ranges.push([first, last]);
    if (isRange) i += 2;
  }
  return (character) => {
    const point = codePoint(character);
    const isMember = ranges.some(([first, last]) => point >= codePoint(first) && point <= codePoint(last));
    return isMember !== isNegated;
  };
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
