"""The metrics of several workers in one text."""

from prometheus_client.metrics_core import GaugeMetricFamily, HistogramMetricFamily, Metric

from finder.server.metrics_of_all_workers import SentMetric, join, to_send

_ROUTE = "/api/v1/postcodes/{postcode}"


def sent_by_worker(count: float) -> list[SentMetric]:
    publication = GaugeMetricFamily("finder_publication_number", "The publication.", 7)
    seconds = HistogramMetricFamily("finder_request_seconds", "Time.", labels=("route",))
    seconds.add_metric((_ROUTE,), [("0.5", count), ("+Inf", count)], 1.5)
    metrics: list[Metric] = [publication, seconds]
    return to_send(metrics)


def test_each_sample_has_the_number_of_its_worker_and_each_family_one_heading() -> None:
    text = join({0: sent_by_worker(5), 1: sent_by_worker(6)}).decode()

    assert text.count("# TYPE finder_request_seconds histogram") == 1
    assert 'finder_publication_number{worker="1"} 7.0\n' in text
    assert f'finder_request_seconds_count{{route="{_ROUTE}",worker="0"}} 5.0\n' in text
    assert f'finder_request_seconds_count{{route="{_ROUTE}",worker="1"}} 6.0\n' in text


def test_the_samples_of_a_family_follow_its_heading() -> None:
    lines = join({0: sent_by_worker(5), 1: sent_by_worker(6)}).decode().splitlines()

    at = lines.index("# TYPE finder_publication_number gauge")
    assert all(line.startswith("finder_publication_number{") for line in lines[at + 1 : at + 3])
    assert lines[at + 3].startswith("# HELP")


def test_a_worker_that_does_not_answer_is_shown_as_down() -> None:
    text = join({0: sent_by_worker(5), 1: []}).decode()

    assert 'finder_worker_up{worker="0"} 1.0\nfinder_worker_up{worker="1"} 0.0\n' in text
    assert 'worker="1"' not in text.partition("finder_publication_number")[2]
