/** The five skill levels by their number, as certificates and orders carry it: 1 is the highest. */
import { catalogue } from "./index";

const t = catalogue(
  { l1: "高级技师（一级）", l2: "技师（二级）", l3: "高级工（三级）", l4: "中级工（四级）", l5: "初级工（五级）" },
  { l1: "senior technician (level 1)", l2: "technician (level 2)", l3: "senior worker (level 3)", l4: "intermediate worker (level 4)", l5: "junior worker (level 5)" },
);

const keys = { 1: "l1", 2: "l2", 3: "l3", 4: "l4", 5: "l5" } as const;

/** `中级工（四级）`; a number that is no level is shown as it is. */
export function levelName(level: number): string {
  return level in keys ? t(keys[level as keyof typeof keys]) : String(level);
}
