"""The checker must be able to fail: every way to lose or double state, written as a ledger."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import checker  # noqa: E402


class Story:
    """Writes a ledger; 10 ms pass per line."""

    def __init__(self):
        self.lines = []
        self.time = 0

    def line(self, job, instance, event, number):
        self.time += 10
        self.lines.append(f"{self.time},{job * 32},{instance},{event},{number}\n")
        return self

    def numbers(self, job, instance, first, last):
        for number in range(first, last + 1):
            self.line(job, instance, "number", number)
        return self

    def start(self, job="a", instance="1", upto=9):
        return self.line(job, instance, "fresh", -1).numbers(job, instance, 0, upto)

    def entries(self):
        return checker.parse("".join(self.lines))

    def faults(self, **options):
        return checker.check(self.entries(), **options).faults


def saved_at_nine():
    """A job that was stopped with a savepoint after number 9."""
    return Story().start().line("a", "1", "completed(3)", 9).line("a", "1", "closed", 9)


def test_one_job_that_counts_is_fine():
    assert Story().start().faults() == []


def test_a_stop_with_savepoint_continues_at_the_next_number():
    moved = saved_at_nine().line("b", "2", "restored(3)", 9).numbers("b", "2", 10, 12)
    assert moved.faults(exact=True) == []


def test_a_recovery_from_the_newest_checkpoint_may_repeat_what_came_after_it():
    story = Story().start().line("a", "1", "completed(3)", 5).line("a", "2", "restored(3)", 5).numbers("a", "2", 6, 20)
    assert story.faults() == []
    assert "old state" in story.faults(exact=True)[0]


def test_a_fresh_restart_is_a_fault():
    story = saved_at_nine().line("b", "2", "fresh", -1).numbers("b", "2", 0, 3)
    assert len(story.faults()) == 1
    assert "fresh start" in story.faults()[0]


def test_a_fresh_restart_may_be_allowed():
    story = saved_at_nine().line("b", "2", "fresh", -1).numbers("b", "2", 0, 3)
    assert story.faults(fresh_starts=2) == []


def test_a_restart_from_an_older_savepoint_is_a_fault():
    story = saved_at_nine().line("b", "2", "restored(1)", 4).numbers("b", "2", 5, 20)
    assert len(story.faults()) == 1
    assert "old state" in story.faults()[0]


def test_a_restart_from_an_older_savepoint_may_be_what_the_user_asked_for():
    story = saved_at_nine().line("b", "2", "restored(1)", 4).numbers("b", "2", 5, 20)
    assert story.faults(rewinds=1) == []


def test_checkpoints_of_older_instances_count():
    story = saved_at_nine().line("b", "2", "restored(3)", 9).line("c", "3", "restored(1)", 4).numbers("c", "3", 5, 6)
    assert "old state" in story.faults()[0]


def test_two_live_instances_are_a_fault():
    story = saved_at_nine().line("b", "2", "restored(3)", 9).numbers("b", "2", 10, 11).numbers("a", "1", 10, 10)
    assert len(story.faults()) == 1
    assert "two alive" in story.faults()[0]


def test_a_completed_checkpoint_of_an_old_instance_shows_that_it_is_alive():
    story = saved_at_nine().line("b", "2", "restored(3)", 9).line("a", "1", "completed(4)", 9)
    assert "two alive" in story.faults()[0]


def test_an_old_instance_may_close_late():
    story = Story().start().line("a", "1", "completed(3)", 9).line("b", "2", "restored(3)", 9)
    assert story.line("a", "1", "closed", 9).numbers("b", "2", 10, 11).faults() == []


def test_a_skipped_number_is_a_fault():
    story = Story().start(upto=4).numbers("a", "1", 6, 7)
    assert "gap" in story.faults()[0]


def test_a_start_beyond_the_last_number_is_a_fault():
    story = saved_at_nine().line("b", "2", "restored(3)", 12).numbers("b", "2", 13, 14)
    assert "gap" in story.faults()[0]


def test_a_repeated_number_is_a_fault():
    story = Story().start(upto=4).numbers("a", "1", 4, 5)
    assert "gap" in story.faults()[0]


def test_an_empty_ledger_is_a_fault():
    assert "empty" in Story().faults()[0]


def test_a_handover_takes_the_time_in_which_no_job_wrote():
    story = Story().start().line("a", "1", "closed", 9)
    story.time += 500
    story.line("b", "2", "restored(3)", 9).numbers("b", "2", 10, 12)
    assert checker.handover_ms(story.entries(), "b" * 32) == 530
    assert checker.handover_ms(story.entries(), "a" * 32) is None
    assert checker.handover_ms(story.entries(), "c" * 32) is None


def test_a_handover_to_a_job_beside_the_old_one_takes_no_time():
    story = Story().start(upto=9).line("b", "2", "restored(3)", 9)
    story.numbers("a", "1", 10, 12).numbers("b", "2", 10, 12)
    assert checker.handover_ms(story.entries(), "b" * 32) == 10


def test_the_job_gap_is_the_time_between_two_numbers():
    story = saved_at_nine()
    story.time += 500
    story.line("b", "2", "restored(3)", 9).numbers("b", "2", 10, 12)
    # Two lines of the old instance and one of the new one lie between, 10 ms each.
    assert checker.job_gap_ms(story.entries()) == 540
    assert checker.job_gaps_ms(story.entries()) == [540]


def test_a_job_that_was_never_moved_has_no_gap():
    assert checker.job_gap_ms(Story().start().entries()) is None


def test_a_half_written_last_line_is_not_read():
    assert len(checker.parse("1," + "a" * 32 + ",1,fresh,-1\n2,aaa")) == 1


@pytest.mark.parametrize("line", ["nonsense", "1,a,1,fresh,-1", "1," + "a" * 32 + ",1,stopped,3"])
def test_a_line_of_another_kind_is_refused(line):
    with pytest.raises(ValueError, match="line 1"):
        checker.parse(line + "\n")


def test_a_missing_file_is_an_empty_ledger(tmp_path):
    assert checker.load(tmp_path / "none") == []
    with pytest.raises(AssertionError, match="empty"):
        checker.demand(tmp_path / "none")


def beside():
    """Job b goes on from what a had saved at 9, and a goes on too."""
    story = Story().start(upto=9).line("a", "1", "completed(3)", 9).numbers("a", "1", 10, 12)
    story.line("b", "2", "restored(4)", 9)
    for number in range(10, 15):
        story.line("b", "2", "number", number).line("a", "1", "number", number + 3)
    return story


def test_two_jobs_beside_each_other_are_two_branches_without_fault():
    entries = beside().entries()
    assert checker.check(entries).faults
    assert checker.check(checker.branch(entries, "a" * 32)).faults == []
    assert checker.check(checker.branch(entries, "b" * 32, parent="a" * 32), exact=True).faults == []


def test_a_branch_that_loses_a_number_is_found():
    entries = beside().line("b", "2", "number", 16).entries()
    assert checker.check(checker.branch(entries, "b" * 32, parent="a" * 32)).faults


def test_a_branch_that_began_from_nothing_is_its_own():
    entries = Story().start(upto=3).line("b", "2", "fresh", -1).numbers("b", "2", 0, 2).numbers("a", "1", 4, 5).entries()
    assert checker.check(checker.branch(entries, "b" * 32, parent="a" * 32)).faults == []
