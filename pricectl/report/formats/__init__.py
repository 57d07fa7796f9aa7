"""The table of output formats: what `-o` accepts for each verb, and which function writes it.

A writer of a format in BINARY returns bytes, every other one text.

`text` and `json` are not here: every verb has them, in `report/VERB.py` as `text` and `document`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pricectl.changes.diff import DiffResult
    from pricectl.check.validation_report import Validation
    from pricectl.history.timeline import Timeline
    from pricectl.models import ModelList, ProviderList
    from pricectl.operate.deploy_check.checklist import DeployCheck
    from pricectl.operate.drift import DriftResult
    from pricectl.replay.run import ReplayResult
    from pricectl.report.diff_page.page import DiffPage
    from pricectl.report.export import ExportResult
    from pricectl.report.history_document import History

# Each function imports its format when it is called: a verb pays for no format that nobody asked
# for, and the types of both are checked, which names in strings would not be.


def _markdown_diff(result: "DiffResult") -> str:
    from pricectl.report.formats import markdown_diff

    return markdown_diff.diff(result)


def _markdown_deploy_check(result: "DeployCheck") -> str:
    from pricectl.report.formats import markdown

    return markdown.deploy_check(result)


def _markdown_validate(result: "Validation") -> str:
    from pricectl.report.formats import markdown

    return markdown.validate(result)


def _markdown_drift(result: "DriftResult") -> str:
    from pricectl.report.formats import markdown_drift

    return markdown_drift.drift(result)


def _csv_drift(result: "DriftResult") -> str:
    from pricectl.report.formats import csv_drift

    return csv_drift.drift(result)


def _gitlab(result: "Validation") -> str:
    from pricectl.report.formats import gitlab

    return gitlab.findings(result)


def _concise(result: "Validation") -> str:
    from pricectl.report.formats import concise

    return concise.findings(result)


def _github_findings(result: "Validation") -> str:
    from pricectl.report.formats import github

    return github.findings(result)


def _github_diff(result: "DiffResult") -> str:
    from pricectl.report.formats import github

    return github.diff(result)


def _sarif(result: "Validation") -> str:
    from pricectl.report.formats import sarif

    return sarif.findings(result)


def _junit(result: "Validation") -> str:
    from pricectl.report.formats import junit

    return junit.findings(result)


def _changelog(result: "DiffResult") -> str:
    from pricectl.report.formats import changelog

    return changelog.diff(result)


def _html(result: "DiffPage") -> str:
    from pricectl.report.formats import html

    return html.diff(result)


def _svg(result: "Timeline") -> str:
    from pricectl.report.formats import svg

    return svg.history(result)


def _csv(result: "History") -> str:
    from pricectl.report.formats import csv_history

    return csv_history.history(result)


def _csv_models(result: "ModelList | ProviderList") -> str:
    from pricectl.report.formats import csv_models

    return csv_models.models(result)


def _csv_diff(result: "DiffResult") -> str:
    from pricectl.report.formats import csv_diff

    return csv_diff.diff(result)


def _csv_export(result: "ExportResult") -> str:
    from pricectl.report.formats import exports

    if result.format_name == "ratebook":
        return exports.ratebook(result)
    return exports.csv_edits(result)


def _litellm_export(result: "ExportResult") -> str:
    from pricectl.report.formats import exports

    return exports.litellm(result)


def _csv_replay(result: "ReplayResult") -> str:
    from pricectl.report.formats import replay_files

    return replay_files.as_csv(result)


def _parquet_replay(result: "ReplayResult") -> bytes:
    from pricectl.report.formats import replay_files

    return replay_files.as_parquet(result)


def _markdown_replay(result: "ReplayResult") -> str:
    from pricectl.report.formats import replay_pages

    return replay_pages.as_markdown(result)


def _html_replay(result: "ReplayResult") -> str:
    from pricectl.report.formats import replay_pages

    return replay_pages.as_html(result)


def _ratebook_export(result: "ExportResult") -> str:
    from pricectl.report.formats import exports

    return exports.ratebook(result)


def _parquet_export(result: "ExportResult") -> bytes:
    from pricectl.report.formats import exports

    return exports.ratebook_parquet(result)


# What is not text, and so needs a file.
BINARY = frozenset(("parquet",))
# By the format's name, what writes the result of each verb that has it.
FORMATS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "markdown": {
            "validate": _markdown_validate,
            "diff": _markdown_diff,
            "deploy-check": _markdown_deploy_check,
            "drift": _markdown_drift,
            "replay": _markdown_replay,
        },
        "concise": {"validate": _concise},
        "github": {"validate": _github_findings, "diff": _github_diff},
        "gitlab": {"validate": _gitlab},
        "sarif": {"validate": _sarif},
        "junit": {"validate": _junit},
        "changelog": {"diff": _changelog},
        "html": {"diff": _html, "replay": _html_replay},
        "svg": {"history": _svg},
        "csv": {
            "history": _csv,
            "drift": _csv_drift,
            "export": _csv_export,
            "models": _csv_models,
            "diff": _csv_diff,
            "replay": _csv_replay,
        },
        "parquet": {"replay": _parquet_replay, "export": _parquet_export},
        "litellm": {"export": _litellm_export},
        "ratebook": {"export": _ratebook_export},
    }
)


def formats_of(verb: str) -> tuple[str, ...]:
    """The names that `-o` accepts for a verb.

    >>> formats_of("quote"), formats_of("diff")
    (('text', 'json'), ('text', 'json', 'markdown', 'github', 'changelog', 'html', 'csv'))
    """
    return ("text", "json", *(name for name, writers in FORMATS.items() if verb in writers))
