"""The three reports, counted anew from the raw lines of the log: no code of ours, and the standard library only.

Reads {"lines": [...], "inquiries": [[thread, inquiry], ...], "sites": {asset: [site, zone]}, "from": ..., "to": ...} and writes
the rows and totals of each report. A thread that is told of again is what was said of it last.
"""

import json
import sys
from collections import defaultdict
from datetime import datetime, timezone
from zoneinfo import ZoneInfo


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def platform(origin):
    return origin if isinstance(origin, str) else origin["platform"]["platform"]


def share(part, whole):
    return part / whole if whole else None


def week(local):
    year, week, _ = local.isocalendar()
    return f"{year:04}-W{week:02}"


def midnight(day, zone):
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))


def ask(asked):
    """Each conversation that began in the window, with its cell; one about no asset of ours is in the widest window, in UTC."""
    sites = asked["sites"]
    starts, ends = ([midnight(asked[end], zone) for _, zone in sites.values()] for end in ("from", "to"))
    for inquiry in dict(map(tuple, asked["inquiries"])).values():
        at, asset = instant(inquiry["at"]), inquiry["asset"]
        if asset in sites:
            site, zone = sites[asset]
            local = at.astimezone(ZoneInfo(zone))
            inside = asked["from"] <= local.strftime("%Y-%m-%d") < asked["to"]
        else:
            site, asset, local = None, None, at.astimezone(timezone.utc)
            inside = min(starts) <= at < max(ends)
        if inside:
            yield (week(local), site, asset, inquiry["platform"]), inquiry


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
        firm = [line["standing"] for line in lines if line["standing"] != "cancelled"][-1] == "booked"
        cells[week(seen), site, asset, platform(lines[-1]["origin"])].append((lines[-1], firm))
    inquiries = defaultdict(list)
    for key, inquiry in ask(asked):
        inquiries[key].append(inquiry)

    def count(courses, asks):
        stand = [last for last, _ in courses if last["standing"] == "booked"]
        gone = [last for last, firm in courses if last["standing"] == "cancelled" and firm]
        length = lambda last: instant(last["period"]["end"]) - instant(last["period"]["start"])
        values = [last["value"] for last in stand if last["value"] is not None]
        booked = len(stand) + len(gone)
        idle = [inquiry for inquiry in asks if not inquiry["has_booking"]]
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
                "inquiries": len(asks),
                "requests": len(courses),
                "bookings": booked,
                "rate": share(booked, len(courses) + len(idle)),
            },
        }

    answer = {}
    for report in ["bookings", "cancellations", "conversion"]:
        rows, all_courses, all_asks = [], [], []
        for key in sorted(cells.keys() | inquiries.keys(), key=lambda key: [part or "" for part in key]):
            courses, asks = cells.get(key, []), inquiries.get(key, []) if report == "conversion" else []
            numbers = count(courses, asks)[report]
            is_own = key[3] in ("own", "google")
            if (courses or asks) and not is_own if report == "conversion" else numbers["bookings"]:
                rows.append(dict(zip(["week", "site", "asset", "platform"], key)) | numbers)
                all_courses += courses
                all_asks += asks
        answer[report] = {"rows": rows, "totals": count(all_courses, all_asks)[report]}
    json.dump(answer, sys.stdout)


main()
