"""How far long work is, as another process reads it."""

from wenxiao.store import progress


def test_work_tells_how_far_it_is_while_it_runs(settings, tmp_path):
    settings.HOME = tmp_path
    assert progress.share_of("draw-3") is None
    with progress.reporting("draw-3"):
        assert progress.share_of("draw-3") is None, "nothing is known yet"
        progress.tell(1_200, 5_000)
        share = progress.share_of("draw-3")
        assert (str(share), share.percent) == ("1,200 / 5,000", 24)
        assert progress.share_of("draw-4") is None
        progress.tell(4_999, 5_000)
        assert progress.share_of("draw-3").percent == 99
    assert progress.share_of("draw-3") is None
    progress.tell(1, 2)
    assert not list((tmp_path / "progress").iterdir()), "outside of work nothing is written"


def test_what_a_killed_process_left_is_not_told_of_the_next(settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress" / "intake-1").write_text("3 9")
    with progress.reporting("intake-1"):
        assert progress.share_of("intake-1") is None
