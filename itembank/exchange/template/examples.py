"""The example rows of the template workbook: one good item of every type, a case of two, one rich item.

They are read by the same reader as every other row; a test imports the template and finds no fault. Occupation of the
examples: electrician. Pictures and the sound come in an archive of their own, made here.
"""

import io
import math
import struct
import zipfile

from PIL import Image, ImageDraw

Row = dict[str, str]

PANEL, BEEP = "面板.png", "提示音.wav"
SPECIFICATION: tuple[tuple[str, int, str, str, str, str, str], ...] = (
    ("A", 1, "", "职业道德与安全", "40", "", "1:1:0"),
    ("A-A", 2, "A", "安全用电", "40", "", "1:1:0"),
    ("A-A-001", 3, "A-A", "停电操作的顺序", "", "X", ""),
    ("A-A-002", 3, "A-A", "安全用具的使用", "", "Y", ""),
    ("B", 1, "", "电工基础", "60", "", "1:1:0"),
    ("B-A", 2, "B", "电路计算", "60", "", "1:1:0"),
    ("B-A-001", 3, "B-A", "欧姆定律", "", "X", ""),
    ("B-A-002", 3, "B-A", "导线与颜色", "", "Y", ""),
)

_COMMON = {"cognition": "理解", "difficulty": "0.65", "source": "示例", "owner": "某某职业技术学院"}
_RUBRIC = "1. 三个步骤齐全 [3]\n- 3：三步齐全、次序正确\n- 2：缺一步或次序有误\n- 0：没有\n2. 用语规范 [2]"


def _row(code: str, point: str, kind: str, stem: str, key: str = "", **cells: str) -> Row:
    options = cells.pop("options", "")
    importance = next(each[5] for each in SPECIFICATION if each[0] == point)
    own = {"importance": importance, "code": code, "point": point, "type": kind, "stem": stem, "key": key}
    row = _COMMON | own | cells
    letters = zip("ABCDEFGH", options.split("|") if options else (), strict=False)
    return row | {f"option:{letter}": text for letter, text in letters}


EXAMPLES: tuple[Row, ...] = (
    _row("SL-001", "B-A-001", "单选题", "电阻的单位是（　）。", "C", options="伏特|安培|欧姆|瓦特", funding="省级专项"),
    _row(
        "SL-002", "A-A-002", "多选题", "下列哪些是绝缘安全用具？", "A;B;D", points="2", rule="少选给分",
        options="绝缘手套|绝缘靴|钢卷尺|绝缘垫",
    ),
    _row("SL-003", "A-A-001", "判断题", "可以带负荷拉开隔离开关。", "错误"),
    _row(
        "SL-004", "A-A-001", "排序题", "把下列停电操作按先后排列。", "B;C;A;D", points="2", rule="按位给分",
        options="拉开电源侧隔离开关|断开断路器|拉开负荷侧隔离开关|验电并装设接地线",
    ),
    _row(
        "SL-005", "B-A-001", "匹配题", "把左边的物理量与右边的单位配对。", "A-2;B-1;C-3", points="3",
        options="电压|电流|电阻", targets="1. 安培\n2. 伏特\n3. 欧姆\n4. 瓦特", reuse="否", rule="按项给分",
    ),
    _row(
        "SL-006", "A-A-002", "填空题", "低压验电器俗称____，使用前应在____上试验。", "试电笔|电笔\n有电设备|带电设备",
        points="2", normalise="全半角 空格 标点", rule="按项给分",
    ),
    _row(
        "SL-007", "B-A-001", "数值题", "22 Ω 的电阻接在 220 V 的电源上，电流是多少？", "10", tolerance="±2%",
        unit="填写：A|安|安培",
    ),
    _row(
        "SL-008", "A-A-002", "热区题", "在面板上点出红色的急停按钮。", picture=f"{PANEL}|有三个按钮的面板",
        areas="圆 300,150,44", choose="1",
    ),
    _row(
        "SL-009", "B-A-002", "文中选择题", "保护零线用{{1}}色导线，第一相（L1）用{{2}}色导线。", "1B;2A", points="2",
        gaps="1A. 红\n1B. 黄绿双\n1C. 蓝\n2A. 黄\n2B. 绿", rule="按项给分",
    ),
    _row(
        "SL-010", "A-A-002", "简答题", "简述低压验电的步骤。", points="5", rubric=_RUBRIC, lines="6", longest="300",
        model="先在有电设备上试验，再逐相验电，最后复试。",
    ),
    _row(
        "SL-011", "A-A-001", "论述题", "论述倒闸操作中“五防”的含义与实现。", points="10", lines="24", longest="2000",
        rubric="1. 五项防误内容 [5]\n2. 实现方法 [5]\n- 5：机械、电气闭锁均有说明\n- 2：只说明一种\n- 0：没有",
    ),
    _row(
        "SL-012", "B-A-002", "作图题", "在面板上画出起动按钮到指示灯的连线。", points="5",
        picture=f"{PANEL}|有三个按钮的面板", rubric="1. 连线正确 [5]",
    ),
    _row(
        "SL-013", "B-A-001", "单选题", "该车间照明回路的计算电流最接近（　）。", "B", options="2 A|9 A|40 A",
        case="AL-1", case_place="1/2", case_stimulus="某车间单相 220 V 照明回路共有 20 盏 100 W 的灯，同时使用。",
    ),
    _row(
        "SL-014", "B-A-001", "数值题", "该车间照明回路的总功率是多少？", "2±0.05 kW", case="AL-1", case_place="2/2",
        enemies="SL-007",
    ),
    _row(
        "SL-015", "B-A-001", "单选题", "[[富文本]]\n<p>由 <math><mi>P</mi><mo>=</mo><msup><mi>I</mi><mn>2</mn></msup>"
        f"<mi>R</mi></math>，电流加倍时功率为原来的几倍？</p>\n[[音频 {BEEP}|提示音|2]]",
        "C", options="1|2|4",
    ),
)  # fmt: skip


def figures_archive() -> bytes:
    """The zip of picture and sound that the examples name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ((PANEL, _panel()), (BEEP, _beep())):
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


def _panel() -> bytes:
    """Three round buttons, 600 × 300 pixels, the red one in the middle."""
    picture = Image.new("RGB", (600, 300), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 590, 290), outline="black", width=4)
    for x, colour in ((120, "green"), (300, "red"), (480, "black")):
        pen.ellipse((x - 40, 110, x + 40, 190), fill=colour, outline="black", width=3)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _beep() -> bytes:
    """A quarter of a second of 440 Hz as WAV."""
    samples = [int(9000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(2000)]
    body = struct.pack(f"<{len(samples)}h", *samples)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16,
                       b"data", len(body))  # fmt: skip
    return head + body
