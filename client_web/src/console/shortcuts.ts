/** The console's keys, as listed under `?`. */
import { catalogue } from "@/i18n";

const words = catalogue(
  {
    help: "显示本列表",
    find: "查找机位、姓名或准考证号",
    trouble: "打开等待最久的情况",
    arrows: "在座位图上移动",
    enter: "打开机位",
    space: "加入或移出多选",
    step: "本阶段的主按钮",
    credit: "为所选考生补时",
    message: "给所选考生发消息",
    note: "记录情况",
    move: "换到备用机",
    several: "多选开关",
    mute: "声音开关",
    escape: "返回总览",
  },
  {
    help: "Show this list",
    find: "Find a seat, name or ticket",
    trouble: "Open what has waited longest",
    arrows: "Walk the room",
    enter: "Open the seat",
    space: "Add to or drop from the selection",
    step: "The main button of this phase",
    credit: "Credit time to the selected",
    message: "Message the selected",
    note: "Note an incident",
    move: "Move to a spare",
    several: "Select several on or off",
    mute: "Sound on or off",
    escape: "Back to the overview",
  },
);

export const shortcutList = (): [string, string][] => [
  ["?", words("help")],
  ["/", words("find")],
  ["t", words("trouble")],
  ["← ↑ ↓ →", words("arrows")],
  ["Enter", words("enter")],
  ["Space", words("space")],
  ["p", words("step")],
  ["c", words("credit")],
  ["m", words("message")],
  ["n", words("note")],
  ["x", words("move")],
  ["s", words("several")],
  ["q", words("mute")],
  ["Esc", words("escape")],
];
