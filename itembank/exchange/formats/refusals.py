"""Why a question file as a whole is refused: one class per reason, each with a code of its own.

For every reader and, through `problem_of`, for whoever must say what a file is that is not what its name says.
"""

from examserver.kernel.errors import Invalid

MOST_BYTES = 60 * 2**20
MOST_QUESTIONS = 60_000


class UnreadableFile(Invalid):
    """The file cannot be read as what it is said to be."""

    code = "import.file_refused"
    message_zh = "文件不能读取：{reason_zh}"
    message_en = "The file cannot be read: {reason_en}"
    next_zh = "请检查文件后重新上传；没有任何内容进入题库"
    next_en = "Check the file and upload it again; nothing of it went into the bank"


class FileEmpty(UnreadableFile):
    """There is nothing in it."""

    code = "import.file_empty"
    message_zh = "文件是空的"
    message_en = "The file is empty"
    next_zh = "请确认选择了正确的文件"
    next_en = "Make sure that this is the right file"


class FileTooLarge(UnreadableFile):
    """More than any question file needs."""

    code = "import.file_too_large"
    message_zh = "文件过大：{size} MB，最多 {most} MB"
    message_en = "The file is too large: {size} MB, at most {most} MB"
    next_zh = "请把题目分成几个文件导入"
    next_en = "Split the questions into several files"


class WrongKind(UnreadableFile):
    """The content is of another kind than the chosen format."""

    code = "import.wrong_kind"
    message_zh = "文件内容不是{wanted_zh}，而是{found_zh}"
    message_en = "The content is not {wanted_en} but {found_en}"
    next_zh = "请选择与内容相符的格式，或换一个文件"
    next_en = "Choose the format that fits the content, or another file"


class FileNotText(UnreadableFile):
    """No known encoding makes text of these bytes."""

    code = "import.file_not_text"
    message_zh = "文件不是文本，或编码不是 UTF-8、GB 18030、带标记的 UTF-16（{place}）"
    message_en = "The file is no text in UTF-8, GB 18030 or UTF-16 with its mark ({place})"
    next_zh = "请用文本编辑器另存为 UTF-8 后重试"
    next_en = "Save it as UTF-8 with a text editor and try again"


class LineTooLong(UnreadableFile):
    """One line is longer than any question."""

    code = "import.line_too_long"
    message_zh = "第 {line} 行超过 {most} 个字符"
    message_en = "Line {line} is longer than {most} characters"
    next_zh = "请确认这是题目文件，而不是数据或压缩过的内容"
    next_en = "Make sure that this is a file of questions, not data or packed content"


class TooManyQuestions(UnreadableFile):
    """More questions than one import takes."""

    code = "import.too_many_questions"
    message_zh = "题目超过 {most} 道"
    message_en = "There are more than {most} questions"
    next_zh = "请把题目分成几个文件导入"
    next_en = "Split the questions into several files"


class NoQuestions(UnreadableFile):
    """Not one question was found."""

    code = "import.no_questions"
    message_zh = "文件中没有找到{format_zh}题目"
    message_en = "No question in {format_en} was found in the file"
    next_zh = "请对照格式说明检查文件，或选择其他格式"
    next_en = "Compare the file with the description of the format, or choose another format"


class XmlRefused(UnreadableFile):
    """The XML declares a document type or entities: the door of XML bombs and of reading other files."""

    code = "import.xml_doctype"
    message_zh = "XML 中有 DOCTYPE 或实体声明，可能是攻击文件"
    message_en = "The XML declares a DOCTYPE or entities, as hostile files do"
    next_zh = "请从原系统重新导出，或删去 DOCTYPE 声明"
    next_en = "Export it again from where it came, or remove the DOCTYPE"


class XmlBroken(UnreadableFile):
    """The XML is not well-formed."""

    code = "import.xml_malformed"
    message_zh = "XML 格式有误：第 {line} 行第 {column} 列（{reason}）"
    message_en = "The XML is malformed at line {line}, column {column} ({reason})"
    next_zh = "文件可能被截断或手工改坏，请重新导出"
    next_en = "It may be cut short or damaged by hand; export it again"


class XmlTooDeep(UnreadableFile):
    """Elements are nested deeper, or are more, than any question needs."""

    code = "import.xml_too_deep"
    message_zh = "XML 嵌套过深或元素过多"
    message_en = "The XML is nested too deeply or has too many elements"
    next_zh = "请确认这是题目文件；过大的题库请分几次导出"
    next_en = "Make sure that this is a file of questions; export large banks in parts"


_KINDS = (
    (b"PK\x03\x04", "压缩包（zip、docx、xlsx）", "an archive (zip, docx, xlsx)"),
    (b"PK\x05\x06", "空的压缩包", "an empty archive"),
    (b"MZ", "Windows 程序", "a Windows program"),
    (b"\x7fELF", "Linux 程序", "a Linux program"),
    (b"\x89PNG", "PNG 图片", "a PNG picture"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG picture"),
    (b"GIF8", "GIF 图片", "a GIF picture"),
    (b"%PDF", "PDF 文件", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件或加密文件", "an old Office file or an encrypted one"),
    (b"{\\rtf", "RTF 文件", "an RTF file"),
    (b"\x1f\x8b", "gzip 压缩文件", "a gzip file"),
    (b"Rar!", "RAR 压缩文件", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩文件", "a 7z archive"),
    (b"SQLite format 3", "SQLite 数据库", "an SQLite database"),
)


def kind_of(data: bytes) -> tuple[str, str] | None:
    """What the first bytes show a file to be, in both languages; None when they show nothing (text, XML)."""
    return next(((zh, en) for mark, zh, en in _KINDS if data.startswith(mark)), None)


def wrong_kind(wanted: tuple[str, str], found: tuple[str, str]) -> WrongKind:
    """What is wanted and what it is instead, each in both languages; Chinese words with a blank before Latin ones."""
    return WrongKind(
        wanted_zh=_spaced(wanted[0]), wanted_en=wanted[1], found_zh=_spaced(found[0]), found_en=found[1]
    )  # fmt: skip


def no_questions(format_zh: str, format_en: str) -> NoQuestions:
    """That the file holds no question of this format."""
    return NoQuestions(format_zh=_spaced(format_zh) + (" " if format_zh[-1:].isascii() else ""), format_en=format_en)


def _spaced(words: str) -> str:
    return f" {words}" if words[:1].isascii() else words


def check_size(data: bytes) -> None:
    """Raises FileEmpty or FileTooLarge."""
    if not data.strip(b"\0 \t\r\n"):
        raise FileEmpty()
    if len(data) > MOST_BYTES:
        raise FileTooLarge(size=len(data) // 2**20, most=MOST_BYTES // 2**20)


def check_kind(data: bytes, wanted_zh: str, wanted_en: str) -> None:
    """Raises WrongKind when the first bytes show another kind of file than the text or XML that is wanted."""
    found = kind_of(data)
    if found is not None:
        raise wrong_kind((wanted_zh, wanted_en), found)
