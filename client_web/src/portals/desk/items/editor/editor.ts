/** What every part of the editor shares: the faults, the pictures at hand, and the way to add one. */
import { inject, type InjectionKey, type Ref } from "vue";
import type { AssetView } from "../../bank";
import type { Flaw } from "./flaws";

export interface EditorContext {
  readonly flaws: Readonly<Ref<readonly Flaw[]>>;
  readonly urlOf: (digest: string) => string | null;
  /** The stored picture or sound; undefined where it was refused, which the page shows. */
  readonly upload: (file: File) => Promise<AssetView | undefined>;
  readonly uploading: Readonly<Ref<boolean>>;
}

export const EDITOR: InjectionKey<EditorContext> = Symbol("item editor");

export function useEditor(): EditorContext {
  const context = inject(EDITOR);
  if (!context) throw new Error("this part stands outside the item editor");
  return context;
}
