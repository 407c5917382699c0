from datetime import datetime, timezone

from dateutil import tz

from parsers.clock import SECOND, FileClock, Zone, to_year, years_to
from parsers.lines import Stamp


def us(*parts):
    return int(datetime(*parts, tzinfo=timezone.utc).timestamp()) * SECOND


def stamp(month, day, second=0, year=0, offset_s=None):
    return Stamp(year, month, day, second, 0, offset_s)


def settled(stamps, collected):
    """Return the years that the times of one file get, gathered at `collected`."""
    clock = FileClock()
    naive = [clock.read(one)[0] for one in stamps]
    years = years_to(max(naive), collected)
    return [datetime.fromtimestamp(to_year(time, years) / SECOND, timezone.utc).year for time in naive]


def test_the_last_line_is_as_young_as_the_time_of_gathering_allows():
    assert settled([stamp(11, 22), stamp(11, 23)], us(2026, 11, 23)) == [2026, 2026]
    assert settled([stamp(12, 22), stamp(12, 23)], us(2026, 11, 23)) == [2025, 2025]


def test_a_log_runs_over_new_year():
    assert settled([stamp(12, 31, 86_399), stamp(1, 1, 4)], us(2027, 1, 1)) == [2026, 2027]


def test_lines_of_two_hosts_may_step_back_over_new_year():
    assert settled([stamp(12, 31), stamp(1, 1), stamp(12, 31), stamp(1, 1)], us(2027, 1, 2)) == [2026, 2027, 2026, 2027]


def test_a_leap_day_stays_the_29th():
    assert to_year(FileClock().read(stamp(2, 29, 60))[0], 24) == us(2024, 2, 29) + 60 * SECOND


def test_a_leap_day_in_another_year_is_the_last_of_february():
    assert to_year(FileClock().read(stamp(2, 29))[0], 23) == us(2023, 2, 28)


def test_a_line_with_an_offset_is_absolute():
    assert FileClock().read(stamp(3, 22, 3600, 2019, 28_800)) == (us(2019, 3, 21, 17), True, True)


def test_summer_time_of_a_zone_is_kept():
    berlin = Zone(tz.gettz("Europe/Berlin"))
    assert berlin.to_utc(us(2026, 7, 1, 12)) == us(2026, 7, 1, 10)
    assert berlin.to_utc(us(2026, 12, 1, 12)) == us(2026, 12, 1, 11)
