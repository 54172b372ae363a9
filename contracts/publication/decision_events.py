"""What is told about matters of decision: to the offices at every step, to the public from the consultation on."""

from contracts.base import Audience, Event
from contracts.publication.decisions import Matter, PublicMatter


class MatterChanged(Event, record="decision", name="changed"):
    """Sent when a step of a matter of decision was taken."""

    record: Matter


class MatterOverdue(Event, record="decision", name="overdue"):
    """Sent once when a running limit of a matter of decision passed without its step."""

    record: Matter


class MatterRestated(Event, record="decision", name="restated"):
    """Sent when all matters of decision are told again."""

    record: Matter


class ConsultationOpened(Event, record="public_decision", name="consultation_opened", audience=Audience.PUBLIC):
    """Sent when the draft of a decision was published for opinions."""

    record: PublicMatter


class FeedbackPublished(Event, record="public_decision", name="feedback_published", audience=Audience.PUBLIC):
    """Sent when it was published which opinions on a draft were adopted and why the others were not."""

    record: PublicMatter


class DecisionPublished(Event, record="public_decision", name="decision_published", audience=Audience.PUBLIC):
    """Sent when a decision was published."""

    record: PublicMatter


class EvaluationPublished(Event, record="public_decision", name="evaluation_published", audience=Audience.PUBLIC):
    """Sent when the result of the evaluation of a decision was published."""

    record: PublicMatter


class PublicMatterChanged(Event, record="public_decision", name="changed", audience=Audience.PUBLIC):
    """Sent when anything else of a public matter of decision changed."""

    record: PublicMatter


class PublicMatterRestated(Event, record="public_decision", name="restated", audience=Audience.PUBLIC):
    """Sent when all public matters of decision are told again."""

    record: PublicMatter
