"""One comment a review: found by its marker, never an older run over a newer one."""

from collections.abc import Iterator
from typing import Any

import pytest

from pricectl.action.github_comments import PullRequestComments
from pricectl.action.sticky_comment import (
    MAX_CHARACTERS,
    CommentResult,
    ReviewMarker,
    keep_one,
    read_marker,
)
from tests.action.fake_github import (
    BOT,
    NUMBER,
    REPOSITORY,
    TOKEN,
    FakeGitHub,
    Scripted,
    serving,
)

OLD_COMMIT, COMMIT = "a" * 40, "b" * 40
FIRST = ReviewMarker("0123456789ab", 4, 1, OLD_COMMIT)
MINE = ReviewMarker("0123456789ab", 5, 1, COMMIT)
LATER = ReviewMarker("0123456789ab", 6, 1, COMMIT)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub(head_sha=COMMIT)) as found:
        yield found


def post(
    github: FakeGitHub,
    marker: ReviewMarker = MINE,
    text: str = "the review",
    waited: list[float] | None = None,
    **options: Any,
) -> CommentResult:
    token = options.pop("token", TOKEN)
    comments = PullRequestComments(github.url, REPOSITORY, NUMBER, token, BOT)
    wait = [] if waited is None else waited
    options = {"worth_creating": True} | options
    return keep_one(comments, marker, text, wait=wait.append, **options)


def test_a_marker_is_read_as_it_was_written() -> None:
    assert read_marker(f"{MINE}\ntext") == MINE
    for other in ("", "text", f" {MINE}", f"> {MINE}", str(MINE).replace("5.1", "5")):
        assert read_marker(other) is None


def test_the_first_run_creates_the_comment(github: FakeGitHub) -> None:
    posted = post(github)
    assert posted.outcome == "created"
    assert posted.url == f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-1001"
    assert github.bodies == [f"{MINE}\nthe review"]
    assert github.tokens == {f"Bearer {TOKEN}"}


def test_the_next_run_replaces_its_text_in_place(github: FakeGitHub) -> None:
    github.add("a person's comment", "alice")
    github.add(f"{FIRST}\nthe first review")
    github.add("another comment", "bob")
    assert post(github).outcome == "updated"
    assert github.bodies == ["a person's comment", f"{MINE}\nthe review", "another comment"]
    assert post(github).outcome == "unchanged"
    assert github.writes() == [f"PATCH /repos/{REPOSITORY}/issues/comments/1002"]


def test_it_is_found_among_hundreds_of_comments(github: FakeGitHub) -> None:
    for number in range(250):
        github.add(f"comment {number}", "alice")
    github.add(f"{FIRST}\nthe first review")
    assert post(github).outcome == "updated"
    assert len(github.comments) == 251


@pytest.mark.parametrize("author", ["alice", "mallory[bot]", ""])
def test_a_marker_in_a_comment_of_another_account_means_nothing(
    github: FakeGitHub, author: str
) -> None:
    foreign = github.add(f"{LATER._replace(run_number=10**9)}\nnothing to see", author)
    assert post(github).outcome == "created"
    assert github.comments[foreign]["body"].endswith("nothing to see")


def test_a_marker_that_the_account_only_quotes_means_nothing(github: FakeGitHub) -> None:
    github.add(f"somebody wrote {FIRST}")
    assert post(github).outcome == "created"
    assert len(github.comments) == 2


def test_the_review_of_another_file_has_its_own_comment(github: FakeGitHub) -> None:
    github.add(f"{FIRST._replace(review_id='f' * 12)}\nof another file")
    assert post(github).outcome == "created"
    assert len(github.comments) == 2


@pytest.mark.parametrize(
    "newer", [LATER, MINE._replace(run_attempt=2)], ids=["a later run", "a later attempt"]
)
def test_an_older_run_leaves_the_comment_of_a_newer_one(
    github: FakeGitHub, newer: ReviewMarker
) -> None:
    github.add(f"{newer}\nthe newer review")
    posted = post(github)
    assert (posted.outcome, posted.url[-5:]) == ("outdated", "-1001")
    assert github.writes() == []


