"""The three reports, counted anew from the raw lines of the log: no code of ours, and the standard library only.

Reads {"lines": [...], "sites": {asset: [site, zone]}, "from": ..., "to": ..., "platforms": [...]} and writes the rows and
totals of each report.
"""

import json
import sys
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def platform(origin):
    return origin if isinstance(origin, str) else origin["platform"]["platform"]


def share(part, whole):
    return part / whole if whole else None


def main():
    asked = json.load(sys.stdin)
    sites = asked["sites"]
    bookings = defaultdict(dict)
    for line in asked["lines"]:
        bookings[line["asset"], line["booking"]].setdefault(line["number"], line)
    cells = defaultdict(list)
    for (asset, _), numbered in bookings.items():
        lines = [numbered[number] for number in sorted(numbered)]
        site, zone = sites[asset]
        seen = instant(lines[0]["first_seen"]).astimezone(ZoneInfo(zone))
        day = seen.strftime("%Y-%m-%d")
        if not asked["from"] <= day < asked["to"]:
            continue
        year, week, _ = seen.isocalendar()
        firm = [line["standing"] for line in lines if line["standing"] != "cancelled"][-1] == "booked"
        cells[f"{year:04}-W{week:02}", site, asset, platform(lines[-1]["origin"])].append((lines[-1], firm))

    def count(courses):
        stand = [last for last, _ in courses if last["standing"] == "booked"]
        gone = [last for last, firm in courses if last["standing"] == "cancelled" and firm]
        length = lambda last: instant(last["period"]["end"]) - instant(last["period"]["start"])
        values = [last["value"] for last in stand if last["value"] is not None]
        booked = len(stand) + len(gone)
        return {
            "bookings": {
                "bookings": len(stand),
                "hours": sum(length(last).total_seconds() for last in stand) / 3600,
                "revenue": sum(values) if values else None,
            },
            "cancellations": {
                "bookings": booked,
                "cancelled": len(gone),
                "rate": share(len(gone), booked),
            },
            "conversion": {
                "inquiries": 0,
                "requests": len(courses),
                "bookings": booked,
                "rate": share(booked, len(courses)),
            },
        }

    answer = {}
    for report in ["bookings", "cancellations", "conversion"]:
        rows, all_courses = [], []
        for key in sorted(cells):
            numbers = count(cells[key])[report]
            is_own = key[3] in ("own", "google")
            if numbers["bookings"] or (report == "conversion" and not is_own):
                if report == "conversion" and is_own:
                    continue
                rows.append(dict(zip(["week", "site", "asset", "platform"], key)) | numbers)
                all_courses += cells[key]
        answer[report] = {"rows": rows, "totals": count(all_courses)[report]}
    json.dump(answer, sys.stdout)


main()
