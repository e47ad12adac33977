"""The wires of Asterisk's manager interface and of FreeSWITCH's event socket: cut anywhere, they
give the same packets.
"""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.connectors.ami_packets import (
    LONGEST,
    NotAManagerError,
    PacketSplitter,
    action,
)
from floorpulse.connectors.esl_frames import FrameSplitter
from floorpulse.connectors.road import ConnectionLostError

MANAGER = (
    b"Asterisk Call Manager/9.0.0\r\n"
    b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: QueueCallerJoin\r\nQueue: sales\r\nCallerIDName: \xe5\xae\xa2: a\r\n"
    b"Queue: other\r\n\r\n"
    b"\r\n\r\nEvent: Hangup\r\nCause-txt: \r\n\r\nEvent: Unfin"
)
PACKETS = [
    {"Response": "Success", "Message": "Authentication accepted"},
    {"Event": "QueueCallerJoin", "Queue": "sales", "CallerIDName": "客: a"},
    {"Event": "Hangup", "Cause-txt": ""},
]
SOCKET = (
    b"Content-Type: auth/request\n\n"
    b"Content-Type: command/reply\nReply-Text: +OK%20accepted\n\n"
    b'Content-Length: 17\nContent-Type: text/event-json\n\n{"CC":"\n\n\xe5\xae\xa2--"}'
    b"\nContent-Length: 0\nContent-Type: api/response\n\n"
    b"Content-Length: 9\n\nunfin"
)


def blocks(text: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(cut % len(text) for cut in cuts), len(text)]
    return [text[begin:end] for begin, end in pairwise(ends)]


@given(st.lists(st.integers(0, 1000)))
def test_packets_of_the_manager_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    splitter = PacketSplitter()

    assert [one for block in blocks(MANAGER, cuts) for one in splitter.take(block)] == PACKETS


@given(st.lists(st.integers(0, 1000)))
def test_frames_of_the_event_socket_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    splitter = FrameSplitter()

    frames = [one for block in blocks(SOCKET, cuts) for one in splitter.take(block)]

    assert [(one.kind, one.reply, len(one.body)) for one in frames] == [
        ("auth/request", "", 0),
        ("command/reply", "+OK accepted", 0),
        ("text/event-json", "", 17),
        ("api/response", "", 0),
    ]


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-x"])
def test_whoever_greets_otherwise_is_no_manager(greeting: bytes) -> None:
    with pytest.raises(NotAManagerError):
        PacketSplitter().take(greeting)


def test_a_packet_without_an_end_is_given_up() -> None:
    splitter = PacketSplitter()
    splitter.take(MANAGER)

    with pytest.raises(ConnectionLostError):
        splitter.take(b"x" * (LONGEST + 1))


@pytest.mark.parametrize("frame", [b"Content-Length: x\n\n", b"x" * 5_000_000])
def test_a_frame_that_cannot_be_one_is_given_up(frame: bytes) -> None:
    with pytest.raises(ConnectionLostError):
        FrameSplitter().take(frame)


def test_what_is_said_to_the_manager_cannot_say_more_than_one_thing() -> None:
    assert action("Login", Secret="a\r\nAction: Originate") == (  # noqa: S106  no secret
        b"Action: Login\r\nSecret: a Action: Originate\r\n\r\n"
    )


@given(st.binary(max_size=300))
def test_noise_is_told_as_what_it_is(noise: bytes) -> None:
    for splitter in (PacketSplitter(), FrameSplitter()):
        with suppress(NotAManagerError, ConnectionLostError):
            assert isinstance(splitter.take(noise), list)
