"""Why an import does not go on: one class per reason, for the acts beside this file and their endpoints."""

from examserver.kernel.errors import Denied, Refused


class NoSpecification(Refused):
    """Items need a content specification to belong to."""

    code = "import.no_specification"
    message_zh = "题库还没有细目表，试题无处归属"
    message_en = "The bank has no content specification yet"
    next_zh = "请先上传细目表"
    next_en = "Upload the content specification first"


DECIDED = {
    "accepted": {"state_zh": "已收入", "state_en": "taken in"},
    "discarded": {"state_zh": "已放弃", "state_en": "discarded"},
}


class ImportDecided(Refused):
    """The import was accepted or discarded already."""

    code = "import.decided"
    message_zh = "此次导入已处理（{state_zh}）"
    message_en = "This import has been decided already ({state_en})"
    next_zh = "如需再次导入，请重新上传文件"
    next_en = "Upload the file again for another import"


class ImportBusy(Refused):
    """The file is being checked or taken in at this moment."""

    code = "import.busy"
    message_zh = "正在核对或写入这个文件，请等待完成"
    message_en = "This file is being checked or taken in; wait until that is done"
    next_zh = "可以离开此页，完成后从“历次导入”打开"
    next_en = "You may leave the page and open it from the earlier imports when it is done"


class ImportUnchecked(Refused):
    """Nobody has checked the file yet, or the last check came to nothing."""

    code = "import.unchecked"
    message_zh = "文件还没有核对过"
    message_en = "The file has not been checked yet"
    next_zh = "请先完成列对应并核对"
    next_en = "Map its columns and check it first"


class FaultsNotAccepted(Refused):
    """There are faulty rows, and the person has not said that only the good ones shall go in."""

    code = "import.faults_not_accepted"
    message_zh = "{faulty} 行有问题。请看过全部问题后，明确选择只收入 {good} 行合格试题"
    message_en = "{faulty} row(s) are faulty. Look at every fault, then choose to take the {good} good rows"
    next_zh = "改正文件后重新上传，或选择“收入合格的行”"
    next_en = "Correct the file and upload it again, or choose to take the good rows"


class NothingGood(Refused):
    """Not one row may go in."""

    code = "import.nothing_good"
    message_zh = "没有可以收入的行"
    message_en = "There is no row to take"
    next_zh = "请改正文件后重新上传"
    next_en = "Correct the file and upload it again"


class BankMoved(Refused):
    """The bank has changed since the check, so that the report is another now."""

    code = "import.bank_moved"
    message_zh = "检查之后题库有变化，报告已不同"
    message_en = "The bank has changed since the check; the report is no longer the same"
    next_zh = "请重新核对文件并查看新的报告"
    next_en = "Check the file again and look at the new report"


class NotYourImport(Denied):
    """Another person checked this file and saw its faults."""

    code = "import.not_yours"
    message_zh = "此文件由{name}上传，须由本人决定"
    message_en = "{name} uploaded this file and has to decide"
