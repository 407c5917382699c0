"""The option and the variable that choose the language of a report."""

import json

import pytest
from click.testing import CliRunner

from ha_report.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, **environment):
        done = CliRunner().invoke(main, arguments, env=environment)
        assert done.exit_code == 0, done.output
        return done

    return invoke


@pytest.mark.parametrize(
    ("options", "environment", "language"),
    [
        ([], {}, "en"),
        (["--lang", "ja"], {}, "ja"),
        ([], {"HA_REPORT_LANG": "ja"}, "ja"),
        (["--lang", "en"], {"HA_REPORT_LANG": "ja"}, "en"),
    ],
)
def test_page_and_markdown_are_in_the_language_and_the_json_in_english(run, tmp_path, options, environment, language):
    run("demo", "dest", *options, **environment)
    japanese = language == "ja"
    assert f'<html lang="{language}">' in (tmp_path / "dest/index.html").read_text()
    assert (
        (tmp_path / "dest/report.md")
        .read_text()
        .startswith("# node02 で r" if japanese else "# r\\_ip could not start")
    )
    title = json.loads((tmp_path / "dest/report.json").read_text())["findings"][0]["title"]
    assert title.startswith("r_ip could not start on node02: node02 has no interface in 192.168.200.0/24")


def test_the_terminal_speaks_it_too(run, tmp_path):
    (tmp_path / "ha-log").write_text(
        "Nov 23 03:14:13 node01 crmd: [124]: info: process_lrm_event: LRM operation r_ip_monitor_5000 (call=5, rc=7,"
        " cib-update=16, confirmed=false) not running\n"
    )
    assert "根拠" in run("show", "--lang", "ja", "ha-log").output
    assert "根拠" not in run("show", "ha-log").output


def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["demo", "--lang", "tlh"])
    assert done.exit_code == 2
    assert "'en', 'ja'" in done.output
