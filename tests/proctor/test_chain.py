"""The chain names the segment that was dropped, replaced, reordered, added or altered - for any recording."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from examserver.kernel.canonical import digest
from proctor.playback.seek import Stretch, find_moment
from proctor.segments.chain import (
    Header,
    Linked,
    Segment,
    chain_faults,
    covered_ms,
    gaps,
    head,
    link_all,
    order_faults,
    span_ms,
)

HEADER = Header("rec_x", "sit_x", "seat", "01", "stn_1", 1, "aes-256-gcm", "hpke", "x25519:00", "AAAA")


def segment(n: int, from_ms: int, to_ms: int) -> Segment:
    """A segment with digests of its own."""
    return Segment(n, from_ms, to_ms, to_ms + 5, "video/webm", digest(b"p%d" % n), digest(b"c%d" % n), 100 + n)


@st.composite
def recordings(draw: st.DrawFn, least: int = 2) -> list[Segment]:
    """Segments with growing numbers (holes too) and times (pauses and small overlaps too)."""
    count, n, at_ms = draw(st.integers(least, 12)), 0, 1_000_000
    found = []
    for _ in range(count):
        n += draw(st.integers(1, 3))
        at_ms += draw(st.integers(-200, 30_000))
        length = draw(st.integers(500, 20_000))
        found.append(segment(n, at_ms, at_ms + length))
        at_ms += length
    return found


def named(chain: list[Linked]) -> set[int]:
    """Numbers of the segments at fault."""
    return {fault.n for fault in (*chain_faults(HEADER, chain), *order_faults(chain))}


@given(recordings(least=1))
def test_an_untouched_recording_has_no_fault(segments: list[Segment]) -> None:
    assert named(link_all(HEADER, segments)) == set()


@given(recordings(), st.data())
def test_after_a_dropped_segment_the_next_one_is_named_or_the_head_differs(
    segments: list[Segment], data: st.DataObject
) -> None:
    chain = link_all(HEADER, segments)
    at = data.draw(st.integers(0, len(chain) - 1))
    left = chain[:at] + chain[at + 1 :]
    if at == len(chain) - 1:
        assert head(HEADER, left) != head(HEADER, chain)
    else:
        assert named(left) == {chain[at + 1].segment.n}


@given(recordings(), st.data())
def test_an_altered_fact_is_named(segments: list[Segment], data: st.DataObject) -> None:
    chain = link_all(HEADER, segments)
    at = data.draw(st.integers(0, len(chain) - 1))
    fact = data.draw(st.sampled_from(["from_ms", "to_ms", "received_ms", "size", "plain_digest", "cipher_digest"]))
    old = getattr(chain[at].segment, fact)
    new = digest(b"other") if isinstance(old, str) else old + 1
    chain[at] = replace(chain[at], segment=replace(chain[at].segment, **{fact: new}))
    assert chain[at].segment.n in named(chain)


@given(recordings(), st.data())
def test_reordered_segments_are_named(segments: list[Segment], data: st.DataObject) -> None:
    chain = link_all(HEADER, segments)
    at = data.draw(st.integers(0, len(chain) - 2))
    chain[at], chain[at + 1] = chain[at + 1], chain[at]
    assert {chain[at].segment.n, chain[at + 1].segment.n} <= named(chain)


@given(recordings(), st.data())
def test_an_added_segment_is_named_even_when_its_own_link_is_right(
    segments: list[Segment], data: st.DataObject
) -> None:
    chain = link_all(HEADER, segments)
    at = data.draw(st.integers(0, len(chain) - 1))
    before = chain[at].prev
    extra = link_all(HEADER, [replace(segments[at], size=1)])[0]
    chain.insert(at, replace(extra, prev=before))
    assert named(chain) & {segments[at].n}


@given(recordings(), st.data())
def test_a_whole_new_chain_has_another_head(segments: list[Segment], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(segments) - 1))
    forged = [*segments[:at], replace(segments[at], plain_digest=digest(b"forged")), *segments[at + 1 :]]
    assert head(HEADER, link_all(HEADER, forged)) != head(HEADER, link_all(HEADER, segments))
    other = replace(HEADER, seat="02")
    assert head(other, link_all(other, segments)) != head(HEADER, link_all(HEADER, segments))


@given(recordings(least=1))
def test_recorded_time_and_gaps_make_up_the_whole_span(segments: list[Segment]) -> None:
    missing = sum(gap.to_ms - gap.from_ms for gap in gaps(segments, 0))
    assert covered_ms(segments) + missing == span_ms(segments)
    assert all(gap.to_ms - gap.from_ms > 1_500 for gap in gaps(segments))


@settings(max_examples=200)
@given(recordings(least=1), st.integers(-5_000, 400_000))
def test_every_recorded_moment_is_found_and_no_other(segments: list[Segment], after_ms: int) -> None:
    at_ms = 1_000_000 + after_ms
    moment = find_moment([Stretch(one.n, one.from_ms, one.to_ms) for one in segments], at_ms)
    latest = [one for one in segments if one.from_ms <= at_ms][-1:]
    if latest and at_ms < latest[0].to_ms:
        assert (moment.n, moment.offset_ms) == (latest[0].n, at_ms - latest[0].from_ms)
    else:
        assert moment.n is None
    later = [one.n for one in segments if one.from_ms > at_ms]
    assert moment.next_n == (later[0] if later else None)


@given(recordings())
def test_links_grow_out_of_each_other(segments: list[Segment]) -> None:
    chain = link_all(HEADER, segments)
    assert all(after.prev == before.link for before, after in pairwise(chain))
