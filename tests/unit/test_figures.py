"""The figures of several workers in one text."""

from finder.server.worker_metrics import join

_ONE = """\
# HELP finder_publication_number The publication.
# TYPE finder_publication_number gauge
finder_publication_number 7.0
# HELP finder_request_seconds Time.
# TYPE finder_request_seconds histogram
finder_request_seconds_count{route="/api/v1/postcodes/{postcode}"} 5.0
"""


def test_each_sample_carries_its_worker_and_each_family_its_head_once() -> None:
    text = join({0: _ONE, 1: _ONE.replace("5.0", "6.0")})

    assert text.count("# TYPE finder_request_seconds histogram") == 1
    assert 'finder_publication_number{worker="1"} 7.0\n' in text
    assert 'finder_request_seconds_count{worker="0",route="/api/v1/postcodes/{postcode}"} 5.0\n' in text
    assert 'finder_request_seconds_count{worker="1",route="/api/v1/postcodes/{postcode}"} 6.0\n' in text


def test_samples_stand_below_the_head_of_their_family() -> None:
    lines = join({0: _ONE, 1: _ONE}).splitlines()

    at = lines.index("# TYPE finder_publication_number gauge")
    assert all(line.startswith("finder_publication_number{") for line in lines[at + 1 : at + 3])
    assert lines[at + 3].startswith("# HELP")


def test_a_worker_that_does_not_answer_is_told() -> None:
    text = join({0: _ONE, 1: ""})

    assert 'finder_worker_up{worker="0"} 1\nfinder_worker_up{worker="1"} 0\n' in text
    assert 'worker="1"' not in text.partition("finder_publication_number")[2]
