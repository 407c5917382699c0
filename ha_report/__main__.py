"""Lets `python -m ha_report` be the ha-report command."""

from ha_report.cli import main

if __name__ == "__main__":
    main(prog_name="ha-report")
