"""A realtime session: its responses and transcriptions are charged one by one, and summed.

Sources: OpenAI's reference of the realtime server events.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pricectl.core.responses.formats import ENDED_EARLY, Stated, UsageLocation
from pricectl.core.responses.values import Path, member, text, value_at

_RESPONSE_DONE = "response.done"
_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
_SESSIONS = ("session.created", "session.updated", "transcription_session.updated")
_TRANSCRIPTION_MODELS: tuple[Path, ...] = (
    ("session", "audio", "input", "transcription", "model"),
    ("session", "input_audio_transcription", "model"),
)


class SessionEvents(NamedTuple):
    """What a session charges for, once each, and the models that its events name.

    `model` answers; `transcriber` writes down what was said. Each is empty if no event names it.
    """

    charged: dict[tuple[str, str], object]
    model: str
    transcriber: str


def locate_session(
    events: Sequence[object], in_body: Callable[[object], UsageLocation | None]
) -> tuple[UsageLocation, ...]:
    """The usage of each response and of each transcribed item of a session, each once.

    Empty for events of anything else. `in_body` finds the usage of one event.
    """
    charged, model, transcriber = _charged_events(events)
    if len(charged) < 2 and not model:  # noqa: PLR2004 - one event is a body like any other
        return ()
    has_responses = any(kind == _RESPONSE_DONE for kind, _ in charged)
    located: list[UsageLocation] = []
    flags: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    for (kind, item), event in charged.items():
        found = in_body(event)
        if found is None:
            flags = (ENDED_EARLY,)
        elif kind == _RESPONSE_DONE:
            located.append(found._replace(stated=Stated(model=model), kind=kind))
        elif transcriber or not has_responses:
            located.append(found._replace(stated=Stated(model=transcriber or model), kind=kind))
        else:  # another model than the session's wrote it down, and no event names it
            signals += (f"{kind}={item}",)
    if located:
        stated = located[0].stated._replace(flags=flags, signals=signals)
        located[0] = located[0]._replace(stated=stated)
    return tuple(located)


def _charged_events(events: Sequence[object]) -> SessionEvents:
    """The events that state a usage: of one that is sent again, the last."""
    model = transcriber = ""
    charged: dict[tuple[str, str], object] = {}
    for number, event in enumerate(events):
        kind = text(member(event, "type"))
        if kind in _SESSIONS:
            model = text(value_at(event, ("session", "model"))) or model
            found = (text(value_at(event, path)) for path in _TRANSCRIPTION_MODELS)
            transcriber = next(filter(None, found), transcriber)
        elif kind == _TRANSCRIBED:
            part = member(event, "content_index")
            item = text(member(event, "item_id")) or f"event {number}"
            charged[kind, f"{item}/{part}" if type(part) is int else item] = event
        elif kind == _RESPONSE_DONE and _is_realtime(event):
            charged[kind, text(value_at(event, ("response", "id"))) or f"event {number}"] = event
    return SessionEvents(charged, model, transcriber)


def _is_realtime(event: object) -> bool:
    return text(value_at(event, ("response", "object"))) == "realtime.response"
