"""政策解读 of what is public: who explained what, what people still ask, how document and material are linked (P07)."""

from datetime import date, datetime

from contracts.publication.record import Explanation, Question, Raised
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.checks import same_agency, stands
from services.publication.domain.facts import Official
from services.publication.domain.law import ELEMENTS, FORMS
from services.publication.domain.state import Case, Stage

MAX_EXPLANATIONS = 40
MAX_QUESTIONS = 40


class Explained(Fact):
    explanation: Explanation
    by: Official
    at: datetime


class QuestionRaised(Fact):
    question: Question
    by: Official
    at: datetime


class QuestionDeclined(Fact):
    no: int
    reason: str
    by: Official
    at: datetime


class Linked(Fact):
    """The document is material for another one, which says so."""

    document: str


class MaterialOut(Fact):
    """The material of its interpretation is public."""

    material: str


FACTS: tuple[type[Fact], ...] = (Explained, QuestionRaised, QuestionDeclined, Linked, MaterialOut)


def known_forms(forms: tuple[str, ...]) -> None:
    """Refuse words that are no form, so that counts by form add up."""
    if any(form not in FORMS for form in forms):
        raise Refused("unknown_form", "没有这种解读形式。", field="form", remedy=f"可用：{'、'.join(FORMS)}。")


def explain(case: Case, explanation: Explanation, by: Official, now: datetime) -> list[Fact]:
    """One more explanation. 谁起草、谁解读: it is the unit's in charge, unless another one is named."""
    stands(case, Stage.PUBLISHED)
    known_forms((explanation.form,))
    if any(element not in ELEMENTS for element in explanation.elements):
        raise Refused(
            "unknown_element", "没有这项解读内容。", field="elements", remedy=f"可用：{'、'.join(ELEMENTS)}。"
        )
    if explanation.on > now.date():
        raise Refused("in_future", "解读日期还没有到。", field="on", remedy="请在解读之后登记。")
    if explanation.material == case.id:
        raise Refused("own_material", "文件不能作为自己的解读材料。", field="material", remedy="请填写解读材料的编号。")
    if len(case.explanations) >= MAX_EXPLANATIONS:
        raise Refused("too_many_explanations", f"解读记录已达 {MAX_EXPLANATIONS} 条。", remedy="请合并登记。")
    if not set(explanation.answers) <= {question.no for question in case.questions}:
        raise Refused("unknown_question", "没有这条待解读的疑问。", field="answers", remedy="请核对序号。")
    if explanation.answers:
        same_agency(case, by)
    elif by.agency not in (case.agency, explanation.agency, *case.metadata.issuers):
        raise Refused(
            "other_agency",
            "只能由主办、联合发文单位登记，或者登记本单位的解读。",
            field="agency",
            remedy="请把解读单位填为本单位，或请主办单位登记。",
        )
    whole = explanation.model_copy(update={"agency": explanation.agency or case.agency})
    return [] if whole in case.explanations else [Explained(explanation=whole, by=by, at=now)]


def ask(case: Case, source: Raised, reference: str, point: str, by: Official, now: datetime) -> list[Fact]:
    """A doubt that leads to 二次解读 (七星关区 2017 方案 (六)1: 分段、多次、持续开展解读). What asks the same as
    a question that waits joins it; what was settled may be asked again."""
    stands(case, Stage.PUBLISHED)
    if any((each.source, each.point) == (source, point) and not each.settled for each in case.questions):
        return []
    if len(case.questions) >= MAX_QUESTIONS:
        raise Refused("too_many_questions", f"疑问已达 {MAX_QUESTIONS} 条。", remedy="请先解读，并合并登记。")
    question = Question(no=len(case.questions) + 1, source=source, reference=reference, point=point, on=now.date())
    return [QuestionRaised(question=question, by=by, at=now)]


def questioned(case: Case) -> bool:
    """Anyone may ask by the web what it means: a public policy document, or one that is explained."""
    return case.public and (case.normative or case.interpretation_needed or bool(case.explanations))


def decline(case: Case, no: int, reason: str, by: Official, now: datetime) -> list[Fact]:
    """The unit in charge says why it does not explain again; who asked is told."""
    stands(case, Stage.PUBLISHED)
    same_agency(case, by)
    asked = next((each for each in case.questions if each.no == no), None)
    if asked is None:
        raise Refused("unknown_question", "没有这条待解读的疑问。", field="no", remedy="请核对序号。")
    if asked.answered:
        raise Refused("explained", "这条疑问已经解读。", field="no", remedy="请核对序号。")
    return [] if asked.declined else [QuestionDeclined(no=no, reason=reason, by=by, at=now)]


def link(material: Case, document: str, by: Official) -> list[Fact]:
    """The material says which document it explains: the link holds in both directions."""
    if document in material.metadata.interprets or material.stage in (Stage.WITHDRAWN, Stage.SEALED):
        return []
    same_agency(material, by)
    return [Linked(document=document)]


def material_out(case: Case, material: str) -> list[Fact]:
    """One of what explains the document is public."""
    return [] if case.material_out or case.taken_down else [MaterialOut(material=material)]


def evolve(case: Case, fact: Explained | QuestionRaised | QuestionDeclined | Linked | MaterialOut) -> Case:
    match fact:
        case MaterialOut():
            return case.model_copy(update={"material_out": True})
        case Linked():
            interprets = (*case.metadata.interprets, fact.document)
            return case.model_copy(update={"metadata": case.metadata.model_copy(update={"interprets": interprets})})
        case QuestionRaised():
            return case.model_copy(update={"questions": (*case.questions, fact.question)})
        case QuestionDeclined():
            questions = tuple(
                each.model_copy(update={"declined": fact.reason}) if each.no == fact.no else each
                for each in case.questions
            )
            return case.model_copy(update={"questions": questions})
        case Explained():
            answered = fact.explanation.answers
            questions = tuple(
                each.model_copy(update={"answered": each.answered or each.no in answered}) for each in case.questions
            )
            return case.model_copy(
                update={"questions": questions, "explanations": (*case.explanations, fact.explanation)}
            )


def years(case: Case) -> list[int]:
    """The years in which a public document was explained: by them it is found."""
    return sorted({each.on.year for each in case.explanations}) if case.public else []


def in_year(case: Case, year: int, until: date) -> list[Explanation]:
    return [each for each in case.explanations if each.on.year == year and each.on <= until]
