"""Which conversations are asked for again, and when."""

from floorpulse.connectors.genesys_watch import AGAIN, ONCE_MORE, SOON, WatchedConversations


def test_what_changed_is_asked_for_a_moment_later_and_once_for_many_notices() -> None:
    watched = WatchedConversations()
    watched.changed("a", 0)
    watched.changed("a", 1_500)

    assert watched.due(SOON - 1, 10) == []
    assert watched.due(SOON, 10) == ["a"]


def test_no_more_are_asked_for_than_fit_and_the_longest_due_come_first() -> None:
    watched = WatchedConversations()
    watched.changed("late", 500)
    watched.changed("b", 0)
    watched.changed("a", 0)

    assert watched.due(SOON + 500, 2) == ["a", "b"]


def test_what_goes_on_is_asked_for_again_and_a_notice_makes_it_sooner() -> None:
    watched = WatchedConversations()
    watched.changed("a", 0)
    watched.asked(["a"], [{"conversationId": "a"}], SOON)

    assert watched.due(SOON + AGAIN - 1, 10) == []
    watched.changed("a", SOON + 100)
    assert watched.due(SOON + 100 + SOON, 10) == ["a"]


def test_what_has_ended_is_asked_for_once_more_and_then_forgotten() -> None:
    watched = WatchedConversations()
    ended = [{"conversationId": "a", "conversationEnd": "2026-11-02T09:00:00Z"}]
    watched.changed("a", 0)
    watched.asked(["a"], ended, 0)

    assert watched.due(ONCE_MORE, 10) == ["a"]
    watched.asked(["a"], ended, ONCE_MORE)
    assert watched.due(10 * ONCE_MORE, 10) == []


def test_what_ended_and_changes_again_goes_on() -> None:
    watched = WatchedConversations()
    ended = [{"conversationId": "a", "conversationEnd": "2026-11-02T09:00:00Z"}]
    watched.changed("a", 0)
    watched.asked(["a"], ended, 0)
    watched.changed("a", 10)
    watched.asked(["a"], ended, 10 + SOON)

    assert watched.due(10 + SOON + ONCE_MORE, 10) == ["a"]
