"""What grading refuses, and what the person can do next: records, keys, runs, approvals."""

from examserver.kernel.errors import Broken, Missing, Refused


class RecordRejected(Broken):
    """The sitting record does not verify."""

    code = "record.rejected"
    http_status = 422
    message_zh = "场次记录未通过校验：{what}"
    message_en = "The sitting record does not verify: {what}"
    next_zh = "请核对文件来源，向考场重新索取并通知监督人员。"
    next_en = "Check where the file came from, fetch it again and tell the supervisors."


class AnotherRecord(Refused):
    """Another record of this sitting is in."""

    code = "record.another"
    message_zh = "场次 {sitting} 已有另一份记录（{digest}）。"
    message_en = "Another record of sitting {sitting} is in ({digest})."
    next_zh = "两份记录不同是严重问题，请通知监督人员。"
    next_en = "Two different records are a grave matter: tell the supervisors."


class RecordForAnotherOrder(Refused):
    """The record names an order this authority did not sign."""

    code = "record.other_order"
    message_zh = "场次记录依据的指令 {order_digest} 不是本机构签发的。"
    message_en = "The record follows order {order_digest}, which this authority did not sign."
    next_zh = "请核对考场使用的场次指令。"
    next_en = "Check which order the hall used."


class KeysForNoPlan(Refused):
    """No plan uses the paper of these keys."""

    code = "keys.no_plan"
    message_zh = "没有计划使用答案包对应的试卷包 {paper}。"
    message_en = "No plan uses paper {paper}, to which these keys belong."
    next_zh = "请核对答案包与试卷包是否同一批。"
    next_en = "Check that key package and paper belong together."


class KeysForAnotherGrader(Refused):
    """The keys are sealed to another authority."""

    code = "keys.other_grader"
    message_zh = "答案包是封给 {grading_key} 的，不是本机构的阅卷密钥。"
    message_en = "The keys are sealed to {grading_key}, not to this authority's grading key."
    next_zh = "请题库使用本机构的公钥重新封装。"
    next_en = "Have the bank seal them to this authority's key."


class PlanAltered(Broken):
    """The plan says something else than the order that was signed from it."""

    code = "plan.altered"
    message_zh = "计划的 {field} 为 {stored}，已签发的场次指令为 {signed}。"
    message_en = "Field {field} of the plan is {stored}; the signed order says {signed}."
    next_zh = "请停止评分，运行 exam authority fsck 并通知监督人员。"
    next_en = "Stop grading, run exam authority fsck and tell the supervisors."


class RunNotGraded(Refused):
    """There is nothing to approve yet."""

    code = "run.not_graded"
    message_zh = "评分尚未完成，当前状态为 {state}。"
    message_en = "The run is not graded yet; its state is {state}."
    next_zh = "请等待评分任务完成。"
    next_en = "Wait for the grading job to end."


class RunWithoutMarks(Missing):
    """The run took no marks of persons in."""

    code = "run.without_marks"
    message_zh = "该次评分没有采用人工评阅分。"
    message_en = "The run took no marks of persons in."


class MarkerMayNotApprove(Refused):
    """Who marked an answer of the sitting may not approve its results."""

    code = "run.marker_may_not_approve"
    message_zh = "您评阅过本场次的答卷，不能核定其成绩。"
    message_en = "You marked answers of this sitting, so you may not approve its results."
    next_zh = "请由没有参加评阅的人核定。"
    next_en = "Somebody who marked nothing of it must approve."


class GraderMayNotApprove(Refused):
    """Who ran the grading may not approve it."""

    code = "run.grader_may_not_approve"
    message_zh = "发起评分的人不能核定成绩。"
    message_en = "Whoever ran the grading may not approve its results."
    next_zh = "请由另外两人核定。"
    next_en = "Two other persons must approve."


class AwaitingMarks(Refused):
    """Some answers have not been marked by persons when the run was made."""

    code = "run.awaiting_marks"
    message_zh = "本次评分中有 {count} 个主观题作答尚未评阅，暂计 0 分，不能核定。"
    message_en = "{count} answers that persons mark had no marks in this run and count 0 so far; it cannot be approved."
    next_zh = "请评阅员评完后再发起一次评分，核定新的一次。"
    next_en = "Have the assessors finish, run the grading again and approve that run."


class ApprovedAlready(Refused):
    """This person has approved this run."""

    code = "run.approved_already"
    message_zh = "您已核定过；还需另一人核定。"
    message_en = "You have approved already; another person is needed."
    next_zh = "请由另一人核定。"
    next_en = "Have another person approve."
