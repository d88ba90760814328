"""Refuses a test report that proves less than it seems: no tests, skipped ones, no browser test."""

import sys
import xml.etree.ElementTree as ET


def faults(report: ET.Element) -> list[str]:
    cases = list(report.iter("testcase"))
    found = [] if cases else ["no test ran"]
    for case in cases:
        name = f"{case.get('classname')}.{case.get('name')}"
        found += [f"{name}: {result.tag}: {result.get('message')}" for result in case if result.tag in {
            "skipped", "failure", "error"}]  # fmt: skip
    if not any("browser" in (case.get("classname") or "") for case in cases):
        found.append("no browser test ran (a module with `browser` in its name)")
    return found


if __name__ == "__main__":
    problems = faults(ET.parse(sys.argv[1]).getroot())  # noqa: S314  # our own pytest wrote it a moment ago
    print("\n".join(problems))
    sys.exit(bool(problems))
