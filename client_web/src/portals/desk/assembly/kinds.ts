/** Item types and cognitive levels in words, for blueprints and their reports. */
import { catalogue } from "@/i18n";
import { ITEM_TYPES } from "@/ui/item/item";
import { t } from "@/ui/item/words";

export { ITEM_TYPES };
export const LEVELS = ["recall", "understand", "apply"] as const;

const levels = catalogue({ recall: "识记", understand: "理解", apply: "应用" }, { recall: "recall", understand: "understand", apply: "apply" });

export const kindWord = (type: string): string => {
  const known = ITEM_TYPES.find((one) => one === type);
  return known ? t(known) : type;
};

export const levelWord = (level: string): string => {
  const known = LEVELS.find((one) => one === level);
  return known ? levels(known) : level;
};
