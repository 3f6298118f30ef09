/** The five skill levels by their number, as certificates and orders carry it: 1 is the highest. */
import { catalogue } from "./index";

const t = catalogue(
  { l1: "一级/高级技师", l2: "二级/技师", l3: "三级/高级工", l4: "四级/中级工", l5: "五级/初级工" },
  { l1: "level 1, senior technician", l2: "level 2, technician", l3: "level 3, senior worker", l4: "level 4, intermediate worker", l5: "level 5, junior worker" },
);

const keys = { 1: "l1", 2: "l2", 3: "l3", 4: "l4", 5: "l5" } as const;

/** `四级/中级工`; a number that is no level is shown as it is. */
export function levelName(level: number): string {
  return level in keys ? t(keys[level as keyof typeof keys]) : String(level);
}
