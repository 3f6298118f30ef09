/** Figures and sounds of a form as `blob:` addresses, made when first shown and given back when the page leaves them. */
import { onScopeDispose, watch, type Ref } from "vue";
import { unb64u } from "@/kernel/base64";
import type { Assets } from "./item";

const SHOWABLE = new Set(["image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml", "audio/mpeg", "audio/ogg", "audio/wav", "audio/mp4"]);

export function useAssetUrls(assets: Ref<Assets>): (digest: string) => string | null {
  let urls = new Map<string, string>();
  const release = (): void => {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = new Map();
  };
  watch(assets, release);
  onScopeDispose(release);
  return (digest) => {
    const known = urls.get(digest);
    if (known !== undefined) return known;
    const asset = assets.value[digest];
    if (!asset || !SHOWABLE.has(asset.media_type)) return null;
    const url = URL.createObjectURL(new Blob([unb64u(asset.data)], { type: asset.media_type }));
    urls.set(digest, url);
    return url;
  };
}