def test_a_run_of_an_older_commit_writes_nothing_even_before_the_newer_one_has(
    github: FakeGitHub,
) -> None:
    """The push is seen by the pull request at once, the newer run's comment a minute later."""
    assert post(github, FIRST).outcome == "outdated"
    github.add(f"{FIRST._replace(run_number=3)}\nof the same commit")
    assert post(github, FIRST).outcome == "outdated"
    assert github.writes() == []


def test_a_repeated_run_of_the_same_commit_replaces_its_own_comment(github: FakeGitHub) -> None:
    github.add(f"{MINE}\nthe review")
    again = MINE._replace(run_attempt=2)
    assert post(github, again).outcome == "updated"
    assert github.bodies == [f"{again}\nthe review"]


def test_a_later_run_removes_duplicates(github: FakeGitHub) -> None:
    first = github.add(f"{FIRST}\none")
    github.add("a person's comment", "alice")
    github.add(f"{FIRST}\ntwo")
    github.add(f"{FIRST._replace(run_number=3)}\nthree")
    assert post(github).outcome == "updated"
    assert github.bodies == [f"{MINE}\nthe review", "a person's comment"]
    assert first in github.comments


def test_of_two_runs_that_both_create_the_newer_one_stays(github: FakeGitHub) -> None:
    """Both looked before either wrote; whichever writes last, one comment is left."""

    def newer_writes_first(method: str, path: str) -> None:
        del path
        if method == "POST":
            github.before = None
            github.add(f"{LATER}\nthe newer review")

    github.before = newer_writes_first
    posted = post(github)
    assert (posted.outcome, posted.url[-5:]) == ("outdated", "-1001")
    assert github.bodies == [f"{LATER}\nthe newer review"]

    github.comments.clear()

    def older_writes_first(method: str, path: str) -> None:
        del path
        if method == "POST":
            github.before = None
            github.add(f"{FIRST}\nthe older review")

    github.before = older_writes_first
    assert post(github).outcome == "created"
    assert github.bodies == [f"{MINE}\nthe review"]


def test_a_duplicate_that_another_run_has_removed_meanwhile_is_not_a_failure(
    github: FakeGitHub,
) -> None:
    github.add(f"{FIRST}\none")
    second = github.add(f"{FIRST}\ntwo")

    def removed(method: str, path: str) -> None:
        if method == "DELETE" and path.endswith(str(second)):
            del github.comments[second]

    github.before = removed
    assert post(github).outcome == "updated"
    assert github.bodies == [f"{MINE}\nthe review"]


def test_a_list_that_lags_behind_removes_no_new_comment(github: FakeGitHub) -> None:
    github.hidden = {github.next_id}
    assert post(github).outcome == "created"
    assert github.bodies == [f"{MINE}\nthe review"]


def test_where_there_is_nothing_to_say_no_comment_is_begun_but_an_old_one_is_renewed(
    github: FakeGitHub,
) -> None:
    assert post(github, worth_creating=False).outcome == "none"
    github.add(f"{FIRST}\nprices changed")
    assert post(github, text="no change", worth_creating=False).outcome == "updated"
    assert github.bodies == [f"{MINE}\nno change"]


@pytest.mark.parametrize("private", [False, True])
def test_a_token_that_only_reads_is_told_apart_from_a_failure(
    github: FakeGitHub, *, private: bool
) -> None:
    github.read_only, github.private = True, private
    posted = post(github)
    assert posted.outcome == "not-allowed"
    expected = "404, Not Found" if private else "403, Resource not accessible by integration"
    assert posted.reason == f"GitHub answers {expected}"


def test_a_token_is_never_in_a_reason(github: FakeGitHub) -> None:
    posted = post(github, token="ghs_expired")  # noqa: S106 - the test's own
    assert posted == CommentResult("not-allowed", "", "GitHub answers 401, Bad credentials")
    github.scripted = [Scripted(422, f"{TOKEN[:3]}\x1b[31m::set-output name=x::y")]
    assert post(github).reason == r"GitHub answers 422, ghs\x1b[31m::set-output name=x::y"


