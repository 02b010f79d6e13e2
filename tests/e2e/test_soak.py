"""A minute of `benchmarks/soak.py`: mixed load, every fault; nothing lost, wrong or left behind."""

import re
import subprocess
import sys

from tests.e2e.deployment import ROOT


def test_a_minute_of_faults_costs_nothing():
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 lost, 0 wrong" in done.stdout
    assert "processes left: 0" in done.stdout
    sent = re.search(r"items: ([\d,]+) sent", done.stdout)
    assert int(sent[1].replace(",", "")) > 500
    for fault in ("workers killed", "zygotes killed", "clock jumps", "connections cut"):
        assert re.search(rf"[1-9]\d* {fault}", done.stdout), fault
