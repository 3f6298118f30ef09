/** Which characters of two texts differ: the longest common subsequence, so that two small changes far apart show as two. */

export interface Part {
  readonly text: string;
  readonly differs: boolean;
}

const MOST_CELLS = 400_000;

/** Both texts in parts; very long ones are marked from their first to their last difference. */
export function marked(left: string, right: string): [Part[], Part[]] {
  const a = Array.from(left);
  const b = Array.from(right);
  const common = a.length * b.length > MOST_CELLS ? ends(a, b) : shared(a, b);
  return [parts(a, common.left), parts(b, common.right)];
}

interface Common {
  readonly left: ReadonlySet<number>;
  readonly right: ReadonlySet<number>;
}

function shared(a: readonly string[], b: readonly string[]): Common {
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => best[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) best[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const left = new Set<number>();
  const right = new Set<number>();
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      left.add(i++);
      right.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return { left, right };
}

function ends(a: readonly string[], b: readonly string[]): Common {
  const left = new Set<number>();
  const right = new Set<number>();
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) {
    left.add(start);
    right.add(start++);
  }
  for (let back = 1; back <= shorter - start && a[a.length - back] === b[b.length - back]; back++) {
    left.add(a.length - back);
    right.add(b.length - back);
  }
  return { left, right };
}

function parts(letters: readonly string[], common: ReadonlySet<number>): Part[] {
  const found: { text: string; differs: boolean }[] = [];
  letters.forEach((letter, at) => {
    const differs = !common.has(at);
    const last = found.at(-1);
    if (last?.differs === differs) last.text += letter;
    else found.push({ text: letter, differs });
  });
  return found;
}