def test_a_comment_that_is_too_long_is_refused_by_github_in_its_words(github: FakeGitHub) -> None:
    posted = post(github, text="x" * MAX_CHARACTERS)
    assert posted.outcome == "failed"
    assert "Body is too long (maximum is 65536 characters)" in posted.reason
    room = MAX_CHARACTERS - len(str(MINE)) - 1
    assert post(github, text="x" * room).outcome == "created"


def test_a_failure_of_the_server_is_tried_again_and_never_writes_twice(github: FakeGitHub) -> None:
    """The answer 502 to a POST that was carried out: the next attempt finds the comment."""
    waited: list[float] = []

    def written_but_not_told(method: str, path: str) -> None:
        del path
        if method == "POST":
            github.before = None
            github.add(f"{MINE}\nthe review")
            github.scripted = [Scripted(502, "Server Error")]

    github.before = written_but_not_told
    assert post(github, waited=waited).outcome == "unchanged"
    assert (len(github.comments), waited) == (1, [1])


def test_a_server_that_stays_down_is_left_after_three_attempts(github: FakeGitHub) -> None:
    github.scripted = [Scripted(503)] * 9
    assert post(github) == CommentResult("failed", "", "GitHub answers 503")
    assert len(github.requests) == 3


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_for_if_it_is_short(github: FakeGitHub, status: int) -> None:
    waited: list[float] = []
    limited = "You have exceeded a secondary rate limit."
    github.scripted = [Scripted(status, limited, {"retry-after": "7"})]
    assert post(github, waited=waited).outcome == "created"
    assert waited == [7]


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "3600"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1900000000"},
        {"retry-after": "soon"},
    ],
)
def test_a_long_limit_is_not_waited_for(github: FakeGitHub, headers: dict[str, str]) -> None:
    waited: list[float] = []
    github.scripted = [Scripted(403, "API rate limit exceeded", headers)]
    posted = post(github, waited=waited)
    assert (posted.outcome, posted.reason) == (
        "failed",
        "GitHub answers 403, API rate limit exceeded",
    )
    assert waited == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(github: FakeGitHub, status: int) -> None:
    with serving(FakeGitHub()) as other:
        github.scripted = [Scripted(status, "Moved", {"Location": f"{other.url}/repos"})]
        assert post(github).reason == f"GitHub answers {status}, Moved"
        assert other.requests == []


def test_a_link_to_the_next_page_is_counted_and_not_followed(github: FakeGitHub) -> None:
    with serving(FakeGitHub()) as other:
        for number in range(100):
            github.add(f"comment {number}", "alice")
        found, github.url = github.url, other.url  # the links lead there
        comments = PullRequestComments(found, REPOSITORY, NUMBER, TOKEN, BOT)
        github.add(f"{FIRST}\nthe first review")
        posted = keep_one(comments, MINE, "the review", worth_creating=True)
        assert posted.outcome == "updated"
        assert other.requests == []


def test_pages_without_an_end_are_left(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricectl.action.comment_api.MAX_PAGES", 2)
    for number in range(250):
        github.add(f"comment {number}", "alice")
    assert post(github).reason == "there are more than 200 comments"


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "ftp://127.0.0.1", "https://user:pw@api.example.com", "x"]
)
def test_no_token_is_sent_over_an_open_line(url: str) -> None:
    comments = PullRequestComments(url, REPOSITORY, NUMBER, TOKEN, BOT)
    posted = keep_one(comments, MINE, "the review", worth_creating=True, wait=lambda _seconds: None)
    assert posted.outcome == "failed"
    assert "pw" not in posted.reason
    assert TOKEN not in posted.reason


def test_time_that_is_used_up_ends_the_attempts(
    github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricectl.action.comment_api.ALL_SECONDS", 0)
    assert post(github).reason == "GitHub did not answer within 0 seconds in all"
    assert github.requests == []
