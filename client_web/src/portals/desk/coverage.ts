/** The specification as a tree with what it has and lacks. Pure. */
import type { SpecNode } from "./types";

export interface Branch {
  readonly node: SpecNode;
  readonly depth: number;
  readonly hasChildren: boolean;
}

export const enrolled = (node: SpecNode): number => node.have["enrolled"] ?? 0;
export const lacking = (node: SpecNode): number => Math.max(0, node.need - enrolled(node));

/** 0 nothing needed or everything there … 4 nothing there: the step of the heat colour. */
export function heat(node: SpecNode): 0 | 1 | 2 | 3 | 4 {
  if (node.need <= 0 || lacking(node) === 0) return 0;
  const share = enrolled(node) / node.need;
  if (share >= 0.75) return 1;
  if (share >= 0.4) return 2;
  return share > 0 ? 3 : 4;
}

/** The lines to show: children of opened nodes only; with `onlyShort`, only what lacks items, all opened. */
export function visibleBranches(nodes: readonly SpecNode[], opened: ReadonlySet<string>, onlyShort: boolean): Branch[] {
  const children = new Map<string | null, SpecNode[]>();
  for (const node of nodes) children.set(node.parent, [...(children.get(node.parent) ?? []), node]);
  const lines: Branch[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const node of children.get(parent) ?? []) {
      if (onlyShort && lacking(node) === 0) continue;
      lines.push({ node, depth, hasChildren: children.has(node.code) });
      if (onlyShort || opened.has(node.code)) walk(node.code, depth + 1);
    }
  };
  walk(null, 0);
  return lines;
}
